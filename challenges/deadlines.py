"""Challenges by their due dates: which there are for a calendar, and how a pause moves them."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import User
from challenges.models import Challenge
from goals.models import Goal

_FINISHED = (Challenge.Status.ACCEPTED, Challenge.Status.SKIPPED)


@dataclass(frozen=True)
class Due:
    """A challenge and the day it is due."""

    challenge: Challenge
    on: date


def of_learner(user: User) -> list[Due]:
    """Return what is due in the learner's active goals, soonest first, in one query."""
    rows = (
        Challenge.objects.owned_by(user)
        .filter(goal__status=Goal.Status.ACTIVE, due_date__isnull=False)
        .exclude(status__in=_FINISHED)
        .select_related("goal")
        .order_by("due_date", "pk")
    )
    return [Due(challenge, challenge.due_date) for challenge in rows if challenge.due_date]


def shift(goal: Goal, by: timedelta) -> None:
    """Move the due dates of what is still to do in `goal`, after a pause."""
    rows = list(
        Challenge.objects.filter(goal=goal, due_date__isnull=False).exclude(status__in=_FINISHED)
    )
    for challenge in rows:
        assert challenge.due_date is not None
        challenge.due_date += by
        challenge.version += 1
    Challenge.objects.bulk_update(rows, ["due_date", "version"])
