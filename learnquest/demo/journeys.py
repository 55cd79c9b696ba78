"""What each learner of the demo did and when: made up in memory, before anything is stored."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from accounts.models import User
from challenges.models import Challenge
from challenges.rubrics import weighted_score
from goals.models import Goal, Milestone
from learnquest.demo.content import ChallengeText, GoalText, ReviewText, WorkText
from learnquest.demo.content import FieldText as Category
from reviews.hearing import Hearing
from reviews.models import PeerReview
from submissions.models import Submission

WEEKS = 10
# Mean score of work by its strength, and the most that it gets; 60 passes.
SCORES = {"strong": (87, 100), "fair": (74, 95), "weak": (46, 55)}
HABITS = (-7, -4, 0, 0, 0, 3, 6)
LEARNERS_PER_GOAL = 3
STILL_WAITING = 3
# Who sees to the queue; so what still waits is new to the peer, and not to the moderator.
FIRST_READER = "ines"
A_MOMENT = timedelta(minutes=20)
A_REVIEWS_WAIT = timedelta(hours=14)
# How many days ago the first demo account set its goals: the last challenges are still to do.
STAR_DAYS = {"languages": 58, "music": 50}


@dataclass
class Handin:
    """One piece of work with its reviews, all still unsaved."""

    challenge: Challenge
    submission: Submission
    text: WorkText
    reviews: list[PeerReview] = field(default_factory=list)
    # What became of the reviews, once there are enough.
    hearing: Hearing | None = None


@dataclass
class Journey:
    """One learner on the way to one goal."""

    goal: Goal
    milestones: list[Milestone]
    challenges: list[Challenge] = field(default_factory=list)
    handins: list[Handin] = field(default_factory=list)
    drafts: list[Submission] = field(default_factory=list)
    practice: list[tuple[datetime, int, str]] = field(default_factory=list)


PRACTICE_NOTES = (
    "Twenty quiet minutes before work",
    "Went over the feedback line by line",
    "Slow repetition, no new material",
    "Tried the hard part first",
    "Reviewed my notes on the train",
    "Short session, tired, but did it",
    "",
    "",
)


def awake(when: datetime, person: User) -> datetime:
    """Return `when`, moved on to the person's morning where it falls into their night."""
    local = when.astimezone(ZoneInfo(person.time_zone))
    return when + timedelta(hours=8) if local.hour < 7 else when


def invent(
    *, categories: list[Category], people: list[User], rng: Random, now: datetime
) -> list[Journey]:
    """Invent a journey for three learners on each goal.

    The three take a challenge's three texts in turns, so that no text stands twice and everybody
    has good and bad days.
    """
    journeys = []
    learners = _take_turns(people, rng)
    for category in categories:
        for number, text in enumerate(category.goals):
            for turn in range(LEARNERS_PER_GOAL):
                is_star = _is_stars(category, number, turn)
                learner = people[0] if is_star else next(learners)
                days = WEEKS * 7 + rng.randint(-24, 4)
                if is_star:
                    days = STAR_DAYS[category.category]
                start = now - timedelta(days=days)
                journey = _journey(category.category, text, turn, learner, rng, now, start)
                if is_star:
                    _keep_at_it(journey, rng, now)
                journeys.append(journey)
    return journeys


def _is_stars(category: Category, number: int, turn: int) -> bool:
    """Whether the first demo account walks this way: it should have something to show."""
    return turn == 1 and number == 0 and category.category in STAR_DAYS


def _keep_at_it(journey: Journey, rng: Random, now: datetime) -> None:
    """Let the first demo account be in the middle of things: days in a row, and time left."""
    goal = journey.goal
    assert goal.target_date is not None
    goal.target_date += timedelta(weeks=7)
    for days in range(1, 9):
        when = awake(now - timedelta(days=days, hours=rng.uniform(0, 3)), goal.owner)
        journey.practice.append((when, rng.choice([15, 20, 30]), rng.choice(PRACTICE_NOTES)))


def _take_turns(people: list[User], rng: Random) -> "TurnTaking":
    return TurnTaking(people[1:], rng)


class TurnTaking:
    """Everybody once, in a random order, before anybody twice."""

    def __init__(self, people: list[User], rng: Random) -> None:
        self.people, self.rng = people, rng
        self.left: list[User] = []

    def __next__(self) -> User:
        if not self.left:
            self.left = self.rng.sample(self.people, len(self.people))
        return self.left.pop()


def _journey(
    category: str,
    text: GoalText,
    turn: int,
    learner: User,
    rng: Random,
    now: datetime,
    start: datetime,
) -> Journey:
    goal = Goal(
        owner=learner,
        title=text.title,
        description=text.description,
        category=category,
        level=rng.choice(Goal.Level.values[:2]),
        tags=text.tags,
        visibility=rng.choice(["public", "public", "private"]),
        start_date=start.date(),
        target_date=(start + timedelta(weeks=text.weeks + 2)).date(),
        created_at=start,
    )
    milestones = [
        Milestone(
            goal=goal,
            title=item.title,
            position=position,
            due_date=(start + timedelta(weeks=item.week)).date(),
        )
        for position, item in enumerate(text.milestones)
    ]
    journey = Journey(goal, milestones)
    for position, item in enumerate(text.challenges):
        _work(journey, item, position, turn, rng, now, start)
    for _ in range(rng.randint(4, 14)):
        when = awake(now - timedelta(days=rng.uniform(0.4, WEEKS * 7)), learner)
        if when > start:
            minutes = rng.choice([15, 20, 25, 30, 45, 60])
            journey.practice.append((when, minutes, rng.choice(PRACTICE_NOTES)))
    return journey


