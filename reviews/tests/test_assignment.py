from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from goals.models import Goal
from learnquest.core.errors import Conflict
from reviews import assignment
from reviews.models import PeerReview, ReviewCase
from submissions.models import Submission
from tests.factories import (
    make_challenge,
    make_goal,
    make_review,
    make_submission,
    make_user,
)


def test_bob_claims_what_waits(bob: User, submission: Submission) -> None:
    review = assignment.claim_next(by=bob)
    assert review is not None
    assert (review.submission, review.reviewer, review.status) == (submission, bob, "claimed")
    assert review.lease_until - review.claimed_at == assignment.LEASE


def test_nobody_gets_their_own_work(alice: User, submission: Submission) -> None:
    assert assignment.claim_next(by=alice) is None


def test_the_database_refuses_a_self_review(alice: User, submission: Submission) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PeerReview.objects.create(
            submission=submission, reviewer=alice, author=alice, lease_until=timezone.now()
        )


def test_drafts_are_not_for_reviewers(bob: User, draft: Submission) -> None:
    assert assignment.claim_next(by=bob) is None


def test_an_open_claim_comes_again_instead_of_a_second(
    alice: User, bob: User, submission: Submission
) -> None:
    make_submission(make_challenge(make_goal(alice)))
    first, second = assignment.claim_next(by=bob), assignment.claim_next(by=bob)
    assert first == second and PeerReview.objects.count() == 1


def test_two_seats_are_all_there_are(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    assert assignment.claim_next(by=bob) and assignment.claim_next(by=carol)
    assert assignment.claim_next(by=charlie) is None


def test_an_expired_lease_frees_the_seat(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    assignment.claim_next(by=bob)
    assignment.claim_next(by=carol)
    later = timezone.now() + assignment.LEASE + timedelta(minutes=1)
    assert assignment.claim_next(by=charlie, now=later) is not None
    assert PeerReview.objects.filter(status="expired").count() == 2


def test_the_fewest_reviews_come_first_then_the_longest_wait(
    alice: User, bob: User, carol: User, charlie: User
) -> None:
    now = timezone.now()
    works = [make_submission(make_challenge(make_goal(alice))) for _ in range(3)]
    for hours, work in zip((5, 9, 7), works, strict=True):
        ReviewCase.objects.filter(submission=work).update(
            waiting_since=now - timedelta(hours=hours)
        )
    first = assignment.claim_next(by=bob)
    second = assignment.claim_next(by=carol)
    third = assignment.claim_next(by=charlie)
    assert first and second and third
    order = [first.submission_id, second.submission_id, third.submission_id]
    assert order == [works[1].pk, works[2].pk, works[0].pk]


def test_work_given_back_goes_to_others_and_does_not_return(
    bob: User, carol: User, submission: Submission
) -> None:
    review = assignment.claim_next(by=bob)
    assert review is not None
    assignment.release(review=review, by=bob)
    assert assignment.claim_next(by=bob) is None
    assert assignment.claim_next(by=carol) is not None


def test_a_lease_is_renewed_by_its_holder_alone(
    bob: User, carol: User, submission: Submission
) -> None:
    review = assignment.claim_next(by=bob)
    assert review is not None
    later = timezone.now() + timedelta(hours=40)
    renewed = assignment.renew(review=review, by=bob, now=later)
    assert renewed.lease_until == later + assignment.LEASE
    with pytest.raises(PeerReview.DoesNotExist):
        assignment.renew(review=review, by=carol)
    with pytest.raises(PeerReview.DoesNotExist):
        assignment.release(review=review, by=carol)


def test_a_sent_review_cannot_be_given_back(bob: User, submission: Submission) -> None:
    review = make_review(submission, bob)
    with pytest.raises(Conflict):
        assignment.release(review=review, by=bob)


def test_a_long_queue_takes_as_many_queries_as_a_short_one(
    alice: User, django_assert_max_num_queries: object
) -> None:
    goal: Goal = make_goal(alice)
    for _ in range(8):
        make_submission(make_challenge(goal))
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        assignment.claim_next(by=make_user())
