"""How standings follow the ledger. Locks are taken in one order, so that nobody waits in a ring."""

# ruff: noqa: S608 - the parts of the SQL are ours; what comes from outside is a parameter

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.db.models import Max

from leaderboard.models import PointEntry, RankChange, Standing
from leaderboard.periods import EVERYONE, boards, bounds, category_of
from leaderboard.triggers import LISTED

# Every verified entry counts here; who writes any standing of a learner holds this one first, and
# so does the trigger that lists learners or not.
FIRST = (EVERYONE, "all")
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

type Row = tuple[int, str, str]


@dataclass
class _Change:
    amount: int
    reached_at: datetime
    is_reversal: bool


def add(entries: Collection[PointEntry]) -> None:
    """Add entries of the ledger, new in this transaction, to the standings."""
    changes: dict[Row, _Change] = {}
    for entry in entries:
        if not (entry.verified and entry.amount):
            continue
        is_reversal = entry.reverses_id is not None
        reached = entry.counted_at if is_reversal else entry.occurred_at
        for scope, period in boards(entry.category, entry.counted_at):
            change = changes.setdefault(
                (entry.user_id, scope, period), _Change(0, reached, is_reversal=False)
            )
            change.amount += entry.amount
            change.reached_at = max(change.reached_at, reached)
            change.is_reversal |= is_reversal
    if not changes:
        return
    rows = sorted(changes)
    # Each in a statement of its own: the second sees what a change of who is listed, for which
    # the first may have waited, has done.
    _upsert([(row, changes[row]) for row in rows if row[1:] == FIRST])
    _upsert([(row, changes[row]) for row in rows if row[1:] != FIRST])
    for row in rows:
        if changes[row].is_reversal:
            _reach_anew(*row)
    tell({user_id for user_id, _scope, _period in rows})


def tell(user_ids: Iterable[int]) -> None:
    """Note of whom Redis has yet to hear, where there is one."""
    if settings.REDIS_URL:
        RankChange.objects.bulk_create([RankChange(user_id=user_id) for user_id in user_ids])


def _upsert(changes: list[tuple[Row, _Change]]) -> None:
    if not changes:
        return
    later = "GREATEST" if connection.vendor == "postgresql" else "MAX"
    is_listed = f"(SELECT {LISTED.format('u')} FROM users AS u WHERE u.id = %s)"
    values = ", ".join([f"(%s, %s, %s, %s, %s, {is_listed})"] * len(changes))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leaderboard (scope, period, user_id, points, reached_at, is_listed) "
            f"VALUES {values} ON CONFLICT (scope, period, user_id) DO UPDATE SET "
            "points = leaderboard.points + EXCLUDED.points, "
            f"reached_at = {later}(leaderboard.reached_at, EXCLUDED.reached_at)",
            [
                value
                for (user_id, scope, period), change in changes
                for value in (
                    scope,
                    period,
                    user_id,
                    change.amount,
                    connection.ops.adapt_datetimefield_value(change.reached_at),
                    user_id,
                )
            ],
        )


def _reach_anew(user_id: int, scope: str, period: str) -> None:
    """Say when a standing was reached by the entries that are left."""
    left = PointEntry.objects.filter(user_id=user_id).that_count()
    category, time = category_of(scope), bounds(period)
    if category is not None:
        left = left.filter(category=category)
    if time is not None:
        left = left.filter(counted_at__gte=time[0], counted_at__lt=time[1])
    last = left.aggregate(last=Max("occurred_at"))["last"]
    standing = Standing.objects.filter(scope=scope, period=period, user_id=user_id)
    # Where nothing is left, whatever comes next was reached when it came, however long ago.
    standing.update(reached_at=last or NEVER)
