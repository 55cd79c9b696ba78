"""Who reviewed whom, for the checks of fair play; one query."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count

from reviews.models import PeerReview

# Of so many pairs at most, those with the most reviews first.
MOST = 20_000


def edges(reviewer_ids: Collection[int], since: datetime) -> Mapping[tuple[int, int], int]:
    """Return how often each of these people reviewed whom since then."""
    rows = (
        PeerReview.objects.filter(
            status=PeerReview.Status.SUBMITTED,
            reviewer__in=reviewer_ids,
            submitted_at__gte=since,
        )
        .values_list("reviewer", "author")
        .annotate(count=Count("pk"))
        .order_by("-count")[:MOST]
    )
    return {(reviewer, author): count for reviewer, author, count in rows}
