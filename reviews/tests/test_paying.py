"""A review is paid with the outcome, however the work comes to it, and never before.

Each ending that there is has a test here; `docs/decisions/0010-paid-with-the-outcome.md` lists
them.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import RestrictedError
from django.test import Client
from django.utils import timezone

from accounts import moderation
from accounts.models import Report, User
from challenges.models import Challenge
from goals import lifecycle as goals
from goals.models import Goal
from leaderboard import badge_facts, badges, fair_play, points, recount, streaks
from leaderboard.activity import activity
from leaderboard.badge_list import Fact
from leaderboard.models import HeldPoints, PointEntry, Standing, ZoneMove
from learnquest.core.errors import Conflict
from learnquest.pages import leaving
from reviews import (
    ai_feedback,
    appeals,
    deadlines,
    outcome,
    paying,
    peer_review,
    training,
    withdrawal,
)
from reviews.models import AIFeedback, Outcome, PeerReview, ReviewCase
from reviews.tests.test_appeals import appeal, decide, opinions, returned, trusted
from reviews.tests.test_outcome import begin, make_known, send
from submissions.models import Submission
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_review,
    make_submission,
    make_user,
)

__all__ = ["returned", "trusted"]  # fixtures

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


def paid(*people: User) -> list[int]:
    """What these people were paid for reviews given, line by line."""
    entries = PointEntry.objects.filter(reason="review_given", user__in=people, verified=True)
    return [entry.amount for entry in entries.order_by("user", "pk")]


def status(work: Submission) -> str:
    work.refresh_from_db()
    return work.status


def grow_old(work: Submission) -> None:
    Submission.objects.filter(pk=work.pk).update(submitted_at=timezone.now() - WEEK - HOUR)
    ReviewCase.objects.filter(submission=work).update(waiting_since=timezone.now() - WEEK - HOUR)


def hide(thing: Any) -> None:
    thing.hidden_at = timezone.now()
    thing.save(update_fields=["hidden_at"])


# --- Each way to an outcome ---


def test_two_reviews_that_agree_are_paid_together(
    bob: User, carol: User, submission: Submission
) -> None:
    first = make_review(submission, bob)
    assert paid(bob) == [] and not Standing.objects.filter(user=bob).exists()
    make_review(submission, carol)
    assert status(submission) == "accepted" and paid(bob, carol) == [5, 5]
    entry = bob.point_entries.get(reason="review_given")
    assert entry.occurred_at == entry.counted_at == submission.settled_at
    assert entry.done_at == first.submitted_at
    # The one that brought the outcome was paid as it was sent.
    assert carol.point_entries.get(reason="review_given").done_at is None
    assert list(recount.differences()) == []


def test_all_are_paid_where_more_had_to_be_asked(
    bob: User, carol: User, submission: Submission
) -> None:
    send(submission, bob, 25)
    send(submission, carol, 100)
    assert status(submission) == "submitted" and paid(bob, carol) == []
    others = [make_user() for _ in range(3)]
    for person, score in zip(others, (20, 95, 30), strict=True):
        assert paid(bob, carol, *others) == []
        send(submission, person, score)
    # Five are the most, whatever they say.
    assert outcome.MOST_REVIEWS == 5 and status(submission) != "submitted"
    assert paid(bob, carol, *others) == [5] * 5


def test_somebody_trusted_who_settles_it_alone_is_paid_at_once(bob: User, goal: Goal) -> None:
    make_known(bob, reviews=20, quality=0.9)
    work = make_submission(make_challenge(goal, difficulty=1))
    make_review(work, bob)
    assert status(work) == "accepted" and paid(bob) == [5]


def test_one_review_is_paid_when_the_wait_is_over(bob: User, submission: Submission) -> None:
    make_review(submission, bob)
    grow_old(submission)
    assert paid(bob) == [] and deadlines.end_waits() == 1
    assert status(submission) == "accepted" and paid(bob) == [5]
    assert deadlines.end_waits() == 0 and paid(bob) == [5]


def test_whoever_comes_after_the_coach_stood_in_is_paid(
    bob: User, carol: User, submission: Submission
) -> None:
    ai_feedback.write(AIFeedback.objects.get(submission=submission).pk)
    grow_old(submission)
    deadlines.end_waits()
    assert Outcome.objects.get().is_provisional and status(submission) == "submitted"
    send(submission, bob, 75)
    assert status(submission) != "submitted" and paid(bob) == [5]
    send(submission, carol, 70)
    assert paid(bob, carol) == [5, 5]


def test_what_comes_after_the_outcome_is_paid_at_once(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    for person in (bob, carol):
        make_review(submission, person)
    send(submission, charlie, 80)
    assert paid(bob, carol, charlie) == [5, 5, 5]
    assert charlie.point_entries.get(reason="review_given").done_at is None


def test_so_is_a_review_of_work_that_was_settled_before_outcomes_were_kept(
    bob: User, submission: Submission
) -> None:
    Submission.objects.filter(pk=submission.pk).update(
        status="accepted", settled_at=timezone.now(), score=80
    )
    send(submission, bob, 75)
    assert not Outcome.objects.exists() and paid(bob) == [5]


def test_work_that_waited_long_pays_double_with_the_outcome(
    bob: User, carol: User, submission: Submission
) -> None:
    ReviewCase.objects.update(is_boosted=True)
    make_review(submission, bob)
    assert paid(bob) == [] and paying.on_their_way(bob) == 10
    make_review(submission, carol)
    assert paid(bob, carol) == [10, 10]


def test_second_opinions_are_paid_with_the_decision(
    returned: Submission, trusted: list[User], bob: User, carol: User, mona: User
) -> None:
    found = appeal(returned)
    asked = list(PeerReview.objects.filter(submission=returned, is_for_appeal=True))
    opinions(returned)
    people = [review.reviewer for review in asked if review.reviewer]
    assert len(people) == 2 and paid(*people) == []
    assert (
        paying.on_their_way(people[0]) == 5
        and PeerReview.objects.with_outcome().filter(pk__in=[review.pk for review in asked]).count()
        == 0
    )
    # Another late review of the same work is no decision of the appeal.
    send(returned, make_user(), 55)
    assert paid(*people) == []
    found.refresh_from_db()
    decide(found, mona)
    assert paid(*people) == [5, 5] and paid(bob, carol) == [5, 5]


def test_a_second_opinion_that_comes_after_the_decision_is_paid_at_once(
    returned: Submission, trusted: list[User], mona: User
) -> None:
    found = appeal(returned)
    late = PeerReview.objects.filter(submission=returned, is_for_appeal=True).first()
    assert late is not None and late.reviewer is not None
    decide_at = timezone.now() + appeals.PATIENCE + HOUR
    decide(found, mona, "upheld", now=decide_at)
    peer_review.submit_review(review=late, by=late.reviewer, **answers(returned.challenge))
    assert paid(late.reviewer) == [5]


def test_reviews_of_work_that_was_hidden_are_paid_when_its_wait_is_over(
    bob: User, submission: Submission
) -> None:
    make_review(submission, bob)
    hide(submission)
    assert paid(bob) == []
    grow_old(submission)
    deadlines.end_waits()
    assert paid(bob) == [5]


def test_reviews_of_work_in_an_archived_goal_are_paid(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob)
    goals.move(goal=submission.challenge.goal, by=alice, to=Goal.Status.ARCHIVED)
    make_review(submission, carol)
    assert status(submission) == "accepted" and paid(bob, carol) == [5, 5]


def test_work_with_a_review_is_not_deleted_and_not_taken_back(
    alice: User, bob: User, submission: Submission
) -> None:
    make_review(submission, bob)
    with pytest.raises(Conflict):
        goals.delete_goal(goal=submission.challenge.goal, by=alice)
    with pytest.raises(RestrictedError):
        Challenge.objects.get(pk=submission.challenge_id).delete()
    with pytest.raises(Conflict):
        withdrawal.withdraw(submission=submission, by=alice)
    assert status(submission) == "submitted" and paid(bob) == []


def test_an_author_who_is_erased_leaves_nobody_unpaid(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    settled = make_submission(make_challenge(submission.challenge.goal))
    send(submission, bob, 75)
    for person in (carol, make_user()):
        send(settled, person, 75)
    leaving.erase_now(alice)
    assert not PeerReview.objects.exists()
    assert paid(bob, carol) == [5, 5]
    assert list(recount.differences()) == []


def test_second_opinions_are_paid_where_no_decision_will_come(
    returned: Submission, trusted: list[User]
) -> None:
    appeal(returned)
    opinions(returned)
    people = [review.reviewer for review in PeerReview.objects.filter(is_for_appeal=True)]
    paying.pay_all_given(submission_id=returned.pk, now=timezone.now())
    assert paid(*filter(None, people)) == []
    returned.delete()
    assert paid(*filter(None, people)) == [5, 5]


def test_a_moderator_who_deletes_work_leaves_nobody_unpaid(
    bob: User, submission: Submission
) -> None:
    make_review(submission, bob)
    submission.delete()
    assert paid(bob) == [5]


def test_a_reviewer_who_is_erased_is_no_hindrance(
    bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob)
    leaving.erase_now(bob)
    make_review(submission, carol)
    assert status(submission) == "accepted" and paid(carol) == [5]
    assert PointEntry.objects.filter(reason="review_given").count() == 1


# --- What a moderator hid ---


def reported(review: PeerReview, by: User, mona: User) -> Report:
    found = moderation.report(kind="review", target_id=review.pk, by=by, reason="unfair")
    moderation.claim(report=found, by=mona)
    return moderation.decide(report=found, by=mona, decision="hidden", reason="It is unkind.")


def test_a_review_that_was_hidden_is_paid_once_it_is_shown_again(
    alice: User, bob: User, carol: User, mona: User, submission: Submission
) -> None:
    found = reported(make_review(submission, bob), alice, mona)
    for person in (carol, make_user()):
        send(submission, person, 75)
    assert status(submission) == "accepted" and paid(bob, carol) == [5]
    assert paying.on_their_way(bob) == 0
    moderation.undo(report=found, by=mona)
    assert sorted(paid(bob, carol)) == [5, 5]


def test_shown_again_before_the_outcome_it_is_paid_with_it(
    alice: User, bob: User, carol: User, mona: User, submission: Submission
) -> None:
    found = reported(make_review(submission, bob), alice, mona)
    send(submission, carol, 75)
    assert status(submission) == "submitted" and paid(bob, carol) == []
    moderation.undo(report=found, by=mona)
    # It counts like any other, so that this is the outcome.
    assert status(submission) == "accepted" and paid(bob, carol) == [5, 5]


# --- Once, and not everything ---


def test_what_was_paid_as_it_was_sent_is_not_paid_again(
    bob: User, carol: User, submission: Submission
) -> None:
    """Entries from before reviews were paid with the outcome."""
    review = make_review(submission, bob)
    points.award(
        user_id=bob.pk, amount=5, reason=PointEntry.Reason.REVIEW_GIVEN,
        key=f"review-given:{review.pk}", verified=True,
    )  # fmt: skip
    assert paying.on_their_way(bob) == 0
    make_review(submission, carol)
    assert paid(bob, carol) == [5, 5]
    for _ in range(2):
        paying.pay_all_given(submission_id=submission.pk, now=timezone.now())
    assert paid(bob, carol) == [5, 5]


def test_asking_before_the_outcome_pays_nothing(bob: User, submission: Submission) -> None:
    make_review(submission, bob)
    paying.pay_all_given(submission_id=submission.pk, now=timezone.now())
    assert paid(bob) == []


def test_what_comes_of_a_circle_is_held_back_with_the_day_of_sending(
    alice: User, bob: User, carol: User, mona: User, submission: Submission, monkeypatch: Any
) -> None:
    review = make_review(submission, bob)
    monkeypatch.setattr(
        fair_play, "pattern_of", lambda **who: ("ring", set()) if who["user_id"] == bob.pk else None
    )
    make_review(submission, carol)
    held = HeldPoints.objects.get(key=f"review-given:{review.pk}")
    assert paid(bob, carol) == [5] and held.done_at == review.submitted_at
    assert paying.on_their_way(bob) == 0
    fair_play.release(held=held, by=mona)
    assert bob.point_entries.get(key=held.key).done_at == review.submitted_at


@pytest.mark.parametrize("announced", [True, False])
def test_a_known_work_is_paid_at_once_and_does_not_say_so_before(
    client: Client, bob: User, submission: Submission, announced: bool
) -> None:
    known = training.begin(by=bob)
    assert known is not None
    PeerReview.objects.filter(pk=known.pk).update(is_training=announced)
    client.force_login(bob)
    before = client.get(known.get_absolute_url()).content.decode()
    assert "points" not in before.lower().split("<main")[1].split("</main>")[0]
    sent = {f"score_{one.key}": "75" for one in known.submission.challenge.criteria}
    said = {"overall": "It is clear, and it says what to do next.", "anyway": "1"}
    answer = client.post(f"{known.get_absolute_url()}send/", sent | said, follow=True)
    html = answer.content.decode()
    # Points are what the board shows; practice is effort, its quality with it.
    effort = sum(entry.amount for entry in bob.point_entries.all())
    assert ("You have earned 5 points" in html) is not announced
    assert (f"Counted as effort: {effort} XP" in html) is announced
    entry = bob.point_entries.get(reason="review_given")
    assert (entry.amount, entry.verified) == (5, not announced)
    assert paying.on_their_way(bob) == 0


# --- The reviewer's own days ---


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 12, tzinfo=UTC)


def practise(user: User, *days: int) -> None:
    for day in days:
        points.award(
            user_id=user.pk, amount=1, reason=PointEntry.Reason.PRACTICE, key=f"{user.pk}:{day}",
            verified=False, now=at(day),
        )  # fmt: skip


def sent_on(day: int, work: Submission, by: User) -> PeerReview:
    return peer_review.submit_review(
        review=begin(work, by), by=by, now=at(day), **answers(work.challenge)
    )


def test_the_day_of_sending_keeps_the_reviewers_own_streak_and_tells_nobody(
    bob: User, carol: User, submission: Submission
) -> None:
    # Monday to Sunday; on Wednesday, and on Friday as the rest day of the week, no other deed.
    practise(bob, 16, 17, 19, 21, 22)
    sent_on(18, submission, bob)
    Submission.objects.filter(pk=submission.pk).update(submitted_at=at(17))

    def public() -> tuple[int, int, int]:
        facts = badge_facts.facts_of(user_ids=[bob.pk], zone=ZoneInfo("UTC"), now=at(22))[bob.pk]
        return facts[Fact.STREAK], facts[Fact.REVIEWS], activity(user=bob, now=at(22)).count

    assert streaks.streak(user=bob, now=at(22)) == 6
    assert activity(user=bob, with_pending=True, now=at(22)).count == 6
    assert public() == (3, 0, 5)
    sent_on(22, submission, carol)
    assert status(submission) == "accepted"
    # Now for everybody, on the day of sending: no hole is left where the outcome came later.
    assert streaks.streak(user=bob, now=at(22)) == 6
    assert activity(user=bob, with_pending=True, now=at(22)).count == 6
    assert public() == (6, 1, 6)
    assert bob.point_entries.get(reason="review_given").local_day == at(18).date()


def test_a_badge_for_a_streak_comes_with_the_outcome(
    bob: User, carol: User, submission: Submission
) -> None:
    practise(bob, 16, 17, 18, 19, 20, 21)
    sent_on(22, submission, bob)
    Submission.objects.filter(pk=submission.pk).update(submitted_at=at(21))
    assert streaks.streak(user=bob, now=at(22)) == 7
    badges.award_missing(now=at(22))
    assert not bob.badge_awards.filter(badge="streak-7").exists()
    sent_on(23, submission, carol)
    assert bob.badge_awards.filter(badge="streak-7").exists()


def test_days_are_counted_where_the_reviewer_lives(bob: User, submission: Submission) -> None:
    User.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
    bob.refresh_from_db()
    peer_review.submit_review(
        review=begin(submission, bob), by=bob, now=datetime(2026, 11, 18, 20, tzinfo=UTC),
        **answers(submission.challenge),
    )  # fmt: skip
    days = streaks.active_days(user=bob, now=at(20))
    assert days == set()  # by the ledger alone
    for zone in ("Asia/Tokyo", "UTC"):
        own = streaks.days_of(user_ids=[bob.pk], zone=ZoneInfo(zone), now=at(20), with_pending=True)
        assert own[bob.pk].active == {at(19 if zone == "Asia/Tokyo" else 18).date()}
    # Who has moved since keeps the day that it was where they lived then.
    ZoneMove.objects.create(user=bob, moved_at=at(19), before="Asia/Tokyo", after="UTC")
    own = streaks.days_of(user_ids=[bob.pk], zone=ZoneInfo("UTC"), now=at(20), with_pending=True)
    assert own[bob.pk].active == {at(19).date()}


# --- What the reviewer reads ---


def test_the_reviewer_alone_reads_what_is_on_its_way(
    client: Client, alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    sent = {f"score_{one.key}": "75" for one in submission.challenge.criteria}
    said = {"overall": "It is clear, and it says what to do next.", "anyway": "1"}
    client.force_login(bob)
    page = client.post(f"{review.get_absolute_url()}send/", sent | said, follow=True)
    assert "Sent. 5 points come with the outcome." in page.content.decode()
    assert "5 points are on their way" in page.content.decode()
    assert client.get("/api/reviews/queue").json()["points_on_their_way"] == 5
    client.force_login(alice)
    assert client.get("/api/reviews/queue").json()["points_on_their_way"] == 0
    assert "on their way" not in client.get("/reviews/").content.decode()
    make_review(submission, carol)
    client.force_login(bob)
    assert "on their way" not in client.get("/reviews/").content.decode()
    assert client.get("/api/reviews/queue").json()["points_on_their_way"] == 0


def test_whoever_brings_the_outcome_has_earned_at_once(
    client: Client, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, carol)
    review = claim(submission, bob)
    sent = {f"score_{one.key}": "75" for one in submission.challenge.criteria}
    said = {"overall": "It is clear, and it says what to do next.", "anyway": "1"}
    client.force_login(bob)
    page = client.post(f"{review.get_absolute_url()}send/", sent | said, follow=True)
    assert "Sent. You have earned 5 points." in page.content.decode()


def test_what_is_on_its_way_takes_one_query_however_much_it_is(
    bob: User, goal: Goal, django_assert_num_queries: Any
) -> None:
    for count in range(1, 4):
        send(make_submission(make_challenge(goal)), bob, 75)
        with django_assert_num_queries(1):
            assert paying.on_their_way(bob) == 5 * count
        with django_assert_num_queries(1):
            since = timezone.now() - WEEK
            assert len(paying.sent_lately([bob.pk], since, timezone.now() + HOUR)) == count
