"""Finding copied work among many: how much of it, how fast, and what is found by mistake.

Makes WORKS works of words drawn by Zipf's law in an empty database of its own, then hands in COPIES
of some of them with a share of the words changed, and as many texts of nobody's.

    python benchmarks/similar_work.py                       # SQLite in a temporary folder
    DATABASE_URL=postgres://… python benchmarks/similar_work.py

On SQLite, 2 cores shared with other work, 3,000 works of 250 words (WORKS=3000), 60,000 marks:
copies with no, 5, 8, 10 and 20 % of the words changed: 200, 200, 195, 175 and 0 of 200 found;
of 200 texts of nobody's none flagged; one look takes 10.9 ms of a core (median), 99 of
100 within 16.3 ms;
the look-up searches the index `text_marks_alike`.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
FOLDER = tempfile.TemporaryDirectory()
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/db.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learnquest.settings_test")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from challenges.models import Challenge
from challenges.rubrics import default_rubric
from goals.models import Goal
from submissions import shingles, similarity
from submissions.models import Submission, TextMark

WORKS = int(os.environ.get("WORKS", "20000"))
COPIES = 200
WORDS = 250
CHANGED = (0.0, 0.05, 0.08, 0.10, 0.20)
VOCABULARY = [f"word{number}" for number in range(30_000)]
WEIGHTS = [1 / (rank + 3) for rank in range(30_000)]
SEED = 20261125


def text(rng: random.Random) -> str:
    return " ".join(rng.choices(VOCABULARY, WEIGHTS, k=WORDS))


def changed(body: str, share: float, rng: random.Random) -> str:
    return " ".join(
        rng.choice(VOCABULARY) if rng.random() < share else word for word in body.split()
    )


def challenge_of(name: str) -> Challenge:
    user = User.objects.create(username=name, email=f"{name}@example.com", display_name=name)
    goal = Goal.objects.create(owner=user, title=name, start_date=timezone.localdate())
    return Challenge.objects.create(
        goal=goal, title=name, instructions="Write.", rubric=default_rubric(), position=0
    )


def handed_in(challenge: Challenge, attempt: int, body: str) -> Submission:
    return Submission(
        challenge=challenge,
        author=challenge.goal.owner,
        attempt=attempt,
        body=body,
        status=Submission.Status.SUBMITTED,
        submitted_at=timezone.now(),
    )


def main() -> None:
    rng = random.Random(SEED)
    call_command("migrate", verbosity=0)
    one, other = challenge_of("one"), challenge_of("other")
    works = [handed_in(one, number, text(rng)) for number in range(WORKS)]
    for start in range(0, WORKS, 1000):
        made = Submission.objects.bulk_create(works[start : start + 1000])
        TextMark.objects.bulk_create(
            TextMark(submission=work, value=value)
            for work in made
            for value in shingles.marks(shingles.shingles(work.body))
        )
    print(f"{connection.vendor}: {WORKS} works of {WORDS} words, {TextMark.objects.count()} marks")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE text_marks")
    times: list[float] = []
    number = 0

    def look(body: str) -> bool:
        nonlocal number
        number += 1
        work = handed_in(other, number, body)
        work.save()
        begun = time.process_time()
        found = similarity.compare(work.pk)
        times.append(time.process_time() - begun)
        return bool(found)

    for share in CHANGED:
        found = sum(look(changed(work.body, share, rng)) for work in rng.sample(works, COPIES))
        print(f"{share:4.0%} of the words changed: {found} of {COPIES} copies found")
    print(f"texts of nobody's: {sum(look(text(rng)) for _ in range(COPIES))} of {COPIES} flagged")
    times.sort()
    at = [times[int(len(times) * share)] * 1000 for share in (0.5, 0.99)]
    print(f"one look: median {at[0]:.1f} ms of a core here, 99 of 100 within {at[1]:.1f} ms")
    marks = list(TextMark.objects.values_list("value", flat=True)[:16])
    print(TextMark.objects.filter(value__in=marks).values("submission").explain().splitlines()[0])


if __name__ == "__main__":
    main()
