"""Databases with a board of so many learners, made once and kept where PostgreSQL is."""

import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learnquest.settings")
os.environ.setdefault("SECRET_KEY", "a benchmark's own, 0123456789 abcdefghijklmnopqrstuvwxyz ABC")
os.environ["DATABASE_POOL"] = "false"

from benchmarks.crowd import fill_users

CATEGORIES = ("languages", "music", "programming", "science")
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


def setup() -> None:
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)


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
        fill_users(
            cursor,
            learners,
            display_name="'Learner ' || n",
            is_on_leaderboard="n %% 20 <> 0",
        )
        cursor.execute("SELECT setval(pg_get_serial_sequence('users', 'id'), %s)", [learners])
        cursor.execute(ENTRIES, [learners])
        recount.rebuild()
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE")
    tallies.fold()
    found = list(recount.differences())
    assert not found, found[:5]
    print(f"  {name}: filled in {time.perf_counter() - start:.0f} s", flush=True)
