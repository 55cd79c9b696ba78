"""Many writers at one board, of whom one is killed; run by `leaderboard.py writers`."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.boards import CATEGORIES, make, setup, use
from benchmarks.servers import address


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
    crew = [
        subprocess.Popen(
            [sys.executable, __file__, *map(str, (number, count // workers, seconds, learners))],
            env={**os.environ, "DATABASE_URL": address(name)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(workers)
    ]
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


if __name__ == "__main__":
    setup()
    work(*(int(argument) for argument in sys.argv[1:]))
