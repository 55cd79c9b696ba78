"""On which days a learner did something, over a year: what the heatmap shows."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from leaderboard.models import PointEntry

WEEKS = 53
# What a person did themselves. That others accepted their work, or how good a review was found to
# be, happens on days of others.
DONE = (
    PointEntry.Reason.HANDED_IN,
    PointEntry.Reason.REVIEW_GIVEN,
    PointEntry.Reason.PRACTICE,
    PointEntry.Reason.MILESTONE,
)
# From how many things a day on a square has its shade.
SHADES = (1, 2, 4, 6)


@dataclass(frozen=True)
class Day:
    """One square: how much was done, and its shade from 0 to 4."""

    date: date
    count: int

    @property
    def shade(self) -> int:
        return sum(self.count >= least for least in SHADES)


@dataclass(frozen=True)
class Week:
    """One column, Monday first; the last one ends today."""

    days: list[Day]

    @property
    def begins(self) -> date:
        return self.days[0].date

    @property
    def count(self) -> int:
        return sum(day.count for day in self.days)

    @property
    def active_days(self) -> int:
        return sum(1 for day in self.days if day.count)

    @property
    def month(self) -> date | None:
        """The month that begins in this week, where the heatmap names it."""
        return next((day.date for day in self.days if day.date.day == 1), None)


@dataclass(frozen=True)
class Activity:
    weeks: list[Week]

    @property
    def count(self) -> int:
        return sum(week.count for week in self.weeks)

    @property
    def active_days(self) -> int:
        return sum(week.active_days for week in self.weeks)

    @property
    def active_weeks(self) -> list[Week]:
        """The weeks with something in them, newest first."""
        return [week for week in reversed(self.weeks) if week.count]


def activity(*, user: User, now: datetime | None = None) -> Activity:
    """Return the last 52 weeks and the one that runs, in the learner's own days; one query."""
    zone = ZoneInfo(user.time_zone)
    today = (now or timezone.now()).astimezone(zone).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    rows = (
        PointEntry.objects.visible_to(user)
        .filter(
            reason__in=DONE,
            occurred_at__gte=datetime.combine(first, time.min, zone),
            occurred_at__lt=datetime.combine(today + timedelta(days=1), time.min, zone),
        )
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .values_list("day")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return calendar(dict(rows), first=first, last=today)


def calendar(counts: dict[date, int], *, first: date, last: date) -> Activity:
    """Lay counts by day out in weeks, from `first`, a Monday, to `last`."""
    length = (last - first).days + 1
    days = [first + timedelta(days=number) for number in range(length)]
    squares = [Day(day, counts.get(day, 0)) for day in days]
    return Activity([Week(squares[start : start + 7]) for start in range(0, length, 7)])
