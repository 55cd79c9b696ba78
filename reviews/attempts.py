"""What the attempts at one challenge come to together, where one of them may be a copy."""

from decimal import Decimal

from django.db.models import Q

from accounts.models import User
from challenges.models import Challenge
from leaderboard.models import PointEntry
from reviews.models import Appeal, CopyDecision, PeerReview
from submissions.models import Submission, SubmissionQuerySet


def lock(submission_id: int) -> tuple[Challenge, Submission]:
    """Lock a work and, before it, its challenge: the order of all deeds that change both."""
    challenge = (
        Challenge.objects.select_for_update(of=("self",))
        .select_related("goal__owner")
        .get(submissions=submission_id)
    )
    work = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("author")
        .get(pk=submission_id)
    )
    # One object for both, so that what is changed of it is changed there, too.
    work.challenge = challenge
    return challenge, work


def lock_received(review: PeerReview, by: User) -> PeerReview:
    """Lock and return a review that was sent of a work of `by`; the work before it, as ever.

    Raises DoesNotExist for one that is somebody else's, hidden, or gone with its work.
    """
    received = PeerReview.objects.sent().filter(author=by)
    lock(received.get(pk=review.pk).submission_id)
    locked = received.select_for_update(of=("self",))
    return locked.select_related("submission__challenge__goal").get(pk=review.pk)


def is_copy(submission: Submission) -> bool:
    """Whether a moderator found that this work copies another, and nobody took that back."""
    return CopyDecision.objects.standing().filter(submission=submission).exists()


def best_accepted(challenge: Challenge) -> Submission | None:
    """Return the accepted attempt with the highest score; of equals the first."""
    accepted = _at(challenge).filter(status=Submission.Status.ACCEPTED).select_related("author")
    return accepted.order_by("-score", "attempt").first()


def floor_of(submission: Submission) -> Decimal:
    """Return the score that a moderator gave in an appeal, below which no later grade puts it."""
    raised = Appeal.objects.filter(submission=submission, decision=Appeal.Decision.RAISED)
    return raised.values_list("score_after", flat=True).first() or Decimal(0)


def status_of(challenge: Challenge) -> Challenge.Status:
    """Return where its attempts put a challenge: one that is accepted counts before all others."""
    statuses = set(_at(challenge).values_list("status", flat=True))
    if Submission.Status.ACCEPTED in statuses:
        return Challenge.Status.ACCEPTED
    if Submission.Status.SUBMITTED in statuses:
        return Challenge.Status.HANDED_IN
    return Challenge.Status.RETURNED


def points_key(challenge: Challenge) -> str:
    """Return the key under which accepted work on a challenge is paid now.

    One challenge pays once, however many attempts it took. What was taken back with a copy was
    paid under the key of before; own work handed in since, and what turned out to be no copy, are
    paid under the next one.
    """
    taken = CopyDecision.objects.filter(submission__challenge=challenge).exclude(points=0).count()
    key = _first_key(challenge)
    return f"{key}:again-{taken}" if taken else key


def paid_for(challenge: Challenge) -> list[PointEntry]:
    """Return what the ledger holds for accepted work on a challenge, later corrections included."""
    key = points_key(challenge)
    found = Q(key=key) | Q(key__startswith=f"{key}:") | paid_by_appeals(challenge)
    return list(PointEntry.objects.filter(found).order_by("pk"))


def paid_by_appeals(challenge: Challenge) -> Q:
    """Return which entries paid for it under an appeal's own key, as was done once.

    They count as paid like those under `points_key`. After a copy those that were taken back do
    not: they went with what was paid under the key of before.
    """
    appeals = Appeal.objects.filter(submission__challenge=challenge).values_list("pk", flat=True)
    found = Q(key__in=[f"appeal:{number}" for number in appeals])
    return found if points_key(challenge) == _first_key(challenge) else found & Q(reversal=None)


def _first_key(challenge: Challenge) -> str:
    return f"work-accepted:{challenge.pk}"


def _at(challenge: Challenge) -> SubmissionQuerySet:
    return Submission.objects.filter(challenge=challenge, author=challenge.goal.owner_id)
