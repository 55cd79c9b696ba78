"""Four weeks of a class of 10,000, on the real assignment code and on three others' rules.

    .venv/bin/python benchmarks/review_queue.py [learners] [seed …]

PostgreSQL is the server of DATABASE_URL, or one for this run.

A discrete-event simulation. The people, their work, their visits, how much they are willing to
review at a visit, how long a review takes and which claims are never finished are drawn once per
seed and are the same for all four. What differs is the rule by which a visitor is given work:

- LearnQuest: `reviews.assignment`, `cases` and `deadlines` as they run on the site, with its
  database. Points, news and scores are left out.
- edX ORA2, from its documentation: who handed in grades three others'; the oldest submission with
  less than two finished or running assessments comes first; an assessment not finished within
  eight hours is lost; where nothing is short of grades, a random one is graded over again.
- Canvas, from its documentation: at the due date each work is assigned to two who handed in by
  then, the oldest first and each person equally often; nothing is assigned again.
- Exercism, from its documentation: mentors alone review (a sixth of the class, since it takes
  reputation), the oldest request first, locked for 30 minutes; who finishes later still counts.

A wait ends when the second review is sent. Work is "never reviewed" when it has not two reviews ten
days after the last deadline. Seeds are fixed: 1, 2 and 3 unless others are given.
"""

import dataclasses
import heapq
import os
import platform
import subprocess
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Protocol

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.servers import postgresql

if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
    with postgresql() as uri:
        ended = subprocess.call([sys.executable, *sys.argv], env=os.environ | {"DATABASE_URL": uri})
    sys.exit(ended)
os.environ["LOG_LEVEL"] = "ERROR"
os.environ["DJANGO_SETTINGS_MODULE"] = "learnquest.settings_test"
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import User
from challenges.models import Challenge
from challenges.rubrics import default_rubric
from goals.models import Goal
from reviews import assignment, cases, deadlines
from reviews.models import PeerReview, ReviewCase
from reviews.queue_models import WAIT_ENDS_AFTER
from submissions.models import Submission

HOUR = 1 / 24
WEEKS = 4
END = 7 * WEEKS + 10.0
FIELDS = ["languages", "programming", "music", "fitness", "writing", "maths"]
DROPS_OUT = 0.20
NEVER_FINISHED = 0.15
AGAIN = 0.25  # how many hand in a second work, in another week
BURST = 0.7  # how many hand in within the last hours before a deadline
DAYS_BETWEEN_VISITS = 1.5
# As in production; tests ask everybody at once.
settings.REVIEW_OTHERS_FIRST_HOURS = 16
START = datetime(2026, 9, 7, tzinfo=UTC)


@dataclass
class Work:
    number: int
    author: int
    at: float
    field: str
    sent: list[float] = dataclasses.field(default_factory=list)
    ended: float | None = None

    @property
    def wait(self) -> float:
        """Days until the second review; infinite where it never came."""
        return sorted(self.sent)[1] - self.at if len(self.sent) > 1 else float("inf")


@dataclass
class World:
    """Who does what when, drawn once for all four rules."""

    learners: int
    works: list[Work]
    # (when, who, how many reviews they are willing to do now)
    visits: list[tuple[float, int, int]]
    fields: list[str]
    last_day: list[float]
    handed_in: dict[int, list[float]]
    rng_seed: str

    def draws(self) -> Random:
        return Random(self.rng_seed)


