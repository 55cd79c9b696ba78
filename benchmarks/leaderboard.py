"""What a rank costs among a thousand and among a million, and whether it is exact.

    .venv/bin/python benchmarks/leaderboard.py sizes [--learners 1000 10000 100000 1000000]
        [--rounds 20] [--redis] [--keep FOLDER]
    .venv/bin/python benchmarks/leaderboard.py writers [--writers 50] [--seconds 30]
        [--keep FOLDER]

Both start a PostgreSQL of their own, or take the one of PG_URI; in FOLDER its databases "board_…"
stay, so that a second run need not fill them again. `sizes` goes round and round the databases,
so that whatever else the machine does falls on all sizes alike; it prints the median and the 99th
percentile of each operation in milliseconds, the pages of memory that PostgreSQL looked at, which
no neighbour can lengthen, and the growth from the smallest to the largest. It exits with 1 where
one grows more than twofold or a page takes more than five queries. `writers` lets many award at
once, kills a worker and some of PostgreSQL's backends in the middle, and compares the ledger with
the standings. Figures: docs/decisions/.
"""

import argparse
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.board_writers import writers
from benchmarks.boards import CATEGORIES, make, setup, use
from benchmarks.servers import postgresql, redis

CHECKED = 1000
MOST_GROWTH = 2.0
MOST_QUERIES = 5
AWARD = "award one event"

type Times = dict[tuple[str, int], list[float]]


def percentiles(times: list[float]) -> tuple[float, float]:
    times = sorted(times)
    return statistics.median(times), times[min(len(times) - 1, int(0.99 * len(times)))]


def operations(learners: int, rng: random.Random) -> dict[str, Callable[[], Any]]:
    from accounts.models import User
    from leaderboard import points, ranking
    from leaderboard.models import PointEntry
    from leaderboard.periods import Period

    def learner() -> User:
        # On the board, and with points in every period: even, and no multiple of 20.
        number = rng.randrange(2, learners, 2)
        return User(pk=number if number % 20 else number - 2 or 2)

    def award() -> None:
        points.award(
            user_id=learner().pk,
            amount=rng.randrange(1, 60),
            reason=PointEntry.Reason.REVIEW_QUALITY,
            key=f"bench:{rng.random()}:{time.time_ns()}",
            verified=True,
            category=rng.choice(CATEGORIES),
        )

    middle = f"rank:{learners // 2}"
    return {
        "top page": lambda: ranking.board(viewer=learner(), period=Period.ALL),
        "page around the middle": lambda: ranking.board(
            viewer=learner(), period=Period.ALL, cursor=middle
        ),
        "own rank, ten neighbours": lambda: ranking.around(
            user=(me := learner()), viewer=me, period=Period.ALL
        ),
        AWARD: award,
    }


def check(learners: int, rng: random.Random) -> int:
    """Compare ranks with a full sort; returns how many were compared."""
    from django.db import connection

    from accounts.models import User
    from leaderboard import ranking
    from leaderboard.periods import Period

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT user_id, RANK() OVER (ORDER BY points DESC) FROM leaderboard AS s "
            "JOIN users AS u ON u.id = s.user_id WHERE scope = 'everyone' AND period = 'all' "
            "AND points > 0 AND u.is_on_leaderboard AND u.is_active AND u.erase_at IS NULL"
        )
        truth = dict(cursor.fetchall())
    chosen = rng.sample(range(1, learners + 1), min(CHECKED, learners))
    for number in chosen:
        place = ranking.place_of(user=User(pk=number), viewer=User(pk=number), period=Period.ALL)
        assert (place.rank if place else None) == truth.get(number), (number, place)
    return len(chosen)


