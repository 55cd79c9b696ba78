"""What happens to work that waits: boosted after 72 hours, ended after a week, never forgotten."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from challenges.models import Challenge
from challenges.rubrics import weighted_score
from reviews import cases, outcome
from reviews.models import AIFeedback, PeerReview, ReviewCase
from reviews.queue_models import BOOSTED_AFTER, SEATS, WAIT_ENDS_AFTER
from submissions.models import Submission


def boost_waiting(*, now: datetime | None = None) -> int:
    """Put work still short of reviews after 72 hours before all other; returns how many.

    Whoever takes it earns double points, and is told so.
    """
    now = now or timezone.now()
    return ReviewCase.objects.filter(
        closed_at=None, is_boosted=False, waiting_since__lte=now - BOOSTED_AFTER, taken__lt=SEATS
    ).update(is_boosted=True, boosted_at=now)


def end_waits(*, now: datetime | None = None) -> int:
    """End the wait of work that is a week old; returns how many ended.

    It settles on the reviews that it has, and goes to the moderators' list. Where no peer came,
    what the coach said stands in as a provisional score, and the first peer who comes settles it.
    """
    now = now or timezone.now()
    late = ReviewCase.objects.filter(
        closed_at=None, ended_at=None, waiting_since__lte=now - WAIT_ENDS_AFTER
    )
    ids = list(late.order_by("waiting_since").values_list("submission", flat=True))
    for submission_id in ids:
        _end(submission_id, now)
    return len(ids)


@transaction.atomic
def _end(submission_id: int, now: datetime) -> None:
    # The challenge's lock first and the case's last, as wherever work is settled: no dead-lock.
    Challenge.objects.select_for_update(of=("self",)).get(submissions=submission_id)
    Submission.objects.select_for_update(of=("self",)).get(pk=submission_id)
    is_news = ReviewCase.objects.filter(submission=submission_id, ended_at=None).update(
        ended_at=now
    )
    if not is_news:
        return  # another worker was quicker
    cases.escalate(submission_id=submission_id, concern=ReviewCase.Concern.WAIT, now=now)
    if PeerReview.objects.filter(submission=submission_id).sent().exists():
        outcome.settle(submission_id=submission_id, now=now)
        return
    score = coach_score(submission_id)
    if score is not None:
        cases.stand_in(submission_id=submission_id, score=score)


def coach_score(submission_id: int) -> Decimal | None:
    """Return what the coach's feedback comes to by the rubric, once it is there and complete."""
    feedback = (
        AIFeedback.objects.filter(submission=submission_id, status=AIFeedback.Status.READY)
        .select_related("submission__challenge")
        .first()
    )
    if feedback is None:
        return None
    criteria = feedback.submission.challenge.criteria
    scores = {row["key"]: row["score"] for row in feedback.scores}
    if any(criterion.key not in scores for criterion in criteria):
        return None
    return Decimal(str(round(weighted_score(criteria, scores), 2)))
