"""A goal that stands still: when it goes on, its plan's dates move by the days it stood.

Challenges have dates too, of which this layer knows nothing: the layer that does registers how it
moves them, as `challenges.apps` registers the measure of progress.
"""

from collections.abc import Callable
from datetime import date, timedelta

from django.db.models import F

from goals.models import Goal, Milestone

type Shift = Callable[[Goal, timedelta], None]
_shifts: list[Shift] = []


def shift_with(shift: Shift) -> None:
    """Add a function that moves more dates of a goal's plan, once at start-up."""
    if shift not in _shifts:
        _shifts.append(shift)


def days_paused(goal: Goal, today: date) -> int:
    """Return for how many days the goal stands still."""
    return max(0, (today - goal.paused_on).days) if goal.paused_on else 0


def catch_up(goal: Goal, today: date) -> int:
    """Move the dates of what is still to do by the days that `goal` stood still.

    Whole days are counted and moved, so neither a change of the clocks nor a leap day matters.
    What is overdue stays overdue by as many days; what is reached keeps its date. Writes the
    milestones; the caller holds the goal's lock and saves the goal. Returns the days.
    """
    days = days_paused(goal, today)
    goal.paused_on = None
    if days:
        by = timedelta(days=days)
        if goal.target_date is not None:
            goal.target_date += by
        late = list(Milestone.objects.filter(goal=goal, completed_at=None).exclude(due_date=None))
        for milestone in late:
            assert milestone.due_date is not None
            milestone.due_date += by
        Milestone.objects.bulk_update(late, ["due_date"])
        Milestone.objects.filter(pk__in=[m.pk for m in late]).update(version=F("version") + 1)
        for shift in _shifts:
            shift(goal, by)
    return days
