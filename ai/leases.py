"""Work that a worker takes by lease: done once, and taken up again when its worker is lost.

`Leased` rows are pending until they are done. A worker claims one; a row whose lease ran out, or
that nobody claimed for long, goes back into the queue; after MOST_ATTEMPTS it is given up, with
words for the learner and a way to try again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ai.models import Leased

MOST_ATTEMPTS = 3
PENDING = "pending"
# A task that no worker took for so long may have been lost with the queue.
UNCLAIMED_AFTER = timedelta(minutes=5)


def duration() -> timedelta:
    """Return how long a worker may hold a row: to wait for another's answer, and for its own."""
    return timedelta(seconds=2 * settings.AI_DEADLINE_SECONDS + 30)


def claim[M: Leased](rows: QuerySet[M], pk: int, *, now: datetime) -> bool:
    """Take a pending row unless another worker holds it; returns whether it is ours now."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    taken = rows.filter(free, pk=pk, status=PENDING).update(
        lease_until=now + duration(), attempts=F("attempts") + 1
    )
    return taken == 1


def recover[M: Leased](
    rows: QuerySet[M],
    *,
    now: datetime,
    enqueue: Callable[[int], object],
    give_up: Callable[[int], object],
) -> int:
    """Put lost rows back into the queue, or give them up; returns how many there were."""
    expired = Q(lease_until__lte=now)
    unclaimed = Q(lease_until=None, queued_at__lte=now - UNCLAIMED_AFTER)
    lost = rows.filter(expired | unclaimed, status=PENDING)
    found = 0
    for pk, attempts in lost.values_list("pk", "attempts").order_by("pk"):
        # Whoever changes the row first recovers it: two reapers do no harm.
        if lost.filter(pk=pk).update(lease_until=None, queued_at=now) != 1:
            continue
        found += 1
        if attempts >= MOST_ATTEMPTS:
            give_up(pk)
        else:
            enqueue(pk)
    return found


def renew(row: Leased) -> None:
    """Make a row, not yet saved, as if it had just been asked for."""
    row.queued_at, row.lease_until, row.attempts = timezone.now(), None, 0