def make_world(learners: int, seed: int) -> World:
    rng = Random(f"world:{seed}")
    fields = [rng.choice(FIELDS) for _ in range(learners)]
    works, visits, last_day = [], [], []
    handed_in: dict[int, list[float]] = defaultdict(list)
    for who in range(learners):
        weeks = rng.sample(range(1, WEEKS + 1), 2 if rng.random() < AGAIN else 1)
        times = []
        for week in weeks:
            early = rng.expovariate(1 / (6 * HOUR)) if rng.random() < BURST else rng.uniform(0, 6.9)
            times.append(7 * week - min(early, 6.99))
        times.sort()
        leaves = END
        if rng.random() < DROPS_OUT:
            leaves = rng.choice(times)
            times = [at for at in times if at <= leaves]
        last_day.append(leaves)
        handed_in[who] = times
        works += [Work(0, who, at, fields[who]) for at in times]
        # Some are keener than others, and who is keen comes oftener.
        keen = rng.lognormvariate(0, 0.35)
        at = rng.uniform(0, DAYS_BETWEEN_VISITS)
        while at < leaves:
            willing = rng.choices([0, 1, 2, 3], [0.45, 0.3, 0.2, 0.05])[0]
            if willing:
                visits.append((at, who, willing))
            at += rng.expovariate(keen / DAYS_BETWEEN_VISITS)
        # Handing in, one is there, and is asked to review.
        visits += [(at, who, rng.choice([0, 1, 2])) for at in times if at < leaves]
    works.sort(key=lambda work: work.at)
    for number, work in enumerate(works):
        work.number = number
    return World(learners, works, visits, fields, last_day, handed_in, f"draws:{seed}")


class Rule(Protocol):
    """What a platform decides. A claim is any object with `.work`."""

    def handed_in(self, work: Work, at: float) -> None: ...
    def claim(self, who: int, at: float) -> Any: ...
    def sent(self, claim: Any, at: float) -> bool: ...
    def hourly(self, at: float) -> None: ...


def run(world: World, rule: Rule) -> Counter[int]:  # noqa: C901 - a loop over events
    """Play the four weeks; returns how many reviews each learner sent."""
    rng = world.draws()
    load: Counter[int] = Counter()
    tick = 0
    events: list[tuple[float, int, str, Any]] = []

    def push(at: float, kind: str, what: Any) -> None:
        nonlocal tick
        tick += 1
        heapq.heappush(events, (at, tick, kind, what))

    for work in world.works:
        push(work.at, "work", work)
    for at, who, willing in world.visits:
        push(at + 1e-6, "visit", (who, willing))
    for hour in range(int(END * 24)):
        push(hour * HOUR, "hour", None)

    def begin(who: int, willing: int, at: float) -> None:
        claim = rule.claim(who, at)
        if claim is None:
            return
        if rng.random() < NEVER_FINISHED:
            return
        # Most are written at once; some lie for a day.
        takes = min(rng.lognormvariate(-0.2, 1.3) * HOUR, 1.9)
        if at + takes < world.last_day[who] + 1e-9 or takes < 2 * HOUR:
            push(at + takes, "sent", (claim, who, willing - 1))

    while events:
        at, _tick, kind, what = heapq.heappop(events)
        if kind == "work":
            rule.handed_in(what, at)
        elif kind == "visit":
            begin(what[0], what[1], at)
        elif kind == "sent":
            claim, who, left = what
            if rule.sent(claim, at):
                load[who] += 1
            if left:
                begin(who, left, at)
        else:
            rule.hourly(at)
    return load


