"""The one way to give points. The ledger is the truth; standings follow in the same transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from accounts.models import User
from leaderboard.models import PointEntry, Standing

WORK_BY_DIFFICULTY = {1: 10, 2: 20, 3: 35, 4: 55, 5: 80}
REVIEW_GIVEN = 5
REVIEW_QUALITY_MOST = 10
HANDED_IN = 5
MILESTONE = 10
MINUTES_PER_PRACTICE_POINT = 5
PRACTICE_MOST = 24

EVERYONE = "everyone"


class Period(StrEnum):
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


@dataclass(frozen=True)
class Rule:
    """A rule as learners read it on "How points work"."""

    reason: PointEntry.Reason
    points: str
    verified: bool


def period_key(period: Period, now: datetime) -> str:
    """Return how the standings name the period around `now`: "2026-W48", "2026-11" or "all"."""
    moment = now.astimezone(UTC)
    if period is Period.WEEK:
        year, week, _ = moment.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{moment:%Y-%m}" if period is Period.MONTH else "all"


def category_scope(category: str) -> str:
    """Return how the standings name one field of learning."""
    return f"category:{category}"


def work_points(*, difficulty: int, score: float, pass_mark: float) -> int:
    """Return the points of accepted work: half its base at the pass mark, all of it at 100."""
    share = (score - pass_mark) / (100 - pass_mark)
    return round(WORK_BY_DIFFICULTY[difficulty] * (1 + share) / 2)


@transaction.atomic
def award(
    *,
    user_id: int,
    amount: int,
    reason: PointEntry.Reason,
    key: str,
    verified: bool,
    category: str = "",
    now: datetime | None = None,
) -> PointEntry | None:
    """Write `amount` to the ledger once for `key`, and to the standings when others verified it.

    Returns None, and changes nothing, when `key` was awarded before.
    """
    now = now or timezone.now()
    entry, is_new = PointEntry.objects.get_or_create(
        key=key,
        defaults={
            "user_id": user_id,
            "amount": amount,
            "reason": reason,
            "verified": verified,
            "category": category,
            "occurred_at": now,
        },
    )
    if not is_new:
        return None
    if verified and amount:
        _add_to_standings(user_id=user_id, amount=amount, category=category, now=now)
    return entry


def of_work(*, challenge_id: int, user: User) -> int:
    """Return what `user` earned by accepted work on a challenge of theirs."""
    entry = PointEntry.objects.visible_to(user).filter(key=f"work-accepted:{challenge_id}").first()
    return entry.amount if entry else 0


def boards(category: str, now: datetime) -> list[tuple[str, str]]:
    """Return the (scope, period) pairs on which an entry counts."""
    scopes = [EVERYONE, *([category_scope(category)] if category else [])]
    return [(scope, period_key(period, now)) for scope in scopes for period in Period]


def _add_to_standings(*, user_id: int, amount: int, category: str, now: datetime) -> None:
    pairs = boards(category, now)
    Standing.objects.bulk_create(
        [Standing(scope=s, period=p, user_id=user_id, reached_at=now) for s, p in pairs],
        ignore_conflicts=True,
    )
    which = Q()
    for scope, period in pairs:
        which |= Q(scope=scope, period=period)
    Standing.objects.filter(which, user_id=user_id).update(
        points=F("points") + amount, reached_at=now
    )


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
