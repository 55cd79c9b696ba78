"""On which days a learner did something, over a year: what the heatmap shows.

What others may see comes from the ledger alone. A review of theirs is paid with the outcome of the
work; until then it stands nowhere but in what the learner sees of their own: `know_pending`.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from leaderboard.models import MOMENT, PointEntry

WEEKS = 53
# What a person did themselves. That others accepted their work, or how good a review was found to
# be, happens on days of others.
DONE = (
    PointEntry.Reason.HANDED_IN,
    PointEntry.Reason.REVIEW_GIVEN,
    PointEntry.Reason.PRACTICE,
    PointEntry.Reason.MILESTONE,
)
# What some people have done that is not in the ledger yet, from a moment to another: rows with a
# `person`, by their id, and a `moment`. The layer that knows reviews says so.
type Pending = Callable[[Collection[int], datetime, datetime], QuerySet[Any, Any]]
_pending: Pending | None = None


def know_pending(pending: Pending) -> None:
    """Set the function that tells what was done and is not paid: `pending(user_ids, since, until)`.

    What it tells is for the eyes of these people alone.
    """
    global _pending  # noqa: PLW0603 - set once at start-up, like a signal handler
    _pending = pending


def pending_of(user_ids: Collection[int], since: datetime, until: datetime) -> QuerySet[Any, Any]:
    """Return what these people have done that the ledger does not tell yet: `person`, `moment`."""
    assert _pending is not None  # set at start-up
    return _pending(user_ids, since, until)


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


def activity(*, user: User, with_pending: bool = False, now: datetime | None = None) -> Activity:
    """Return the last 52 weeks and the one that runs, in the learner's own days; one query.

    `with_pending`, one more, is for the learner's own eyes: it tells of reviews before the outcome.
    """
    now = now or timezone.now()
    zone = ZoneInfo(user.time_zone)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    since = datetime.combine(first, time.min, zone)
    until = datetime.combine(today + timedelta(days=1), time.min, zone)
    rows = (
        PointEntry.objects.visible_to(user)
        .annotate(moment=MOMENT)
        # The first of these for the index alone: nothing is paid before it is done.
        .filter(reason__in=DONE, occurred_at__gte=since, moment__gte=since, moment__lt=until)
        .annotate(day=TruncDate("moment", tzinfo=zone))
        .values_list("day")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = Counter(dict(rows))
    if with_pending:
        moments = pending_of([user.pk], since, until).values_list("moment", flat=True)
        counts.update(moment.astimezone(zone).date() for moment in moments)
    return calendar(counts, first=first, last=today)


def calendar(counts: Mapping[date, int], *, first: date, last: date) -> Activity:
    """Lay counts by day out in weeks, from `first`, a Monday, to `last`."""
    length = (last - first).days + 1
    days = [first + timedelta(days=number) for number in range(length)]
    squares = [Day(day, counts.get(day, 0)) for day in days]
    return Activity([Week(squares[start : start + 7]) for start in range(0, length, 7)])
