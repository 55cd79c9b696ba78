"""How far a goal is: the finished share of its challenges, weighted by estimated minutes."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When

from challenges.models import Challenge
from goals.models import Goal, Milestone

_IN_PLAN = ~Q(status=Challenge.Status.SKIPPED)
_FINISHED = Q(status=Challenge.Status.ACCEPTED)


def percent(goal: Goal) -> Decimal:
    """Return how far `goal` is, from 0 to 100."""
    return percents([goal])[goal.pk]


def percents(goals: Iterable[Goal]) -> dict[int, Decimal]:
    """Return how far each goal is, from 0 to 100, in two queries however many goals.

    Skipped challenges do not count. Without challenges it is the share of completed milestones.
    """
    ids = [goal.pk for goal in goals]
    shares = {
        row["goal"]: share(row["done"] or 0, row["all"] or 0)
        for row in Challenge.objects.filter(_IN_PLAN, goal__in=ids)
        .order_by()
        .values("goal")
        .annotate(
            all=Sum("estimated_minutes"),
            done=Sum(
                Case(
                    When(_FINISHED, then=F("estimated_minutes")),
                    default=Value(0),
                    output_field=IntegerField(),
                )
            ),
        )
    }
    without = [id_ for id_ in ids if id_ not in shares]
    if without:
        shares |= {
            row["goal"]: share(row["done"], row["all"])
            for row in Milestone.objects.filter(goal__in=without)
            .order_by()
            .values("goal")
            .annotate(all=Count("pk"), done=Count("pk", filter=Q(completed_at__isnull=False)))
        }
    return {id_: shares.get(id_, Decimal(0)) for id_ in ids}


def share(done: int, whole: int) -> Decimal:
    """Return `done` of `whole` in per cent, with two decimals; 0 of nothing."""
    if not whole:
        return Decimal(0)
    return (Decimal(100) * done / whole).quantize(Decimal("0.01"))
