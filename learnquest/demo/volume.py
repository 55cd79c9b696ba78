"""Many learners with work and points, fast, to see how LearnQuest behaves at size."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User
from challenges.models import Challenge
from challenges.rubrics import default_rubric
from goals.models import Category, Goal, Progress
from leaderboard import points
from leaderboard.models import PointEntry, Standing
from learnquest.demo.content import FieldText as Texts
from learnquest.demo.content import load
from reviews.outcome import PASS_MARK
from submissions.models import Submission

CHUNK = 2000
PREFIX = "volume-"
WEEKS = 10
CHALLENGES_EACH = 2


def make_learners(*, count: int, seed: int, now: datetime) -> Iterator[int]:
    """Bring the number of volume learners up to `count`; yields how many there are so far.

    Each chunk is a transaction of its own, so that an interrupted run goes on where it stopped.
    """
    # Usernames have a fixed width, so the last one by name has the highest number.
    last = User.objects.filter(username__startswith=PREFIX).order_by("-username").first()
    done = int(last.username.removeprefix(PREFIX)) if last else 0
    texts = load()
    password = make_password(None)
    while done < count:
        size = min(CHUNK, count - done)
        rng = Random(f"{seed}:{now:%Y-%m-%d}:{done}")  # noqa: S311 - volume, not a secret
        with transaction.atomic():
            _make_chunk(range(done + 1, done + size + 1), texts, password, rng, now)
        done += size
        yield done


def _make_chunk(
    numbers: range, texts: list[Texts], password: str, rng: Random, now: datetime
) -> None:
    users = User.objects.bulk_create(
        User(
            username=f"{PREFIX}{number:07d}",
            email=f"{PREFIX}{number:07d}@demo.learnquest.example",
            display_name=f"Learner {number}",
            password=password,
            wants_digest_mail=False,
            date_joined=now - timedelta(days=rng.randint(1, 7 * WEEKS)),
        )
        for number in numbers
    )
    goals = Goal.objects.bulk_create(_goal(user, texts, rng, now) for user in users)
    challenges = Challenge.objects.bulk_create(
        challenge for goal in goals for challenge in _challenges(goal, rng)
    )
    works = Submission.objects.bulk_create(_work(c, rng, now) for c in challenges)
    entries = [entry for work in works for entry in _entries(work)]
    PointEntry.objects.bulk_create(entries)
    Progress.objects.bulk_create(_logged(work) for work in works)
    Standing.objects.bulk_create(_standings(entries))


def _goal(user: User, texts: list[Texts], rng: Random, now: datetime) -> Goal:
    field = rng.choice(texts) if texts else None
    begun = now - timedelta(days=rng.randint(7, 7 * WEEKS))
    return Goal(
        owner=user,
        title=rng.choice(field.goals).title if field else "Learn something new",
        category=field.category if field else Category.OTHER,
        start_date=begun.date(),
        target_date=(begun + timedelta(weeks=16)).date(),
        created_at=begun,
    )


def _challenges(goal: Goal, rng: Random) -> Iterator[Challenge]:
    rubric = default_rubric()
    for position in range(CHALLENGES_EACH):
        yield Challenge(
            goal=goal,
            title=f"Step {position + 1}",
            instructions="Do the next step and write down what you did.",
            difficulty=rng.randint(1, 5),
            estimated_minutes=rng.choice([30, 45, 60, 90]),
            rubric=rubric,
            status=Challenge.Status.ACCEPTED,
            position=position,
            created_at=goal.created_at,
            finished_at=goal.created_at,
        )


def _work(challenge: Challenge, rng: Random, now: datetime) -> Submission:
    begun = challenge.created_at
    handed_in = begun + (now - begun) * rng.random()
    return Submission(
        challenge=challenge,
        author=challenge.goal.owner,
        body="I did this step, and here is what I learned from it.",
        status=Submission.Status.ACCEPTED,
        created_at=handed_in,
        saved_at=handed_in,
        submitted_at=handed_in,
        settled_at=handed_in,
        score=Decimal(rng.randint(int(PASS_MARK), 100)),
        score_error=Decimal(6),
    )


def _entries(work: Submission) -> Iterator[PointEntry]:
    challenge = work.challenge
    assert work.settled_at is not None
    kept = {
        "user_id": work.author_id,
        "category": challenge.goal.category,
        "occurred_at": work.settled_at,
    }
    yield PointEntry(
        **kept,
        amount=points.HANDED_IN,
        reason=PointEntry.Reason.HANDED_IN,
        key=f"handed-in:{work.pk}",
        verified=False,
    )
    yield PointEntry(
        **kept,
        amount=points.work_points(
            difficulty=challenge.difficulty, score=float(work.score or 0), pass_mark=PASS_MARK
        ),
        reason=PointEntry.Reason.WORK_ACCEPTED,
        key=f"work-accepted:{challenge.pk}",
        verified=True,
    )


def _logged(work: Submission) -> Progress:
    assert work.settled_at is not None
    return Progress(
        user_id=work.author_id,
        goal=work.challenge.goal,
        kind=Progress.Kind.ACCEPTED,
        note=work.challenge.title,
        percent_after=Decimal(100) * (work.challenge.position + 1) / CHALLENGES_EACH,
        occurred_at=work.settled_at,
    )


def _standings(entries: list[PointEntry]) -> list[Standing]:
    """Add up the entries of learners who had none before."""
    rows: dict[tuple[str, str, int], Standing] = {}
    for entry in entries:
        if not entry.verified:
            continue
        for scope, period in points.boards(entry.category, entry.occurred_at):
            row = rows.setdefault(
                (scope, period, entry.user_id),
                Standing(
                    scope=scope,
                    period=period,
                    user_id=entry.user_id,
                    reached_at=entry.occurred_at,
                ),
            )
            row.points += entry.amount
            row.reached_at = max(row.reached_at, entry.occurred_at)
    return list(rows.values())
