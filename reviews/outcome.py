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
from reviews import attempts, cases, difficulty, learning, paying, worth
from reviews.consensus import Heard, Weighed, weigh
from reviews.hearing import Hearing, hear, usual
from reviews.models import Outcome, PeerReview
from submissions import lifecycle
from submissions.models import Submission

REVIEWS_NEEDED = 2
PASS_MARK = 60.0
# A consensus is sure enough below this standard error, in points. Two reviewers who are not known
# yet come to about 10 where they agree, and to more than this where they are 30 points apart.
ERROR_LIMIT = 14.0
MOST_REVIEWS = 5
# A trusted reviewer settles work up to this difficulty alone.
EASY = 2


@transaction.atomic
@points.together()
def settle(*, submission_id: int, now: datetime | None = None) -> Submission | None:
    """Settle a submission whose reviews are enough: score, status, progress, points, news.

    Settled work whose grades have changed since gets its score anew. Returns None, and changes
    nothing, while it waits or where all is as it was, so it is safe to call after every event. So
    it does for work that a moderator found copied; but a review of it that is new is paid.
    """
    now = now or timezone.now()
    challenge, submission = attempts.lock(submission_id)
    if submission.status == Submission.Status.DRAFT:
        return None
    reviews = [
        review
        for review in PeerReview.objects.filter(submission=submission).sent().order_by("pk")
        # Second opinions in an appeal are for a moderator to weigh.
        if not getattr(review, "is_for_appeal", False)
    ]
    if attempts.is_copy(submission):
        value_unvalued(challenge, reviews, now=now)
        return None
    before = Outcome.objects.filter(submission=submission).first()
    if submission.status != Submission.Status.SUBMITTED:
        return _revise(submission, challenge, reviews, before, now)
    hearing = hear(submission_id=submission.pk, reviews=reviews, rubric=challenge.criteria)
    if not hearing.grades:
        return None
    is_over = cases.is_over(
        submission_id=submission_id, submitted_at=submission.submitted_at, now=now
    )
    if not reviews:
        if is_over:
            _stand_in(submission, hearing, before, now)
        return None
    if not is_enough(hearing, challenge, is_over=is_over):
        if len(reviews) >= (before.reviews_wanted if before else REVIEWS_NEEDED):
            ask_for_another(submission, hearing, now=now)
        return None
    is_late = is_over and not is_enough(hearing, challenge, is_over=False)
    _write(submission, hearing, now, settled_at=now, is_late=is_late, is_provisional=False)
    _close(submission, challenge, hearing, now=now)
    _value(hearing, challenge, new=reviews, now=now)
    for review in _taken_up_since(submission):
        worth.value_anew(review, pass_mark=PASS_MARK, now=now)
    cases.close_case(submission_id=submission_id, now=now)
    return submission


def is_enough(hearing: Hearing, challenge: Challenge, *, is_over: bool) -> bool:
    """Whether the grades settle a work: two or more and sure enough, or there will be no more.

    One trusted reviewer settles easy work alone. Once the wait is over, one review is enough.
    """
    count = len(hearing.reviews)
    if count >= MOST_REVIEWS or is_over:
        return count > 0
    if hearing.consensus.stderr >= ERROR_LIMIT:
        return False
    if count >= REVIEWS_NEEDED:
        return True
    standing = hearing.standing_of(hearing.reviews[0])
    return challenge.difficulty <= EASY and standing is not None and standing.is_trusted


def ask_for_another(submission: Submission, hearing: Hearing, *, now: datetime) -> Outcome:
    """Want one more reviewer for a submission, since those there were do not agree enough."""
    wanted = min(MOST_REVIEWS, max(REVIEWS_NEEDED, len(hearing.reviews)) + 1)
    outcome = _write(submission, hearing, now, reviews_wanted=wanted, is_provisional=False)
    cases.ask_for_one_more(submission_id=submission.pk, now=now)
    return outcome


def consensus_of(reviews: list[PeerReview]) -> Weighed:
    """Return the consensus of the reviews of one submission by themselves."""
    return weigh([Heard(float(review.score or 0), []) for review in reviews], usual())


