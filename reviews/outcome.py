"""When a submission has its reviews: the score, what follows from it, and who is told."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts import inbox
from accounts.models import Notification
from challenges import lifecycle as challenge_lifecycle
from challenges.models import Challenge
from goals import progress_log
from goals.models import Progress
from leaderboard import badges, fair_play, points
from leaderboard.models import PointEntry
from reviews import scoring
from reviews.models import PeerReview
from submissions import lifecycle
from submissions.models import Submission

REVIEWS_NEEDED = 2
PASS_MARK = 60.0


@transaction.atomic
def settle(*, submission_id: int, now: datetime | None = None) -> Submission | None:
    """Settle a submission that has reviews enough: score, status, progress, points, news.

    Returns None, and changes nothing, while it waits for reviews or was settled before, so it is
    safe to call after every event.
    """
    now = now or timezone.now()
    challenge = (
        Challenge.objects.select_for_update(of=("self",))
        .select_related("goal__owner")
        .get(submissions=submission_id)
    )
    submission = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("author")
        .get(pk=submission_id)
    )
    reviews = list(PeerReview.objects.filter(submission=submission).sent())
    if submission.status != Submission.Status.SUBMITTED or len(reviews) < REVIEWS_NEEDED:
        return None
    consensus = consensus_of(reviews)
    is_accepted = consensus.score >= PASS_MARK
    lifecycle.settle(
        submission=submission,
        to=Submission.Status.ACCEPTED if is_accepted else Submission.Status.RETURNED,
        score=_decimal(consensus.score),
        score_error=_decimal(consensus.stderr),
        now=now,
    )
    challenge_lifecycle.move(
        challenge=challenge,
        to=Challenge.Status.ACCEPTED if is_accepted else Challenge.Status.RETURNED,
        now=now,
    )
    progress_log.record(
        goal=challenge.goal,
        by=submission.author,
        kind=Progress.Kind.ACCEPTED if is_accepted else Progress.Kind.RETURNED,
        note=challenge.title,
        now=now,
    )
    _reward_author(submission, challenge, is_accepted=is_accepted, now=now)
    for review in reviews:
        _reward_reviewer(review, challenge, consensus, now=now)
    return submission


def consensus_of(reviews: list[PeerReview]) -> scoring.Consensus:
    """Return the consensus of the reviews of one submission."""
    grades = [
        # Reviewers whose accounts are gone are still two people, not one.
        scoring.Grade(
            review.submission_id, review.reviewer_id or -review.pk, float(review.score or 0)
        )
        for review in reviews
    ]
    # The levels of a rubric end at 0 and 100, and a learner can check two grades by hand.
    return scoring.fit(grades, open_ended=False).submissions[reviews[0].submission_id]


def quality_of(review: PeerReview, *, criteria: int, consensus: scoring.Consensus) -> float:
    """Return what a review is worth, from 0 to 1.

    Half is agreement with the consensus, three tenths the share of criteria with a comment, two
    tenths the author's helpfulness mark (half of it while there is none).
    """
    near = scoring.agreement(float(review.score or 0), consensus.score)
    said = sum(1 for text in review.comments.values() if len(text.split()) >= 3)
    helpful = 0.5 if review.is_helpful is None else float(review.is_helpful)
    return 0.5 * near + 0.3 * min(1.0, said / criteria) + 0.2 * helpful


def _reward_author(
    submission: Submission, challenge: Challenge, *, is_accepted: bool, now: datetime
) -> None:
    if is_accepted:
        amount = points.work_points(
            difficulty=challenge.difficulty,
            score=float(submission.score or 0),
            pass_mark=PASS_MARK,
        )
        points.award(
            user_id=submission.author_id,
            amount=fair_play.diminished(amount, before=_alike_on_day(submission, now)),
            reason=PointEntry.Reason.WORK_ACCEPTED,
            # One challenge pays once, however many attempts it took.
            key=f"work-accepted:{challenge.pk}",
            verified=True,
            category=challenge.goal.category,
            now=now,
        )
        badges.award_due(user_id=submission.author_id, now=now)
    inbox.notify(
        user_id=submission.author_id,
        kind=Notification.Kind.ACCEPTED if is_accepted else Notification.Kind.RETURNED,
        subject=challenge.title,
        target=submission.get_absolute_url(),
        now=now,
    )


def _alike_on_day(submission: Submission, now: datetime) -> int:
    """Return how many works of the same difficulty were handed in on its day and accepted before.

    The day is the author's own, and that of handing in: reviewers decide when work is accepted.
    """
    zone = ZoneInfo(submission.author.time_zone)
    handed_in = submission.submitted_at or now
    begins = datetime.combine(handed_in.astimezone(zone).date(), time.min, zone)
    return (
        Submission.objects.owned_by(submission.author)
        .filter(
            status=Submission.Status.ACCEPTED,
            challenge__difficulty=submission.challenge.difficulty,
            submitted_at__gte=begins,
            submitted_at__lt=datetime.combine(begins.date() + timedelta(days=1), time.min, zone),
        )
        .exclude(pk=submission.pk)
        .count()
    )


def _reward_reviewer(
    review: PeerReview, challenge: Challenge, consensus: scoring.Consensus, *, now: datetime
) -> None:
    quality = quality_of(review, criteria=len(challenge.rubric), consensus=consensus)
    review.quality = Decimal(str(round(quality, 3)))
    review.save(update_fields=["quality"])
    if review.reviewer_id is None:
        return  # their account is gone; what they said counts all the same
    fair_play.award(
        user_id=review.reviewer_id,
        counterpart_id=review.author_id,
        amount=round(points.REVIEW_QUALITY_MOST * quality),
        reason=PointEntry.Reason.REVIEW_QUALITY,
        key=f"review-quality:{review.pk}",
        category=challenge.goal.category,
        now=now,
    )
    badges.award_due(user_id=review.reviewer_id, now=now)


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))
