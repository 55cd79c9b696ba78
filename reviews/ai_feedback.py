"""What the coach says of work: asked for at hand-in, written by the worker, tried again."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Notification, User
from ai import gateway, leases, opinions
from ai.gateway import Outcome, Purpose, State
from ai.outcomes import words_when_lost
from ai.schemas import Criterion as AskedCriterion
from ai.schemas import Feedback, FeedbackInputs
from learnquest.core.checked import check
from learnquest.core.errors import Conflict
from reviews import drafts, tasks
from reviews.models import AIFeedback
from submissions.models import Submission

# A worker that died leaves feedback pending; after this it may be asked for again.
STUCK_AFTER = timedelta(minutes=10)


def request(*, submission: Submission) -> AIFeedback:
    """Ask the coach for feedback on work just handed in; the worker gets it after the commit."""
    feedback = AIFeedback.objects.create(submission=submission)
    _enqueue(feedback)
    return feedback


@transaction.atomic
def retry(*, feedback: AIFeedback, by: User) -> AIFeedback:
    """Ask again after a failure. Raises Conflict while feedback is on its way or there."""
    feedback = (
        AIFeedback.objects.select_for_update(of=("self",))
        .filter(submission__author=by)
        .get(pk=feedback.pk)
    )
    if not can_retry(feedback):
        raise Conflict(_("The feedback is there or on its way: there is nothing to try again."))
    feedback.status = AIFeedback.Status.PENDING
    feedback.message = ""
    feedback.requested_at = timezone.now()
    feedback.finished_at = None
    feedback.draft = {}
    leases.renew(feedback)
    feedback.save()
    _enqueue(feedback)
    return feedback


def can_retry(feedback: AIFeedback, *, now: datetime | None = None) -> bool:
    """Whether it failed, or waits for so long that its worker must have died."""
    is_stuck = (
        feedback.status == AIFeedback.Status.PENDING
        and feedback.requested_at < (now or timezone.now()) - STUCK_AFTER
    )
    return feedback.status == AIFeedback.Status.FAILED or is_stuck


def write(feedback_id: int) -> None:
    """Have the coach write feedback: read, call with no transaction open, record.

    Does nothing for feedback that is not waiting, so it is safe to run twice.
    """
    if not leases.claim(AIFeedback.objects.all(), feedback_id, now=timezone.now()):
        return
    feedback = AIFeedback.objects.select_related("submission__challenge", "submission__author").get(
        pk=feedback_id
    )
    outcome = gateway.complete(
        purpose=Purpose.FEEDBACK,
        inputs=inputs_for(feedback.submission),
        user=feedback.submission.author,
        on_text=drafts.Keeper(feedback),
    )
    record(feedback_id=feedback_id, outcome=outcome)


def recover(*, now: datetime) -> int:
    """Take up feedback whose worker was lost; returns how many."""

    def give_up(pk: int) -> None:
        record(feedback_id=pk, outcome=Outcome(state=State.UNAVAILABLE, message=words_when_lost()))

    return leases.recover(
        AIFeedback.objects.all(),
        now=now,
        enqueue=tasks.write_ai_feedback.enqueue,
        give_up=give_up,
    )


@transaction.atomic
def record(*, feedback_id: int, outcome: Outcome[Any]) -> None:
    """Keep what the coach answered, or why it did not, and tell the author. Only once."""
    feedback = (
        AIFeedback.objects.select_for_update(of=("self",))
        .select_related("submission__challenge")
        .filter(pk=feedback_id, status=AIFeedback.Status.PENDING)
        .first()
    )
    if feedback is None:
        return
    for name, value in _fields(outcome).items():
        setattr(feedback, name, value)
    feedback.finished_at = timezone.now()
    feedback.save()
    is_ready = feedback.status == AIFeedback.Status.READY
    inbox.notify(
        user_id=feedback.submission.author_id,
        kind=Notification.Kind.FEEDBACK_READY if is_ready else Notification.Kind.FEEDBACK_FAILED,
        subject=feedback.submission.challenge.title,
        target=feedback.submission.get_absolute_url(),
    )


@transaction.atomic
def rate(*, feedback: AIFeedback, by: User, helpful: bool) -> AIFeedback:
    """Keep whether the author found the feedback useful. Raises Conflict before it is ready."""
    feedback = (
        AIFeedback.objects.select_for_update(of=("self",))
        .filter(submission__author=by)
        .get(pk=feedback.pk)
    )
    if feedback.status != AIFeedback.Status.READY:
        raise Conflict(_("There is no feedback to rate yet."))
    feedback.helpful = helpful
    feedback.save(update_fields=["helpful"])
    opinions.note(feedback.request_id, helpful=helpful)
    return feedback


@transaction.atomic
def report_wrong(*, feedback: AIFeedback, by: User, note: str = "") -> AIFeedback:
    """Keep that the author says the feedback is wrong, and why. Raises Conflict before it is ready.

    Raises Invalid for a reason of more than 500 characters.
    """
    feedback = (
        AIFeedback.objects.select_for_update(of=("self",))
        .filter(submission__author=by)
        .get(pk=feedback.pk)
    )
    if feedback.status != AIFeedback.Status.READY:
        raise Conflict(_("There is no feedback to report yet."))
    feedback.is_wrong, feedback.wrong_note = True, note.strip()
    check(feedback)
    feedback.save(update_fields=["is_wrong", "wrong_note"])
    opinions.note(feedback.request_id, is_wrong=True, note=feedback.wrong_note)
    return feedback


def inputs_for(submission: Submission) -> FeedbackInputs:
    """Return what the coach gets to see: the task, the rubric and the work, and nobody's name."""
    challenge = submission.challenge
    return FeedbackInputs(
        challenge_title=challenge.title,
        instructions=challenge.instructions,
        rubric=[AskedCriterion.model_validate(c.model_dump()) for c in challenge.criteria],
        body=submission.body,
        link=submission.link,
    )


def _fields(outcome: Outcome[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "model": outcome.model,
        "is_offline": outcome.offline,
        "prompt_version": str(outcome.prompt_version),
        "tokens_in": outcome.tokens_in,
        "tokens_out": outcome.tokens_out,
        "latency_ms": outcome.latency_ms,
        "cached": outcome.cached,
        "cost": outcome.cost,
        "raw": outcome.raw,
        "request_id": outcome.request_id,
        "draft": {},
    }
    if not isinstance(outcome.answer, Feedback):
        return told | {"status": AIFeedback.Status.FAILED, "message": outcome.message[:500]}
    answer = outcome.answer
    return told | {
        "status": AIFeedback.Status.READY,
        # Why the offline coach stepped in, where it did.
        "message": outcome.message[:500],
        "scores": [score.model_dump() for score in answer.scores],
        "strengths": [point.model_dump() for point in answer.strengths],
        "improvements": [point.model_dump() for point in answer.improvements],
        "summary": answer.summary,
        "next_step": answer.next_step,
        "confidence": answer.confidence,
    }


def _enqueue(feedback: AIFeedback) -> None:
    transaction.on_commit(lambda: tasks.write_ai_feedback.enqueue(feedback.pk))
