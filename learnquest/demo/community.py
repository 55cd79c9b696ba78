"""The demo community, stored: a believable past that keeps every rule of the deeds.

Rows are made in bulk, because ten weeks of four dozen people through the deeds would take
minutes; scores, points and badges come from the same functions that the deeds use.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import numpy as np
from django.db import transaction

from accounts.models import Notification, User
from ai import offline
from ai.offline import feedback as coach
from challenges.models import Challenge
from goals.models import Goal, Milestone, Progress
from leaderboard import history, points, recount, seasons, seasons_turn
from leaderboard.league_models import League
from leaderboard.models import (
    LeagueGroup,
    LeagueMembership,
    LeaguePlayer,
    LeagueTurn,
    PointEntry,
    Standing,
)
from learnquest.demo import awards, conduct, content, journeys, papers, people
from learnquest.demo.journeys import Handin, Journey
from reviews import ai_feedback, learning, outcome, paying, quality
from reviews.grader_beliefs import Population
from reviews.grading_model import estimate
from reviews.hearing import Hearing
from reviews.models import AIFeedback, GraderStanding, Outcome, PeerReview, ReviewCase
from submissions.models import Attachment, DraftRevision, Submission

Reason = PointEntry.Reason
HUNDRED = Decimal(100)
LEAGUE_SIZE = 30
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
    outcomes: list[Outcome] = field(default_factory=list)


@transaction.atomic
def make_community(*, seed: int, now: datetime) -> Made:
    """Create the community as of `now`; the same seed and time make the same one."""
    rng = Random(f"{seed}:{now:%Y-%m-%d}")  # noqa: S311 - a demo, not a secret
    folk = people.make_people(rng=rng, now=now)
    ways = journeys.invent(categories=content.load(), people=folk, rng=rng, now=now)
    journeys.write_reviews(journeys=ways, people=folk, rng=rng, now=now)
    handins = [handin for way in ways for handin in way.handins]
    standings, usual = _fit(handins)
    for handin in handins:
        _settle(handin, standings, usual)
    _complete_milestones(ways)
    _store(ways)
    ReviewCase.objects.bulk_create([_case(handin) for handin in handins], batch_size=BATCH)
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
    Outcome.objects.bulk_create(rows.outcomes, batch_size=BATCH)
    learning.fit_all(now=now)
    for person in folk:
        quality.note(person.pk)
    recount.rebuild()
    # The charts of ranks begin with a month behind them.
    for days in range(history.DAYS_SHOWN, 0, -1):
        history.count(now.astimezone(UTC).date() - timedelta(days=days))
    conduct.make_conduct(handins=handins, people=folk, now=now)
    _make_league(folk, now)
    awards.award_badges(now)
    return Made(
        learners=len(folk),
        goals=len(ways),
        submissions=len(handins),
        reviews=sum(len(handin.reviews) for handin in handins),
    )


def _fit(handins: list[Handin]) -> tuple[dict[int, GraderStanding], Population]:
    """Return what all reviews tell of their reviewers, as the nightly fit would find it."""
    given = [(n, review) for n, handin in enumerate(handins) for review in handin.reviews]
    ids = sorted({review.reviewer_id for _n, review in given if review.reviewer_id})
    number = {pk: n for n, pk in enumerate(ids)}
    _ids, works = np.unique([n for n, _review in given], return_inverse=True)
    graders = np.array([number[review.reviewer_id or 0] for _n, review in given])
    scores = np.array([float(review.score or 0) for _n, review in given])
    found = estimate(works, graders, scores, open_ended=False)
    rows = found.beliefs.to_rows()
    standings = {
        # The first of the last three sums is how many grades there are.
        pk: GraderStanding(reviewer_id=pk, belief=row, grades=round(row[-3]))
        for pk, row in zip(ids, rows, strict=True)
    }
    return standings, found.usual


def _put_beside(ways: list[Journey], learner: User, rng: Random) -> None:
    """Give all drafts their older versions, and the learner's own and some waiting works a page."""
    drafts = [draft for way in ways for draft in way.drafts]
    versions = [version for draft in drafts for version in papers.versions_of(draft)]
    DraftRevision.objects.bulk_create(versions, batch_size=BATCH)
    own = [draft for draft in drafts if draft.author_id == learner.pk]
    works = [handin.submission for way in ways for handin in way.handins]
    waiting = [work for work in works if work.status == Submission.Status.SUBMITTED]
    Attachment.objects.bulk_create(papers.add_pages([*own, *waiting], rng))


