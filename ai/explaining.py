"""A learner asks what something means; the answer comes at once or from the worker."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ai import gateway, leases
from ai.exchange import Purpose
from ai.models import Explanation
from ai.outcomes import Outcome, words_when_lost
from ai.schemas import ExplainInputs
from ai.schemas import Explanation as ExplanationAnswer
from learnquest.core.errors import Conflict, Invalid, NotFound

MAX_CONCEPT = 200
MAX_CONTEXT = 4000


def request_explanation(*, by: User, concept: str, level: str, context: str = "") -> Explanation:
    """Ask for an explanation; it is ready at once when the answer is cached, else pending.

    Raises Invalid when there is no concept or a text is too long.
    """
    concept, level, context = concept.strip(), level.strip(), context.strip()
    _check(concept, level, context)
    inputs = ExplainInputs(concept=concept, level=level, context=context)
    known = gateway.cached(Purpose.EXPLAIN, inputs, by)
    with transaction.atomic():
        explanation = Explanation(user=by, concept=concept, level=level, context=context)
        if known is not None:
            _fill(explanation, known)
        explanation.save()
        if known is None:
            _enqueue(explanation.pk)
    return explanation


def run(explanation_id: int) -> None:
    """Answer a pending explanation. Safe to run twice: what is finished stays as it is."""
    if not leases.claim(Explanation.objects.all(), explanation_id, now=timezone.now()):
        return
    explanation = Explanation.objects.select_related("user").get(pk=explanation_id)
    outcome = gateway.complete(
        purpose=Purpose.EXPLAIN,
        inputs=ExplainInputs(
            concept=explanation.concept, level=explanation.level, context=explanation.context
        ),
        user=explanation.user,
    )
    with transaction.atomic():
        waiting = (
            Explanation.objects.select_for_update()
            .filter(pk=explanation_id, status=Explanation.Status.PENDING)
            .first()
        )
        if waiting is not None:
            _fill(waiting, outcome)
            waiting.save()


def recover(*, now: datetime) -> int:
    """Take up explanations whose worker was lost; returns how many."""
    from ai.tasks import write_explanation  # the task calls this module

    def give_up(pk: int) -> None:
        Explanation.objects.filter(pk=pk, status=Explanation.Status.PENDING).update(
            status=Explanation.Status.FAILED, message=words_when_lost(), finished_at=now
        )

    return leases.recover(
        Explanation.objects.all(), now=now, enqueue=write_explanation.enqueue, give_up=give_up
    )


@transaction.atomic
def retry(*, explanation: Explanation, by: User) -> Explanation:
    """Try a failed explanation again, or one whose worker was lost.

    Raises NotFound to anybody but the learner who asked, Conflict when there is nothing to retry.
    """
    found = Explanation.objects.select_for_update().visible_to(by).filter(pk=explanation.pk).first()
    if found is None:
        raise NotFound(_("There is no such explanation."))
    if not found.may_be_retried:
        raise Conflict(_("This explanation is ready or still being written."))
    found.status = Explanation.Status.PENDING
    found.message = ""
    found.created_at = timezone.now()
    found.finished_at = None
    leases.renew(found)
    found.save()
    _enqueue(found.pk)
    return found


def _check(concept: str, level: str, context: str) -> None:
    errors: dict[str, list[str]] = {}
    if not concept:
        errors["concept"] = [_("Name the concept that you want explained.")]
    for name, text, most in (
        ("concept", concept, MAX_CONCEPT),
        ("level", level, 20),
        ("context", context, MAX_CONTEXT),
    ):
        if len(text) > most:
            errors[name] = [_("Use at most %(most)d characters.") % {"most": most}]
    if errors:
        raise Invalid(" ".join(text for texts in errors.values() for text in texts), errors=errors)


def _enqueue(explanation_id: int) -> None:
    from ai.tasks import write_explanation  # the task calls this module

    transaction.on_commit(lambda: write_explanation.enqueue(explanation_id))


def _fill(explanation: Explanation, outcome: Outcome[ExplanationAnswer]) -> None:
    ready = outcome.answer is not None
    explanation.status = Explanation.Status.READY if ready else Explanation.Status.FAILED
    explanation.answer = outcome.answer.model_dump(mode="json") if outcome.answer else None
    explanation.message = outcome.message
    explanation.model = outcome.model
    explanation.offline = outcome.offline
    explanation.request_id = outcome.request_id
    explanation.finished_at = timezone.now()
