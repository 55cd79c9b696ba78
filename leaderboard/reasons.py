"""Why a learner stands where they stand, and what would change it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from leaderboard.models import PointEntry
from leaderboard.periods import Period, bounds, category_of, period_key
from leaderboard.ranking import Board, Place


@dataclass(frozen=True)
class Change:
    """How far it is to the next rank up, and how near the next learner behind is."""

    ahead: Place | None
    needed: int
    behind: Place | None
    lead: int


def entries(
    *, user: User, scope: str, period: Period, now: datetime | None = None
) -> "QuerySet[PointEntry]":
    """Return the entries that make up a learner's points on a board, newest first."""
    rows = PointEntry.objects.visible_to(user).verified().exclude(amount=0)
    category, time = category_of(scope), bounds(period_key(period, now or timezone.now()))
    if category is not None:
        rows = rows.filter(category=category)
    if time is not None:
        rows = rows.filter(counted_at__gte=time[0], counted_at__lt=time[1])
    return rows.select_related("reverses").order_by("-occurred_at", "-pk")


def what_would_change(board: Board) -> Change | None:
    """Return what separates the learner from the next rank up and down, of those near."""
    mine = board.mine
    if mine is None:
        return None
    ahead = [place for place in board.near if place.points > mine.points]
    behind = [place for place in board.near if place.points < mine.points]
    return Change(
        ahead=ahead[-1] if ahead else None,
        needed=ahead[-1].points - mine.points + 1 if ahead else 0,
        behind=behind[0] if behind else None,
        lead=mine.points - behind[0].points if behind else 0,
    )