def _work(
    journey: Journey,
    item: ChallengeText,
    position: int,
    turn: int,
    rng: Random,
    now: datetime,
    start: datetime,
) -> None:
    """Add a challenge, and what the learner has done of it by now."""
    challenge = Challenge(
        goal=journey.goal,
        milestone=journey.milestones[item.milestone],
        title=item.title,
        instructions=item.instructions,
        difficulty=item.difficulty,
        estimated_minutes=item.minutes,
        rubric=item.rubric,
        source=Challenge.Source.AI,
        position=position,
        created_at=start + timedelta(hours=1),
    )
    journey.challenges.append(challenge)
    # Nearly three weeks a challenge, more or less; the last ones reach into these days.
    when = start + timedelta(days=19 * position + rng.uniform(3, 18), hours=rng.uniform(0, 10))
    when = awake(when, journey.goal.owner)
    text = item.submissions[(position + turn) % 3]
    if when > now + timedelta(days=6):
        return
    if when > now:
        challenge.status = Challenge.Status.DOING
        journey.drafts.append(_draft(challenge, text, now, rng))
        return
    _hand_in(journey, challenge, text, when, rng)
    # Weak work came back within five days, and most of it is tried again.
    when = awake(when + timedelta(days=rng.uniform(6, 13)), journey.goal.owner)
    if text.strength == "weak" and item.again is not None and when <= now:
        _hand_in(journey, challenge, item.again, when, rng, attempt=2)


def _draft(challenge: Challenge, text: WorkText, now: datetime, rng: Random) -> Submission:
    """The first half of a text, as it was left some hours ago."""
    return Submission(
        challenge=challenge,
        author=challenge.goal.owner,
        body=text.body[: len(text.body) // 2].rsplit(" ", 1)[0],
        created_at=now - timedelta(hours=rng.uniform(5, 40)),
        saved_at=now - timedelta(hours=3),
    )


def _hand_in(
    journey: Journey,
    challenge: Challenge,
    text: WorkText,
    when: datetime,
    rng: Random,
    *,
    attempt: int = 1,
) -> None:
    challenge.status = Challenge.Status.HANDED_IN
    submission = Submission(
        challenge=challenge,
        author=journey.goal.owner,
        attempt=attempt,
        body=text.body,
        status=Submission.Status.SUBMITTED,
        created_at=when - timedelta(hours=rng.uniform(2, 40)),
        saved_at=when,
        submitted_at=when,
    )
    journey.handins.append(Handin(challenge, submission, text))


def write_reviews(
    *, journeys: list[Journey], people: list[User], rng: Random, now: datetime
) -> None:
    """Let two peers review each piece of work, as far as there was time since it was handed in.

    Reviewers are taken in turns, never the author. The newest wait for their second review, so
    that there is something to review, and a visitor's work, which has none, comes before them.
    """
    handins = [handin for journey in journeys for handin in journey.handins]
    handins.sort(key=lambda handin: handin.submission.submitted_at or now)
    given = dict.fromkeys((person.username for person in people), 0)
    for number, handin in enumerate(handins):
        author = handin.submission.author
        others = [person for person in people if person.username != author.username]
        rng.shuffle(others)
        others.sort(key=lambda person: given[person.username])
        assert handin.submission.submitted_at is not None
        when = handin.submission.submitted_at
        texts = handin.text.reviews
        if len(handins) - number <= STILL_WAITING:
            others.sort(key=lambda person: person.username != FIRST_READER)
            texts = texts[:1]
        wait = min((now - when) * 0.45, A_REVIEWS_WAIT)
        for reviewer, text in zip(others, texts, strict=False):
            when = min(awake(when + wait * rng.uniform(0.7, 1.1), reviewer), now - A_MOMENT)
            given[reviewer.username] += 1
            handin.reviews.append(_review(handin, reviewer, text, when, rng))
        if len(handin.reviews) < len(handin.text.reviews):
            # Authors say whether it helped once the work is settled.
            for review in handin.reviews:
                review.is_helpful = None


def _review(
    handin: Handin, reviewer: User, text: ReviewText, when: datetime, rng: Random
) -> PeerReview:
    mean, most = SCORES[handin.text.strength]
    # Everybody has their own way of grading, which the site finds out.
    mean += Random(reviewer.username).choice(HABITS)  # noqa: S311 - a demo, not a secret
    scores = {
        criterion.key: max(0, min(most, 5 * round(rng.gauss(mean + text.score_shift, 7) / 5)))
        for criterion in handin.challenge.criteria
    }
    return PeerReview(
        submission=handin.submission,
        reviewer=reviewer,
        author=handin.submission.author,
        status=PeerReview.Status.SUBMITTED,
        claimed_at=when - timedelta(hours=rng.uniform(0.5, 3)),
        lease_until=when + timedelta(hours=40),
        scores=scores,
        comments={key: comment for key, comment in text.comments.items() if comment},
        overall=text.overall,
        score=round(weighted_score(handin.challenge.criteria, scores), 2),
        submitted_at=when,
        is_helpful={"careful": True, "brief": rng.choice([True, None]), "vague": None}[
            text.quality
        ],
    )
