"""Who stands where. Ties share a rank ("1224"), ordered by who got there first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from leaderboard.models import PRESENT, Standing, StandingQuerySet
from leaderboard.points import EVERYONE, Period, category_scope, period_key

PAGE_SIZE = 25


@dataclass(frozen=True)
class Place:
    """One row of the board."""

    rank: int
    user: User
    points: int
    is_me: bool


@dataclass(frozen=True)
class Board:
    scope: str
    period: Period
    places: list[Place]
    mine: Place | None
    total: int
    page: int
    pages: int


def board(
    *,
    viewer: User,
    category: str = "",
    period: Period = Period.WEEK,
    page: int = 1,
    now: datetime | None = None,
) -> Board:
    """Return one page of a board, and the viewer's own row wherever it stands.

    A page past the end is the last one.
    """
    scope = category_scope(category) if category else EVERYONE
    rows = _listed(scope, period, now or timezone.now())
    total = rows.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    standings = list(rows.in_rank_order().select_related("user")[start : start + PAGE_SIZE])
    places = _ranked(rows, standings, start, viewer)
    mine = next((place for place in places if place.is_me), None)
    return Board(
        scope=scope,
        period=period,
        places=places,
        mine=mine or _place_of(rows, viewer, viewer),
        total=total,
        page=page,
        pages=pages,
    )


def place_of(
    *,
    user: User,
    viewer: User,
    category: str = "",
    period: Period = Period.ALL,
    now: datetime | None = None,
) -> Place | None:
    """Return where `user` stands, or None for somebody without points or off the board."""
    scope = category_scope(category) if category else EVERYONE
    return _place_of(_listed(scope, period, now or timezone.now()), user, viewer)


def _listed(scope: str, period: Period, now: datetime) -> StandingQuerySet:
    """The rows that everybody sees; who left the board is not counted either."""
    return Standing.objects.on_board(scope, period_key(period, now)).filter(
        points__gt=0, user__is_on_leaderboard=True, **PRESENT
    )


def _ranked(
    rows: StandingQuerySet, standings: list[Standing], start: int, viewer: User
) -> list[Place]:
    """Number one page: only the first row's rank needs the rows above it counted."""
    places: list[Place] = []
    for offset, standing in enumerate(standings):
        if places and places[-1].points == standing.points:
            rank = places[-1].rank
        elif places:
            rank = start + offset + 1
        else:
            rank = rows.filter(points__gt=standing.points).count() + 1
        places.append(Place(rank, standing.user, standing.points, standing.user_id == viewer.pk))
    return places


def _place_of(rows: StandingQuerySet, user: User, viewer: User) -> Place | None:
    standing = rows.filter(user=user).first()
    if standing is None:
        return None
    above = rows.filter(Q(points__gt=standing.points)).count()
    return Place(above + 1, user, standing.points, user.pk == viewer.pk)
