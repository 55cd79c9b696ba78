"""Ranks from counts: exact at any moment, at a cost that hardly grows with the learners.

`ABOVE` adds up the tallies above a number of points: the blocks, then the numbers of one block.
"""

# ruff: noqa: S608 - the parts of the SQL are ours; what comes from outside is a parameter

from django.db import connection, transaction

from leaderboard.counts import BLOCK, Tally

_SUM = "SELECT SUM(learners) FROM board_tallies WHERE scope = %s AND period = %s AND width = "


def above(points: str) -> str:
    """Return SQL for how many have more than `points`, itself SQL; takes the board twice."""
    block = f"({points} / {BLOCK} + 1) * {BLOCK}"
    return (
        f"(COALESCE(({_SUM} {BLOCK} AND floor >= {block}), 0)"
        f" + COALESCE(({_SUM} 1 AND floor > {points} AND floor < {block}), 0))"
    )


# The points of whoever stands at a place counted from the top; takes the board, the place, the
# board and the place.
POINTS_AT = f"""(
    WITH blocks AS (
        SELECT floor, SUM(learners) AS n, SUM(SUM(learners)) OVER (ORDER BY floor DESC) AS upto
        FROM board_tallies WHERE scope = %s AND period = %s AND width = {BLOCK} GROUP BY floor
    ), block AS (
        SELECT floor, upto - n AS before FROM blocks WHERE upto >= %s ORDER BY floor DESC LIMIT 1
    ), numbers AS (
        SELECT t.floor, block.before + SUM(SUM(t.learners)) OVER (ORDER BY t.floor DESC) AS upto
        FROM board_tallies AS t, block WHERE t.scope = %s AND t.period = %s AND t.width = 1
        AND t.floor >= block.floor AND t.floor < block.floor + {BLOCK}
        GROUP BY t.floor, block.before
    )
    SELECT floor FROM numbers WHERE upto >= %s ORDER BY floor DESC LIMIT 1
)"""

_FOLD = """
    WITH gone AS (
        DELETE FROM board_tallies WHERE NOT is_folded
        RETURNING scope, period, width, floor, learners
    )
    INSERT INTO board_tallies (scope, period, width, floor, learners, is_folded)
    SELECT scope, period, width, floor, SUM(learners), TRUE FROM gone GROUP BY 1, 2, 3, 4
    ON CONFLICT (scope, period, width, floor) WHERE is_folded
    DO UPDATE SET learners = board_tallies.learners + EXCLUDED.learners
"""
# SQLite has one writer at a time, and no DELETE within a query.
_FOLD_SQLITE = """
    CREATE TEMPORARY TABLE folding AS
    SELECT scope, period, width, floor, SUM(learners) AS n FROM board_tallies
    GROUP BY 1, 2, 3, 4 HAVING MIN(is_folded) = 0;
    DELETE FROM board_tallies WHERE (scope, period, width, floor) IN
    (SELECT scope, period, width, floor FROM folding);
    INSERT INTO board_tallies (scope, period, width, floor, learners, is_folded)
    SELECT scope, period, width, floor, n, 1 FROM folding;
    DROP TABLE folding
"""


def rank_of(*, scope: str, period: str, points: int) -> int:
    """Return the rank of whoever has so many points on a board."""
    board = [scope, period]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 + {above(str(int(points)))}", board * 2)
        return int(cursor.fetchone()[0])


@transaction.atomic
def fold() -> None:
    """Make one row of the rows that changes left, and drop counts of nobody.

    Nobody waits for it: readers add up what they see, before or after; writers add rows. Two at
    a time would wait for each other, so the second leaves it to the first.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('board_tallies'))")
            if not cursor.fetchone()[0]:
                return
            cursor.execute(_FOLD)
        else:
            for sql in _FOLD_SQLITE.split(";"):
                cursor.execute(sql)
        cursor.execute("DELETE FROM board_tallies WHERE is_folded AND learners = 0")


COUNTED = f"""
    SELECT scope, period, width, points / width * width AS floor, COUNT(*) AS learners
    FROM leaderboard CROSS JOIN (SELECT 1 AS width UNION ALL SELECT {BLOCK}) AS widths
    WHERE is_listed AND points > 0 GROUP BY 1, 2, 3, 4
"""


def rebuild() -> None:
    """Count all standings anew. The caller keeps others from changing them meanwhile."""
    Tally.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO board_tallies (scope, period, width, floor, learners, is_folded) "
            f"SELECT scope, period, width, floor, learners, {'TRUE' if _is_postgresql() else 1} "
            f"FROM ({COUNTED}) AS counted"
        )


def differences() -> list[tuple[str, str, int, int, int, int]]:
    """Return (scope, period, width, floor, tally, count) where a tally is not what it counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scope, period, width, floor, SUM(tally), SUM(counted) FROM ("
            "SELECT scope, period, width, floor, learners AS tally, 0 AS counted "
            "FROM board_tallies UNION ALL "
            f"SELECT scope, period, width, floor, 0, learners FROM ({COUNTED}) AS c"
            ") AS both_sides GROUP BY 1, 2, 3, 4 HAVING SUM(tally) <> SUM(counted) "
            "ORDER BY 1, 2, 3, 4"
        )
        return [
            (scope, period, int(width), int(floor), int(tally), int(counted))
            for scope, period, width, floor, tally, counted in cursor.fetchall()
        ]


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"
