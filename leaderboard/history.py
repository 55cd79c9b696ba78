"""The counts at the end of each day, from the ledger: what ranks were, for anybody, on any day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from leaderboard.models import DayCount, PointEntry
from leaderboard.movement import ranks_then
from leaderboard.periods import EVERYONE, Period, bounds, category_of, period_key
from leaderboard.triggers import LISTED

DAYS_SHOWN = 30
DAYS_KEPT = 400

_INSERT = """
    INSERT INTO board_days (day, scope, period, points, at_least)
    SELECT %s, scope, %s, points, SUM(COUNT(*)) OVER (PARTITION BY scope ORDER BY points DESC)
    FROM (
        SELECT scope, user_id, SUM(amount) AS points
        FROM (
            SELECT 'everyone' AS scope, user_id, amount FROM point_entries WHERE {which}
            UNION ALL
            SELECT 'category:' || category, user_id, amount FROM point_entries
            WHERE category <> '' AND {which}
        ) AS entries GROUP BY scope, user_id HAVING SUM(amount) > 0
    ) AS sums JOIN users AS u ON u.id = sums.user_id
    WHERE {listed} GROUP BY scope, points
"""


@dataclass(frozen=True)
class Then:
    """A learner's rank at the end of a day; None before the first points."""

    day: date
    rank: int | None


def count_due(*, now: datetime | None = None) -> int:
    """Count the days that are over and not counted yet, a week back; returns how many."""
    today = (now or timezone.now()).astimezone(UTC).date()
    week = [today - timedelta(days=number) for number in range(7, 0, -1)]
    known = set(DayCount.objects.filter(day__in=week).values_list("day", flat=True).distinct())
    due = [day for day in week if day not in known]
    for day in due:
        count(day)
    DayCount.objects.filter(day__lt=today - timedelta(days=DAYS_KEPT)).delete()
    return len(due)


@transaction.atomic
def count(day: date) -> None:
    """Count who had how many points at the end of `day`, in UTC; a second time, anew."""
    DayCount.objects.filter(day=day).delete()
    end = datetime.combine(day + timedelta(days=1), time.min, UTC)
    moment = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        for period in Period:
            key = period_key(period, datetime.combine(day, time.min, UTC))
            which, values = "verified AND occurred_at < %s", [moment(end)]
            if (time_of := bounds(key)) is not None:
                which += " AND counted_at >= %s AND counted_at < %s"
                values += [moment(time_of[0]), moment(time_of[1])]
            cursor.execute(
                _INSERT.format(which=which, listed=LISTED.format("u")),
                [connection.ops.adapt_datefield_value(day), key, *values, *values],
            )


def of(
    *, user: User, scope: str = EVERYONE, now: datetime | None = None, days: int = DAYS_SHOWN
) -> list[Then]:
    """Return a learner's rank of all time at the end of each of the last days; three queries."""
    today = (now or timezone.now()).astimezone(UTC).date()
    first = today - timedelta(days=days)
    begin = datetime.combine(first, time.min, UTC)
    entries = PointEntry.objects.visible_to(user).verified().order_by()
    category = category_of(scope)
    if category is not None:
        entries = entries.filter(category=category)
    points = entries.filter(occurred_at__lt=begin).aggregate(sum=Sum("amount"))["sum"] or 0
    gains = dict(
        entries.filter(occurred_at__gte=begin)
        .annotate(on=TruncDate("occurred_at", tzinfo=UTC))
        .values_list("on")
        .annotate(sum=Sum("amount"))
    )
    sums: dict[date, int] = {}
    for number in range(days):
        day = first + timedelta(days=number)
        points += gains.get(day, 0)
        sums[day] = points
    asked = [(day, "all", had) for day, had in sums.items() if had > 0]
    ranks = ranks_then(scope, asked)
    return [Then(day, ranks.get((day, "all", had))) for day, had in sums.items()]
