"""The demo community, stored: a believable past that keeps every rule of the deeds.

Rows are made in bulk, because ten weeks of four dozen people through the deeds would take
minutes; scores, points and badges come from the same functions that the deeds use.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from accounts.models import Notification, User
from ai import offline
from ai.offline import feedback as coach
from challenges.models import Challenge
from goals.models import Goal, Milestone, Progress
from leaderboard import badges, points, recount
from leaderboard.models import BadgeAward, PointEntry
from learnquest.demo import content, journeys, papers, people
from learnquest.demo.journeys import Handin, Journey
from reviews import ai_feedback, outcome
from reviews.models import AIFeedback, PeerReview
from submissions.models import Attachment, DraftRevision, Submission

Reason = PointEntry.Reason
HUNDRED = Decimal(100)
BATCH = 500


@dataclass
class Made:
    """How much there is now."""

    learners: int
    goals: int
    submissions: int
    reviews: int


@dataclass
class Rows:
    """What follows from the journeys once they are stored and have their ids."""

    progress: list[Progress] = field(default_factory=list)
    points: list[PointEntry] = field(default_factory=list)
    feedback: list[AIFeedback] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)


@transaction.atomic
def make_community(*, seed: int, now: datetime) -> Made:
    """Create the community as of `now`; the same seed and time make the same one."""
    rng = Random(f"{seed}:{now:%Y-%m-%d}")  # noqa: S311 - a demo, not a secret
    folk = people.make_people(rng=rng, now=now)
    ways = journeys.invent(categories=content.load(), people=folk, rng=rng, now=now)
    journeys.write_reviews(journeys=ways, people=folk, rng=rng, now=now)
    handins = [handin for way in ways for handin in way.handins]
    for handin in handins:
        _settle(handin)
    _complete_milestones(ways)
    _store(ways)
    _put_beside(ways, folk[0], rng)
    rows = Rows()
    for way in ways:
        _log(way, rows)
    for handin in handins:
        _follow(handin, rows, now)
    Progress.objects.bulk_create(rows.progress, batch_size=BATCH)
    PointEntry.objects.bulk_create(rows.points, batch_size=BATCH)
    AIFeedback.objects.bulk_create(rows.feedback, batch_size=BATCH)
    Notification.objects.bulk_create(rows.notifications, batch_size=BATCH)
    recount.rebuild()
    _award_badges(rows.points)
    return Made(
        learners=len(folk),
        goals=len(ways),
        submissions=len(handins),
        reviews=sum(len(handin.reviews) for handin in handins),
    )


def _put_beside(ways: list[Journey], learner: User, rng: Random) -> None:
    """Give all drafts their older versions, and the learner's own and some waiting works a page."""
    drafts = [draft for way in ways for draft in way.drafts]
    versions = [version for draft in drafts for version in papers.versions_of(draft)]
    DraftRevision.objects.bulk_create(versions, batch_size=BATCH)
    own = [draft for draft in drafts if draft.author_id == learner.pk]
    works = [handin.submission for way in ways for handin in way.handins]
    waiting = [work for work in works if work.status == Submission.Status.SUBMITTED]
    Attachment.objects.bulk_create(papers.add_pages([*own, *waiting], rng))


def _settle(handin: Handin) -> None:
    """Give work with reviews enough its outcome, as `reviews.outcome.settle` would."""
    if len(handin.reviews) < outcome.REVIEWS_NEEDED:
        # Also where an earlier attempt came back.
        handin.challenge.status = Challenge.Status.HANDED_IN
        return
    consensus = outcome.consensus_of(handin.reviews)
    for review in handin.reviews:
        quality = outcome.quality_of(
            review, criteria=len(handin.challenge.rubric), consensus=consensus
        )
        review.quality = Decimal(str(round(quality, 3)))
    is_accepted = consensus.score >= outcome.PASS_MARK
    submission, challenge = handin.submission, handin.challenge
    submission.score = Decimal(str(round(consensus.score, 2)))
    submission.score_error = Decimal(str(round(consensus.stderr, 2)))
    submission.settled_at = handin.reviews[-1].submitted_at
    if is_accepted:
        submission.status = Submission.Status.ACCEPTED
        challenge.status = Challenge.Status.ACCEPTED
        challenge.finished_at = submission.settled_at
    else:
        submission.status = Submission.Status.RETURNED
        challenge.status = Challenge.Status.RETURNED


