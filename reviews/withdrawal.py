"""Taking work back before anybody reviews it: a draft again, as if it had not been handed in."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from challenges import lifecycle as challenge_lifecycle
from challenges.models import Challenge
from goals import progress_log
from goals.models import Progress
from leaderboard import points
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict
from reviews import cases
from reviews.handin import effort_key
from reviews.models import AIFeedback, PeerReview
from submissions import drafting, history, lifecycle, similarity
from submissions.models import Submission


@transaction.atomic
def withdraw(*, submission: Submission, by: User, now: datetime | None = None) -> Submission:
    """Make work in review a draft again, with its files.

    The coach's feedback goes, since it is on a text that will change; what the coach is still
    writing finds no place to be written to. The effort of handing in is taken off again. Raises
    Conflict once a reviewer has begun, or when the work is not in review.
    """
    # Locks in the order of handing in; a claim of the work waits for, or is seen by, this one.
    challenge = drafting.lock_challenge(submission.challenge, by)
    submission = Submission.objects.select_for_update().owned_by(by).get(pk=submission.pk)
    if submission.status != Submission.Status.SUBMITTED:
        raise Conflict(_("This work is not in review, so there is nothing to take back."))
    if not can_withdraw(submission):
        raise Conflict(_("A reviewer has begun to read this work, so it cannot be taken back."))
    AIFeedback.objects.filter(submission=submission).delete()
    cases.withdraw_case(submission_id=submission.pk)
    similarity.forget(submission)
    _take_effort_back(submission, category=challenge.goal.category, now=now)
    lifecycle.withdraw(submission=submission)
    history.note(submission)
    # An attempt before this one may have been accepted meanwhile, in an appeal.
    if challenge.status == Challenge.Status.HANDED_IN:
        _move_back(challenge, submission, now=now)
    return submission


def _move_back(challenge: Challenge, submission: Submission, *, now: datetime | None) -> None:
    to = Challenge.Status.RETURNED if _came_back(submission) else Challenge.Status.DOING
    challenge_lifecycle.move(challenge=challenge, to=to)
    progress_log.record(
        goal=challenge.goal,
        by=submission.author,
        kind=Progress.Kind.CHALLENGE_MOVED,
        note=f"{challenge.title}: {to.label}",
        now=now,
    )


def can_withdraw(submission: Submission) -> bool:
    """Whether nobody has begun to review this work; a claim that was given back is none."""
    if submission.status != Submission.Status.SUBMITTED:
        return False
    begun = PeerReview.objects.filter(submission=submission).exclude(
        status=PeerReview.Status.RELEASED
    )
    return not begun.exists()


def _came_back(submission: Submission) -> bool:
    """Whether an earlier attempt came back, as the challenge said before this one."""
    return (
        Submission.objects.filter(
            challenge=submission.challenge_id, status=Submission.Status.RETURNED
        )
        .owned_by(submission.author)
        .exists()
    )


def _take_effort_back(submission: Submission, *, category: str, now: datetime | None) -> None:
    points.award(
        user_id=submission.author_id,
        amount=-points.HANDED_IN,
        reason=PointEntry.Reason.CORRECTION,
        key=f"withdrawn:{effort_key(submission)}",
        verified=False,
        category=category,
        now=now,
    )
