"""Which challenge comes after which. Within a goal, and never in a circle."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from challenges.models import Challenge, Prerequisite
from goals.models import Goal
from learnquest.core.errors import Conflict, Invalid

MOST_NEEDS = 10


@transaction.atomic
def set_needs(*, challenge: Challenge, needs: Collection[Challenge], by: User) -> Challenge:
    """Say which challenges come before `challenge`, in place of those said before.

    Raises Invalid for a challenge of another goal, for more than ten, or for a circle: then
    nothing has changed.
    """
    # The goal's lock: of two changes at once that would close a circle only together, the second
    # sees the first.
    goal = Goal.objects.select_for_update().owned_by(by).get(challenges=challenge.pk)
    wanted = {need.pk for need in needs}
    of_goal = set(Challenge.objects.filter(goal=goal, pk__in=wanted).values_list("pk", flat=True))
    if of_goal != wanted:
        raise _invalid(_("Choose challenges of this goal."))
    if len(wanted) > MOST_NEEDS:
        raise _invalid(_("A challenge can come after 10 others at most."))
    circle = circle_through(challenge.pk, wanted, edges_of(goal))
    if circle:
        titles = dict(Challenge.objects.filter(pk__in=circle).values_list("pk", "title"))
        raise _invalid(
            _("That would be a circle: %(titles)s.")
            % {"titles": " → ".join(f"“{titles[pk]}”" for pk in circle)}
        )
    current = Prerequisite.objects.filter(challenge=challenge)
    current.exclude(needs__in=wanted).delete()
    kept = set(current.values_list("needs", flat=True))
    Prerequisite.objects.bulk_create(
        [Prerequisite(challenge=challenge, needs_id=pk) for pk in sorted(wanted - kept)]
    )
    return challenge


def edges_of(goal: Goal) -> list[tuple[int, int]]:
    """Return (challenge, what it needs) for all challenges of a goal, by id."""
    return list(Prerequisite.objects.filter(challenge__goal=goal).values_list("challenge", "needs"))


def circle_through(
    challenge: int, needs: Collection[int], edges: Iterable[tuple[int, int]]
) -> list[int]:
    """Return the circle that `challenge` would close by needing `needs`, or [] for none.

    A walk over what each need itself needs, depth first: linear in the number of edges.
    """
    next_of: dict[int, list[int]] = {}
    for one, need in edges:
        if one != challenge:  # what it needed before no longer counts
            next_of.setdefault(one, []).append(need)
    came_from: dict[int, int] = {}
    stack = [(need, challenge) for need in sorted(needs)]
    while stack:
        here, before = stack.pop()
        if here in came_from:
            continue
        came_from[here] = before
        if here == challenge:
            circle, at = [challenge], before
            while at != challenge:
                circle.append(at)
                at = came_from[at]
            return [*circle, challenge]
        stack += [(need, here) for need in next_of.get(here, ())]
    return []


def missing(challenge: Challenge) -> list[Challenge]:
    """Return what comes first and is not done yet, in the plan's order."""
    return list(
        Challenge.objects.filter(dependants__challenge=challenge)
        .exclude(status__in=Challenge.DONE_FOR_OTHERS)
        .order_by("position")
    )


def check_unlocked(challenge: Challenge) -> None:
    """Raise Conflict, naming what comes first, for a challenge that cannot be begun yet."""
    first = missing(challenge)
    if first:
        raise Conflict(
            _("First comes %(titles)s.")
            % {"titles": ", ".join(f"“{one.title}”" for one in first[:3])}
        )


def _invalid(message: str) -> Invalid:
    return Invalid(message, errors={"needs": [message]})
