"""Where a learner stands this week and stood last week, as parts of a query on users."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from leaderboard.models import Standing, StandingQuerySet
from leaderboard.points import EVERYONE, Period, period_key


def annotations(now: datetime) -> dict[str, Any]:
    """Return `week_points`, `week_above`, `last_points` and `last_above` for a query on users.

    `…_above` counts those with more points in that week; the points are None for somebody
    without any. In this order, since the counts compare with the points.
    """
    parts: dict[str, Any] = {}
    for name, moment in (("week", now), ("last", now - timedelta(weeks=1))):
        rows = _listed(moment)
        mine = rows.filter(user=OuterRef("pk")).values("points")[:1]
        above = (
            rows.filter(points__gt=OuterRef(f"{name}_points"))
            .order_by()
            .values("scope")
            .annotate(count=Count("pk"))
            .values("count")
        )
        parts[f"{name}_points"] = Subquery(mine, output_field=IntegerField())
        parts[f"{name}_above"] = Coalesce(Subquery(above, output_field=IntegerField()), 0)
    return parts


def rank(points: int | None, above: int) -> int | None:
    """Return the rank that follows from the parts, or None without points."""
    return None if points is None else above + 1


def _listed(moment: datetime) -> StandingQuerySet:
    rows = Standing.objects.on_board(EVERYONE, period_key(Period.WEEK, moment))
    return rows.filter(points__gt=0, user__is_on_leaderboard=True, user__is_active=True)
