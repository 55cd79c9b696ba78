"""When a goal will be reached if the learner goes on as in the last four weeks.

The date extends the mean pace. The range takes the spread of the weeks' paces: after T weeks at
mean m and standard deviation s of n weeks, the work done is m·T, with the variance s²·T of the
weeks to come and s²·T²/n of not knowing m. Four of five times the end lies where that band, at
Student's quantile for n − 1 degrees of freedom, meets what is left (a prediction interval, as in
Montgomery, Peck and Vining, "Introduction to Linear Regression Analysis", ch. 2).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil, sqrt
from statistics import mean, stdev
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from challenges.models import Challenge
from goals.models import Goal

WEEKS = 4
LOOK_BACK = timedelta(weeks=WEEKS)
# Beyond this a date says nothing.
FARTHEST_DAYS = 5 * 365
# Student's t: the quantiles between which four of five values lie, by degrees of freedom.
T_80 = {1: 3.078, 2: 1.886, 3: 1.638}
# Fewer finished challenges say nothing about a spread.
LEAST_FINISHED = 2


class Outlook(StrEnum):
    """What a forecast says of the goal's own date: no more than its range allows."""

    IN_TIME = "in_time"
    PROBABLY_IN_TIME = "probably_in_time"
    TOO_EARLY = "too_early"
    LATE = "late"


@dataclass(frozen=True)
class Forecast:
    """`on` is the day the plan will be done; `days_late` its distance from the target date.

    `earliest` and `latest` are the range in which it lies four of five times. Both are None where
    there is too little data for one; `latest` alone is None where the weeks differ so much that
    no end can be named.
    """

    on: date
    days_late: int | None
    earliest: date | None = None
    latest: date | None = None

    @property
    def has_range(self) -> bool:
        return self.earliest is not None

    @property
    def outlook(self) -> Outlook | None:
        """Whether the goal is reached in time, as far as that can be said; None without a date.

        The day alone is the middle of a range: that it lies before the target date promises
        nothing while the range ends after it, and less where the range has no end.
        """
        if self.days_late is None:
            return None
        if self.days_late > 0:
            return Outlook.LATE
        if self.latest is None:
            return Outlook.TOO_EARLY
        target = self.on - timedelta(days=self.days_late)
        return Outlook.IN_TIME if self.latest <= target else Outlook.PROBABLY_IN_TIME


def forecast(goal: Goal, *, now: datetime | None = None) -> Forecast | None:
    """Return when `goal` will be done, or None where the last weeks tell nothing."""
    return forecasts([goal], now=now)[goal.pk]


def forecasts(
    goals: Iterable[Goal], *, now: datetime | None = None, today: date | None = None
) -> dict[int, Forecast | None]:
    """Return each goal's forecast, in one query however many goals.

    `today` is the learner's local day, where it is not that of the current time zone.
    """
    goals = list(goals)
    now = now or timezone.now()
    today = today or timezone.localdate(now)
    rows = {
        row["goal"]: row
        for row in Challenge.objects.filter(goal__in=[goal.pk for goal in goals])
        .exclude(status=Challenge.Status.SKIPPED)
        .order_by()
        .values("goal")
        .annotate(**sums(now))
    }
    return {goal.pk: extend(goal, rows.get(goal.pk), today) for goal in goals}


def sums(now: datetime, prefix: str = "") -> dict[str, Any]:
    """Return what a forecast needs to know of a goal's challenges, as aggregates.

    `prefix` leads from the model that is asked to its challenges. Skipped ones are left to the
    caller, or to the filter when there is a prefix.
    """

    def where(**lookups: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in lookups.items()})

    accepted = where(status=Challenge.Status.ACCEPTED)
    skipped = where(status=Challenge.Status.SKIPPED)
    lately = accepted & where(finished_at__gte=now - LOOK_BACK, finished_at__lte=now)
    minutes = f"{prefix}estimated_minutes"
    weeks = {
        f"week_{number}": Sum(
            minutes,
            default=0,
            filter=accepted
            & where(
                finished_at__gt=now - timedelta(weeks=number + 1),
                finished_at__lte=now - timedelta(weeks=number),
            ),
        )
        for number in range(WEEKS)
    }
    return {
        "left": Sum(minutes, filter=~accepted & ~skipped),
        "lately": Sum(minutes, filter=lately),
        "finished": Count(f"{prefix}pk", filter=lately),
        **weeks,
    }


def extend(goal: Goal, row: Mapping[str, Any] | None, today: date) -> Forecast | None:
    """Return the forecast that follows from `sums`, or None where they tell nothing."""
    if row is None or not row["left"] or not row["lately"]:
        return None
    # A goal younger than four weeks had less time for what it did.
    age = max(7, min(LOOK_BACK.days, (today - goal.start_date).days))
    days = ceil(row["left"] * age / row["lately"])
    if days > FARTHEST_DAYS:
        return None
    on = today + timedelta(days=days)
    late = (on - goal.target_date).days if goal.target_date else None
    paces = [float(row[f"week_{number}"]) for number in range(age // 7)]
    if row["finished"] < LEAST_FINISHED or len(paces) < 2:
        return Forecast(on, late)
    soonest, longest = weeks_left(float(row["left"]), paces)
    earliest = today + timedelta(days=ceil(soonest * 7))
    latest = None
    if longest is not None and longest * 7 <= FARTHEST_DAYS:
        latest = max(on, today + timedelta(days=ceil(longest * 7)))
    return Forecast(on, late, min(on, earliest), latest)


def weeks_left(left: float, paces: Sequence[float]) -> tuple[float, float | None]:
    """Return the fewest and the most weeks in which `left` minutes are done, four of five times.

    The most is None where the slow end of the band never gets there.
    """
    count, pace, spread = len(paces), mean(paces), stdev(paces)
    reach = T_80[min(count - 1, 3)]

    def done(weeks: float, sign: int) -> float:
        return pace * weeks + sign * reach * spread * sqrt(weeks + weeks * weeks / count)

    most = FARTHEST_DAYS / 7
    soonest = _first(lambda weeks: done(weeks, 1) >= left, most)
    longest = _first(lambda weeks: done(weeks, -1) >= left, most)
    return (soonest or 0.0), longest


def _first(is_there: Callable[[float], bool], most: float) -> float | None:
    """Return the first number of weeks, by days, at which `is_there`; None beyond `most`."""
    if not is_there(most):
        return None
    low, high = 0, ceil(most * 7)
    while low < high:
        middle = (low + high) // 2
        if is_there(middle / 7):
            high = middle
        else:
            low = middle + 1
    return low / 7
