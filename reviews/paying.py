"""What a review pays for having been given: with the outcome of the work, never before.

Points move boards, levels, badges and a page's activity, which everybody sees. Points that came as
a review was sent would tell the author who had sent it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from leaderboard import badges, fair_play, points
from leaderboard.models import HeldPoints, PointEntry
from reviews.models import PeerReview, PeerReviewQuerySet
from submissions.models import Submission

KEY = "review-given:"


def unpaid() -> PeerReviewQuerySet:
    """Return the reviews of peers' work that were sent and neither paid nor held back."""
    key = Concat(Value(KEY), Cast(OuterRef("pk"), CharField()))
    return (
        PeerReview.objects.of_peers()
        .sent()
        .filter(
            ~Exists(PointEntry.objects.filter(key=key)), ~Exists(HeldPoints.objects.filter(key=key))
        )
    )


def pay_given(review: PeerReview, *, now: datetime) -> None:
    """Pay the reviewer for a review whose outcome is known, once, and the badges that follow.

    Twice the usual where the work waited long. It counts in the week of the outcome, and among
    the reviewer's days on that of sending. What comes of a circle is held back for a moderator.
    """
    if review.reviewer_id is None:
        return  # their account is gone
    paid = fair_play.award(
        user_id=review.reviewer_id,
        counterpart_id=review.author_id,
        amount=review.times * points.REVIEW_GIVEN,
        reason=PointEntry.Reason.REVIEW_GIVEN,
        key=f"{KEY}{review.pk}",
        category=review.submission.challenge.goal.category,
        done_at=review.submitted_at,
        now=now,
    )
    if paid is not None:
        badges.award_due(user_id=review.reviewer_id, after=badges.Deed.REVIEWING, now=now)


def pay_all_given(*, submission_id: int, now: datetime) -> None:
    """Pay the reviews of a work that has its outcome, whichever way it came to it.

    Pays nothing before, and nothing twice, so it is safe to call after every event.
    """
    _pay(unpaid().with_outcome().filter(submission=submission_id), now)


def pay_at_the_end(*, submission_id: int, now: datetime) -> None:
    """Pay all reviews of a work to which nothing comes any more: no outcome, and no decision."""
    _pay(unpaid().filter(submission=submission_id), now)


def pay_for_works_of(author: User, *, now: datetime) -> None:
    """Pay all reviews of the works of somebody who is leaving for good.

    The caller has locked the works with their challenges, so that none of them settles meanwhile.
    """
    _pay(unpaid().filter(submission__author=author), now)


@receiver(pre_delete, sender=Submission)
def pay_before_it_goes(instance: Submission, **kwargs: Any) -> None:
    """Pay the reviews of work that is deleted; with an account, they are paid before."""
    if instance.status != Submission.Status.DRAFT:
        pay_at_the_end(submission_id=instance.pk, now=timezone.now())


def has_outcome(review: PeerReview) -> bool:
    """Whether a review that was sent has its outcome, so that it is paid."""
    return PeerReview.objects.filter(pk=review.pk).with_outcome().exists()


def on_their_way(user: User) -> int:
    """Return how many points come with the outcomes that a reviewer waits for; one query."""
    waiting = unpaid().given_by(user).awaiting_outcome().only("is_boosted")
    return sum(review.times * points.REVIEW_GIVEN for review in waiting)


def sent_lately(
    user_ids: Collection[int], since: datetime, until: datetime
) -> QuerySet[PeerReview, Any]:
    """Return what was sent and is not paid, with `person` and `moment`: for their eyes alone."""
    return (
        unpaid()
        .awaiting_outcome()
        .filter(reviewer__in=user_ids, submitted_at__range=(since, until))
        .annotate(person=F("reviewer"), moment=F("submitted_at"))
    )


def _pay(reviews: PeerReviewQuerySet, now: datetime) -> None:
    # In the order of learners, so that two outcomes do not wait for each other.
    for review in reviews.select_related("submission__challenge__goal").order_by("reviewer", "pk"):
        pay_given(review, now=now)
