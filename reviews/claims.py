"""A claim under lock, and how it ends without its reviewer: the work is gone, hidden or copied."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Notification, User
from learnquest.core.errors import Conflict
from reviews import cases
from reviews.models import PeerReview
from submissions.models import Submission


def locked(review: PeerReview, by: User) -> PeerReview:
    """Lock and return a review of `by` as it is now.

    Raises Conflict where the work was deleted meanwhile, and the review with it.
    """
    found = PeerReview.objects.select_for_update(of=("self",)).given_by(by)
    try:
        return found.select_related("submission__challenge__goal").get(pk=review.pk)
    except PeerReview.DoesNotExist:
        if PeerReview.objects.filter(pk=review.pk).exists():
            raise  # somebody else's
        raise Conflict(
            _("This work is no longer there. Take the next one from the queue.")
        ) from None


def end_all(work: Submission, *, now: datetime) -> None:
    """Take work out of its reviewers' hands, tell them, and free their seats.

    As after a lease that is over: what they wrote can be sent when the work is back. The caller
    holds the work. Who is saving or sending a review of it at this moment holds that, and may be
    waiting for the work: what is only saved is looked at again afterwards, and what is sent counts.
    """
    held = PeerReview.objects.filter(submission=work, status=PeerReview.Status.CLAIMED)
    for claim in held.select_for_update(skip_locked=True, no_key=True).order_by("pk"):
        _end(claim, work, now=now)
    if held.exists():
        transaction.on_commit(partial(_end_rest, work.pk, now=now))
    cases.recount(submission_id=work.pk, now=now)


def tell_ended(claim: PeerReview, *, subject: str, now: datetime) -> None:
    """Tell a reviewer that they need not go on; why is between the author and the moderators."""
    if claim.reviewer_id is not None:
        inbox.notify(
            user_id=claim.reviewer_id,
            kind=Notification.Kind.CLAIM_ENDED,
            subject=subject,
            target=reverse("reviews:queue"),
            now=now,
        )


def _end_rest(submission_id: int, *, now: datetime) -> None:
    held = PeerReview.objects.filter(
        submission=submission_id,
        status=PeerReview.Status.CLAIMED,
        submission__hidden_at__isnull=False,
    ).select_related("submission__challenge")
    for pk in held.values_list("pk", flat=True):
        # One lock at a time: nobody can be waiting for another that is held here.
        with transaction.atomic():
            claim = held.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
            if claim is not None:
                _end(claim, claim.submission, now=now)
                cases.recount(submission_id=submission_id, now=now)


def _end(claim: PeerReview, work: Submission, *, now: datetime) -> None:
    claim.status, claim.holds_seat = PeerReview.Status.EXPIRED, False
    claim.save(update_fields=["status", "holds_seat"])
    tell_ended(claim, subject=work.challenge.title, now=now)
