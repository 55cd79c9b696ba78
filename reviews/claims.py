"""A claim under lock, and how it ends without its reviewer: the work is gone, hidden or copied."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Notification, User
from learnquest.core.errors import Conflict
from reviews import cases
from reviews.models import PeerReview


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


def end_all(
    held: "QuerySet[PeerReview]",
    *,
    now: datetime,
    to: PeerReview.Status = PeerReview.Status.EXPIRED,
    may_end: Callable[[PeerReview], bool] = lambda _claim: True,
    leads_to_desk: bool = False,
) -> list[PeerReview]:
    """End claims on one work and tell who held them; returns those that ended at once.

    As after a lease that is over, unless `to` says otherwise: what they wrote can be sent. The
    caller holds the work. Who is saving or sending a review of it at this moment holds that, and
    may be waiting for the work: what is only saved is looked at again afterwards, under lock, and
    ends if `may_end` still says so; what is sent counts.
    """
    held = held.filter(status=PeerReview.Status.CLAIMED).select_related("submission__challenge")
    found = list(held.select_for_update(of=("self",), skip_locked=True, no_key=True).order_by("pk"))
    for claim in found:
        _end(claim, to=to, leads_to_desk=leads_to_desk, now=now)
    if held.exists():
        transaction.on_commit(
            partial(_end_rest, held, may_end=may_end, to=to, leads_to_desk=leads_to_desk, now=now)
        )
    return found


def tell_ended(
    claim: PeerReview, *, subject: str, now: datetime, leads_to_desk: bool = False
) -> None:
    """Tell a reviewer that they need not go on; why is between the author and the moderators."""
    if claim.reviewer_id is not None:
        inbox.notify(
            user_id=claim.reviewer_id,
            kind=Notification.Kind.CLAIM_ENDED,
            subject=subject,
            target=claim.get_absolute_url() if leads_to_desk else reverse("reviews:queue"),
            now=now,
        )


def _end_rest(
    held: "QuerySet[PeerReview]",
    *,
    may_end: Callable[[PeerReview], bool],
    to: PeerReview.Status,
    leads_to_desk: bool,
    now: datetime,
) -> None:
    for pk in held.values_list("pk", flat=True):
        # One lock at a time: nobody can be waiting for another that is held here.
        with transaction.atomic():
            claim = held.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
            if claim is not None and may_end(claim):
                _end(claim, to=to, leads_to_desk=leads_to_desk, now=now)
                cases.recount(submission_id=claim.submission_id, now=now)


def _end(claim: PeerReview, *, to: PeerReview.Status, leads_to_desk: bool, now: datetime) -> None:
    claim.status, claim.holds_seat = to, False
    claim.save(update_fields=["status", "holds_seat"])
    subject = claim.submission.challenge.title
    tell_ended(claim, subject=subject, leads_to_desk=leads_to_desk, now=now)
