"""Which rows of a board a page shows: found in the database by comparing rows in the index."""

# ruff: noqa: S608 - the parts of the SQL are ours; what comes from outside is a parameter

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.utils.dateparse import parse_datetime

from leaderboard import tallies

PAGE_SIZE = 25
NEIGHBOURS = 5
MOST_POINTS = 2**31 - 1

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def read_wish(cursor: str) -> Wish:
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


def find(scope: str, period: str, viewer_id: int, wish: Wish) -> Found:
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
        parts.append(_Part("page", (">=", spot), PAGE_SIZE + 1))
    if mine is not None:
        parts.append(_Part("higher", ("<", mine), NEIGHBOURS))
        parts.append(_Part("lower", (">=", mine), NEIGHBOURS + 1))
    rows, total = _rows(scope, period, parts)
    before, page = rows["before"], rows["page"]
    is_back = wish.way == "previous" and spot is not None
    most_before = PAGE_SIZE if is_back else half
    most_page = PAGE_SIZE if is_back else PAGE_SIZE - min(len(before), half)
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
    """Read a time as the database tells it past the models; SQLite tells it without a zone."""
    moment = value if isinstance(value, datetime) else parse_datetime(value)
    assert moment is not None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
