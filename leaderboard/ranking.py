"""Who stands where. Ties share a rank ("1224"), ordered by who got there first.

A page is found by comparing rows in the index, and a rank by adding up tallies, so neither
grows with the number of learners. All that a page shows takes five queries.
"""

__all__ = [
    "PAGE_SIZE", "Board", "Place", "around", "board", "place_of", "search",
]  # fmt: skip


from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db.models import IntegerField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User
from leaderboard import league_rows, mirror, movement, redis_rows, rows, tallies
from leaderboard.models import Standing
from leaderboard.movement import Moved
from leaderboard.periods import EVERYONE, Period, league_of, period_key
from leaderboard.rows import PAGE_SIZE, Found, Row, Wish, read_wish
from learnquest.core.searching import matching, words_of

FOUND = 10


@dataclass(frozen=True)
class Place:
    """One row of the board."""

    rank: int
    user: User
    points: int
    is_me: bool
    moved: Moved = field(default_factory=Moved)


@dataclass(frozen=True)
class Board:
    """A page of a board. `mine` is the viewer's row wherever it stands, `near` are those around."""

    scope: str
    period: Period
    places: list[Place]
    mine: Place | None
    near: list[Place]
    total: int
    next: str
    previous: str

    @property
    def percentile(self) -> float | None:
        """How many per cent of the learners do not stand above the viewer."""
        if self.mine is None:
            return None
        return round(100 * (self.total - self.mine.rank + 1) / self.total, 1)


def board(
    *,
    viewer: User,
    scope: str = EVERYONE,
    period: Period = Period.WEEK,
    cursor: str = "",
    now: datetime | None = None,
) -> Board:
    """Return one page of a board, and the viewer's own row and neighbours wherever it stands.

    `cursor` is what a page says of the next or the previous one, "me" for the page around the
    viewer, or "rank:500000" for the one around a place; what it does not know is the top.
    """
    return _board(viewer, viewer, scope, period, read_wish(cursor), now or timezone.now())


def around(
    *,
    user: User,
    viewer: User,
    scope: str = EVERYONE,
    period: Period = Period.ALL,
    now: datetime | None = None,
) -> Board:
    """Return where `user` stands, as `mine`, with five above and five below, as `near`."""
    return _board(user, viewer, scope, period, Wish("none"), now or timezone.now())


def _board(
    user: User, viewer: User, scope: str, period: Period, wish: Wish, now: datetime
) -> Board:
    found = _find(scope, period_key(period, now), user.pk, wish)
    wanted = [*found.page, *found.near]
    users = User.objects.in_bulk({row.spot.user_id for row in wanted})
    # Who was erased between two queries is gone.
    shown = {row.spot.user_id: row for row in wanted if row.spot.user_id in users}
    moved = movement.moves(
        {user_id: (row.rank, row.points) for user_id, row in shown.items()}, scope, period, now
    )

    def places(of: list[Row]) -> list[Place]:
        here = [(row, users[row.spot.user_id]) for row in of if row.spot.user_id in users]
        return [
            Place(row.rank, who, row.points, who.pk == viewer.pk, moved[who.pk])
            for row, who in here
        ]

    page = found.page
    near = places(found.near)
    return Board(
        scope=scope,
        period=period,
        places=places(page),
        mine=next((place for place in near if place.user.pk == user.pk), None),
        near=near,
        total=found.total,
        next=f"next.{page[-1].spot}" if page and found.has_next else "",
        previous=f"previous.{page[0].spot}" if page and found.has_previous else "",
    )


def search(
    *,
    text: str,
    viewer: User,
    scope: str = EVERYONE,
    period: Period = Period.WEEK,
    now: datetime | None = None,
) -> list[Place]:
    """Return up to ten of those on a board whose name has these words, in rank order."""
    key = period_key(period, now or timezone.now())
    if not words_of(text):
        return []
    if league_of(scope) is not None:
        places = board(viewer=viewer, scope=scope, period=period, now=now).places
        group = User.objects.filter(pk__in=[place.user.pk for place in places])
        named = set(matching(group, text, ["display_name", "username"]))
        return [place for place in places if place.user in named][:FOUND]
    rank = RawSQL(  # noqa: S611 - as above
        "1 + " + tallies.above('"leaderboard"."points"'),
        [scope, key, scope, key],
        output_field=IntegerField(),
    )
    listed = Standing.objects.on_board(scope, key).listed()
    found = matching(listed, text, ["user__display_name", "user__username"])
    return [
        Place(row.rank, row.user, row.points, row.user_id == viewer.pk)  # type: ignore[attr-defined]  # annotated
        for row in found.annotate(rank=rank).select_related("user").in_rank_order()[:FOUND]
    ]


def place_of(
    *,
    user: User,
    viewer: User,
    scope: str = EVERYONE,
    period: Period = Period.ALL,
    now: datetime | None = None,
) -> Place | None:
    """Return where `user` stands, or None for somebody without points or off the board."""
    key = period_key(period, now or timezone.now())
    if (group := league_of(scope)) is not None:
        row = league_rows.find(group, key, user.pk, Wish("none")).mine
        return row and Place(row.rank, user, row.points, user.pk == viewer.pk)
    standing = Standing.objects.on_board(scope, key).listed().filter(user=user).first()
    if standing is None:
        return None
    rank = tallies.rank_of(scope=scope, period=key, points=standing.points)
    return Place(rank, user, standing.points, user.pk == viewer.pk)


def _find(scope: str, period: str, user_id: int, wish: Wish) -> Found:
    """Find the rows in Redis, where it is set and in step, or else in the database."""
    if (group := league_of(scope)) is not None:
        return league_rows.find(group, period, user_id, wish)
    try:
        return mirror.ask(scope, period, partial(redis_rows.find, user_id=user_id, wish=wish))
    except mirror.Unsure:
        return rows.find(scope, period, user_id, wish)
