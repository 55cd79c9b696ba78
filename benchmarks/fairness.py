"""How long the fairness report takes over many reviews.

    DATABASE_URL=… python benchmarks/fairness.py [REVIEWS]

Works, authors and reviewers are made at random in the database of DATABASE_URL, which should be an
empty one, migrated by this script; a ring of four is planted.

Seen on x86_64 with Python 3.13 and SQLite, on 2 cores shared with much else: 50,000 reviews of
3,333 reviewers in 1.2 s of this process's time (16 s by the wall, at a load of 14), 3 queries; the
ring was found with a chance of 2e-22, and nobody else.
"""

import os
import platform
import sys
import time
from datetime import timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learnquest.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz-AB")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from challenges.models import Challenge
from challenges.rubrics import default_rubric
from goals.models import Category, Goal
from reviews import fairness
from reviews.models import PeerReview
from submissions.models import Submission

EACH = 3
RING = 4


@transaction.atomic
def make(reviews: int, rng: Random) -> None:
    now = timezone.now()
    works = reviews // EACH
    people = User.objects.bulk_create(
        User(username=f"f{n}", email=f"f{n}@example.com", password="!") for n in range(works // 5)
    )
    owner = people[0]
    goals = Goal.objects.bulk_create(
        Goal(owner=owner, title="Learn", category=category) for category in Category.values
    )
    challenges = Challenge.objects.bulk_create(
        Challenge(
            goal=goal, title="Step", instructions="Do it.", difficulty=3, estimated_minutes=30,
            position=number, rubric=default_rubric(),
        )
        for number, goal in enumerate(goals)
    )  # fmt: skip
    made = Submission.objects.bulk_create(
        (
            Submission(
                challenge=rng.choice(challenges), author=people[n % len(people)],
                attempt=n % 30_000, status="accepted", score=70, settled_at=now,
                submitted_at=now - timedelta(days=rng.uniform(5, 80)),
            )
            for n in range(works)
        ),
        batch_size=2000,
    )  # fmt: skip
    PeerReview.objects.bulk_create(
        (
            PeerReview(
                submission=work, reviewer=reviewer, author=work.author, status="submitted",
                score=min(100, max(0, rng.gauss(70, 12))), lease_until=now,
                submitted_at=(work.submitted_at or now) + timedelta(hours=rng.expovariate(1 / 20)),
            )
            for work in made
            for reviewer in reviewers(work, people, rng)
        ),
        batch_size=2000,
    )  # fmt: skip


def reviewers(work: Submission, people: list[User], rng: Random) -> list[User]:
    """Return three others; within the ring its own members first."""
    if work.author in people[:RING]:
        friends = [one for one in people[:RING] if one != work.author]
        return [*rng.sample(friends, EACH - 1), rng.choice(people[RING:])]
    chosen = rng.sample(people, EACH + 1)
    return [one for one in chosen if one != work.author][:EACH]


def main() -> None:
    reviews = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    call_command("migrate", verbosity=0)
    make(reviews, Random(1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        begun, cpu = time.perf_counter(), time.process_time()
        report = fairness.report()
        wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    print(f"{platform.machine()}, Python {platform.python_version()}, {connection.vendor}")
    print(f"{report.load.reviews} reviews, {report.load.reviewers} reviewers")
    print(f"{wall:.2f} s ({cpu:.2f} s of this process), {len(queries)} queries")
    for ring in report.rings:
        print(f"ring: {len(ring.members)} people, chance {ring.chance:.1e}, {ring.reviews} reviews")


if __name__ == "__main__":
    main()
