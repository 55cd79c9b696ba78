"""Challenges by their due dates: which there are for a calendar, and how a pause moves them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from accounts.models import User
from challenges.models import Challenge
from goals.models import Goal

# Whether challenges have due dates of their own yet; without, nothing here finds anything.
DUE: str = "due_date"
HAS_DUE_DATES = any(field.name == DUE for field in Challenge._meta.get_fields())
_WITHOUT: dict[str, Any] = {DUE: None}
_SOONEST: tuple[str, ...] = (DUE, "pk")
_FINISHED = (Challenge.Status.ACCEPTED, Challenge.Status.SKIPPED)


@dataclass(frozen=True)
class Due:
    """A challenge and the day it is due."""

    challenge: Challenge
    on: date


def of_learner(user: User) -> list[Due]:
    """Return what is due in the learner's active goals, soonest first, in one query."""
    if not HAS_DUE_DATES:
        return []
    rows = (
        Challenge.objects.owned_by(user)
        .filter(goal__status=Goal.Status.ACTIVE)
        .exclude(status__in=_FINISHED)
        .exclude(**_WITHOUT)
        .select_related("goal")
        .order_by(*_SOONEST)
    )
    return [Due(challenge, getattr(challenge, DUE)) for challenge in rows]


def shift(goal: Goal, by: timedelta) -> None:
    """Move the due dates of what is still to do in `goal`, after a pause."""
    if not HAS_DUE_DATES:
        return
    rows = list(
        Challenge.objects.filter(goal=goal).exclude(status__in=_FINISHED).exclude(**_WITHOUT)
    )
    for challenge in rows:
        setattr(challenge, DUE, getattr(challenge, DUE) + by)
        challenge.version += 1
    Challenge.objects.bulk_update(rows, [DUE, "version"])
