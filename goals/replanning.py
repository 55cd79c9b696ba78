"""New dates for milestones that time has overtaken. A milestone that is reached never moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from goals.models import Goal, Milestone
from learnquest.core.errors import Invalid

# What is overdue most gets this long when everything moves on.
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Proposal:
    """A milestone with the date it has and the one it might get."""

    milestone: Milestone
    old: date | None
    new: date


def open_milestones(goal: Goal) -> list[Milestone]:
    """Return the milestones still to reach, in order."""
    return list(goal.milestones.filter(completed_at=None))


def overdue(milestones: Sequence[Milestone], today: date) -> list[Milestone]:
    """Return those that are not reached and whose day is over."""
    return [m for m in milestones if m.completed_at is None and m.due_date and m.due_date < today]


def spread(milestones: Sequence[Milestone], *, today: date, until: date) -> list[Proposal]:
    """Share the days from tomorrow to `until` evenly; the last milestone falls on `until`.

    A day that is over already leaves tomorrow for all of them.
    """
    days = max(1, (until - today).days)
    count = len(milestones)
    return [
        Proposal(m, m.due_date, today + timedelta(days=max(1, days * (at + 1) // count)))
        for at, m in enumerate(milestones)
    ]


def shift(milestones: Sequence[Milestone], *, today: date) -> list[Proposal]:
    """Move all that have a date by the same days, so that the most overdue is due in a week.

    Where nothing is overdue nothing moves.
    """
    late = overdue(milestones, today)
    if not late:
        return []
    by = today + A_WEEK - min(m.due_date for m in late if m.due_date)
    return [Proposal(m, m.due_date, m.due_date + by) for m in milestones if m.due_date]


@transaction.atomic
def replan(*, goal: Goal, by: User, dates: Mapping[int, date]) -> list[Milestone]:
    """Give milestones of `goal` new dates, by their ids.

    One that was reached in the meantime keeps its date. Raises Invalid for an id that is none of
    the goal's. Returns all milestones in order.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    every = list(goal.milestones.all())
    if not dates.keys() <= {milestone.pk for milestone in every}:
        message = _("One of these milestones is no longer there. Look at the new dates again.")
        raise Invalid(message, errors={"dates": [message]})
    for milestone in every:
        new = dates.get(milestone.pk)
        if new and milestone.completed_at is None and milestone.due_date != new:
            milestone.due_date = new
            milestone.version += 1
            milestone.save(update_fields=["due_date", "version"])
    return every
