"""Who reviews what. Nobody chooses: "review next" takes what needs it most."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from learnquest.core.errors import Conflict
from reviews.models import PeerReview
from submissions.models import Submission, SubmissionQuerySet

SEATS = 2
LEASE = timedelta(hours=48)


def waiting_for(reviewer: User, *, now: datetime | None = None) -> SubmissionQuerySet:
    """Return what this reviewer may claim: others' work in review with a seat free.

    Fewest live reviews first, then the longest wait. Work the reviewer had before, even if they
    gave it back, does not come again.
    """
    now = now or timezone.now()
    live = Q(peer_reviews__status=PeerReview.Status.SUBMITTED) | Q(
        peer_reviews__status=PeerReview.Status.CLAIMED, peer_reviews__lease_until__gt=now
    )
    return (
        Submission.objects.filter(status=Submission.Status.SUBMITTED)
        # Work of somebody who is leaving needs no review, and comes back if they stay.
        .filter(author__is_active=True, author__erase_at=None, hidden_at=None)
        .exclude(author=reviewer)
        .exclude(pk__in=PeerReview.objects.filter(reviewer=reviewer).values("submission"))
        .annotate(seats_taken=Count("peer_reviews", filter=live))
        .filter(seats_taken__lt=SEATS)
        .order_by("seats_taken", "submitted_at", "pk")
    )


@transaction.atomic
def claim_next(*, by: User, now: datetime | None = None) -> PeerReview | None:
    """Claim the next submission for `by`, in one atomic step; None when nothing waits.

    Who holds an open claim gets that one again: one at a time.
    """
    now = now or timezone.now()
    # Two clicks of one reviewer queue here, so that they end up with one claim.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    held = open_claim(by, now=now)
    if held is not None:
        return held
    for submission_id in waiting_for(by, now=now).values_list("pk", flat=True)[:50]:
        # Others who look at the same work at this moment skip it instead of waiting for it.
        submission = (
            Submission.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(pk=submission_id, status=Submission.Status.SUBMITTED)
            .first()
        )
        # Under the lock the seats are counted again: the list above may be a moment old.
        if submission is None or seats_taken(submission, now=now) >= SEATS:
            continue
        return PeerReview.objects.create(
            submission=submission,
            reviewer=by,
            author_id=submission.author_id,
            claimed_at=now,
            lease_until=now + LEASE,
        )
    return None


def seats_taken(submission: Submission, *, now: datetime) -> int:
    """Return how many reviews of a submission are sent or in somebody's hands."""
    return PeerReview.objects.filter(submission=submission).live(now=now).count()


def open_claim(reviewer: User, *, now: datetime | None = None) -> PeerReview | None:
    """Return the review that is in this reviewer's hands."""
    return (
        PeerReview.objects.given_by(reviewer)
        .filter(status=PeerReview.Status.CLAIMED, lease_until__gt=now or timezone.now())
        .select_related("submission__challenge__goal")
        .first()
    )


@transaction.atomic
def release(*, review: PeerReview, by: User) -> PeerReview:
    """Give a claim back to the pool; what was written stays with the review.

    Raises Conflict for a review that was sent or given back already.
    """
    review = _claimed(review, by)
    review.status = PeerReview.Status.RELEASED
    review.save(update_fields=["status"])
    return review


@transaction.atomic
def renew(*, review: PeerReview, by: User, now: datetime | None = None) -> PeerReview:
    """Let the lease run for 48 hours from now.

    Raises Conflict for a review that was sent or given back already.
    """
    review = _claimed(review, by)
    review.lease_until = (now or timezone.now()) + LEASE
    review.save(update_fields=["lease_until"])
    return review


def release_all(*, by: User) -> int:
    """Give back whatever `by` holds, for somebody who is leaving; returns how many claims."""
    return (
        PeerReview.objects.given_by(by)
        .filter(status=PeerReview.Status.CLAIMED)
        .update(status=PeerReview.Status.RELEASED)
    )


def expire_leases(*, now: datetime | None = None) -> int:
    """Mark the claims whose lease is over; returns how many. Their drafts are kept."""
    return PeerReview.objects.filter(
        status=PeerReview.Status.CLAIMED, lease_until__lte=now or timezone.now()
    ).update(status=PeerReview.Status.EXPIRED)


def _claimed(review: PeerReview, by: User) -> PeerReview:
    review = PeerReview.objects.select_for_update().given_by(by).get(pk=review.pk)
    if review.status != PeerReview.Status.CLAIMED:
        raise Conflict(_("This review is no longer in your hands."))
    return review
