"""What the author's marks do for a reviewer after the outcome: counted once a day, and once.

A mark is kept as it is made. Were it paid at once, an author could watch whose points it moves, and
change it again and again; so what was marked since the outcome is counted for all works together.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from leaderboard import points
from learnquest.core.errors import Conflict
from reviews import attempts, outcome, worth
from reviews.models import PeerReview, PeerReviewQuerySet


def refuse_counted(is_counted: bool) -> None:
    """Raise Conflict for a mark that has counted: what it paid would tell who was paid."""
    if is_counted:
        raise Conflict(_("This has counted for the reviewer already, so it stays as it is."))


def uncounted() -> PeerReviewQuerySet:
    """Return the reviews that were valued, and whose author marked something since.

    What was taken up may be among it without a higher score: then there is nothing to count.
    """
    # Valued before there were parts, a review has none.
    not_helpful = Q(quality_parts__helpful=None) | Q(quality_parts__helpful__isnull=True)
    not_used = Q(quality_parts__used=None) | Q(quality_parts__used__isnull=True)
    return (
        PeerReview.objects.sent()
        .filter(quality__isnull=False)
        .filter(Q(is_helpful__isnull=False) & not_helpful | ~Q(addressed=[]) & not_used)
    )


def count_all(*, now: datetime | None = None) -> int:
    """Count what authors marked since the outcome; returns how many reviews it changed.

    Safe to run twice, and at any moment: what was counted is not among it any more.
    """
    now = now or timezone.now()
    # In an order that says nothing of when each was marked.
    return sum(_count(pk, now) for pk in uncounted().order_by("pk").values_list("pk", flat=True))


@transaction.atomic
@points.together()
def _count(pk: int, now: datetime) -> bool:
    work = PeerReview.objects.filter(pk=pk).values_list("submission", flat=True).first()
    if work is None:
        return False
    attempts.lock(work)
    found = uncounted().select_for_update(of=("self",)).filter(pk=pk)
    review = found.select_related("submission__challenge__goal").first()
    if review is None or not _says_something(review):
        return False
    worth.value_anew(review, pass_mark=outcome.PASS_MARK, now=now)
    return True


def _says_something(review: PeerReview) -> bool:
    is_marked = review.is_helpful is not None and not review.is_mark_counted
    return is_marked or bool(worth.taken_up(review))
