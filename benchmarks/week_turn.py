"""The turn of the week at a million learners, over a change of clocks, cut off ten times.

    .venv/bin/python benchmarks/week_turn.py [--learners 1000000] [--kills 10] [--seed 1]
        [--keep FOLDER]

Fills a PostgreSQL of its own with learners who all take part in the leagues, or finds it filled in
FOLDER, and turns from 2026-W43, on whose Sunday Europe's clocks go back, to 2026-W44: once
without a break, timed, and once in a copy of the database, where the worker or its backend is
killed at ten random moments and started again, the last time beside a second worker. Both must end
in the same rows. Exits with 1 when they do not, or when the turn takes more than 60 s by the clock.
Figures: docs/decisions/.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.crowd import fill_users
from benchmarks.servers import address, postgresql

CLOSED, OPENED = "2026-W43", "2026-W44"
BEFORE = ["2026-W42", "2026-W41", "2026-W40", "2026-W39"]
# Monday, 00:15 in UTC; 01:15 in Berlin, where this week had 169 hours.
MOMENT = datetime(2026, 10, 26, 0, 15, tzinfo=UTC)
MOST_SECONDS = 60
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "UTC"]

TURN = f"""
import os, sys, time
sys.path.insert(0, {str(ROOT)!r})
import django
django.setup()
from datetime import UTC, datetime
from leaderboard import seasons_turn
print("ready", flush=True)
start = time.perf_counter()
once = seasons_turn._once
def timed(week, step, deed):
    begun = time.perf_counter()
    once(week, step, deed)
    print(f"  {{step.name.lower():8}} {{time.perf_counter() - begun:6.1f}} s", flush=True)
seasons_turn._once = timed
seasons_turn.turn_due(now=datetime.fromisoformat({MOMENT.isoformat()!r}))
seconds = time.perf_counter() - start
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT pg_backend_pid()")
    parts = open(f"/proc/{{cursor.fetchone()[0]}}/stat").read().rsplit(")", 1)[1].split()
