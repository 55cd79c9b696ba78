"""Second opinions: whom an appeal asks, what they may know, and what becomes of theirs."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notification, User
from challenges.models import Challenge
from leaderboard import recount
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict, Forbidden, Invalid
from reviews import (
    after,
    appeals,
    assignment,
    claims,
    peer_review,
    reminders,
    second_opinions,
    training,
)
from reviews.models import Appeal, GraderStanding, PeerReview
from reviews.tests.test_appeals import (
    REASONS,
    WHY,
    appeal,
    decide,
    opinions,
    returned,
    trusted,
)
from submissions.models import Submission
from tests.factories import answers, claim, make_challenge, make_goal, make_submission, make_user
from tests.test_concurrency import all_at_once

__all__ = ["returned", "trusted"]  # fixtures

HOUR = timedelta(hours=1)


def asked(work: Submission) -> list[User | None]:
    found = PeerReview.objects.filter(submission=work, is_for_appeal=True).order_by("pk")
    return [review.reviewer for review in found.select_related("reviewer")]


def opinion(work: Submission, by: User) -> PeerReview:
    return PeerReview.objects.get(submission=work, reviewer=by)


def send(review: PeerReview, score: int = 90) -> PeerReview:
    assert review.reviewer is not None
    return peer_review.submit_review(
        review=review, by=review.reviewer, **answers(review.submission.challenge, score)
    )


def hold(work: Submission, by: User, **fields: Any) -> PeerReview:
    fields.setdefault("lease_until", timezone.now() + 5 * HOUR)
    return PeerReview.objects.create(submission=work, reviewer=by, author=work.author, **fields)


def experience(person: User) -> None:
    """Give somebody as many reviews as make them one who is asked."""
    for work in Submission.objects.filter(author__username="author"):
        hold(work, person, status="submitted", score=80, submitted_at=timezone.now())


def reminded(person: User) -> int:
    return Notification.objects.filter(kind="review_due", user=person).count()


def go_through(hours: int, act: Callable[..., Any]) -> None:
    begin = timezone.now()
    for hour in range(hours):
        act(now=begin + hour * HOUR)


# Who is asked


def practise(person: User, count: int) -> None:
    for _turn in range(count):
        review = training.begin(by=person)
        assert review is not None
        send(review, score=0)


def test_practice_is_no_experience(returned: Submission, trusted: list[User]) -> None:
    for name in ("first alt", "second alt"):
        practise(make_user(username=name), second_opinions.EXPERIENCED_AFTER)
    appeal(returned)
    assert asked(returned) == trusted[:2]


def test_nor_is_what_has_no_outcome_or_was_hidden(
    returned: Submission, trusted: list[User]
) -> None:
    eager, rude = make_user(), make_user()
    experience(eager)
    experience(rude)
    PeerReview.objects.filter(reviewer=rude).update(hidden_at=timezone.now())
    for person in trusted:
        PeerReview.objects.filter(reviewer=person).delete()
    appeal(returned)
    assert asked(returned) == [eager]
    Submission.objects.filter(author__username="author").update(status="submitted")
    PeerReview.objects.filter(is_for_appeal=True).delete()
    assert second_opinions.ask_for_two(returned) == 0


@pytest.mark.parametrize(
    "poor", [{"quality": 0.3, "reviews": 9}, {"attention": 0.1, "grades": 12, "quality": 0.8}]
)
def test_whose_reviews_are_poor_is_not_asked(
    returned: Submission, trusted: list[User], poor: dict[str, float]
) -> None:
    GraderStanding.objects.create(reviewer=trusted[0], **poor)
    appeal(returned)
    assert asked(returned) == trusted[1:]


def test_of_whom_little_is_known_is_asked(returned: Submission, trusted: list[User]) -> None:
    GraderStanding.objects.create(reviewer=trusted[0], quality=0.1, reviews=1, attention=0.1)
    appeal(returned)
    assert asked(returned) == trusted[:2]


def test_doing_just_enough_puts_nobody_first(returned: Submission, trusted: list[User]) -> None:
    """The more experienced come first, and those asked lately after others."""
    extra = make_submission(
        make_challenge(make_goal(make_user()), title="Another"), "It is another work, of mine."
    )
    Submission.objects.filter(pk=extra.pk).update(status="accepted", settled_at=timezone.now())
    hold(extra, trusted[2], status="submitted", score=80, submitted_at=timezone.now())
    appeal(returned)
    assert asked(returned) == [trusted[2], trusted[0]]


# Time and reminders


def test_they_are_reminded_like_any_reviewer(returned: Submission, trusted: list[User]) -> None:
    appeal(returned)
    go_through(121, reminders.remind)
    assert 1 <= reminded(trusted[0]) <= 3


def test_nobody_is_reminded_of_an_appeal_that_is_decided(
    mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    Appeal.objects.filter(pk=found.pk).update(
        decided_at=timezone.now(), decision="upheld", score_after=50
    )
    go_through(121, reminders.remind)
    assert reminded(trusted[0]) == 0


def test_three_reminders_are_all_however_often_it_is_renewed(
    bob: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    begin = timezone.now()
    for hour in range(190):
        now = begin + hour * HOUR
        reminders.remind(now=now)
        if hour in {47, 94, 141}:
            assignment.renew(review=review, by=bob, now=now)
    assert 1 <= reminded(bob) <= 3


def test_renewing_never_shortens_the_time(returned: Submission, trusted: list[User]) -> None:
    appeal(returned)
    review = opinion(returned, trusted[0])
    with pytest.raises(Conflict, match="until"):
        assignment.renew(review=review, by=trusted[0])
    same = PeerReview.objects.get(pk=review.pk)
    assert (same.lease_until, same.renewals) == (review.lease_until, 0)
    late = review.lease_until - HOUR
    renewed = assignment.renew(review=review, by=trusted[0], now=late)
    assert (renewed.lease_until, renewed.renewals) == (late + assignment.LEASE, 1)


def test_the_desk_offers_more_time_once_that_would_be_more(
    client: Client, returned: Submission, trusted: list[User]
) -> None:
    appeal(returned)
    review = opinion(returned, trusted[0])
    client.force_login(trusted[0])
    offer = f"/reviews/{review.pk}/renew/"
    assert offer not in client.get(review.get_absolute_url()).content.decode()
    PeerReview.objects.filter(pk=review.pk).update(lease_until=timezone.now() + 30 * HOUR)
    assert offer in client.get(review.get_absolute_url()).content.decode()


def test_a_draft_and_quiet_hours_ask_no_third(returned: Submission, trusted: list[User]) -> None:
    appeal(returned)
    review = opinion(returned, trusted[0])
    peer_review.save_draft(
        review=review, by=trusted[0], scores={}, comments={}, overall="I began to read."
    )
    later = timezone.now() + 13 * HOUR
    assignment.free_seats(now=later)
    assert second_opinions.ask_again(now=later) == 0
    review.refresh_from_db()
    assert review.holds_seat


# When a moderator may decide


def test_nobody_decides_because_both_gave_it_back(
    mona: User, returned: Submission, trusted: list[User]
) -> None:
    experience(make_user())
    found = appeal(returned)
    for person in trusted[:2]:
        assignment.release(review=opinion(returned, person), by=person)
    assert not appeals.is_ripe(found)
    with pytest.raises(Conflict, match="on their way"):
        decide(found, mona)
    assert second_opinions.ask_again() == 2
    opinions_left = PeerReview.objects.filter(submission=returned, status="claimed")
    for review in opinions_left:
        send(review)
    decide(found, mona)


def test_an_appeal_never_falls_below_what_late_reviews_say(
    mona: User, returned: Submission
) -> None:
    found = appeal(returned)
    Submission.objects.filter(pk=returned.pk).update(score=58)
    assert appeals.suggested_score(Appeal.objects.get(pk=found.pk)) == 59
    with pytest.raises(Invalid):
        decide(found, mona, score=Decimal(55))


@pytest.mark.parametrize(("before", "suggested"), [("43.67", 50), ("60.40", 61), ("100", None)])
def test_the_form_begins_with_a_score_that_may_be_given(
    before: str, suggested: int | None, returned: Submission
) -> None:
    found = appeal(returned)
    Submission.objects.filter(pk=returned.pk).update(score=Decimal(before))
    Appeal.objects.filter(pk=found.pk).update(score_before=Decimal(before))
    assert appeals.suggested_score(Appeal.objects.get(pk=found.pk)) == suggested


def test_the_case_says_how_many_opinions_there_are(
    client: Client, mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    Appeal.objects.update(created_at=timezone.now() - timedelta(days=15))
    client.force_login(mona)
    path = f"/moderation/appeals/{found.pk}/"
    page = client.get(path).content.decode()
    assert "0 second opinions are there" in page and page.count(WHY) == 1
    assert page.index("What the reviewers say") < page.index('name="decision"')
    send(opinion(returned, trusted[0]))
    assert "1 second opinion is there" in client.get(path).content.decode()


def test_the_list_of_appeals_costs_the_same_for_many(
    client: Client, mona: User, returned: Submission, trusted: list[User],
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    appeal(returned)
    client.force_login(mona)
    client.get("/moderation/appeals/")
    with CaptureQueriesContext(connection) as first:
        client.get("/moderation/appeals/")
    for _number in range(3):
        work = make_submission(make_challenge(make_goal(make_user())))
        Submission.objects.filter(pk=work.pk).update(
            status="returned", score=50, settled_at=timezone.now()
        )
        appeal(Submission.objects.get(pk=work.pk))
    with django_assert_num_queries(len(first)):
        page = client.get("/moderation/appeals/")
    assert page.content.decode().count("Opinions on their way") == 4


# Who is asked, and who decides


def test_moderators_are_asked_last_and_one_is_left_to_decide(
    mona: User, returned: Submission, trusted: list[User]
) -> None:
    experience(mona)
    other = make_user(is_superuser=True)
    experience(other)
    User.objects.filter(pk__in=[person.pk for person in trusted[1:]]).update(is_active=False)
    found = appeal(returned)
    assert len(asked(returned)) == 2 and asked(returned)[0] == trusted[0]
    (moderator,) = {mona, other} & set(asked(returned))
    for person in (trusted[0], moderator):
        send(opinion(returned, person))
    with pytest.raises(Forbidden):
        decide(found, moderator)
    decide(found, mona if moderator == other else other)


def test_the_only_moderator_is_never_asked(
    mona: User, returned: Submission, trusted: list[User]
) -> None:
    experience(mona)
    User.objects.filter(pk__in=[person.pk for person in trusted[1:]]).update(is_active=False)
    found = appeal(returned)
    assert asked(returned) == [trusted[0]]
    send(opinion(returned, trusted[0]))
    decide(found, mona)


def review_by_author(author: User, of: User, **fields: Any) -> None:
    work = make_submission(make_challenge(make_goal(of)))
    hold(work, author, status="submitted", score=20, submitted_at=timezone.now(), **fields)


def test_whose_work_the_author_reviewed_is_asked_last(
    alice: User, returned: Submission, trusted: list[User]
) -> None:
    review_by_author(alice, trusted[0])
    appeal(returned)
    assert asked(returned) == trusted[1:]
    assignment.release(review=opinion(returned, trusted[1]), by=trusted[1])
    # Now nobody else is there.
    assert second_opinions.ask_again() == 1 and asked(returned)[-1] == trusted[0]


def test_but_not_if_that_was_long_ago(
    alice: User, returned: Submission, trusted: list[User]
) -> None:
    review_by_author(alice, trusted[0], claimed_at=timezone.now() - timedelta(days=31))
    appeal(returned)
    assert asked(returned) == trusted[:2]


UNSENT: dict[str, Any] = {"is_for_appeal": True}
HIDDEN: dict[str, Any] = {
    "status": "submitted", "score": 30, "submitted_at": timezone.now(), "hidden_at": timezone.now(),
}  # fmt: skip


@pytest.mark.parametrize("own", [UNSENT, {"status": "expired"}, HIDDEN])
def test_a_moderator_who_judges_it_neither_sees_the_scores_nor_decides(
    own: dict[str, Any], client: Client, mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    opinions(returned)
    hold(returned, mona, **own)
    client.force_login(mona)
    page = f"/moderation/appeals/{found.pk}/"
    assert client.get(page).status_code == 404
    assert page not in client.get("/moderation/appeals/").content.decode()
    assert client.get("/api/moderation/appeals").json()["count"] == 0
    sent = {"decision": "upheld", "explanation": REASONS}
    assert client.post(f"{page}decide/", sent).status_code == 404
    done = client.post(
        f"/api/moderation/appeals/{found.pk}/decide", sent, content_type="application/json"
    )
    assert done.status_code == 403
    assert not found.is_visible_to(mona)
    with pytest.raises(Forbidden):
        decide(found, mona)


def test_who_sent_an_opinion_reads_the_case_and_is_told_that_another_decides(
    client: Client, mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    opinions(returned)
    hold(returned, mona, status="submitted", score=70, submitted_at=timezone.now())
    client.force_login(mona)
    page = client.get(f"/moderation/appeals/{found.pk}/").content.decode()
    assert "another moderator decides" in page and 'name="decision"' not in page


def test_a_moderator_who_holds_it_reads_no_steps(
    client: Client, mona: User, returned: Submission
) -> None:
    path = f"/api/submissions/{returned.pk}/steps"
    client.force_login(mona)
    assert client.get(path).status_code == 200
    hold(returned, mona, is_for_appeal=True)
    assert client.get(path).status_code == 404


# Before and after the decision


def test_neither_side_reaches_the_other_before_the_decision(
    client: Client, alice: User, mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    opinions(returned)
    review = opinion(returned, trusted[0])
    deeds: list[Callable[[], Any]] = [
        lambda: after.show_name(review=review, by=alice),
        lambda: after.show_name(review=review, by=trusted[0]),
        lambda: after.thank(review=review, by=alice),
        lambda: after.answer(review=review, by=alice, text="Please be kind to my appeal."),
    ]
    for deed in deeds:
        with pytest.raises(Conflict, match="Wait for the outcome"):
            deed()
    client.force_login(trusted[0])
    door = f"/reviews/{review.pk}/names/"
    assert door not in client.get(review.get_absolute_url()).content.decode()
    assert client.post(f"/api/reviews/{review.pk}/thanks").status_code == 409
    client.force_login(alice)
    assert door not in client.get(returned.get_absolute_url()).content.decode()
    decide(found, mona)
    assert door in client.get(returned.get_absolute_url()).content.decode()
    for deed in deeds:
        deed()


def test_they_get_a_quality_and_its_points_with_the_decision(
    client: Client, mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    opinions(returned)
    review = opinion(returned, trusted[0])
    client.force_login(trusted[0])
    page = client.get(review.get_absolute_url()).content.decode()
    assert "Its quality is known once the appeal is decided." in page
    decide(found, mona)
    review = opinion(returned, trusted[0])
    assert review.quality is not None and review.quality_parts
    keys = set(PointEntry.objects.filter(user=trusted[0]).values_list("key", flat=True))
    assert {f"review-given:{review.pk}", f"review-quality:{review.pk}"} <= keys
    # Those before it are worth what they were.
    assert PointEntry.objects.filter(key__startswith="review-quality:").count() == 4
    assert list(recount.differences()) == []


def test_who_has_not_sent_theirs_is_told_and_may_still_send_it(
    mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    send(opinion(returned, trusted[0]))
    decide(found, mona, now=timezone.now() + timedelta(days=15))
    line = Notification.objects.get(kind=Notification.Kind.CLAIM_ENDED)
    late = opinion(returned, trusted[1])
    assert (line.user, line.target) == (trusted[1], late.get_absolute_url())
    assert late.status == PeerReview.Status.EXPIRED
    send(late)
    late.refresh_from_db()
    assert late.quality is not None
    keys = set(PointEntry.objects.filter(user=trusted[1]).values_list("key", flat=True))
    assert {f"review-given:{late.pk}", f"review-quality:{late.pk}"} <= keys
    returned.refresh_from_db()
    assert returned.score == 80


def test_who_is_sending_at_that_moment_is_looked_at_again(
    mona: User, returned: Submission, trusted: list[User], monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    found = appeal(returned)
    now = timezone.now() + timedelta(days=15)
    # As if both rows were locked by whoever is sending.
    monkeypatch.setattr(claims, "_end", lambda *args, **more: None)
    with django_capture_on_commit_callbacks() as callbacks:
        decide(found, mona, now=now)
    monkeypatch.undo()
    assert Notification.objects.filter(kind="claim_ended").count() == 0
    for callback in callbacks:
        callback()
    assert Notification.objects.filter(kind="claim_ended").count() == 2
    assert Challenge.objects.get(pk=returned.challenge_id).status == Challenge.Status.ACCEPTED


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_decision_an_opinion_and_a_late_review_at_once(
    alice: User, mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    Appeal.objects.update(created_at=timezone.now() - timedelta(days=15))
    late = make_user()
    held = hold(returned, late, status="expired", lease_until=timezone.now() - HOUR)
    deeds: list[Callable[[], object]] = [
        partial(decide, found, mona, score=Decimal(90)),
        partial(send, opinion(returned, trusted[0]), 70),
        partial(send, opinion(returned, trusted[1]), 70),
        partial(send, held, 20),
    ]
    all_at_once(deeds)
    returned.refresh_from_db()
    assert (returned.status, returned.score) == ("accepted", 90)
    sent = PeerReview.objects.filter(submission=returned, status="submitted")
    assert sent.count() == 5 and not sent.filter(quality=None).exists()
    assert not PeerReview.objects.filter(submission=returned, status="claimed").exists()
    assert PointEntry.objects.filter(key__startswith="review-given:").count() == 5
    assert list(recount.differences()) == []
