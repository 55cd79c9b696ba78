"""Which reviews of works with known marks take part in the model of graders.

Their marks can be looked up: they stand in the public repository, and practice may be begun as
often as there are works. So what they prove of a reviewer is bounded. Of announced practice the
first two take part, which all must do; what comes after is for oneself. Of those that came
unannounced there is never more than one for each four reviews of peers that were sent before it.
"""

from collections.abc import Collection, Iterable
from itertools import batched

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from reviews.models import PeerReview

# An unannounced known work takes part for each so many reviews of peers.
PEERS_FOR_EACH = 4
_AT_ONCE = 2_000


def takes_part(review: PeerReview) -> bool:
    """Whether a sent review of a known work tells the model of its reviewer."""
    return review.reviewer_id is not None and review.pk in of_reviewers([review.reviewer_id])


def of_reviewers(reviewers: Collection[int]) -> set[int]:
    """Return the ids of the reviews of known works, by these people, that take part.

    It follows from the order of sending alone, so that at once and at night it is the same.
    """
    found: set[int] = set()
    for some in batched(reviewers, _AT_ONCE):
        found.update(_counted(_in_order(some)))
    return found


def _in_order(reviewers: Collection[int]) -> Iterable[tuple[int, int, bool, int]]:
    """Yield reviewer, id, whether it was announced, and how many of peers they had sent."""
    peers = (
        PeerReview.objects.of_peers()
        .sent()
        .filter(reviewer=OuterRef("reviewer"), submitted_at__lte=OuterRef("submitted_at"))
        .order_by()
        .values("reviewer")
        .annotate(n=Count("pk"))
        .values("n")
    )
    known = PeerReview.objects.of_known_work().sent().filter(reviewer__in=reviewers)
    yield from (
        known.annotate(peers=Coalesce(Subquery(peers, output_field=IntegerField()), 0))
        .order_by("reviewer", "submitted_at", "pk")
        .values_list("reviewer", "pk", "is_training", "peers")
    )


def _counted(rows: Iterable[tuple[int, int, bool, int]]) -> Iterable[int]:
    first: int = settings.REVIEW_TRAINING_FIRST
    of, announced, unannounced = 0, 0, 0
    for reviewer, pk, is_training, peers in rows:
        if reviewer != of:
            of, announced, unannounced = reviewer, 0, 0
        if is_training and announced < first:
            announced += 1
            yield pk
        elif not is_training and (unannounced + 1) * PEERS_FOR_EACH <= peers:
            unannounced += 1
            yield pk