def _stand_in(
    submission: Submission, hearing: Hearing, before: Outcome | None, now: datetime
) -> None:
    """Let the coach's result stand until people arrive. It gives no points and no status."""
    if before is not None and before.is_provisional:
        return
    _write(submission, hearing, now, is_provisional=True, is_late=True)
    _tell(submission, Notification.Kind.PROVISIONAL, now)


def _write(submission: Submission, hearing: Hearing, now: datetime, **changes: object) -> Outcome:
    outcome, _is_new = Outcome.objects.update_or_create(
        submission=submission,
        defaults={
            "score": _decimal(hearing.consensus.score),
            "error": _decimal(hearing.consensus.stderr),
            "parts": hearing.parts(),
            "is_mean": hearing.consensus.is_mean,
            "reviews": len(hearing.reviews),
            "updated_at": now,
            **changes,
        },
    )
    return outcome


def _close(
    submission: Submission, challenge: Challenge, hearing: Hearing, *, now: datetime
) -> None:
    is_accepted = hearing.consensus.score >= PASS_MARK
    lifecycle.settle(
        submission=submission,
        to=Submission.Status.ACCEPTED if is_accepted else Submission.Status.RETURNED,
        score=_decimal(hearing.consensus.score),
        score_error=_decimal(hearing.consensus.stderr),
        now=now,
    )
    _move(challenge, submission, is_accepted=is_accepted, now=now)
    if is_accepted:
        pay_work(submission, challenge, now=now)
    _tell(
        submission, Notification.Kind.ACCEPTED if is_accepted else Notification.Kind.RETURNED, now
    )


def _revise(
    submission: Submission,
    challenge: Challenge,
    reviews: list[PeerReview],
    before: Outcome | None,
    now: datetime,
) -> Submission | None:
    """Give settled work its score anew where its reviews are others than those it rests on.

    What was accepted stays accepted; score and points follow. What a moderator gave in an
    appeal is the least it has from then on.
    """
    counted = {part["review"] for part in before.parts} - {None} if before else set()
    if before is None or not reviews or counted == {review.pk for review in reviews}:
        return None
    hearing = hear(submission_id=submission.pk, reviews=reviews, rubric=challenge.criteria)
    _write(submission, hearing, now, revisions=before.revisions + 1)
    was_accepted = submission.status == Submission.Status.ACCEPTED
    score = max(_decimal(hearing.consensus.score), attempts.floor_of(submission))
    is_accepted = was_accepted or score >= PASS_MARK
    lifecycle.correct(
        submission=submission,
        to=Submission.Status.ACCEPTED if is_accepted else None,
        score=score,
        score_error=_decimal(hearing.consensus.stderr),
    )
    if is_accepted:
        accept_late(submission, challenge, now=now)
    # The notice of the review itself tells the author of a score that only moved.
    if is_accepted and not was_accepted:
        _tell(submission, Notification.Kind.ACCEPTED, now)
    new = [review for review in reviews if review.pk not in counted]
    _value(hearing, challenge, new=new, now=now)
    return submission


def _value(hearing: Hearing, challenge: Challenge, *, new: list[PeerReview], now: datetime) -> None:
    """Learn from the new reviews, pay for them, and see what each is worth."""
    learning.lock_reviewers_of(challenge, now=now)
    paying.pay_all_given(submission_id=hearing.reviews[0].submission_id, now=now)
    learning.learn_from(hearing, of=new, now=now)
    for review in hearing.reviews:
        worth.value(review, challenge=challenge, hearing=hearing, pass_mark=PASS_MARK, now=now)


def value_unvalued(challenge: Challenge, reviews: list[PeerReview], *, now: datetime) -> None:
    """See what reviews of work that will not settle are worth, without learning of graders now."""
    if not any(review.quality is None for review in reviews):
        return
    learning.lock_reviewers_of(challenge, now=now)
    hearing = hear(
        submission_id=reviews[0].submission_id, reviews=reviews, rubric=challenge.criteria
    )
    for review in hearing.reviews:
        if review.quality is None:
            worth.value(review, challenge=challenge, hearing=hearing, pass_mark=PASS_MARK, now=now)


