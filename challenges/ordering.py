"""The order of a goal's plan. Positions are 0, 1, 2 … after each of these deeds."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts.models import User
from challenges.models import Challenge
from goals.models import Goal, Milestone
from learnquest.core.errors import Conflict, Invalid


@transaction.atomic
def reorder(*, goal: Goal, order: Sequence[int], by: User) -> list[Challenge]:
    """Put the challenges of `goal` in the order of their ids in `order`.

    Raises Conflict unless `order` names each of them once: the plan has changed meanwhile.
    """
    challenges = _locked(goal, by)
    if sorted(order) != sorted(challenge.pk for challenge in challenges):
        raise Conflict(
            _("The plan has changed meanwhile, so this order does not fit it. Look at it again.")
        )
    by_id = {challenge.pk: challenge for challenge in challenges}
    return write(goal, [by_id[pk] for pk in order])


@transaction.atomic
def place(
    *, challenge: Challenge, milestone: Milestone | None, before: Challenge | None, by: User
) -> list[Challenge]:
    """Put a challenge under a milestone, before another one there, or last when none is named.

    Raises Invalid for a milestone or challenge of another goal.
    """
    goal = Goal.objects.owned_by(by).get(challenges=challenge.pk)
    challenges = _locked(goal, by)
    if milestone is not None and milestone.goal_id != goal.pk:
        message = _("Choose a milestone of this goal.")
        raise Invalid(message, errors={"milestone": [message]})
    moved = next(one for one in challenges if one.pk == challenge.pk)
    others = [one for one in challenges if one.pk != challenge.pk]
    at = len(others)
    if before is not None:
        found = [number for number, one in enumerate(others) if one.pk == before.pk]
        if not found:
            message = _("Choose another challenge of this goal.")
            raise Invalid(message, errors={"before": [message]})
        at = found[0]
    moved.milestone = milestone
    moved.save(update_fields=["milestone"])
    return write(goal, [*others[:at], moved, *others[at:]])


@transaction.atomic
def shift(*, challenge: Challenge, step: int, by: User) -> list[Challenge]:
    """Move a challenge one up (-1) or down (1) among those of its milestone; at an end it stays."""
    goal = Goal.objects.owned_by(by).get(challenges=challenge.pk)
    challenges = _locked(goal, by)
    here = next(one for one in challenges if one.pk == challenge.pk)
    group = [one for one in challenges if one.milestone_id == here.milestone_id]
    to = group.index(here) + step
    if not 0 <= to < len(group):
        return challenges
    one, other = challenges.index(here), challenges.index(group[to])
    challenges[one], challenges[other] = challenges[other], challenges[one]
    return write(goal, challenges)


def write(goal: Goal, challenges: list[Challenge]) -> list[Challenge]:
    """Number the challenges of a goal, which the caller has locked, in the order given."""
    changed = []
    for position, challenge in enumerate(challenges):
        if challenge.position != position:
            challenge.position = position
            changed.append(challenge)
    if changed:
        # Databases check the unique position row by row, so all first step out of the way.
        rows = Challenge.objects.filter(goal=goal)
        beyond = max(rows.aggregate(last=Max("position"))["last"] or 0, len(challenges)) + 1
        changed_ids = [challenge.pk for challenge in changed]
        rows.filter(pk__in=changed_ids).update(position=F("position") + beyond)
        Challenge.objects.bulk_update(changed, ["position"])
    return challenges


def _locked(goal: Goal, by: User) -> list[Challenge]:
    """Lock the goal, as all deeds that change positions do, and return its plan in order."""
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    return list(Challenge.objects.filter(goal=goal).order_by("position"))