def _complete_milestones(ways: list[Journey]) -> None:
    """A milestone is reached when the last of its challenges was accepted."""
    for way in ways:
        for milestone in way.milestones:
            own = [c for c in way.challenges if c.milestone is milestone]
            ends = [c.finished_at for c in own if c.finished_at is not None]
            if own and len(ends) == len(own):
                milestone.completed_at = max(ends) + timedelta(minutes=5)


def _store(ways: list[Journey]) -> None:
    Goal.objects.bulk_create([way.goal for way in ways], batch_size=BATCH)
    milestones = [milestone for way in ways for milestone in way.milestones]
    Milestone.objects.bulk_create(milestones, batch_size=BATCH)
    challenges = [challenge for way in ways for challenge in way.challenges]
    Challenge.objects.bulk_create(challenges, batch_size=BATCH)
    works = [handin.submission for way in ways for handin in way.handins]
    drafts = [draft for way in ways for draft in way.drafts]
    Submission.objects.bulk_create([*works, *drafts], batch_size=BATCH)
    reviews = [review for way in ways for handin in way.handins for review in handin.reviews]
    PeerReview.objects.bulk_create(reviews, batch_size=BATCH)


def _log(way: Journey, rows: Rows) -> None:
    """Write a goal's log in the order of time, each line with how far the goal was after it."""
    goal = way.goal
    titles = ", ".join(challenge.title for challenge in way.challenges)
    lines: list[tuple[datetime, Progress.Kind, str, int, int]] = [
        (goal.created_at, Progress.Kind.GOAL_CREATED, goal.title, 0, 0),
        (way.challenges[0].created_at, Progress.Kind.PLAN_ACCEPTED, titles[:500], 0, 0),
    ]
    for handin in way.handins:
        work, title = handin.submission, handin.challenge.title
        assert work.submitted_at is not None
        lines.append((work.submitted_at, Progress.Kind.HANDED_IN, title, 0, 0))
        if work.settled_at is not None:
            passed = work.status == Submission.Status.ACCEPTED
            kind = Progress.Kind.ACCEPTED if passed else Progress.Kind.RETURNED
            done = handin.challenge.estimated_minutes if passed else 0
            lines.append((work.settled_at, kind, title, 0, done))
    for milestone in way.milestones:
        if milestone.completed_at is not None:
            lines.append(
                (milestone.completed_at, Progress.Kind.MILESTONE_COMPLETED, milestone.title, 0, 0)
            )
            rows.points.append(
                _entry(goal.owner, points.MILESTONE, Reason.MILESTONE,
                       f"milestone:{milestone.pk}", goal, milestone.completed_at)
            )  # fmt: skip
    for number, (when, minutes, note) in enumerate(way.practice):
        lines.append((when, Progress.Kind.PRACTICE, note, minutes, 0))
        amount = min(minutes // points.MINUTES_PER_PRACTICE_POINT, points.PRACTICE_MOST)
        key = f"practice:demo:{goal.pk}:{number}"
        rows.points.append(_entry(goal.owner, amount, Reason.PRACTICE, key, goal, when))
    whole = sum(challenge.estimated_minutes for challenge in way.challenges)
    finished = 0
    for when, kind, note, minutes, done in sorted(lines, key=lambda line: (line[0], line[1])):
        finished += done
        rows.progress.append(
            Progress(
                user=goal.owner,
                goal=goal,
                kind=kind,
                note=note,
                minutes=minutes,
                percent_after=round(HUNDRED * finished / whole, 2),
                occurred_at=when,
            )
        )


def _follow(handin: Handin, rows: Rows, now: datetime) -> None:
    """Write what follows from work handed in: feedback, points, news."""
    work, challenge = handin.submission, handin.challenge
    goal, author = challenge.goal, work.author
    assert work.submitted_at is not None
    rows.feedback.append(_feedback(work))
    rows.points.append(
        _entry(author, points.HANDED_IN, Reason.HANDED_IN, f"handed-in:{work.pk}", goal,
               work.submitted_at)
    )  # fmt: skip
    for review in handin.reviews:
        assert review.submitted_at is not None
        reviewer = review.reviewer
        assert reviewer is not None
        rows.points.append(
            _entry(reviewer, points.REVIEW_GIVEN, Reason.REVIEW_GIVEN,
                   f"review-given:{review.pk}", goal, review.submitted_at, verified=True)
        )  # fmt: skip
        if review.quality is not None:
            assert work.settled_at is not None
            amount = round(points.REVIEW_QUALITY_MOST * float(review.quality))
            rows.points.append(
                _entry(reviewer, amount, Reason.REVIEW_QUALITY,
                       f"review-quality:{review.pk}", goal, work.settled_at, verified=True)
            )  # fmt: skip
        _tell(rows, work, Notification.Kind.REVIEW_RECEIVED, review.submitted_at, now)
    if work.settled_at is None:
        return
    if work.status == Submission.Status.ACCEPTED:
        amount = points.work_points(
            difficulty=challenge.difficulty,
            score=float(work.score or 0),
            pass_mark=outcome.PASS_MARK,
        )
        key = f"work-accepted:{challenge.pk}"
        rows.points.append(
            _entry(author, amount, Reason.WORK_ACCEPTED, key, goal, work.settled_at, verified=True)
        )
        _tell(rows, work, Notification.Kind.ACCEPTED, work.settled_at, now)
    else:
        _tell(rows, work, Notification.Kind.RETURNED, work.settled_at, now)


def _feedback(work: Submission) -> AIFeedback:
    answer = coach.feedback(ai_feedback.inputs_for(work))
    assert work.submitted_at is not None
    return AIFeedback(
        submission=work,
        status=AIFeedback.Status.READY,
        scores=[score.model_dump() for score in answer.scores],
        strengths=[point.model_dump() for point in answer.strengths],
        improvements=[point.model_dump() for point in answer.improvements],
        summary=answer.summary,
        next_step=answer.next_step,
        model=offline.MODEL,
        is_offline=True,
        requested_at=work.submitted_at,
        finished_at=work.submitted_at + timedelta(seconds=2),
    )


def _tell(
    rows: Rows, work: Submission, kind: Notification.Kind, when: datetime, now: datetime
) -> None:
    """What is older than three days was read."""
    read_at = when + timedelta(hours=5) if when < now - timedelta(days=3) else None
    rows.notifications.append(
        Notification(
            user=work.author,
            kind=kind,
            subject=work.challenge.title,
            target=work.get_absolute_url(),
            created_at=when,
            read_at=read_at,
        )
    )


def _entry(
    user: User,
    amount: int,
    reason: PointEntry.Reason,
    key: str,
    goal: Goal,
    when: datetime,
    *,
    verified: bool = False,
) -> PointEntry:
    return PointEntry(
        user=user,
        amount=amount,
        reason=reason,
        key=key,
        verified=verified,
        category=goal.category,
        occurred_at=when,
    )


def _award_badges(entries: list[PointEntry]) -> None:
    """Award each badge at the time of the entry that earned it."""
    earned: dict[tuple[int, str], int] = {}
    awards = []
    for entry in sorted(entries, key=lambda entry: (entry.occurred_at, entry.key)):
        count = earned[entry.user_id, entry.reason] = (
            earned.get((entry.user_id, entry.reason), 0) + 1
        )
        awards += [
            BadgeAward(
                user_id=entry.user_id,
                badge=badge.code,
                awarded_at=entry.occurred_at,
                evidence=str(badge.how),
            )
            for badge in badges.BADGES
            if badge.reason == entry.reason and badge.count == count
        ]
    BadgeAward.objects.bulk_create(awards, batch_size=BATCH)