def _settle(handin: Handin, standings: dict[int, GraderStanding], usual: Population) -> None:
    """Give work with reviews enough its outcome, as `reviews.outcome.settle` would."""
    if len(handin.reviews) < outcome.REVIEWS_NEEDED:
        # Also where an earlier attempt came back.
        handin.challenge.status = Challenge.Status.HANDED_IN
        return
    hearing = Hearing(handin.reviews, standings=standings, usual=usual)
    handin.hearing, consensus = hearing, hearing.consensus
    for review in handin.reviews:
        parts = quality.parts_of(
            review,
            criteria=len(handin.challenge.rubric),
            others=hearing.without(review),
            correction=hearing.correction_of(review),
            pass_mark=outcome.PASS_MARK,
            heed=quality.heed_of(hearing.standing_of(review)),
        )
        review.quality = Decimal(str(round(parts.value, 3)))
        review.quality_parts = parts.to_json()
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


def _case(handin: Handin) -> ReviewCase:
    """Where the work stands in the queue, or stood before it was settled."""
    work, sent = handin.submission, len(handin.reviews)
    assert work.submitted_at is not None
    is_full = sent >= outcome.REVIEWS_NEEDED
    return ReviewCase(
        submission=work,
        author=work.author,
        category=handin.challenge.goal.category,
        waiting_since=work.submitted_at,
        taken=sent,
        is_open=not is_full,
        full_at=handin.reviews[-1].submitted_at if is_full else None,
        closed_at=work.settled_at,
    )


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
        if work.settled_at is not None:
            sent_at, paid_at = review.submitted_at, max(review.submitted_at, work.settled_at)
            rows.points.append(
                _entry(reviewer, points.REVIEW_GIVEN, Reason.REVIEW_GIVEN,
                       f"{paying.KEY}{review.pk}", goal, paid_at, verified=True, done_at=sent_at)
            )  # fmt: skip
        if review.quality is not None:
            assert work.settled_at is not None
            amount = round(points.REVIEW_QUALITY_MOST * float(review.quality))
            rows.points.append(
                _entry(reviewer, amount, Reason.REVIEW_QUALITY,
                       f"review-quality:{review.pk}", goal, work.settled_at, verified=True)
            )  # fmt: skip
        _tell(rows, work, Notification.Kind.REVIEW_RECEIVED, review.submitted_at, now)
    if handin.hearing is not None and work.settled_at is not None:
        rows.outcomes.append(
            Outcome(
                submission=work,
                score=work.score or 0,
                error=work.score_error or 0,
                parts=handin.hearing.parts(),
                is_mean=handin.hearing.consensus.is_mean,
                reviews=len(handin.reviews),
                settled_at=work.settled_at,
                updated_at=work.settled_at,
            )
        )
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
    done_at: datetime | None = None,
) -> PointEntry:
    return PointEntry(
        user=user,
        amount=amount,
        reason=reason,
        key=key,
        verified=verified,
        category=goal.category,
        occurred_at=when,
        counted_at=when,
        done_at=done_at if done_at and done_at < when else None,
        local_day=user.today(done_at or when),
    )


def _make_league(folk: list[User], now: datetime) -> None:
    """Put thirty of them into a league, some of whom, Maya among them, have just risen to it."""
    members = folk[:LEAGUE_SIZE]
    before = seasons.week_of(now - timedelta(weeks=1))
    points_then = dict(
        Standing.objects.on_board(points.EVERYONE, before).values_list("user", "points")
    )
    joined = now - timedelta(weeks=4)
    LeaguePlayer.objects.bulk_create(
        [LeaguePlayer(user=one, league=League.GROVE, highest=League.GROVE, joined_at=joined)
         for one in members]
    )  # fmt: skip
    lower, same = (
        LeagueGroup.objects.get_or_create(week=before, league=league, number=0)[0]
        for league in (League.BROOK, League.GROVE)
    )
    maya, *others = sorted(members, key=lambda one: one.username != "maya")
    rose = [maya, *(one for one in others if points_then.get(one.pk))][: seasons.ZONE]
    for group, people_in, ended in (
        (lower, rose, LeagueMembership.Outcome.UP),
        (same, [one for one in members if one not in rose], LeagueMembership.Outcome.STAY),
    ):
        LeagueMembership.objects.bulk_create(
            [LeagueMembership(user=one, group=group, week=before, place=place, outcome=ended,
                              points=points_then.get(one.pk, 0))
             for place, one in enumerate(
                 sorted(people_in, key=lambda one: -points_then.get(one.pk, 0)), start=1)]
        )  # fmt: skip
    # Their leagues are those to which that week has led.
    week = seasons.week_of(now)
    LeagueTurn.objects.update_or_create(
        week=week, defaults={"step": LeagueTurn.Step.MOVED, "begun_at": now}
    )
    seasons_turn.turn(week, now=now)
