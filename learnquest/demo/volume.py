"""Many learners with work and points, fast, to see how LearnQuest behaves at size."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User
from challenges.models import Challenge
from challenges.rubrics import default_rubric
from goals.models import Category, Goal, Progress
from leaderboard import points
from leaderboard.models import PointEntry, Standing
from learnquest.demo import bulk
from learnquest.demo.content import FieldText as Texts
from learnquest.demo.content import load
from reviews.outcome import PASS_MARK
from submissions.models import Submission

CHUNK = 5000
PREFIX = "volume-"
WEEKS = 10
CHALLENGES_EACH = 2

type Row = dict[str, Any]


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
    users = [
        {
            "id": id_,
            "username": f"{PREFIX}{number:07d}",
            "email": f"{PREFIX}{number:07d}@demo.learnquest.example",
            "display_name": f"Learner {number}",
            "password": password,
            "wants_digest_mail": False,
            "wants_review_invitations": False,
            "date_joined": now - timedelta(days=rng.randint(1, 7 * WEEKS)),
        }
        for id_, number in zip(bulk.ids(User), numbers, strict=False)
    ]
    goals = [_goal(id_, user, texts, rng, now) for id_, user in zip(bulk.ids(Goal), users)]  # noqa: B905 - ids never end
    rubric = default_rubric()
    challenge_ids = bulk.ids(Challenge)
    work_ids = bulk.ids(Submission)
    challenges: list[Row] = []
    works: list[Row] = []
    entries: list[Row] = []
    lines: list[Row] = []
    for goal in goals:
        for position in range(CHALLENGES_EACH):
            challenge = _challenge(next(challenge_ids), goal, position, rubric, rng)
            work = _work(next(work_ids), challenge, goal, rng, now)
            challenges.append(challenge)
            works.append(work)
            entries += _entries(work, challenge, goal)
            lines.append(_logged(work, challenge, goal))
    bulk.insert(User, users)
    bulk.insert(Goal, goals)
    bulk.insert(Challenge, challenges)
    bulk.insert(Submission, works)
    bulk.insert(PointEntry, entries)
    bulk.insert(Progress, lines)
    bulk.insert(Standing, _standings(entries))
    bulk.release_ids(User, Goal, Challenge, Submission)


def _goal(id_: int, user: Row, texts: list[Texts], rng: Random, now: datetime) -> Row:
    field = rng.choice(texts) if texts else None
    begun = now - timedelta(days=rng.randint(7, 7 * WEEKS))
    return {
        "id": id_,
        "owner_id": user["id"],
        "title": rng.choice(field.goals).title if field else "Learn something new",
        "category": field.category if field else Category.OTHER.value,
        "start_date": begun.date(),
        "target_date": (begun + timedelta(weeks=16)).date(),
        "created_at": begun,
    }


def _challenge(id_: int, goal: Row, position: int, rubric: list[Row], rng: Random) -> Row:
    return {
        "id": id_,
        "goal_id": goal["id"],
        "title": f"Step {position + 1}",
        "instructions": "Do the next step and write down what you did.",
        "difficulty": rng.randint(1, 5),
        "estimated_minutes": rng.choice([30, 45, 60, 90]),
        "rubric": rubric,
        "status": Challenge.Status.ACCEPTED.value,
        "position": position,
        "created_at": goal["created_at"],
        "finished_at": goal["created_at"],
    }


def _work(id_: int, challenge: Row, goal: Row, rng: Random, now: datetime) -> Row:
    begun = goal["created_at"]
    handed_in = begun + (now - begun) * rng.random()
    return {
        "id": id_,
        "challenge_id": challenge["id"],
        "author_id": goal["owner_id"],
        "body": "I did this step, and here is what I learned from it.",
        "status": Submission.Status.ACCEPTED.value,
        "created_at": handed_in,
        "saved_at": handed_in,
        "submitted_at": handed_in,
        "settled_at": handed_in,
        "score": Decimal(rng.randint(int(PASS_MARK), 100)),
        "score_error": Decimal(6),
    }


def _entries(work: Row, challenge: Row, goal: Row) -> Iterator[Row]:
    kept = {
        "user_id": goal["owner_id"],
        "category": goal["category"],
        "occurred_at": work["settled_at"],
        "counted_at": work["settled_at"],
        "local_day": work["settled_at"].astimezone(UTC).date(),
    }
    yield kept | {
        "amount": points.HANDED_IN,
        "reason": PointEntry.Reason.HANDED_IN.value,
        "key": f"handed-in:{work['id']}",
        "verified": False,
    }
    yield kept | {
        "amount": points.work_points(
            difficulty=challenge["difficulty"], score=float(work["score"]), pass_mark=PASS_MARK
        ),
        "reason": PointEntry.Reason.WORK_ACCEPTED.value,
        "key": f"work-accepted:{challenge['id']}",
        "verified": True,
    }


def _logged(work: Row, challenge: Row, goal: Row) -> Row:
    return {
        "user_id": goal["owner_id"],
        "goal_id": goal["id"],
        "kind": Progress.Kind.ACCEPTED.value,
        "note": challenge["title"],
        "percent_after": Decimal(100) * (challenge["position"] + 1) / CHALLENGES_EACH,
        "occurred_at": work["settled_at"],
    }


def _standings(entries: list[Row]) -> list[Row]:
    """Add up the entries of learners who had none before."""
    rows: dict[tuple[str, str, int], Row] = {}
    for entry in entries:
        if not entry["verified"]:
            continue
        user_id, reached_at = entry["user_id"], entry["occurred_at"]
        for scope, period in points.boards(entry["category"], reached_at):
            row = rows.setdefault(
                (scope, period, user_id),
                {
                    "scope": scope,
                    "period": period,
                    "user_id": user_id,
                    "points": 0,
                    "reached_at": reached_at,
                },
            )
            row["points"] += entry["amount"]
            row["reached_at"] = max(row["reached_at"], reached_at)
    return list(rows.values())
