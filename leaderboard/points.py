"""The one way to give points. The ledger is the truth; standings follow in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from leaderboard import standings
from leaderboard.models import PointEntry
from leaderboard.periods import EVERYONE, Period, boards, category_scope, period_key
from leaderboard.rules import (
    HANDED_IN,
    MILESTONE,
    MINUTES_PER_PRACTICE_POINT,
    PRACTICE_MOST,
    REVIEW_GIVEN,
    REVIEW_QUALITY_MOST,
    WORK_BY_DIFFICULTY,
    work_points,
)
from learnquest.core.errors import NotFound

__all__ = [
    "EVERYONE",
    "HANDED_IN",
    "MILESTONE",
    "MINUTES_PER_PRACTICE_POINT",
    "OF_KNOWN",
    "PRACTICE_MOST",
    "REVIEW_GIVEN",
    "REVIEW_QUALITY_MOST",
    "WORK_BY_DIFFICULTY",
    "Period",
    "award",
    "boards",
    "category_scope",
    "effort",
    "level_of",
    "of_work",
    "period_key",
    "reverse",
    "together",
    "work_points",
]

# Reviews of works with known marks are paid under keys that begin so: badges leave them out.
OF_KNOWN = "review-of-known:"

# The entries whose standings are written when `together` ends.
_waiting: ContextVar[list[int] | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Write the standings of all points given within at its end, in one order of learners.

    Deeds that give points to several learners use it inside of their transaction, also as a
    decorator: two such deeds that gave to bob and carol, and to carol and bob, would otherwise
    wait for each other for ever.
    """
    if _waiting.get() is not None:
        yield
        return
    token = _waiting.set([])
    try:
        yield
        waiting = _waiting.get() or []
    finally:
        _waiting.reset(token)
    if waiting:
        # What was rolled back to a savepoint meanwhile is not in the ledger.
        standings.add(list(PointEntry.objects.filter(pk__in=waiting)))


@transaction.atomic
def award(
    *,
    user_id: int,
    amount: int,
    reason: PointEntry.Reason,
    key: str,
    verified: bool,
    category: str = "",
    done_at: datetime | None = None,
    now: datetime | None = None,
) -> PointEntry | None:
    """Write `amount` to the ledger once for `key`, and to the standings when others verified it.

    `done_at` says when it was done, where that was earlier: streaks and activity count it then.
    Returns None, and changes nothing, when the learner's account is gone, or when `key` was awarded
    before, even if it was taken back since: who pays again for the same thing gives it a key of its
    own.
    """
    now = now or timezone.now()
    return _write(
        key=key,
        user_id=user_id,
        amount=amount,
        reason=reason,
        verified=verified,
        category=category,
        occurred_at=now,
        counted_at=now,
        done_at=done_at if done_at and done_at < now else None,
    )


@transaction.atomic
def reverse(*, key: str, reason: str, now: datetime | None = None) -> PointEntry | None:
    """Take back what `key` paid, with a counter-entry that says why, in the learner's words.

    It counts in the week and month in which the points were paid. Returns None, and changes
    nothing, when they were taken back before. Raises NotFound for a key that paid nothing.
    """
    entry = PointEntry.objects.filter(key=key).first()
    if entry is None:
        raise NotFound(_("Nothing was paid for this."))
    return _write(
        key=f"reversal:{entry.pk}",
        user_id=entry.user_id,
        amount=-entry.amount,
        reason=PointEntry.Reason.CORRECTION,
        verified=entry.verified,
        category=entry.category,
        occurred_at=now or timezone.now(),
        counted_at=entry.counted_at,
        reverses=entry,
        note=reason[:200],
    )


def _write(*, key: str, user_id: int, **fields: object) -> PointEntry | None:
    learner = User.objects.filter(pk=user_id).only("time_zone").first()
    if learner is None:
        return None
    moment = fields.get("done_at") or fields["occurred_at"]
    assert isinstance(moment, datetime)
    fields["local_day"] = learner.today(moment)
    entry, is_new = PointEntry.objects.get_or_create(
        key=key, defaults={"user_id": user_id, **fields}
    )
    if not is_new:
        return None
    waiting = _waiting.get()
    if waiting is None:
        standings.add([entry])
    else:
        waiting.append(entry.pk)
    return entry


def of_work(*, challenge_id: int, user: User) -> int:
    """Return what `user` earned by accepted work on a challenge of theirs."""
    key = f"work-accepted:{challenge_id}"
    paid = Q(key=key) | Q(key__startswith=f"{key}:")
    paid |= Q(reverses__key=key) | Q(reverses__key__startswith=f"{key}:")
    return PointEntry.objects.visible_to(user).filter(paid).aggregate(n=Sum("amount"))["n"] or 0


def effort(user: User) -> int:
    """Return the learner's XP: all they did, verified by others or not."""
    return PointEntry.objects.visible_to(user).aggregate(xp=Sum("amount"))["xp"] or 0


def level_of(xp: int) -> tuple[int, int, int]:
    """Return (level, XP at which it began, XP at which the next begins).

    Level n begins at 50 · n · (n − 1): each level takes 100 XP more than the one before.
    """
    level = 1
    while xp >= 50 * (level + 1) * level:
        level += 1
    return level, 50 * level * (level - 1), 50 * (level + 1) * level
