"""Who stands where. Ties share a rank ("1224"), ordered by who got there first.

A page is found by comparing rows in the index, and a rank by adding up tallies, so neither
grows with the number of learners. All that a page shows takes five queries.
"""

# ruff: noqa: S608 - the parts of the SQL are ours; what comes from outside is a parameter

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.models import User
from leaderboard import movement, tallies
from leaderboard.models import Standing
from leaderboard.movement import Moved
from leaderboard.periods import EVERYONE, Period, category_of, period_key
from learnquest.core.searching import matching, words_of

PAGE_SIZE = 25
NEIGHBOURS = 5
FOUND = 10
MOST_POINTS = 2**31 - 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


class Spot(NamedTuple):
    """Where a row stands in the order of a board: what a cursor names."""

    behind: int  # the points, negative, so that all three run one way
    reached_at: datetime
    user_id: int

    def __str__(self) -> str:
        micros = (self.reached_at - _EPOCH) // timedelta(microseconds=1)
        return f"{-self.behind}.{micros}.{self.user_id}"


class Row(NamedTuple):
    """A row of a board, as the database or Redis tells of it."""

    spot: Spot
    rank: int

    @property
    def points(self) -> int:
        return -self.spot.behind


class Wish(NamedTuple):
    """What part of a board somebody wants to see: from the top, beside a spot, or around one."""

    way: str = "top"  # or "next", "previous", "around"; "none" is no page at all
    spot: Spot | None = None
    rank: int = 0


@dataclass
class Found:
    """The rows that a page needs, and how many learners there are in all."""

    page: list[Row]
    has_previous: bool
    has_next: bool
    mine: Row | None
    near: list[Row]
    total: int


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
    return _board(viewer, viewer, scope, period, _wish(cursor), now or timezone.now())


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
    rows = [*found.page, *found.near]
    users = User.objects.in_bulk({row.spot.user_id for row in rows})
    # Who was erased between two queries is gone.
    shown = {row.spot.user_id: row for row in rows if row.spot.user_id in users}
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
    rank = RawSQL(  # noqa: S611 - as above
        "1 + " + tallies.above('"leaderboard"."points"'),
        [scope, key, scope, key],
        output_field=IntegerField(),
    )
    rows = Standing.objects.on_board(scope, key).listed()
    found = matching(rows, text, ["user__display_name", "user__username"])
    return [
        Place(row.rank, row.user, row.points, row.user_id == viewer.pk)  # type: ignore[attr-defined]  # annotated
        for row in found.annotate(rank=rank).select_related("user").in_rank_order()[:FOUND]
    ]


def may_see(*, scope: str, viewer: User) -> bool:
    """Return whether somebody may see a board: everybody those of all, its members a league's."""
    if scope == EVERYONE or category_of(scope) is not None:
        return True
    return Standing.objects.filter(scope=scope, user=viewer).exists()


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
    standing = Standing.objects.on_board(scope, key).listed().filter(user=user).first()
    if standing is None:
        return None
    rank = tallies.rank_of(scope=scope, period=key, points=standing.points)
    return Place(rank, user, standing.points, user.pk == viewer.pk)


def _wish(cursor: str) -> Wish:
    """Read a cursor; what makes no sense is the top."""
    way, _, rest = cursor.partition(".")
    if cursor == "me":
        return Wish("around")
    if way.startswith("rank:") and way[5:].isdigit() and len(way) < 15:
        return Wish("around", rank=max(1, int(way[5:])))
    parts = rest.split(".")
    if way not in {"next", "previous"} or len(parts) != 3:
        return Wish()
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return Wish()
    points, micros, user_id = (int(part) for part in parts)
    if points > MOST_POINTS or micros > 4 * 10**15:
        return Wish()
    return Wish(way, Spot(-points, _EPOCH + timedelta(microseconds=micros), user_id))