class LearnQuest:
    """The site's own code, with its database."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.works: dict[int, Work] = {}
        self.met: dict[tuple[int, int], float] = {}
        self.holds: dict[int, float] = defaultdict(float)
        self.broken = 0
        self.cpu = 0.0
        self.claims = 0
        self.made = self._fill()

    def _fill(self) -> list[Submission]:
        PeerReview.objects.all().delete()
        Submission.objects.all().delete()
        User.objects.all().delete()
        count = self.world.learners
        self.users = User.objects.bulk_create(
            [User(username=f"u{n}", email=f"u{n}@example.com") for n in range(count)], 2000
        )
        goals = Goal.objects.bulk_create(
            [
                Goal(owner=user, title="Learn", category=kind)
                for user, kind in zip(self.users, self.world.fields, strict=True)
            ],
            2000,
        )
        rubric = default_rubric()
        challenges = Challenge.objects.bulk_create(
            [
                Challenge(
                    goal=goals[work.author],
                    title="Step",
                    instructions="Do it.",
                    rubric=rubric,
                    position=work.number,
                )
                for work in self.world.works
            ],
            1000,
        )
        made = Submission.objects.bulk_create(
            [
                Submission(
                    challenge=challenge,
                    author=self.users[work.author],
                    body="Work",
                    status="draft",
                )
                for work, challenge in zip(self.world.works, challenges, strict=True)
            ],
            1000,
        )
        self.works = {row.pk: work for row, work in zip(made, self.world.works, strict=True)}
        self.number = {user.pk: n for n, user in enumerate(self.users)}
        return made

    def handed_in(self, work: Work, at: float) -> None:
        row = self.made[work.number]
        row.status, row.submitted_at = "submitted", moment(at)
        row.save(update_fields=["status", "submitted_at"])
        cases.open_case(submission=row, category=work.field)

    def claim(self, who: int, at: float) -> Any:
        # Who still holds one would get that one again.
        if self.holds[who] > at or not self.open_cases():
            return None
        begun = time.process_time()
        review = assignment.claim_next(by=self.users[who], now=moment(at))
        self.cpu += time.process_time() - begun
        self.claims += 1
        if review is None or review.claimed_at != moment(at):
            return None  # nothing, or what they hold since another day
        author = self.number[review.author_id]
        back = self.met.get((author, who))
        self.broken += author == who or (back is not None and at - back < 30)
        self.met[who, author] = at
        self.holds[who] = at + assignment.LEASE / timedelta(days=1)
        return review

    def open_cases(self) -> bool:
        return ReviewCase.objects.filter(is_open=True).exists()

    def sent(self, claim: Any, at: float) -> bool:
        now = moment(at)
        with transaction.atomic():
            review = PeerReview.objects.select_for_update().get(pk=claim.pk)
            review.score = 75
            assignment.finish(review, now=now)
            work = self.works[review.submission_id]
            work.sent.append(at)
            if len(work.sent) >= 2 or work.ended is not None:
                cases.close_case(submission_id=review.submission_id, now=now)
            cases.recount(submission_id=review.submission_id, now=now)
        assert review.reviewer_id is not None
        self.holds[self.number[review.reviewer_id]] = 0
        return True

    def hourly(self, at: float) -> None:
        now = moment(at)
        if round(at / HOUR) % 24 == 0:
            with connection.cursor() as cursor:
                # What a real day leaves to autovacuum, this one is too short for.
                cursor.execute("VACUUM ANALYZE peer_reviews, review_cases, submissions")
            if os.environ.get("PROGRESS"):
                print(f"             day {at:.0f}, {self.claims} claims", flush=True)
        assignment.free_seats(now=now)
        deadlines.boost_waiting(now=now)
        late = ReviewCase.objects.filter(
            closed_at=None, ended_at=None, waiting_since__lte=now - WAIT_ENDS_AFTER
        )
        for case in late:
            # What `deadlines.end_waits` does, without the scores that this class does not have.
            ReviewCase.objects.filter(pk=case.pk).update(ended_at=now)
            work = self.works[case.submission_id]
            work.ended = at
            if work.sent:
                cases.close_case(submission_id=case.submission_id, now=now)


@dataclass
class Held:
    work: Work
    who: int
    at: float


class Others:
    """What the three others share: nobody gets their own work, or the same twice."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.had: set[tuple[int, int]] = set()
        self.open: deque[Work] = deque()
        self.running: dict[int, list[float]] = defaultdict(list)
        self.rng = Random(f"{world.rng_seed}:rule")

    def handed_in(self, work: Work, at: float) -> None:
        self.open.append(work)

    def hourly(self, at: float) -> None:
        self.open = deque(work for work in self.open if len(work.sent) < 2)

    def oldest(self, who: int, at: float) -> Work | None:
        for work in self.open:
            running = self.running[work.number] = [t for t in self.running[work.number] if t > at]
            if len(work.sent) + len(running) < 2 and self.may(who, work):
                return work
        return None

    def may(self, who: int, work: Work) -> bool:
        return work.author != who and (who, work.number) not in self.had

    def take(self, who: int, work: Work, at: float, lease: float) -> Held:
        self.had.add((who, work.number))
        self.running[work.number].append(at + lease)
        return Held(work, who, at)

    def sent(self, claim: Held, at: float) -> bool:
        claim.work.sent.append(at)
        return True


