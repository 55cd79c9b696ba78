"""The log of what a learner did for a goal. Rows are added, never changed."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from goals.archive import refuse_archived
from goals.models import Goal, Progress
from leaderboard import badges, points
from leaderboard.models import PointEntry
from learnquest.core.checked import check
from learnquest.core.errors import Invalid

MOST_MINUTES_AT_ONCE = 24 * 60

# How far goals are depends on their challenges, of which this layer knows nothing, so the layer
# that does hands its measure down at start-up: `challenges.apps` calls `measure_with`.
type Measure = Callable[[Iterable[Goal]], dict[int, Decimal]]
_measure: Measure | None = None


def measure_with(measure: Measure) -> None:
    """Set the function that tells how far each of some goals is, from 0 to 100."""
    global _measure  # noqa: PLW0603 - set once at start-up, like a signal handler
    _measure = measure


def percents_of(goals: Iterable[Goal]) -> dict[int, Decimal]:
    """Return how far each goal is now, from 0 to 100, by its id."""
    if _measure is None:
        raise RuntimeError("No measure of progress was set.")
    return _measure(goals)


def percent_of(goal: Goal) -> Decimal:
    """Return how far `goal` is now, from 0 to 100."""
    return percents_of([goal])[goal.pk]


def record(
    *,
    goal: Goal,
    by: User,
    kind: Progress.Kind,
    note: str = "",
    minutes: int = 0,
    now: datetime | None = None,
) -> Progress:
    """Add one line to the log of `goal`, with how far the goal is after it."""
    return Progress.objects.create(
        user=by,
        goal=goal,
        kind=kind,
        note=note[:500],
        minutes=minutes,
        percent_after=percent_of(goal),
        occurred_at=now or timezone.now(),
    )


@transaction.atomic
def log_note(*, goal: Goal, by: User, note: str) -> Progress:
    """Keep a note on `goal`. Raises Invalid for one of more than 500 characters."""
    goal = Goal.objects.owned_by(by).get(pk=goal.pk)
    entry = Progress(user=by, goal=goal, kind=Progress.Kind.NOTE, note=note)
    entry.percent_after = percent_of(goal)
    check(entry)
    entry.save()
    return entry


@transaction.atomic
def log_practice(
    *, goal: Goal, by: User, minutes: int, note: str = "", now: datetime | None = None
) -> Progress:
    """Log time spent on `goal`, in minutes. Practice earns effort, never points that rank.

    Raises Invalid for fewer than 1 minute or more than a day, or for a note that is too long, and
    Conflict for an archived goal.
    """
    if not 1 <= minutes <= MOST_MINUTES_AT_ONCE:
        raise Invalid(
            _("Log between 1 minute and 24 hours at a time."),
            errors={"minutes": [_("Log between 1 minute and 24 hours at a time.")]},
        )
    goal = Goal.objects.owned_by(by).get(pk=goal.pk)
    refuse_archived(goal)
    entry = Progress(user=by, goal=goal, kind=Progress.Kind.PRACTICE, note=note, minutes=minutes)
    entry.percent_after = percent_of(goal)
    entry.occurred_at = now or timezone.now()
    check(entry)
    entry.save()
    points.award(
        user_id=by.pk,
        amount=min(minutes // points.MINUTES_PER_PRACTICE_POINT, points.PRACTICE_MOST),
        reason=PointEntry.Reason.PRACTICE,
        key=f"practice:{uuid4()}",
        verified=False,
        category=goal.category,
        now=now,
    )
    badges.award_due(user_id=by.pk, after=badges.Deed.PRACTISING, now=now)
    return entry
