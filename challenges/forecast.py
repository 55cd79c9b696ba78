"""When a goal will be reached if the learner goes on as in the last four weeks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from challenges.models import Challenge
from goals.models import Goal

LOOK_BACK = timedelta(weeks=4)
# Beyond this a date says nothing.
FARTHEST_DAYS = 5 * 365


@dataclass(frozen=True)
class Forecast:
    """`on` is the day the plan will be done; `days_late` its distance from the target date."""

    on: date
    days_late: int | None


def forecast(goal: Goal, *, now: datetime | None = None) -> Forecast | None:
    """Return when `goal` will be done, or None where the last weeks tell nothing."""
    return forecasts([goal], now=now)[goal.pk]


def forecasts(goals: Iterable[Goal], *, now: datetime | None = None) -> dict[int, Forecast | None]:
    """Return each goal's forecast, in one query however many goals."""
    goals = list(goals)
    now = now or timezone.now()
    accepted = Q(status=Challenge.Status.ACCEPTED)
    rows = {
        row["goal"]: row
        for row in Challenge.objects.filter(goal__in=[goal.pk for goal in goals])
        .exclude(status=Challenge.Status.SKIPPED)
        .order_by()
        .values("goal")
        .annotate(
            left=Sum("estimated_minutes", filter=~accepted),
            lately=Sum("estimated_minutes", filter=accepted & Q(finished_at__gte=now - LOOK_BACK)),
        )
    }
    return {goal.pk: _extend(goal, rows.get(goal.pk), now) for goal in goals}


def _extend(goal: Goal, row: Mapping[str, Any] | None, now: datetime) -> Forecast | None:
    if row is None or not row["left"] or not row["lately"]:
        return None
    today = timezone.localdate(now)
    # A goal younger than four weeks had less time for what it did.
    age = max(7, min(LOOK_BACK.days, (today - goal.start_date).days))
    days = ceil(row["left"] * age / row["lately"])
    if days > FARTHEST_DAYS:
        return None
    on = today + timedelta(days=days)
    return Forecast(on, (on - goal.target_date).days if goal.target_date else None)
