"""The picture of a goal's way: where today, milestones, target and forecast lie on one line.

Places are shares of the line's length, so that a narrow screen draws the same picture with
letters of the same size; the template turns them into SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from goals.models import Goal, Milestone

# Labels stand inside the picture: at its ends they hang inwards.
EDGE = 22.0
# Closer together than this, numbers would run into each other.
APART = 4.5


@dataclass(frozen=True)
class Place:
    """A day on the line: `at` is its share of the length, 0 to 100."""

    on: date
    at: float

    @property
    def x(self) -> str:
        """The place for SVG, whatever the language writes for a decimal point."""
        return f"{self.at:.2f}%"

    @property
    def anchor(self) -> str:
        """Where a label's text begins, so that it stays inside the picture."""
        return "start" if self.at < EDGE else "end" if self.at > 100 - EDGE else "middle"


@dataclass(frozen=True)
class Stop:
    """A milestone on the line. `state` is reached, overdue or ahead."""

    milestone: Milestone
    number: int
    place: Place
    state: str
    has_number: bool


@dataclass(frozen=True)
class Timeline:
    start: Place
    end: Place
    today: Place
    target: Place | None
    forecast: Place | None
    stops: list[Stop]
    undated: int


def draw(
    goal: Goal, milestones: Sequence[Milestone], *, today: date, forecast: date | None
) -> Timeline | None:
    """Return the picture, or None when nothing but the start and today has a date."""
    dated = [(number, m) for number, m in enumerate(milestones, 1) if m.due_date]
    if not dated and goal.target_date is None and forecast is None:
        return None
    # While a goal stands still, so does its clock.
    now = goal.paused_on or today
    days = [goal.start_date, now, *(m.due_date for _n, m in dated if m.due_date)]
    days += [day for day in (goal.target_date, forecast) if day]
    first, last = min(days), max(days)
    if last == first:
        last += timedelta(days=1)

    def place(on: date) -> Place:
        return Place(on, 100 * (on - first).days / (last - first).days)

    stops: list[Stop] = []
    for number, milestone in sorted(dated, key=lambda item: (item[1].due_date, item[0])):
        assert milestone.due_date is not None
        at = place(milestone.due_date)
        near = any(one.has_number and abs(one.place.at - at.at) < APART for one in stops)
        stops.append(Stop(milestone, number, at, _state(milestone, now), not near))
    return Timeline(
        start=place(first),
        end=place(last),
        today=place(now),
        target=place(goal.target_date) if goal.target_date else None,
        forecast=place(forecast) if forecast else None,
        stops=stops,
        undated=len(milestones) - len(dated),
    )


def _state(milestone: Milestone, now: date) -> str:
    if milestone.completed_at is not None:
        return "reached"
    assert milestone.due_date is not None
    return "overdue" if milestone.due_date < now else "ahead"
