"""How a goal comes to be, changes and ends. The only writer of `Goal.status`."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from goals import progress_log
from goals.models import Goal, Progress
from learnquest.core.checked import check
from learnquest.core.errors import Conflict, Invalid

Status = Goal.Status

MOVES: dict[Goal.Status, set[Goal.Status]] = {
    Status.ACTIVE: {Status.PAUSED, Status.COMPLETED, Status.ARCHIVED},
    Status.PAUSED: {Status.ACTIVE, Status.ARCHIVED},
    Status.COMPLETED: {Status.ACTIVE, Status.ARCHIVED},
    Status.ARCHIVED: {Status.ACTIVE},
}

EDITABLE = (
    "title",
    "description",
    "category",
    "level",
    "tags",
    "visibility",
    "start_date",
    "target_date",
)
MOST_TAGS = 8


@transaction.atomic
def create_goal(*, by: User, title: str, start_date: date | None = None, **fields: Any) -> Goal:
    """Set a goal. A title is enough; the other editable fields have good defaults.

    Raises Invalid, by field, for what breaks a rule.
    """
    goal = Goal(owner=by, title=title.strip(), start_date=start_date or timezone.localdate())
    _set(goal, fields)
    check(goal)
    goal.save()
    progress_log.record(goal=goal, by=by, kind=Progress.Kind.GOAL_CREATED, note=goal.title)
    return goal


@transaction.atomic
def update_goal(*, goal: Goal, by: User, **fields: Any) -> Goal:
    """Change editable fields of a goal.

    Raises Invalid, by field, for what breaks a rule; then nothing has changed.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    _set(goal, fields)
    check(goal)
    goal.save(update_fields=list(fields))
    return goal


@transaction.atomic
def move(*, goal: Goal, to: Goal.Status, by: User) -> Goal:
    """Move `goal` to another status.

    Raises Conflict when the move is not allowed from where the goal stands now.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    if to not in MOVES[Status(goal.status)]:
        raise Conflict(
            _("A goal that is %(now)s cannot become %(to)s.")
            % {"now": goal.get_status_display().lower(), "to": Status(to).label.lower()}
        )
    goal.status = to
    goal.completed_at = timezone.now() if to == Status.COMPLETED else None
    goal.save(update_fields=["status", "completed_at"])
    progress_log.record(
        goal=goal, by=by, kind=Progress.Kind.STATUS_CHANGED, note=str(Status(to).label)
    )
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


def clean_tags(tags: list[str]) -> list[str]:
    """Return tags in lower case, once each, in order.

    Raises Invalid for more than eight tags or one of more than 24 characters.
    """
    cleaned = list(dict.fromkeys(tag.strip().lower().lstrip("#") for tag in tags if tag.strip()))
    if len(cleaned) > MOST_TAGS or any(len(tag) > 24 for tag in cleaned):
        message = _("Give at most 8 tags of up to 24 characters each.")
        raise Invalid(message, errors={"tags": [message]})
    return cleaned
