"""A review that a moderator hides is as if it had never been sent; shown again, it counts again."""

from contextlib import suppress
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q, QuerySet
from django.utils import timezone

from leaderboard import fair_play, points
from leaderboard.models import PointEntry
from reviews import attempts, cases, outcome, paying, quality, worth
from reviews.models import SETTLED, PeerReview, ReviewCase
from submissions.models import Submission


def lock_its_work(review: PeerReview) -> None:
    """Lock the work before its review, as whoever settles it does."""
    with suppress(ObjectDoesNotExist):  # gone meanwhile, and the review with it
        attempts.lock(review.submission_id)


@points.together()
def count_no_more(review: PeerReview) -> None:
    """Judge the work anew without a review that is hidden now, and give its seat to others.

    Its reviewer loses the points for it. Where it was the last review of settled work, moderators
    are told: then the score rests on nothing. The caller has locked the work.
    """
    now = timezone.now()
    submission_id = review.submission_id
    outcome.settle(submission_id=submission_id, now=now)
    if _rests_on_nothing(review.submission):
        concern = ReviewCase.Concern.HIDDEN
        cases.escalate(submission_id=submission_id, concern=concern, now=now)
    _take_back(review, now=now)
    cases.recount(submission_id=submission_id, now=now)


@points.together()
def count_again(review: PeerReview) -> None:
    """Let a review that is shown again count and be paid like any other."""
    if review.status != PeerReview.Status.SUBMITTED:
        return
    now = timezone.now()
    outcome.settle(submission_id=review.submission_id, now=now)
    paying.pay_all_given(submission_id=review.submission_id, now=now)
    _give_again(review, now=now)
    cases.recount(submission_id=review.submission_id, now=now)


def _rests_on_nothing(work: Submission) -> bool:
    """Whether work is settled though all its reviews are hidden, and no moderator graded it."""
    return (
        work.status in SETTLED
        and not PeerReview.objects.filter(submission=work, is_for_appeal=False).sent().exists()
        and not attempts.is_copy(work)
        and not attempts.floor_of(work)
    )


def _take_back(review: PeerReview, *, now: datetime) -> None:
    """Take back what a review has paid, and let go of what is held for a look at a circle."""
    if review.reviewer_id is None:
        return
    for kind in (paying.KEY, worth.KEY):
        key = f"{kind}{review.pk}"
        fair_play.let_go(key)
        entries = list(_of_key(key).select_related("reversal").order_by("pk"))
        # What a moderator took back before is not taken twice.
        rest = sum(entry.amount for entry in entries if not hasattr(entry, "reversal"))
        if rest:
            points.award(
                user_id=review.reviewer_id,
                amount=-rest,
                reason=PointEntry.Reason.CORRECTION,
                key=f"{key}:{len(entries)}",
                verified=True,
                category=entries[0].category,
                now=now,
            )
    if review.quality is not None:
        quality.note(review.reviewer_id)


def _give_again(review: PeerReview, *, now: datetime) -> None:
    """Pay anew for a review what `_take_back` took of it."""
    key = f"{paying.KEY}{review.pk}"
    entries = list(_of_key(key).order_by("pk"))
    if review.reviewer_id is not None and entries and not sum(one.amount for one in entries):
        points.award(
            user_id=review.reviewer_id,
            amount=entries[0].amount,
            reason=PointEntry.Reason.CORRECTION,
            key=f"{key}:{len(entries)}",
            verified=True,
            category=entries[0].category,
            now=now,
        )
    worth.value_anew(review, pass_mark=outcome.PASS_MARK, now=now)


def _of_key(key: str) -> QuerySet[PointEntry]:
    return PointEntry.objects.filter(Q(key=key) | Q(key__startswith=f"{key}:"))