def looked_at(deed: Callable[[], Any]) -> int:
    """Return how many pages of memory PostgreSQL reads for a deed's longest query."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        deed()
    most = 0
    with connection.cursor() as cursor:
        for query in queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + query["sql"])
                found = cursor.fetchone()[0]
                plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
                most += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return most


def mirror_board(name: str) -> None:
    """Let Redis have the board of all time, and nothing of before."""
    from django.conf import settings

    from leaderboard import mirror

    use(name)
    mirror.TIMEOUT_SECONDS = 30.0  # while it is made; what is measured has the usual one
    start = time.perf_counter()
    mirror.tell_changes()
    mirror._tell(mirror._client(settings.REDIS_URL))
    mirror.make("everyone", "all")
    print(f"  {name}: in Redis after {time.perf_counter() - start:.0f} s", flush=True)
    mirror._client.cache_clear()
    mirror.TIMEOUT_SECONDS = 0.25


def note_fallbacks() -> list[str]:
    """Return a list to which each board is added that the database answers in place of Redis."""
    from leaderboard import rows

    noted: list[str] = []
    find = rows.find

    def noting(scope: str, period: str, viewer_id: int, wish: rows.Wish) -> rows.Found:
        noted.append(scope)
        return find(scope, period, viewer_id, wish)

    rows.find = noting
    return noted


def sizes(learners: list[int], rounds: int) -> bool:
    """Measure all sizes; returns whether nothing grows or asks too much."""
    from django.conf import settings

    names = {count: f"board_{count}" for count in learners}
    for count, name in names.items():
        make(name, count)
        if settings.REDIS_URL:
            mirror_board(name)
    fallbacks = note_fallbacks()
    times: Times = {}
    blocks: dict[tuple[str, int], int] = {}
    queries: dict[str, int] = {}
    for turn in range(rounds):
        for count, name in names.items():
            use(name)
            deeds = operations(count, random.Random(turn * 7919 + count))
            for title, deed in deeds.items():
                times.setdefault((title, count), []).extend(measure(deed))
                if turn == 0:
                    queries[title] = max(queries.get(title, 0), asked_for(deed))
                    if title != AWARD and not settings.REDIS_URL:
                        blocks[title, count] = looked_at(deed)
            from leaderboard import tallies

            tallies.fold()
    is_fine = report(learners, times, blocks, queries)
    if settings.REDIS_URL:
        print(f"\nin place of Redis the database answered {len(fallbacks)} times")
    for count, name in names.items():
        use(name)
        print(f"\n{count:,}: {check(count, random.Random(count))} ranks as in a full sort")
    return is_fine


def measure(deed: Callable[[], Any]) -> list[float]:
    """Return how many milliseconds a deed takes, 25 times, once it has been done thrice."""
    for _ in range(3):
        deed()
    times = []
    for _ in range(25):
        start = time.perf_counter()
        deed()
        times.append((time.perf_counter() - start) * 1000)
    return times


def asked_for(deed: Callable[[], Any]) -> int:
    """Return how many queries a deed makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        deed()
    return len(queries)


def report(
    learners: list[int],
    times: Times,
    blocks: dict[tuple[str, int], int],
    queries: dict[str, int],
) -> bool:
    """Print what was measured; returns whether nothing grows or asks too much."""
    is_fine = True
    for title, number in queries.items():
        print(f"\n{title}: {number} queries")
        for count in learners:
            median, last = percentiles(times[title, count])
            pages = f"{blocks[title, count]:5} pages" if (title, count) in blocks else ""
            print(f"  {count:>9,} learners  median {median:7.2f} ms  p99 {last:7.2f} ms  {pages}")
        smallest, largest = (
            percentiles(times[title, count]) for count in (learners[0], learners[-1])
        )
        growth = [high / low for low, high in zip(smallest, largest, strict=True)]
        print(f"  growth: median × {growth[0]:.2f}, p99 × {growth[1]:.2f}")
        is_fine &= max(growth) <= MOST_GROWTH and (title == AWARD or number <= MOST_QUERIES)
    return is_fine


def main() -> int:
    parser = argparse.ArgumentParser()
    deeds = parser.add_subparsers(dest="deed", required=True)
    by_size = deeds.add_parser("sizes")
    by_size.add_argument(
        "--learners", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000]
    )
    by_size.add_argument("--rounds", type=int, default=20)
    by_size.add_argument("--redis", action="store_true")
    many = deeds.add_parser("writers")
    many.add_argument("--writers", type=int, default=50)
    many.add_argument("--seconds", type=int, default=30)
    many.add_argument("--learners", type=int, default=500)
    for one in (by_size, many):
        one.add_argument("--keep", type=Path, help="a folder for PostgreSQL that stays")
    asked = parser.parse_args()
    is_fine = True
    with (
        postgresql(asked.keep) as uri,
        redis() if getattr(asked, "redis", False) else nullcontext("") as redis_uri,
    ):
        os.environ |= {"DATABASE_URL": uri, "REDIS_URL": redis_uri}
        setup()
        if asked.deed == "writers":
            writers(asked.writers, asked.seconds, asked.learners)
        else:
            is_fine = sizes(asked.learners, asked.rounds)
    print(
        f"\nPython {platform.python_version()}, {os.cpu_count()} CPUs, {platform.machine()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
