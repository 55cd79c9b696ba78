"""A goal's burn-up: how much work its plan held each day, how much of it was done, and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from django.utils import timezone

from challenges.forecast import Forecast
from challenges.models import Challenge
from goals.models import Goal

WIDTH, HEIGHT = 300, 100


@dataclass(frozen=True)
class Week:
    """The end of a week: minutes in the plan and minutes done by then."""

    ends: date
    scope: int
    done: int


@dataclass(frozen=True)
class BurnUp:
    """The chart's lines as points in a box of WIDTH by HEIGHT, and the same as numbers."""

    first: date
    last: date
    scope: str
    done: str
    area: str
    today: float
    target: float | None
    ahead: str
    early: str
    weeks: list[Week]
    width: int = WIDTH
    height: int = HEIGHT


def burn_up(
    goal: Goal, challenges: Sequence[Challenge], *, today: date, forecast: Forecast | None = None
) -> BurnUp | None:
    """Return the burn-up of a goal whose challenges are given, or None while nothing is done:
    a chart without its line says nothing."""
    counted = [one for one in challenges if one.status != Challenge.Status.SKIPPED]
    added = [(timezone.localdate(one.created_at), one.estimated_minutes) for one in counted]
    finished = [
        (min(today, timezone.localdate(one.finished_at)), one.estimated_minutes)
        for one in counted
        if one.finished_at is not None
    ]
    if not finished:
        return None
    first = min([goal.start_date, today, *(day for day, _ in [*added, *finished])])
    ends = [today, goal.target_date, forecast.on if forecast else None]
    last = max(first + timedelta(days=7), *(day for day in ends if day is not None))
    whole = sum(minutes for _, minutes in added)
    span = (last - first).days

    def x(day: date) -> float:
        return round(WIDTH * (day - first).days / span, 1)

    def y(minutes: int) -> float:
        return round(HEIGHT - HEIGHT * minutes / whole, 1)

    def steps(changes: list[tuple[date, int]]) -> list[tuple[float, float]]:
        points = [(0.0, float(HEIGHT))]
        changes = sorted(changes)
        for (day, _), total in zip(changes, accumulate(n for _, n in changes), strict=True):
            points += [(x(day), points[-1][1]), (x(day), y(total))]
        return [*points, (x(today), points[-1][1])]

    done = steps(finished)
    here = done[-1]
    return BurnUp(
        first=first,
        last=last,
        scope=_line([*steps(added)[1:], (float(WIDTH), 0.0)]),
        done=_line(done),
        area=_line([*done, (here[0], float(HEIGHT))]),
        today=here[0],
        target=x(goal.target_date) if goal.target_date else None,
        ahead=_line([here, (x(forecast.on), 0.0)]) if forecast else "",
        early=_band(here, forecast, x),
        weeks=_weeks(first, today, added, finished),
    )


def _band(here: tuple[float, float], forecast: Forecast | None, x: Callable[[date], float]) -> str:
    """The range of the forecast as a wedge, cut off at the chart's right edge."""
    if forecast is None or forecast.earliest is None:
        return ""
    corners = [here, (x(forecast.earliest), 0.0)]
    if forecast.latest is None or x(forecast.latest) > WIDTH:
        # Where the slow side leaves the chart, between its top right corner and the level now.
        far = x(forecast.latest) if forecast.latest else None
        part = (WIDTH - here[0]) / (far - here[0]) if far else 0.0
        corners += [(float(WIDTH), 0.0), (float(WIDTH), round(here[1] * (1 - part), 1))]
    else:
        corners.append((x(forecast.latest), 0.0))
    return _line(corners)


def _weeks(
    first: date, today: date, added: list[tuple[date, int]], finished: list[tuple[date, int]]
) -> list[Week]:
    """The last twelve weeks, the newest first."""
    weeks: list[Week] = []
    end = today
    while end > first - timedelta(days=7) and len(weeks) < 12:
        weeks.append(Week(end, _until(added, end), _until(finished, end)))
        end -= timedelta(days=7)
    return weeks


def _until(changes: list[tuple[date, int]], day: date) -> int:
    return sum(minutes for when, minutes in changes if when <= day)


def _line(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
