"""The steps on the way to a goal."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from goals import progress_log
from goals.archive import refuse_archived
from goals.models import Goal, Milestone, Progress
from leaderboard import badges, points
from leaderboard.models import PointEntry
from learnquest.core import versions
from learnquest.core.checked import check
from learnquest.core.errors import Conflict

MOST_MILESTONES = 50


@transaction.atomic
def add_milestone(*, goal: Goal, by: User, title: str, due_date: date | None = None) -> Milestone:
    """Add a milestone after the others.

    Raises Invalid for a bad title, and Conflict when the goal is archived or has fifty already.
    """
    # The goal's lock keeps two milestones added at once from taking one position.
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    refuse_archived(goal)
    if goal.milestones.count() >= MOST_MILESTONES:
        raise Conflict(_("A goal can have 50 milestones. Remove one first."))
    last = goal.milestones.aggregate(last=Max("position"))["last"]
    milestone = Milestone(
        goal=goal,
        title=title.strip(),
        due_date=due_date,
        position=0 if last is None else last + 1,
    )
    check(milestone)
    milestone.save()
    return milestone


@transaction.atomic
def update_milestone(
    *, milestone: Milestone, by: User, version: int | None = None, **fields: Any
) -> Milestone:
    """Change the title or due date of a milestone.

    With `version`, raises Stale when the milestone is at another by now. Raises Invalid, by
    field, for what breaks a rule.
    """
    milestone = Milestone.objects.select_for_update(of=("self",)).owned_by(by).get(pk=milestone.pk)
    versions.require(milestone, version)
    for name, value in fields.items():
        if name not in {"title", "due_date"}:
            raise TypeError(f"{name} is not an editable field of a milestone")
        setattr(milestone, name, value)
    check(milestone)
    _save(milestone, *fields)
    return milestone


@transaction.atomic
def complete_milestone(*, milestone: Milestone, by: User, now: datetime | None = None) -> Milestone:
    """Mark a milestone as reached; a second time changes nothing."""
    milestone = (
        Milestone.objects.select_for_update(of=("self",))
        .owned_by(by)
        .select_related("goal")
        .get(pk=milestone.pk)
    )
    if milestone.completed_at is None:
        milestone.completed_at = now or timezone.now()
        _save(milestone, "completed_at")
        progress_log.record(
            goal=milestone.goal,
            by=by,
            kind=Progress.Kind.MILESTONE_COMPLETED,
            note=milestone.title,
            now=now,
        )
        points.award(
            user_id=by.pk,
            amount=points.MILESTONE,
            reason=PointEntry.Reason.MILESTONE,
            key=f"milestone:{milestone.pk}",
            verified=False,
            category=milestone.goal.category,
            now=now,
        )
        badges.award_due(user_id=by.pk, after=badges.Deed.REACHING_A_MILESTONE, now=now)
    return milestone


@transaction.atomic
def reopen_milestone(*, milestone: Milestone, by: User) -> Milestone:
    """Mark a milestone as not reached after all."""
    milestone = Milestone.objects.select_for_update(of=("self",)).owned_by(by).get(pk=milestone.pk)
    milestone.completed_at = None
    _save(milestone, "completed_at")
    return milestone


@transaction.atomic
def remove_milestone(*, milestone: Milestone, by: User) -> None:
    """Remove a milestone; its challenges stay with the goal."""
    Milestone.objects.select_for_update(of=("self",)).owned_by(by).get(pk=milestone.pk).delete()


def _save(milestone: Milestone, *fields: str) -> None:
    milestone.version += 1
    milestone.save(update_fields=[*fields, "version"])
