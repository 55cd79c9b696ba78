"""Small questions beside the loop: hints, and checks of a review before it is sent."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ai import gateway, leases
from ai.exchange import Purpose
from ai.models import Ask
from ai.outcomes import Outcome, words_when_lost
from ai.purposes import TASKS
from ai.schemas import Answer, HintInputs, ReviewInputs
from learnquest.core.errors import Conflict, NotFound


def request(*, by: User, about: str, inputs: HintInputs | ReviewInputs) -> Ask:
    """Ask; the answer is there at once from the cache or the offline coach, else pending."""
    purpose = Purpose.HINT if isinstance(inputs, HintInputs) else Purpose.REVIEW
    if gateway.is_offline(by):
        # Rules on this machine: faster than a queue.
        known: Outcome[Any] | None = gateway.ask(purpose, inputs, by)
    else:
        known = gateway.cached(purpose, inputs, by)
    with transaction.atomic():
        asked = Ask(user=by, purpose=purpose, about=about, inputs=inputs.model_dump(mode="json"))
        if known is not None:
            _fill(asked, known)
        asked.save()
        if known is None:
            _enqueue(asked.pk)
    return asked


def latest(*, by: User, about: str, purpose: Purpose) -> Ask | None:
    """Return what was last asked about a thing."""
    asked = Ask.objects.visible_to(by).filter(about=about, purpose=purpose)
    return asked.order_by("-created_at", "-pk").first()


def run(ask_id: int) -> None:
    """Answer a pending question. Safe to run twice: what is finished stays as it is."""
    if not leases.claim(Ask.objects.all(), ask_id, now=timezone.now()):
        return
    asked = Ask.objects.select_related("user").get(pk=ask_id)
    purpose = Purpose(asked.purpose)
    inputs = TASKS[purpose].inputs.model_validate(asked.inputs)
    outcome = gateway.ask(purpose, inputs, asked.user)
    with transaction.atomic():
        waiting = Ask.objects.select_for_update().filter(pk=ask_id, status=Ask.Status.PENDING)
        row = waiting.first()
        if row is not None:
            _fill(row, outcome)
            row.save()


@transaction.atomic
def retry(*, ask: Ask, by: User) -> Ask:
    """Ask again after a failure. Raises NotFound to others, Conflict when it did not fail."""
    row = Ask.objects.select_for_update().visible_to(by).filter(pk=ask.pk).first()
    if row is None:
        raise NotFound(_("There is no such question."))
    if row.status != Ask.Status.FAILED:
        raise Conflict(_("This is answered or still being written."))
    row.status, row.message, row.finished_at = Ask.Status.PENDING, "", None
    leases.renew(row)
    row.save()
    _enqueue(row.pk)
    return row


def recover(*, now: datetime) -> int:
    """Take up questions whose worker was lost; returns how many."""
    from ai.tasks import answer_ask  # the task calls this module

    def give_up(pk: int) -> None:
        Ask.objects.filter(pk=pk, status=Ask.Status.PENDING).update(
            status=Ask.Status.FAILED, message=words_when_lost(), finished_at=now
        )

    return leases.recover(Ask.objects.all(), now=now, enqueue=answer_ask.enqueue, give_up=give_up)


def parsed(ask: Ask) -> Answer | None:
    """Return the answer in its schema, once it is there."""
    schema = TASKS[Purpose(ask.purpose)].schema
    return None if ask.answer is None else schema.model_validate(ask.answer)


def _fill(row: Ask, outcome: Outcome[Any]) -> None:
    ready = outcome.answer is not None
    row.status = Ask.Status.READY if ready else Ask.Status.FAILED
    row.answer = outcome.answer.model_dump(mode="json") if outcome.answer else None
    row.message = outcome.message[:400]
    row.model = outcome.model
    row.offline = outcome.offline
    row.request_id = outcome.request_id
    row.finished_at = timezone.now()


def _enqueue(ask_id: int) -> None:
    from ai.tasks import answer_ask  # the task calls this module

    transaction.on_commit(lambda: answer_ask.enqueue(ask_id))