busy = (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
print(f"{{seconds:.1f}} {{busy:.1f}}")
"""

# Each table in an order and a form that does not know of ids.
STATES = [
    """
    SELECT count(*), md5(string_agg(concat_ws(':', user_id, league, highest, absences),
        ',' ORDER BY user_id))
    FROM league_players
    """,
    """
    SELECT count(*), md5(string_agg(concat_ws(':', m.user_id, m.week, g.league, g.number,
        m.points, m.place, m.outcome), ',' ORDER BY m.week, m.user_id))
    FROM league_memberships m JOIN league_groups g ON g.id = m.group_id
    """,
    """
    SELECT count(*), md5(string_agg(concat_ws(':', week, league, number), ','
        ORDER BY week, league, number))
    FROM league_groups
    """,
    "SELECT week, step FROM league_turns ORDER BY week",
]
SIZES = """
    SELECT min(n), max(n) FROM (
        SELECT count(*) n FROM league_memberships WHERE week = %s GROUP BY group_id
    ) g
"""
OUTCOMES = """
    SELECT outcome, count(*) FROM league_memberships WHERE week = %s
    GROUP BY outcome ORDER BY outcome
"""


def fill(cursor: Any, learners: int) -> None:
    """Make learners in all leagues, their points of five weeks, and the groups of the last one."""
    zones = ", ".join(f"'{zone}'" for zone in ZONES)
    # Indexes are made faster at once than row by row.
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('users', 'leaderboard')"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    fill_users(
        cursor,
        learners,
        time_zone=f"(ARRAY[{zones}])[1 + n %% {len(ZONES)}]",
        is_on_leaderboard="n %% 50 <> 0",
        is_active="n %% 97 <> 0",
    )
    cursor.execute(
        """
        INSERT INTO league_players (user_id, league, highest, joined_at, absences, left_at)
        SELECT n, 1 + (n * 7 %% 100) / 10, 1 + (n * 7 %% 100) / 10, '2026-09-01',
            CASE WHEN n %% 41 = 0 THEN 4 WHEN n %% 13 = 0 THEN 1 ELSE 0 END,
            CASE WHEN n %% 61 = 0 THEN '2026-10-20'::timestamptz END
        FROM generate_series(1::bigint, %s) n
        """,
        [learners],
    )
    for number, week in enumerate([CLOSED, *BEFORE]):
        # About one in five away each week; few enough values that there are ties.
        cursor.execute(
            """
            INSERT INTO leaderboard (scope, period, user_id, points, reached_at)
            SELECT 'everyone', %(week)s, n,
                5 + (abs(hashint8(n * 31 + %(salt)s)::bigint) %% 60) * 5,
                '2026-10-20'
            FROM generate_series(1::bigint, %(learners)s) n
            WHERE abs(hashint8(n * 17 + %(salt)s)::bigint) %% 5 <> 0
            """,
            {"week": week, "salt": number + 1, "learners": learners},
        )
    for _name, definition in indexes:
        cursor.execute(definition)
    cursor.execute("ANALYZE")


def run(url: str, *, wait: bool = True) -> Any:
    environment = {**os.environ, "DATABASE_URL": url, "DATABASE_POOL": "false"}
    process = subprocess.Popen(
        [sys.executable, "-c", TURN],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        # Who is killed says so at length.
        stderr=None if wait else subprocess.DEVNULL,
        text=True,
    )
    if not wait:
        return process
    out, _ = process.communicate()
    assert process.returncode == 0, f"the turn failed with {process.returncode}"
    return out


def states(name: str) -> list[Any]:
    """Return what a turned database holds, for comparison."""
    with psycopg.connect(address(name)) as connection:
        return [connection.execute(question).fetchall() for question in STATES]


def interrupt(admin: Any, name: str, seconds: float, wanted: int, rng: random.Random) -> None:
    """Kill the turn at `wanted` random moments, then end it, beside a second worker.

    The moments lie in the time that a whole turn takes; a turn that was done before it could be
    killed does not count, and begins anew.
    """
    copy(admin, name, "week_cut_off")
    url = address("week_cut_off")
    kills = 0
    while kills < wanted:
        process = run(url, wait=False)
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0, seconds))
        how = rng.choice(["worker", "backend"])
        if how == "worker":
            process.send_signal(signal.SIGKILL)
        else:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = 'week_cut_off'"
            )
        process.communicate()
        with psycopg.connect(url) as reader:
            row = reader.execute(
                "SELECT step, finished_at FROM league_turns WHERE week = %s", [OPENED]
            ).fetchone()
        if row and row[1]:
            copy(admin, name, "week_cut_off")
            continue
        kills += 1
        print(f"kill {kills}: the {how}, {row[0] if row else 0} of 3 steps done", flush=True)
    both = [run(url, wait=False) for _ in range(2)]
    for process in both:
        process.communicate()
        assert process.returncode == 0


def copy(admin: Any, name: str, to: str) -> None:
    """Make the database `to` a copy of what was filled."""
    admin.execute(f"DROP DATABASE IF EXISTS {to} WITH (FORCE)")
    admin.execute(f"CREATE DATABASE {to} TEMPLATE {name} STRATEGY file_copy")
    admin.execute("CHECKPOINT")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--learners", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=10, help="0 only takes the time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a folder for PostgreSQL that stays")
    options = parser.parse_args()
    with postgresql(options.keep) as url, psycopg.connect(url, autocommit=True) as admin:
        os.environ |= {
            "DATABASE_URL": url,
            "DATABASE_POOL": "false",
            "DJANGO_SETTINGS_MODULE": "learnquest.settings",
            "SECRET_KEY": "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz",
            "LOG_LEVEL": "WARNING",
        }
        return prove(admin, options.learners, options.kills, random.Random(options.seed))


def prove(admin: Any, learners: int, kills: int, rng: random.Random) -> int:
    """Turn the week, once in one go and once with kills; returns what the script exits with."""
    name = f"week_{learners}"
    make(admin, name, learners)
    copy(admin, name, "week_whole")
    out = run(address("week_whole")).strip().splitlines()
    seconds, busy = (float(part) for part in out[-1].split())
    print("\n".join(out[1:-1]))
    print(f"turned in {seconds:.1f} s, of which the database's processor {busy:.1f} s;", end=" ")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs", flush=True)
    whole = states("week_whole")
    players, memberships, groups = (row[0][0] for row in whole[:3])
    print(f"{players} players, {memberships} memberships, {groups} groups")
    with psycopg.connect(address("week_whole")) as reader:
        for title, question, week in (
            ("group sizes", SIZES, OPENED),
            ("outcomes", OUTCOMES, CLOSED),
        ):
            print(f"{title} {reader.execute(question, [week]).fetchall()}")
    if kills:
        interrupt(admin, name, seconds, kills, rng)
        cut_off = states("week_cut_off")
        if whole != cut_off:
            print(f"DIFFERENT: {whole} {cut_off}")
            return 1
        print(f"the same rows after {kills} kills")
    return 0 if seconds <= MOST_SECONDS else 1


def make(admin: Any, name: str, learners: int) -> None:
    """Make and fill a database, unless it is there; nothing is turned before its time."""
    import django
    from django.conf import settings

    exists = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if not exists:
        admin.execute(f"CREATE DATABASE {name}")
    settings.DATABASES["default"]["NAME"] = name
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from leaderboard import seasons, seasons_turn
    from leaderboard.models import LeagueTurn

    day = timedelta(days=1)
    assert seasons.end_of_week(MOMENT) - seasons.end_of_week(MOMENT - day) == 7 * day
    if not exists:
        start = time.perf_counter()
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            fill(cursor, learners)
            LeagueTurn.objects.create(week=CLOSED, step=LeagueTurn.Step.MOVED)
            seasons_turn.turn(CLOSED)
            cursor.execute("VACUUM ANALYZE")
        print(f"{learners} learners made in {time.perf_counter() - start:.0f} s", flush=True)
    # In Berlin it is Monday already, in UTC it is not.
    sunday = datetime(2026, 10, 25, 23, 30, tzinfo=UTC)
    assert not seasons_turn.turn_due(now=sunday), "turned before the week was over"
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