def _taken_up_since(submission: Submission) -> list[PeerReview]:
    """Return the reviews of the attempt before of which the author says they took something up."""
    before = PeerReview.objects.filter(
        submission__challenge=submission.challenge_id, submission__attempt=submission.attempt - 1
    )
    found = before.sent().select_related("submission__challenge__goal").order_by("reviewer")
    return [review for review in found if review.addressed]


def _move(
    challenge: Challenge, submission: Submission, *, is_accepted: bool, now: datetime
) -> None:
    # Another attempt may be accepted or in review as well, once it was found to be no copy.
    to = attempts.status_of(challenge)
    if to != challenge.status:
        challenge_lifecycle.move(challenge=challenge, to=to, now=now)
    progress_log.record(
        goal=challenge.goal,
        by=submission.author,
        kind=Progress.Kind.ACCEPTED if is_accepted else Progress.Kind.RETURNED,
        note=challenge.title,
        now=now,
    )


def accept_late(submission: Submission, challenge: Challenge, *, now: datetime) -> None:
    """Follow settled work that is accepted, perhaps only now: its challenge, the log, its points.

    A later grade or an appeal changed its score; another attempt may be in review or accepted.
    """
    if challenge.status != Challenge.Status.ACCEPTED:
        challenge_lifecycle.follow_attempts(
            challenge=challenge, to=Challenge.Status.ACCEPTED, finished_at=now
        )
        progress_log.record(
            goal=challenge.goal,
            by=submission.author,
            kind=Progress.Kind.ACCEPTED,
            note=challenge.title,
            now=now,
        )
    pay_work(submission, challenge, now=now)


def pay_work(
    submission: Submission,
    challenge: Challenge,
    *,
    now: datetime,
    earned_at: datetime | None = None,
) -> None:
    """See to it that accepted work has paid what its score is worth, once for each challenge.

    Where its reviewers find the task easier than stated, it pays as that.
    It counts in the week of `earned_at`, which is now unless the points were taken away since. What
    a circle accepted waits for a moderator, like what its reviews earn.
    """
    best = attempts.best_accepted(challenge)
    worth.pay(
        user_id=submission.author_id,
        amount=fair_play.diminished(
            points.work_points(
                difficulty=difficulty.counted(best or submission, challenge),
                score=max(PASS_MARK, float(best.score or 0) if best else 0),
                pass_mark=PASS_MARK,
            ),
            before=_accepted_before(submission, challenge),
        ),
        reason=PointEntry.Reason.WORK_ACCEPTED,
        key=attempts.points_key(challenge),
        also=attempts.paid_by_appeals(challenge),
        judges=PeerReview.objects.filter(submission=best or submission)
        .sent()
        .values_list("reviewer", flat=True),
        category=challenge.goal.category,
        now=earned_at or now,
    )
    badges.award_due(user_id=submission.author_id, after=badges.Deed.BEING_ACCEPTED, now=now)


def _accepted_before(submission: Submission, challenge: Challenge) -> int:
    """Count the author's works of one stated difficulty and day accepted before this one.

    The day is the author's own, and that of handing in: reviewers decide when work is accepted.
    """
    if submission.submitted_at is None or submission.settled_at is None:
        return 0
    zone = ZoneInfo(submission.author.time_zone)
    begins = datetime.combine(submission.submitted_at.astimezone(zone).date(), time.min, zone)
    return (
        Submission.objects.owned_by(submission.author)
        .filter(
            status=Submission.Status.ACCEPTED,
            challenge__difficulty=challenge.difficulty,
            submitted_at__gte=begins,
            submitted_at__lt=datetime.combine(begins.date() + timedelta(days=1), time.min, zone),
            settled_at__lt=submission.settled_at,
        )
        .exclude(challenge=challenge)
        .count()
    )


def _tell(submission: Submission, kind: Notification.Kind, now: datetime) -> None:
    inbox.notify(
        user_id=submission.author_id,
        kind=kind,
        subject=submission.challenge.title,
        target=submission.get_absolute_url(),
        now=now,
    )


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))
