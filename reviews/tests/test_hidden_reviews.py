"""A hidden review has no effect any more: on score and points, and on how its reviewer stands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import moderation
from accounts.models import Report, User
from leaderboard import overturning, recount
from leaderboard.models import HeldPoints, PointEntry
from reviews import appeals, peer_review
from reviews.models import GraderStanding, PeerReview, ReviewCase
from reviews.tests.test_appeals_stand import raise_to
from submissions.models import Submission
from tests.factories import answers, make_review, make_user

pytestmark = pytest.mark.django_db


def hide(review: PeerReview, mona: User) -> Report:
    told = moderation.report(
        kind="review", target_id=review.pk, by=review.author, reason="unfair", note="x"
    )
    report = moderation.claim(report=told, by=mona)
    return moderation.decide(report=report, by=mona, decision="hidden", reason="It was not read.")


def points_of(user: User | None) -> int:
    assert user is not None
    return sum(PointEntry.objects.filter(user=user).values_list("amount", flat=True))


def points_for(review: PeerReview) -> int:
    entries = PointEntry.objects.filter(user=review.reviewer, key__contains=f":{review.pk}")
    return sum(entries.values_list("amount", flat=True))


def concern_of(work: Submission) -> str:
    return ReviewCase.objects.get(submission=work).escalated_for


def test_hiding_settles_anew_and_showing_it_again_does_so_too(
    alice: User, mona: User, submission: Submission
) -> None:
    make_review(submission, make_user(), 80)
    low = make_review(submission, make_user(), 62)
    submission.refresh_from_db()
    before = (submission.score, points_of(alice), points_for(low))
    assert before[0] == 71
    report = hide(low, mona)
    submission.refresh_from_db()
    assert submission.score == 80 and points_of(alice) > before[1]
    assert points_for(low) == 0
    moderation.undo(report=report, by=mona)
    submission.refresh_from_db()
    assert (submission.score, points_of(alice), points_for(low)) == before
    assert list(recount.differences()) == []


def test_work_that_came_back_for_a_hidden_review_is_accepted(
    alice: User, mona: User, submission: Submission
) -> None:
    make_review(submission, make_user(), 70)
    low = make_review(submission, make_user(), 45)
    hide(low, mona)
    submission.refresh_from_db()
    submission.challenge.refresh_from_db()
    assert (submission.score, submission.status) == (70, "accepted")
    assert submission.challenge.status == "accepted"
    standing = GraderStanding.objects.get(reviewer=low.reviewer)
    assert standing.reviews == 0
    assert concern_of(submission) == ""


def test_work_all_reviews_of_which_are_hidden_goes_to_the_moderators(
    mona: User, submission: Submission
) -> None:
    first, second = (make_review(submission, make_user(), 5) for _ in range(2))
    hide(first, mona)
    assert concern_of(submission) == ""
    report = hide(second, mona)
    submission.refresh_from_db()
    assert (submission.status, submission.score) == ("returned", 5)
    assert concern_of(submission) == "hidden"
    assert points_for(first) == points_for(second) == 0
    moderation.undo(report=report, by=mona)
    second.refresh_from_db()
    assert points_for(second) > 0 and second.quality is not None
    assert list(recount.differences()) == []


def test_what_an_appeal_raised_stays_with_all_reviews_hidden(
    mona: User, submission: Submission
) -> None:
    found = [make_review(submission, make_user(), 50) for _ in range(2)]
    raise_to(submission, mona, 80)
    for review in found:
        hide(review, make_user(is_staff=True, is_superuser=True))
    submission.refresh_from_db()
    assert (submission.score, submission.status) == (80, "accepted")
    assert concern_of(submission) == ""


def test_work_in_review_goes_on(mona: User, submission: Submission) -> None:
    review = make_review(submission, make_user(), 70)
    hide(review, mona)
    case = ReviewCase.objects.get(submission=submission)
    assert (case.taken, case.is_open, case.escalated_for) == (0, True, "")
    assert points_for(review) == 0


def test_held_points_are_let_go_and_overturned_ones_are_not_taken_twice(
    mona: User, submission: Submission
) -> None:
    review = make_review(submission, make_user(), 90)
    make_review(submission, make_user(), 80)
    given = PointEntry.objects.get(key=f"review-given:{review.pk}")
    overturning.overturn(entry=given, by=mona)
    quality = points_of(review.reviewer)
    assert quality > 0
    assert review.reviewer is not None
    HeldPoints.objects.create(
        user=review.reviewer, amount=3, reason="review_quality", pattern="ring",
        key=f"review-quality:{review.pk}", occurred_at=timezone.now(),
    )  # fmt: skip
    report = hide(review, mona)
    assert points_of(review.reviewer) == 0
    assert not HeldPoints.objects.exists()
    moderation.undo(report=report, by=mona)
    assert points_of(review.reviewer) == quality


def test_an_undecided_appeals_opinions_move_no_other_reviews_quality(
    alice: User, submission: Submission
) -> None:
    first, _second = (make_review(submission, make_user(), 55) for _ in range(2))
    appeals.appeal(work=submission, by=alice, reason="They did not read the work at all, please.")
    now, who = timezone.now(), make_user()
    opinion = PeerReview.objects.create(
        submission=submission, reviewer=who, author=alice, claimed_at=now,
        lease_until=now + timedelta(days=5), is_for_appeal=True,
    )  # fmt: skip
    peer_review.submit_review(review=opinion, by=who, **answers(submission.challenge, 100))
    first.refresh_from_db()
    agreed = first.quality_parts["agreement"]
    assert agreed == 1
    peer_review.mark_helpful(review=first, by=alice, helpful=True)
    first.refresh_from_db()
    assert first.quality_parts["agreement"] == agreed
