"""Points that cannot be farmed: less for more of the same, and a second look at who helps whom.

Nothing here takes points away or punishes anybody: it holds them back until a moderator has
looked, and flags accounts that may be one person's.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from leaderboard import points
from leaderboard.fair_play_models import Pattern
from leaderboard.models import HeldPoints, PointEntry
from leaderboard.rules import SHARE_BEYOND, SHARES
from learnquest.core.errors import Conflict, Forbidden

# Reviews look wrong when the same people exchange so many within so long.
WINDOW = timedelta(days=60)
TIMES_EACH_WAY = 3
TIMES_IN_RING = 2
# Rings of up to four; and how many people one look follows at most.
RING = 4
MOST_FOLLOWED = 200

# How often each of some people reviewed whom, since when. The layer that knows reviews says so.
type Edges = Mapping[tuple[int, int], int]
type Reviews = Callable[[Collection[int], datetime], Edges]
_reviews: Reviews | None = None


def know_reviews(reviews: Reviews) -> None:
    """Set the function that tells who reviewed whom: `reviews(reviewer_ids, since)`."""
    global _reviews  # noqa: PLW0603 - set once at start-up, like a signal handler
    _reviews = reviews


def edges_of(reviewer_ids: Collection[int], since: datetime) -> Edges:
    """Return how often each of these people reviewed whom."""
    return _reviews(reviewer_ids, since) if _reviews and reviewer_ids else {}


def share_of(nth: int) -> int:
    """Return what the nth work of a difficulty on a day is worth, in percent; counts from 1."""
    return SHARES[nth - 1] if nth <= len(SHARES) else SHARE_BEYOND


def diminished(amount: int, *, before: int) -> int:
    """Return what work earns when `before` of its difficulty and day were accepted already.

    Never less than a point: work that others accepted is worth something.
    """
    return max(1, round(amount * share_of(before + 1) / 100)) if amount > 0 else amount


@transaction.atomic
def award(
    *,
    user_id: int,
    amount: int,
    reason: PointEntry.Reason,
    key: str,
    counterpart_id: int | None = None,
    judges: Iterable[int | None] = (),
    category: str = "",
    done_at: datetime | None = None,
    now: datetime | None = None,
) -> PointEntry | HeldPoints | None:
    """Award verified points earned with others, or hold them back for a moderator.

    They come of a review for `counterpart_id`, or of work that `judges` reviewed. Returns None when
    `key` was awarded or held before: then what is still held becomes `amount`.
    """
    now = now or timezone.now()
    if HeldPoints.objects.filter(key=key).exists():
        HeldPoints.objects.filter(key=key, state=HeldPoints.State.WAITING).update(amount=amount)
        return None
    is_new = not PointEntry.objects.filter(key=key).exists()
    found = None
    if is_new and counterpart_id is not None:
        found = pattern_of(user_id=user_id, counterpart_id=counterpart_id, now=now)
    elif is_new:
        found = pattern_among(judges, author_id=user_id, now=now)
    if found is None:
        return points.award(
            user_id=user_id, amount=amount, reason=reason, key=key, verified=True,
            category=category, done_at=done_at, now=now,
        )  # fmt: skip
    pattern, others = found
    held = HeldPoints.objects.create(
        user_id=user_id, amount=amount, reason=reason, key=key, category=category,
        occurred_at=now, done_at=done_at, pattern=pattern,
    )  # fmt: skip
    held.others.add(*others)
    return held


def pattern_of(
    *, user_id: int, counterpart_id: int, now: datetime
) -> tuple[Pattern, set[int]] | None:
    """Return what looks wrong about one person reviewing another, and who is in it.

    Reciprocity: each reviewed the other three times within sixty days. A ring: from the other
    back to the first over people each of whom reviewed the next twice. At most four questions,
    each of at most two hundred people.
    """
    since = now - WINDOW
    start = edges_of([user_id], since)
    there = start.get((user_id, counterpart_id), 0)
    if there < TIMES_IN_RING:
        return None
    came_from: dict[int, int] = {counterpart_id: user_id}
    frontier = [counterpart_id]
    for _hop in range(RING - 1):
        following: list[int] = []
        for (reviewer, author), times in edges_of(frontier, since).items():
            if author == user_id:
                if reviewer == counterpart_id:
                    if min(times, there) >= TIMES_EACH_WAY:
                        return Pattern.RECIPROCITY, {counterpart_id}
                elif times >= TIMES_IN_RING:
                    return Pattern.RING, _way_back(reviewer, came_from, user_id)
            elif times >= TIMES_IN_RING and author not in came_from:
                came_from[author] = reviewer
                following.append(author)
        frontier = following[:MOST_FOLLOWED]
        if not frontier:
            return None
    return None


def pattern_among(
    judges: Iterable[int | None], *, author_id: int, now: datetime
) -> tuple[Pattern, set[int]] | None:
    """Return what looks wrong about those who reviewed somebody's work, and who is in it."""
    for judge in sorted({pk for pk in judges if pk is not None}):
        found = pattern_of(user_id=judge, counterpart_id=author_id, now=now)
        if found is not None:
            pattern, others = found
            return pattern, (others | {judge}) - {author_id}
    return None


def let_go(key: str) -> bool:
    """Forget points that are held, since what they were for is gone; whether there were any."""
    held = HeldPoints.objects.filter(key=key, state=HeldPoints.State.WAITING)
    return held.delete()[0] > 0


def _way_back(last: int, came_from: Mapping[int, int], first: int) -> set[int]:
    way = set()
    while last != first:
        way.add(last)
        last = came_from[last]
    return way


@transaction.atomic
def release(*, held: HeldPoints, by: User, now: datetime | None = None) -> HeldPoints:
    """Give held points after all, as of when they were earned.

    Raises Forbidden for anybody but a moderator who is not part of it, and Conflict when somebody
    decided already.
    """
    held = _decide(held, HeldPoints.State.RELEASED, by, now)
    points.award(
        user_id=held.user_id,
        amount=held.amount,
        reason=PointEntry.Reason(held.reason),
        key=held.key,
        verified=True,
        category=held.category,
        done_at=held.done_at,
        now=held.occurred_at,
    )
    return held


@transaction.atomic
def refuse(*, held: HeldPoints, by: User, now: datetime | None = None) -> HeldPoints:
    """Decide that held points are not given. Raises as `release` does."""
    return _decide(held, HeldPoints.State.REFUSED, by, now)


def _decide(
    held: HeldPoints, state: HeldPoints.State, by: User, now: datetime | None
) -> HeldPoints:
    if not by.is_moderator:
        raise Forbidden("Moderators decide on held points.")
    held = HeldPoints.objects.select_for_update().get(pk=held.pk)
    if by.pk == held.user_id or held.others.filter(pk=by.pk).exists():
        raise Forbidden("Nobody decides on points of their own circle.")
    if held.state != HeldPoints.State.WAITING:
        raise Conflict("Somebody has decided on these points already.")
    held.state, held.decided_by, held.decided_at = state, by, now or timezone.now()
    held.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        kind=audit.Kind.MODERATED,
        user=held.user,
        actor=by,
        details={"target": f"held points {held.pk}", "decision": state.value},
        now=now,
    )
    return held


def waiting_of(user: User) -> int:
    """Return how many points of a learner wait for a moderator."""
    found: Iterable[Any] = HeldPoints.objects.filter(
        user=user, state=HeldPoints.State.WAITING
    ).values_list("amount", flat=True)
    return sum(found)
