"""Reminding reviewers before a lease ends: three times at most, and only when they can act."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts import inbox
from accounts.models import Notification
from reviews.invitations import is_awake
from reviews.models import Appeal, PeerReview
from submissions.models import Submission

# How long before the end each reminder is due.
STEPS = (timedelta(hours=24), timedelta(hours=8), timedelta(hours=2))


def remind(*, now: datetime | None = None) -> int:
    """Remind of claims whose lease ends soon; returns how many reminders were written.

    Whoever sleeps, left, or holds work that is settled meanwhile is left in peace. Who slept
    through a step gets one reminder for both in the morning.
    """
    now = now or timezone.now()
    soon = (
        PeerReview.objects.filter(
            status=PeerReview.Status.CLAIMED,
            lease_until__gt=now,
            lease_until__lte=now + STEPS[0],
            reminders__lt=len(STEPS),
            reviewer__is_active=True,
            reviewer__erase_at=None,
            # Practice waits for nobody. Of a known work nothing else may tell.
            is_training=False,
        )
        .exclude(submission__status=Submission.Status.DRAFT)
        .select_related("reviewer", "submission__challenge")
        .order_by("lease_until")
    )
    return sum(_remind(review, now) for review in soon)


@transaction.atomic
def _remind(review: PeerReview, now: datetime) -> bool:
    due = sum(review.lease_until - now <= step for step in STEPS)
    reviewer = review.reviewer
    if due <= review.reminders or reviewer is None or not is_awake(reviewer, now):
        return False
    is_first = PeerReview.objects.filter(
        pk=review.pk, reminders=review.reminders, status=PeerReview.Status.CLAIMED
    ).update(reminders=due)
    if not _is_needed(review) or not is_first:
        return False
    inbox.notify(
        user_id=reviewer.pk,
        kind=Notification.Kind.REVIEW_DUE,
        subject=review.submission.challenge.title,
        target=review.get_absolute_url(),
        now=now,
    )
    return True


def _is_needed(review: PeerReview) -> bool:
    """Whether somebody waits for it: an author, a moderator who has an appeal to decide, or we."""
    if review.is_for_appeal:
        return Appeal.objects.undecided().filter(submission=review.submission_id).exists()
    return (
        review.submission.status == Submission.Status.SUBMITTED
        or PeerReview.objects.of_known_work().filter(pk=review.pk).exists()
    )