class Ora2(Others):
    MUST_GRADE, LEASE = 3, 8 * HOUR

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.given: Counter[int] = Counter()
        self.all: list[Work] = []

    def handed_in(self, work: Work, at: float) -> None:
        super().handed_in(work, at)
        self.all.append(work)

    def claim(self, who: int, at: float) -> Any:
        due = self.MUST_GRADE * sum(t <= at for t in self.world.handed_in[who])
        if self.given[who] >= due:
            return None
        work = self.oldest(who, at)
        if work is None:
            choice = self.rng.sample(self.all, min(20, len(self.all)))
            work = next((w for w in choice if self.may(who, w)), None)
        return None if work is None else self.take(who, work, at, self.LEASE)

    def sent(self, claim: Held, at: float) -> bool:
        if at - claim.at > self.LEASE:
            return False
        self.given[claim.who] += 1
        return super().sent(claim, at)


class Canvas(Others):
    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.assigned: dict[int, deque[Work]] = defaultdict(deque)
        self.batch: list[Work] = []
        self.next_due = 7.0

    def handed_in(self, work: Work, at: float) -> None:
        self.batch.append(work)

    def hourly(self, at: float) -> None:
        if at < self.next_due:
            return
        self.next_due += 7
        batch, self.batch = self.batch, []
        people = list({work.author for work in batch})
        self.rng.shuffle(people)
        turns = [*people, *people, *people]
        for work in batch:
            given = 0
            for place, who in enumerate(turns):
                if given == 2:
                    break
                if self.may(who, work):
                    self.had.add((who, work.number))
                    self.assigned[who].append(work)
                    turns.pop(place)
                    given += 1

    def claim(self, who: int, at: float) -> Any:
        return Held(self.assigned[who].popleft(), who, at) if self.assigned[who] else None


class Exercism(Others):
    LOCK = 0.5 * HOUR

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.mentors = set(self.rng.sample(range(world.learners), world.learners // 6))

    def claim(self, who: int, at: float) -> Any:
        if who not in self.mentors:
            return None
        work = self.oldest(who, at)
        return None if work is None else self.take(who, work, at, self.LOCK)


def moment(day: float) -> datetime:
    return START + timedelta(days=day)


def told(name: str, world: World, load: Counter[int], seconds: float) -> str:
    waits = sorted(work.wait for work in world.works)
    count = len(waits)
    within = sum(wait <= 3 for wait in waits) / count
    never = sum(wait == float("inf") for wait in waits) / count
    p90 = waits[int(0.9 * count)]
    # Past a week nothing waits here: it was settled on what there was.
    longest = max(min(w.wait, w.ended - w.at if w.ended else w.wait) for w in world.works)
    loads = sorted(load.values(), reverse=True)
    tenth = sum(loads[: max(1, len(loads) // 10)]) / sum(loads)
    mean = sum(loads) / world.learners
    spread = (
        sum((load[n] - mean) ** 2 for n in range(world.learners)) / world.learners
    ) ** 0.5 / mean
    return (
        f"{name:12} {count:6} works {sum(loads):6} reviews by {len(loads):5}  within 72 h "
        f"{within:7.2%}  median {waits[count // 2] * 24:5.1f} h  p90 {p90 * 24:6.1f} h  "
        f"longest {longest * 24:6.1f} h  never two {never:6.2%}  busiest tenth {tenth:5.1%}  "
        f"spread {spread:4.2f}  ({seconds:.0f} s)"
    )


def main(learners: int, seeds: list[int]) -> None:
    call_command("migrate", verbosity=0)
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, {platform.machine()}")
    for seed in seeds:
        print(f"--- seed {seed}, {learners} learners", flush=True)
        for rule_type in (LearnQuest, Ora2, Canvas, Exercism):
            world = make_world(learners, seed)
            begun = time.monotonic()
            rule: Any = rule_type(world)
            load = run(world, rule)
            print(told(rule_type.__name__, world, load, time.monotonic() - begun))
            if isinstance(rule, LearnQuest):
                ended = sum(work.ended is not None for work in world.works)
                extra = PeerReview.objects.filter(is_extra=True).count()
                print(
                    f"             pair exclusions broken: {rule.broken}; ended by the week: "
                    f"{ended}; reviews beyond two seats: {extra}; {rule.claims} claims, "
                    f"{1000 * rule.cpu / max(1, rule.claims):.1f} ms of processor time each",
                    flush=True,
                )


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    main(numbers[0] if numbers else 10_000, numbers[1:] or [1, 2, 3])
