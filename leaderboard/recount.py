"""Rebuild the standings from the ledger, or say where they differ."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leaderboard.models import PointEntry, Standing
from leaderboard.points import boards

BATCH = 5000

type Row = tuple[str, str, int]


@dataclass(frozen=True)
class Difference:
    """A row of the standings that is not what the ledger says."""

    scope: str
    period: str
    user_id: int
    standing: int
    ledger: int


def differences() -> Iterator[Difference]:
    """Yield each row whose points are not the sum of the ledger, in a stable order."""
    expected = {row: points for row, (points, _) in _from_ledger().items() if points}
    actual = {
        (scope, period, user_id): points
        for scope, period, user_id, points in Standing.objects.exclude(points=0)
        .values_list("scope", "period", "user_id", "points")
        .iterator(chunk_size=BATCH)
    }
    for row in sorted(expected.keys() | actual.keys()):
        if expected.get(row, 0) != actual.get(row, 0):
            yield Difference(*row, standing=actual.get(row, 0), ledger=expected.get(row, 0))


@transaction.atomic
def rebuild() -> int:
    """Make the standings anew from the ledger, all or nothing; returns how many rows."""
    Standing.objects.all().delete()
    rows = [
        Standing(scope=scope, period=period, user_id=user_id, points=points, reached_at=reached)
        for (scope, period, user_id), (points, reached) in _from_ledger().items()
    ]
    Standing.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _from_ledger() -> dict[Row, tuple[int, datetime]]:
    """Add the ledger up: points and the time of the last entry, by row of the standings."""
    sums: dict[Row, int] = defaultdict(int)
    reached: dict[Row, datetime] = {}
    entries = (
        PointEntry.objects.verified()
        .exclude(amount=0)
        .order_by("occurred_at", "pk")
        .values_list("user_id", "amount", "category", "occurred_at")
    )
    for user_id, amount, category, occurred_at in entries.iterator(chunk_size=BATCH):
        for scope, period in boards(category, occurred_at):
            row = (scope, period, user_id)
            sums[row] += amount
            reached[row] = occurred_at
    return {row: (points, reached[row]) for row, points in sums.items()}
