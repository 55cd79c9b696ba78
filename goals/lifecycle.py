"""How a goal comes to be, changes and ends. The only writer of `Goal.status`."""

import secrets
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from goals import pausing, progress_log
from goals.models import Goal, Progress
from goals.tags import clean_tags
from leaderboard import badges
from learnquest.core import versions
from learnquest.core.checked import check
from learnquest.core.errors import Conflict

Status = Goal.Status

MOVES: dict[Goal.Status, set[Goal.Status]] = {
    Status.DRAFT: {Status.ACTIVE, Status.ARCHIVED},
    Status.ACTIVE: {Status.PAUSED, Status.COMPLETED, Status.ARCHIVED},
    Status.PAUSED: {Status.ACTIVE, Status.ARCHIVED},
    Status.COMPLETED: {Status.ACTIVE, Status.ARCHIVED},
    Status.ARCHIVED: {Status.ACTIVE},
}
STANDS_STILL = {Status.PAUSED, Status.ARCHIVED}

EDITABLE = (
    "title",
    "description",
    "category",
    "level",
    "tags",
    "visibility",
    "icon",
    "colour",
    "start_date",
    "target_date",
)


@transaction.atomic
def create_goal(
    *,
    by: User,
    title: str,
    start_date: date | None = None,
    draft: bool = False,
    now: datetime | None = None,
    **fields: Any,
) -> Goal:
    """Set a goal, or keep it as a draft that only its owner sees and no page presses for.

    A title is enough; the other editable fields have good defaults. Raises Invalid, by field,
    for what breaks a rule.
    """
    goal = Goal(owner=by, title=title.strip(), start_date=start_date or by.today(now))
    goal.status = Status.DRAFT if draft else Status.ACTIVE
    _set(goal, fields)
    check(goal)
    goal.save()
    progress_log.record(goal=goal, by=by, kind=Progress.Kind.GOAL_CREATED, note=goal.title, now=now)
    badges.award_due(user_id=by.pk, after=badges.Deed.MOVING_A_GOAL, now=now)
    return goal


@transaction.atomic
def update_goal(*, goal: Goal, by: User, version: int | None = None, **fields: Any) -> Goal:
    """Change editable fields of a goal.

    With `version`, raises Stale when the goal is at another by now. Raises Invalid, by field,
    for what breaks a rule; then nothing has changed.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    versions.require(goal, version)
    _set(goal, fields)
    check(goal)
    _save(goal, *fields, "share_key")
    return goal


@transaction.atomic
def move(*, goal: Goal, to: Goal.Status, by: User, now: datetime | None = None) -> Goal:
    """Move `goal` to another status. When it goes on after a pause, its plan's dates move along.

    Raises Conflict when the move is not allowed from where the goal stands now.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    if to not in MOVES[Status(goal.status)]:
        raise Conflict(
            _("A goal that is %(now)s cannot become %(to)s.")
            % {"now": goal.get_status_display().lower(), "to": Status(to).label.lower()}
        )
    now = now or timezone.now()
    if to in STANDS_STILL:
        goal.paused_on = goal.paused_on or by.today(now)
    else:
        pausing.catch_up(goal, by.today(now))
    goal.status = to
    goal.completed_at = now if to == Status.COMPLETED else None
    _save(goal, "status", "completed_at", "paused_on", "target_date")
    progress_log.record(
        goal=goal, by=by, kind=Progress.Kind.STATUS_CHANGED, note=str(Status(to).label), now=now
    )
    badges.award_due(user_id=by.pk, after=badges.Deed.MOVING_A_GOAL, now=now)
    return goal


@transaction.atomic
def delete_goal(*, goal: Goal, by: User) -> None:
    """Delete a goal with its milestones, challenges and log.

    Raises Conflict when there is work in it: others may be reviewing that, or have.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    try:
        goal.delete()
    except RestrictedError as error:
        raise Conflict(
            _(
                "There is work in this goal, so it cannot be deleted. "
                "Archive it instead: the work is kept and the goal leaves your list."
            )
        ) from error


def _set(goal: Goal, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"{name} is not an editable field of a goal")
        setattr(goal, name, clean_tags(value) if name == "tags" else value)
    # Each time a goal becomes unlisted it gets a new address: nobody knows that one yet.
    if goal.visibility != Goal.Visibility.UNLISTED:
        goal.share_key = ""
    elif not goal.share_key:
        goal.share_key = secrets.token_urlsafe(18)


def _save(goal: Goal, *fields: str) -> None:
    goal.version += 1
    goal.save(update_fields=[*fields, "version"])
