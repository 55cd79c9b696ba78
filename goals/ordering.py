"""The order of a goal's milestones. Whatever is moved where, positions stay 0, 1, 2 …"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts.models import User
from goals.models import Goal, Milestone
from learnquest.core.errors import Invalid


@transaction.atomic
def order_milestones(*, goal: Goal, by: User, milestones: Sequence[int]) -> list[Milestone]:
    """Put the goal's milestones into the order of these ids.

    Raises Invalid unless each milestone of the goal is named once: a list made before another
    tab added one would otherwise lose its place.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    found = {milestone.pk: milestone for milestone in goal.milestones.all()}
    if sorted(milestones) != sorted(found):
        message = _("Name each milestone of the goal once. Reload to see which there are now.")
        raise Invalid(message, errors={"milestones": [message]})
    return _write(goal, [found[id_] for id_ in milestones])


@transaction.atomic
def move_milestone(*, milestone: Milestone, by: User, to: int) -> list[Milestone]:
    """Move a milestone to place `to`, counted from 0; beyond the end is the end.

    Returns the goal's milestones in their new order.
    """
    goal = Goal.objects.select_for_update(of=("self",)).owned_by(by).get(milestones=milestone.pk)
    others = list(goal.milestones.all())
    moved = next(one for one in others if one.pk == milestone.pk)
    others.remove(moved)
    others.insert(max(0, min(to, len(others))), moved)
    return _write(goal, others)


def step(milestone: Milestone, places: int) -> int:
    """Return where a milestone stands after moving `places` down; negative is up."""
    before = Milestone.objects.filter(
        goal=milestone.goal_id, position__lt=milestone.position
    ).count()
    return before + places


def place_before(milestone: Milestone, other: Milestone | None) -> int:
    """Return where a milestone stands right before another one of its goal; last, without one."""
    others = Milestone.objects.filter(goal=milestone.goal_id).exclude(pk=milestone.pk)
    if other is not None:
        others = others.filter(position__lt=other.position)
    return others.count()


def _write(goal: Goal, ordered: list[Milestone]) -> list[Milestone]:
    """Write positions in two steps, since no two rows may share one even for a moment."""
    rows = Milestone.objects.filter(goal=goal)
    if [milestone.position for milestone in ordered] != list(range(len(ordered))):
        top = rows.aggregate(top=Max("position"))["top"]
        beyond = max(top, len(ordered)) + 1
        rows.update(position=F("position") + beyond)
        for position, milestone in enumerate(ordered):
            milestone.position = position
        Milestone.objects.bulk_update(ordered, ["position"])
    return ordered
