"""One deed for many challenges of a goal: all of them, or none."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from challenges import authoring
from challenges.models import Challenge
from goals.models import Goal, Milestone
from learnquest.core.errors import Invalid


def skip(*, goal: Goal, ids: Collection[int], by: User) -> list[Challenge]:
    """Leave challenges out of the plan. Raises Conflict when one of them cannot be skipped."""
    with transaction.atomic():
        return [authoring.skip(challenge=one, by=by) for one in chosen(goal, ids, by)]


def resume(*, goal: Goal, ids: Collection[int], by: User) -> list[Challenge]:
    """Take skipped challenges back. Raises Conflict when one of them was not skipped."""
    with transaction.atomic():
        return [authoring.resume(challenge=one, by=by) for one in chosen(goal, ids, by)]


def delete(*, goal: Goal, ids: Collection[int], by: User) -> int:
    """Delete challenges, and return how many. Raises Conflict when there is work on one."""
    with transaction.atomic():
        challenges = chosen(goal, ids, by)
        for challenge in challenges:
            authoring.delete_challenge(challenge=challenge, by=by)
        return len(challenges)


@transaction.atomic
def move(
    *, goal: Goal, ids: Collection[int], milestone: Milestone | None, by: User
) -> list[Challenge]:
    """Put challenges under a milestone, or under none; their order among each other stays.

    Raises Invalid for a milestone of another goal.
    """
    if milestone is not None and milestone.goal_id != goal.pk:
        message = _("Choose a milestone of this goal.")
        raise Invalid(message, errors={"milestone": [message]})
    challenges = chosen(goal, ids, by)
    Challenge.objects.filter(pk__in=[one.pk for one in challenges]).update(milestone=milestone)
    for challenge in challenges:
        challenge.milestone = milestone
    return challenges


def chosen(goal: Goal, ids: Collection[int], by: User) -> list[Challenge]:
    """Lock the goal and return its challenges of these ids, in the plan's order.

    Raises Invalid when none is chosen, or one is not of this goal.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    challenges = list(Challenge.objects.filter(goal=goal, pk__in=ids).order_by("position"))
    if not challenges or len(challenges) != len(set(ids)):
        message = _("Choose challenges of this goal first.")
        raise Invalid(message, errors={"ids": [message]})
    return challenges
