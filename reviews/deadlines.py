"""What happens to work that waits: boosted after 72 hours, ended after a week, never forgotten."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from challenges.models import Challenge
from reviews import cases, outcome
from reviews.models import PeerReview, ReviewCase
from reviews.queue_models import BOOSTED_AFTER, SEATS, WAIT_ENDS_AFTER
from submissions.models import Submission


def boost_waiting(*, now: datetime | None = None) -> int:
    """Put work still short of reviews after 72 hours before all other; returns how many.

    Whoever takes it from then on earns double points, and is told so. Who holds it already does
    not: keeping others waiting would pay.
    """
    now = now or timezone.now()
    return ReviewCase.objects.filter(
        closed_at=None, is_boosted=False, waiting_since__lte=now - BOOSTED_AFTER, taken__lt=SEATS
    ).update(is_boosted=True, boosted_at=now)


def end_waits(*, now: datetime | None = None) -> int:
    """End the wait of work that is a week old; returns how many ended.

    It settles on the reviews that it has, and goes to the moderators' list. Where no peer came,
    what the coach said stands in as a provisional score, and the first peer who comes settles it.
    Work of which nobody has said anything is looked at again each time, for the coach may be late.
    """
    now = now or timezone.now()
    late = ReviewCase.objects.filter(
        Q(ended_at=None) | ~Q(submission__outcome__is_provisional=True),
        closed_at=None,
        waiting_since__lte=now - WAIT_ENDS_AFTER,
    )
    ids = list(late.order_by("waiting_since").values_list("submission", flat=True))
    return sum(_end(submission_id, now) for submission_id in ids)


@transaction.atomic
def _end(submission_id: int, now: datetime) -> bool:
    """Settle what can be settled; returns whether the wait was ended only now."""
    # The challenge first, the reviews that settling changes, the case last: no dead-lock.
    locked = Challenge.objects.select_for_update(of=("self",)).filter(submissions=submission_id)
    if locked.first() is None:
        return False  # gone with its author meanwhile
    Submission.objects.select_for_update(of=("self",)).get(pk=submission_id)
    sent = PeerReview.objects.select_for_update(of=("self",), no_key=True).sent()
    list(sent.filter(submission=submission_id).order_by("pk").values_list("pk"))
    is_news = ReviewCase.objects.filter(submission=submission_id, ended_at=None).update(
        ended_at=now
    )
    if is_news:
        cases.escalate(submission_id=submission_id, concern=ReviewCase.Concern.WAIT, now=now)
    outcome.settle(submission_id=submission_id, now=now)
    return bool(is_news)
