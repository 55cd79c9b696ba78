"""The names of boards: whose points count (a scope), and when they came (a period, in UTC)."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

EVERYONE = "everyone"


class Period(StrEnum):
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


def period_key(period: Period, now: datetime) -> str:
    """Return how the standings name the period around `now`: "2026-W48", "2026-11" or "all"."""
    moment = now.astimezone(UTC)
    if period is Period.WEEK:
        year, week, _ = moment.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{moment:%Y-%m}" if period is Period.MONTH else "all"


def bounds(key: str) -> tuple[datetime, datetime] | None:
    """Return when a period begins and ends, or None for all time."""
    if key == "all":
        return None
    year, _, rest = key.partition("-")
    if rest.startswith("W"):
        first = date.fromisocalendar(int(year), int(rest[1:]), 1)
        return _midnight(first), _midnight(first + timedelta(weeks=1))
    first = date(int(year), int(rest), 1)
    return _midnight(first), _midnight((first + timedelta(days=31)).replace(day=1))


def category_scope(category: str) -> str:
    """Return how the standings name one field of learning."""
    return f"category:{category}"


def category_of(scope: str) -> str | None:
    """Return the field of learning that a scope is of, or None."""
    kind, _, category = scope.partition(":")
    return category if kind == "category" else None


def league_scope(group: int) -> str:
    """Return how boards name a group of a league."""
    return f"league:{group}"


def league_of(scope: str) -> int | None:
    """Return the league group that a scope is of, or None."""
    kind, _, group = scope.partition(":")
    return int(group) if kind == "league" else None


def boards(category: str, counted_at: datetime) -> list[tuple[str, str]]:
    """Return the (scope, period) pairs on which an entry counts."""
    scopes = [EVERYONE, *([category_scope(category)] if category else [])]
    return [(scope, period_key(period, counted_at)) for scope in scopes for period in Period]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
