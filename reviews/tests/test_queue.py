"""Who is asked, who keeps a place and for how long, and what waiting leads to."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from learnquest.core.errors import Conflict, Invalid
from reviews import assignment, cases, deadlines, eligibility, peer_review
from reviews.models import Outcome, PeerReview, ReviewCase
from submissions.models import Submission
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

HOUR = timedelta(hours=1)


def waited(work: Submission, hours: float) -> None:
    ReviewCase.objects.filter(submission=work).update(waiting_since=timezone.now() - hours * HOUR)


def test_two_people_do_not_judge_each_other(alice: User, bob: User, submission: Submission) -> None:
    make_review(submission, bob)
    theirs = make_submission(make_challenge(make_goal(bob)))
    long = timezone.now() + eligibility.PAIR_RESTS_UNTIL
    for now in (timezone.now(), long - HOUR):
        assert assignment.claim_next(by=alice, now=now) is None
    later = timezone.now() + eligibility.PAIR_REST + HOUR
    ReviewCase.objects.filter(submission=theirs).update(waiting_since=later - HOUR)
    found = assignment.claim_next(by=alice, now=later)
    assert found is not None and found.submission == theirs


@pytest.mark.django_db
def test_whoever_reviews_a_whole_small_class_is_reviewed_all_the_same(settings: Any) -> None:
    settings.REVIEW_OTHERS_FIRST_HOURS = 16
    keen, *others = people = [make_user() for _person in range(4)]
    works = [make_submission(make_challenge(make_goal(person))) for person in people]
    begin = timezone.now()
    for hour in range(24 * 6):
        now = begin + hour * HOUR
        assignment.free_seats(now=now)
        deadlines.boost_waiting(now=now)
        for person in [keen, *(others if hour % 24 == 20 else ())]:
            review = assignment.claim_next(by=person, now=now)
            if review is not None:
                sent = answers(review.submission.challenge)
                peer_review.submit_review(review=review, by=person, now=now, **sent)
    for work in works:
        assert PeerReview.objects.filter(submission=work).sent().count() >= 2
        work.refresh_from_db()
        assert work.status == Submission.Status.ACCEPTED


def test_nor_while_one_holds_the_others_work(
    alice: User, bob: User, submission: Submission
) -> None:
    held = claim(submission, bob)
    make_submission(make_challenge(make_goal(bob)))
    assert assignment.claim_next(by=alice) is None
    assignment.release(review=held, by=bob)
    assert assignment.claim_next(by=alice) is not None


def test_the_own_field_comes_first_while_the_work_is_fresh(
    alice: User, bob: User, carol: User
) -> None:
    make_goal(bob, category="music")
    other = make_submission(make_challenge(make_goal(alice, category="maths")))
    own = make_submission(make_challenge(make_goal(carol, category="music")))
    waited(other, 5)
    first = assignment.waiting_for(bob).first()
    assert first is not None and first.submission == other
    review = assignment.claim_next(by=bob)
    assert review is not None and review.submission == own


def test_after_a_day_the_longest_wait_wins_over_the_field(
    alice: User, bob: User, carol: User
) -> None:
    make_goal(bob, category="music")
    other = make_submission(make_challenge(make_goal(alice, category="maths")))
    make_submission(make_challenge(make_goal(carol, category="music")))
    waited(other, 25)
    assert claim(other, bob)


def test_somebody_new_comes_before_whom_they_reviewed_lately(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob)
    again = make_submission(make_challenge(make_goal(alice)))
    new = make_submission(make_challenge(make_goal(carol)))
    waited(again, 3)
    make_goal(bob)
    assert claim(new, bob)


def test_a_quiet_claim_gives_its_seat_to_others_and_still_counts(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    mine = claim(submission, bob)
    claim(submission, carol)
    now = timezone.now() + assignment.QUIET + HOUR
    third = assignment.claim_next(by=charlie, now=now)
    assert third is not None
    mine.refresh_from_db()
    assert (mine.status, mine.holds_seat) == ("claimed", False)
    for review, who in ((third, charlie), (mine, bob)):
        sent = peer_review.submit_review(
            review=review, by=who, now=now, **answers(submission.challenge)
        )
        assert sent.status == "submitted"
    assert bob.point_entries.get(reason="review_given").amount == 5


def test_writing_keeps_the_seat(bob: User, carol: User, submission: Submission) -> None:
    review = claim(submission, bob)
    now = timezone.now() + 11 * HOUR
    peer_review.save_draft(review=review, by=bob, now=now, scores={}, comments={}, overall="So far")
    assert assignment.free_seats(now=now + 11 * HOUR) == 0
    assert assignment.free_seats(now=now + 13 * HOUR) == 1
    # And takes it back where nobody came.
    peer_review.save_draft(
        review=review, by=bob, now=now + 14 * HOUR, scores={}, comments={}, overall="Further"
    )
    review.refresh_from_db()
    assert review.holds_seat and ReviewCase.objects.get().taken == 1


def test_a_draft_outlives_its_lease_and_is_sent_as_an_extra(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    late = claim(submission, bob)
    peer_review.save_draft(review=late, by=bob, scores={}, comments={}, overall="Kept words")
    later = timezone.now() + assignment.LEASE + HOUR
    assignment.free_seats(now=later)
    for who in (carol, charlie):
        review = assignment.claim_next(by=who, now=later)
        assert review is not None
        peer_review.submit_review(review=review, by=who, now=later, **answers(submission.challenge))
    late.refresh_from_db()
    assert (late.status, late.overall) == ("expired", "Kept words")
    sent = peer_review.submit_review(
        review=late, by=bob, now=later, **answers(submission.challenge)
    )
    assert sent.is_extra and bob.point_entries.filter(reason="review_given").exists()


def test_a_lease_is_renewed_three_times(bob: User, submission: Submission) -> None:
    review = claim(submission, bob)
    now = review.claimed_at
    for _ in range(assignment.MOST_RENEWALS):
        now += timedelta(hours=40)
        review = assignment.renew(review=review, by=bob, now=now)
    with pytest.raises(Conflict, match="three times"):
        assignment.renew(review=review, by=bob, now=now + timedelta(hours=40))


def test_a_renewal_adds_twelve_hours_or_uses_nothing_up(
    client: Client, bob: User, charlie: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    offer, door = f"/reviews/{review.pk}/renew/", f"/api/reviews/{review.pk}/renew"
    desk = review.get_absolute_url()
    client.force_login(bob)
    said = client.post(offer, follow=True)
    assert said.redirect_chain[0][0] == f"{desk}#time"
    html = said.content.decode()
    assert "You can ask for more time from" in html and f'action="{offer}"' not in html
    assert assignment.until(review) in html and 'id="time"' in html
    refused = client.post(door)
    assert refused.status_code == 409 and assignment.until(review) in refused.json()["detail"]
    review.refresh_from_db()
    assert review.renewals == 0

    edge = review.lease_until - timedelta(hours=36)
    with pytest.raises(Conflict):
        assignment.renew(review=review, by=bob, now=edge - timedelta(seconds=1))
    assert assignment.can_renew(review, now=edge)
    PeerReview.objects.filter(pk=review.pk).update(lease_until=timezone.now() + timedelta(hours=9))
    assert f'action="{offer}"' in client.get(desk).content.decode()
    client.force_login(charlie)
    assert client.post(offer).status_code == client.post(door).status_code == 404
    client.force_login(bob)
    html = client.post(offer, follow=True).content.decode()
    review.refresh_from_db()
    assert review.renewals == 1 and f"You have it until {assignment.until(review)}." in html


def test_a_report_goes_to_the_moderators_with_its_words(bob: User, submission: Submission) -> None:
    review = claim(submission, bob)
    with pytest.raises(Invalid):
        assignment.release(review=review, by=bob, reason="reported")
    assignment.release(review=review, by=bob, reason="reported", note="This is an advert.")
    case = ReviewCase.objects.for_moderators().get()
    assert (case.submission, case.escalated_for) == (submission, "reported")
    assert PeerReview.objects.get().private_note == "This is an advert."


def test_what_two_who_can_judge_cannot_judge_goes_there_too(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    ReviewCase.objects.update(is_open=False)
    earlier = make_submission(make_challenge(make_goal(alice)))
    for who in (bob, carol):
        make_review(earlier, who)
    ReviewCase.objects.filter(submission=submission).update(is_open=True)
    for who, count in ((bob, 0), (carol, 1)):
        assignment.release(review=claim(submission, who), by=who, reason="cannot_judge")
        assert ReviewCase.objects.for_moderators().count() == count
    assert ReviewCase.objects.get(submission=submission).is_open


def test_a_third_seat_opens_where_reviewers_disagree(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    claim(submission, bob)
    claim(submission, carol)
    assert assignment.claim_next(by=charlie) is None
    cases.ask_for_one_more(submission_id=submission.pk)
    assert assignment.claim_next(by=charlie) is not None
    for _ in range(5):
        cases.ask_for_one_more(submission_id=submission.pk)
    assert ReviewCase.objects.get().seats == cases.MOST_SEATS


def test_work_that_waited_three_days_comes_first_for_double_points(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, carol)
    make_submission(make_challenge(make_goal(alice)))
    waited(submission, 73)
    assert deadlines.boost_waiting() == 1 and deadlines.boost_waiting() == 0
    review = claim(submission, bob)
    assert review.is_boosted
    peer_review.submit_review(review=review, by=bob, **answers(submission.challenge))
    assert bob.point_entries.get(reason="review_given").amount == 10


def test_who_kept_it_waiting_earns_no_double_points(
    bob: User, carol: User, submission: Submission
) -> None:
    held = claim(submission, bob)
    later = timezone.now() + timedelta(hours=73)
    assignment.free_seats(now=later)
    assert deadlines.boost_waiting(now=later) == 1
    other = assignment.claim_next(by=carol, now=later)
    assert other is not None and other.is_boosted
    for review, by in ((held, bob), (other, carol)):
        given = answers(submission.challenge)
        peer_review.submit_review(review=review, by=by, now=later, **given)
    paid = [user.point_entries.get(reason="review_given").amount for user in (bob, carol)]
    assert paid == [5, 10]


def test_after_a_week_one_review_settles_it(bob: User, submission: Submission) -> None:
    make_review(submission, bob, 80)
    waited(submission, 24 * 7 + 1)
    assert deadlines.end_waits() == 1 and deadlines.end_waits() == 0
    submission.refresh_from_db()
    assert (submission.status, submission.score) == ("accepted", 80)
    assert ReviewCase.objects.for_moderators().get().escalated_for == "wait"


def test_without_a_peer_the_coach_stands_in_until_one_comes(
    client: Client, alice: User, bob: User, submission: Submission
) -> None:
    from reviews import ai_feedback

    ai_feedback.write(submission.ai_feedback.pk)
    waited(submission, 24 * 7 + 1)
    deadlines.end_waits()
    submission.refresh_from_db()
    assert submission.status == "submitted" and Outcome.objects.get().is_provisional
    client.force_login(alice)
    assert "Provisional" in client.get(submission.get_absolute_url()).content.decode()
    assert not alice.point_entries.filter(reason="work_accepted").exists()
    make_review(submission, bob, 40)
    submission.refresh_from_db()
    assert (submission.status, submission.score) == ("returned", 40)


def test_who_gave_more_than_they_owe_is_asked_when_others_had_their_time(
    alice: User, bob: User, carol: User, submission: Submission, settings: Any
) -> None:
    settings.REVIEW_OTHERS_FIRST_HOURS = 16
    make_review(submission, bob)
    fresh = make_submission(make_challenge(make_goal(carol)))
    assert assignment.claim_next(by=bob) is None
    # What was practice only is not given to anybody.
    PeerReview.objects.filter(reviewer=bob).update(is_training=True)
    assert [case.submission for case in assignment.waiting_for(bob)] == [fresh]
    PeerReview.objects.filter(reviewer=bob).update(is_training=False)
    waited(fresh, 17)
    assert claim(fresh, bob)


def test_settled_work_leaves_the_queue(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    make_review(submission, bob)
    make_review(submission, carol)
    case = ReviewCase.objects.get()
    assert case.closed_at and case.full_at and not case.is_open
    assert assignment.claim_next(by=charlie) is None
