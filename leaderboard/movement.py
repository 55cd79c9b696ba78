"""How ranks have moved: since yesterday and last week, and for the dashboard within one query."""

# ruff: noqa: S608 - the parts of the SQL are ours; what comes from outside is a parameter

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from leaderboard.counts import BLOCK, Tally
from leaderboard.models import PointEntry, Standing
from leaderboard.periods import EVERYONE, Period, bounds, category_of, league_of, period_key


@dataclass(frozen=True)
class Moved:
    """Places up, negative for down; None where there was no rank to compare with."""

    since_yesterday: int | None = None
    since_last_week: int | None = None

    @property
    def down(self) -> int:
        return max(0, -(self.since_yesterday or 0))

    @property
    def down_since_last_week(self) -> int:
        return max(0, -(self.since_last_week or 0))


class Moment(NamedTuple):
    """The end of a day with which a board is compared, and the board's period then."""

    name: str
    day: date
    period: str

    @property
    def end(self) -> datetime:
        return datetime.combine(self.day + timedelta(days=1), time.min, UTC)


def moments(period: Period, now: datetime) -> list[Moment]:
    """Return what a board of today is compared with.

    A week is compared with how the last one ended, the others with seven days ago; nothing is
    compared with another week's or month's yesterday.
    """
    today, key = now.astimezone(UTC).date(), period_key(period, now)
    last_week = today - timedelta(days=today.weekday() + 1 if period is Period.WEEK else 7)
    found = []
    for name, day in (
        ("since_yesterday", today - timedelta(days=1)),
        ("since_last_week", last_week),
    ):
        then = period_key(period, datetime.combine(day, time.min, UTC))
        if then == key or (period is Period.WEEK and name == "since_last_week"):
            found.append(Moment(name, day, then))
    return found


def moves(
    places: Mapping[int, tuple[int, int]], scope: str, period: Period, now: datetime
) -> dict[int, Moved]:
    """Return how each learner moved, given their rank and points now; two queries.

    Days are counted for the boards of all; of leagues there is nothing to compare with.
    """
    when = moments(period, now)
    if not places or not when or league_of(scope) is not None:
        return dict.fromkeys(places, Moved())
    gains = _gains(places, scope, period_key(period, now), when)
    asked = []
    for user_id, (_rank, points) in places.items():
        for moment in when:
            gain = gains.get(user_id, {}).get(moment.name) or 0
            then = points - gain if moment.period == period_key(period, now) else gain
            if then > 0:
                asked.append((user_id, moment, then))
    ranks = ranks_then(scope, [(moment.day, moment.period, then) for _, moment, then in asked])
    moved: dict[int, dict[str, int]] = {user_id: {} for user_id in places}
    for user_id, moment, then in asked:
        rank = ranks.get((moment.day, moment.period, then))
        if rank is not None:
            moved[user_id][moment.name] = rank - places[user_id][0]
    return {user_id: Moved(**of_one) for user_id, of_one in moved.items()}


def _gains(
    places: Mapping[int, tuple[int, int]], scope: str, key: str, when: list[Moment]
) -> dict[int, dict[str, int]]:
    """Return what each learner got since each moment; for one of another period, what they had."""
    entries = PointEntry.objects.verified().filter(user__in=list(places))
    category = category_of(scope)
    if category is not None:
        entries = entries.filter(category=category)
    sums, since = {}, []
    for moment in when:
        time_of = bounds(moment.period)
        counted = (
            Q() if time_of is None else Q(counted_at__gte=time_of[0], counted_at__lt=time_of[1])
        )
        if moment.period == key:
            since.append(moment.end)
            sums[moment.name] = Sum("amount", filter=counted & Q(occurred_at__gte=moment.end))
        else:
            assert time_of is not None
            since.append(time_of[0])
            sums[moment.name] = Sum("amount", filter=counted & Q(occurred_at__lt=moment.end))
    rows: Any = entries.filter(occurred_at__gte=min(since)).order_by().values("user")
    return {row["user"]: row for row in rows.annotate(**sums)}


def ranks_then(
    scope: str, asked: list[tuple[date, str, int]]
) -> dict[tuple[date, str, int], int | None]:
    """Return the rank of points at the end of days, None where that day was not counted."""
    asked = list(dict.fromkeys(asked))
    if not asked:
        return {}
    rows = " UNION ALL ".join(
        ["SELECT %s AS n, %s AS day, %s AS period, %s AS points"] * len(asked)
    )
    values: list[Any] = []
    for number, (day, period, points) in enumerate(asked):
        values += [number, connection.ops.adapt_datefield_value(day), period, points]
    counted = "FROM board_days AS d WHERE d.scope = %s AND d.period = a.period AND d.day = a.day"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.n, EXISTS (SELECT 1 {counted}), "
            f"(SELECT d.at_least {counted} AND d.points > a.points ORDER BY d.points LIMIT 1) "
            f"FROM ({rows}) AS a",
            [scope, scope, *values],
        )
        return {
            asked[number]: (above or 0) + 1 if is_counted else None
            for number, is_counted, above in cursor.fetchall()
        }


def annotations(now: datetime) -> dict[str, Any]:
    """Return `week_points`, `week_above`, `last_points` and `last_above` for a query on users.

    `…_above` counts those with more points in that week; the points are None for somebody
    without any. In this order, since the counts compare with the points.
    """
    parts: dict[str, Any] = {}
    for name, moment in (("week", now), ("last", now - timedelta(weeks=1))):
        key = period_key(Period.WEEK, moment)
        mine = Standing.objects.on_board(EVERYONE, key).filter(user=OuterRef("pk"), points__gt=0)
        points = OuterRef(f"{name}_points")
        block = (points / BLOCK + 1) * BLOCK
        tallies = Tally.objects.filter(scope=EVERYONE, period=key).order_by().values("scope")
        blocks = tallies.filter(width=BLOCK, floor__gte=block)
        numbers = tallies.filter(width=1, floor__gt=points, floor__lt=block)
        parts[f"{name}_points"] = Subquery(mine.values("points")[:1], output_field=IntegerField())
        parts[f"{name}_above"] = _sum(blocks) + _sum(numbers)
    return parts


def _sum(tallies: Any) -> Any:
    total = tallies.annotate(total=Sum(F("learners"))).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)


def rank(points: int | None, above: int) -> int | None:
    """Return the rank that follows from the parts, or None without points."""
    return None if points is None else above + 1