def _find(scope: str, period: str, viewer_id: int, wish: Wish) -> Found:
    """Find the rows of a page in two queries."""
    mine, points_at = _mine(scope, period, viewer_id, wish.rank)
    spot = wish.spot
    if wish.way == "around":
        spot = mine if not wish.rank else None
        if points_at is not None:
            spot = Spot(-points_at, _EPOCH, 0)
    half = PAGE_SIZE // 2
    parts: list[_Part] = []
    if wish.way == "none":
        pass
    elif spot is None:
        parts.append(_Part("page", None, PAGE_SIZE + 1))
    elif wish.way == "next":
        parts.append(_Part("page", (">", spot), PAGE_SIZE + 1))
    elif wish.way == "previous":
        parts.append(_Part("before", ("<", spot), PAGE_SIZE + 1))
    else:
        parts.append(_Part("before", ("<", spot), half + 1))
        parts.append(_Part("page", (">=", spot), PAGE_SIZE - half + 1))
    if mine is not None:
        parts.append(_Part("higher", ("<", mine), NEIGHBOURS))
        parts.append(_Part("lower", (">=", mine), NEIGHBOURS + 1))
    rows, total = _rows(scope, period, parts)
    before, page = rows["before"], rows["page"]
    is_back = wish.way == "previous" and spot is not None
    most_before = PAGE_SIZE if is_back else half
    most_page = PAGE_SIZE if not before or is_back else PAGE_SIZE - half
    near = [*rows["higher"][::-1], *rows["lower"]]
    return Found(
        page=[*before[:most_before][::-1], *page[:most_page]],
        has_previous=len(before) > most_before or (wish.way == "next" and spot is not None),
        has_next=len(page) > most_page or is_back,
        mine=next((row for row in near if row.spot.user_id == viewer_id), None),
        near=near,
        total=total,
    )


def _mine(scope: str, period: str, user_id: int, rank: int) -> tuple[Spot | None, int | None]:
    """Return where a learner's row is, if it is counted, and the points at a place asked for."""
    board: list[Any] = [scope, period]
    points_at = tallies.POINTS_AT if rank else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT mine.points, mine.reached_at, {points_at} FROM (SELECT 1 AS one) AS one "
            "LEFT JOIN leaderboard AS mine ON mine.scope = %s AND mine.period = %s "
            "AND mine.user_id = %s AND mine.is_listed AND mine.points > 0",
            [*([*board, rank, *board, rank] if rank else []), *board, user_id],
        )
        points, reached_at, found = cursor.fetchone()
    spot = None if points is None else Spot(-points, _moment(reached_at), user_id)
    return spot, None if found is None else int(found)


class _Part(NamedTuple):
    """Some rows in a row: after or before a spot; before it, the nearest come first."""

    name: str
    side: tuple[str, Spot] | None
    most: int


def _rows(scope: str, period: str, parts: list[_Part]) -> tuple[dict[str, list[Row]], int]:
    """Return the rows of each part with their ranks, and the count of all, in one query."""
    board = [scope, period]
    queries = ["SELECT 'total' AS part, 0 AS points, NULL AS reached_at, NULL AS user_id"]
    values: list[Any] = []
    for part in parts:
        where, way = "", "ASC"
        inner: list[Any] = [*board]
        if part.side is not None:
            sign, spot = part.side
            where = f"AND (points * -1, reached_at, user_id) {sign} (%s, %s, %s)"
            way = "DESC" if sign == "<" else "ASC"
            moment = connection.ops.adapt_datetimefield_value(spot.reached_at)
            inner += [spot.behind, moment, spot.user_id]
        queries.append(
            f"SELECT '{part.name}' AS part, points, reached_at, user_id FROM ("
            "SELECT points, reached_at, user_id FROM leaderboard "
            f"WHERE scope = %s AND period = %s AND is_listed AND points > 0 {where} "
            f"ORDER BY points * -1 {way}, reached_at {way}, user_id {way} LIMIT {part.most}"
            f") AS {part.name}"
        )
        values += inner
    rows: dict[str, list[Row]] = {"page": [], "before": [], "higher": [], "lower": []}
    total = 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT part, points, reached_at, user_id, {tallies.above('found.points')} "
            f"FROM ({' UNION ALL '.join(queries)}) AS found",
            [*board, *board, *values],
        )
        for name, points, reached_at, user_id, more in cursor.fetchall():
            if name == "total":
                total = int(more)
            else:
                spot = Spot(-points, _moment(reached_at), user_id)
                rows[name].append(Row(spot, int(more) + 1))
    for name, found in rows.items():
        found.sort(reverse=name in {"before", "higher"})
    return rows, total


def _moment(value: Any) -> datetime:
    """Read a time as the database tells it past the models; SQLite tells it as text."""
    if isinstance(value, datetime):
        return value
    moment = parse_datetime(value)
    assert moment is not None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
