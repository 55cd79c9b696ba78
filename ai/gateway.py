"""The one door to a model: cache, budget, call, checks, record.

Provider troubles come back as an `Outcome`; only mistakes in the program raise.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, overload

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from accounts.models import User
from ai import budget, cache, prompts
from ai.exchange import Purpose, Question, Reply, State
from ai.grounding import keep_quoted
from ai.models import AIRequest
from ai.offline import OfflineCoach
from ai.outcomes import Outcome, words
from ai.schemas import (
    Answer,
    AnyInputs,
    ExplainInputs,
    Explanation,
    Feedback,
    FeedbackInputs,
    Plan,
    PlanInputs,
)

logger = logging.getLogger(__name__)

__all__ = ["Outcome", "Purpose", "State", "cached", "complete", "is_offline", "label"]


@dataclass(frozen=True)
class _Task:
    """What a purpose is bound to. `max_tokens` leaves room for a model that thinks first."""

    inputs: type[AnyInputs]
    schema: type[Answer]
    max_tokens: int


@dataclass(frozen=True)
class _Call:
    """One call of a remote model: for whom, by which prompt, kept under which hash."""

    purpose: Purpose
    task: _Task
    user: User
    prompt: prompts.Prompt
    request_hash: str

    def record(self, now: datetime, **fields: Any) -> AIRequest:
        """Return a row about this call, not yet saved."""
        return AIRequest(
            user=self.user,
            purpose=self.purpose,
            created_at=now,
            **{"model": settings.AI_MODEL, "prompt_version": self.prompt.version} | fields,
        )


_TASKS = {
    Purpose.PLAN: _Task(PlanInputs, Plan, 20_000),
    Purpose.FEEDBACK: _Task(FeedbackInputs, Feedback, 12_000),
    Purpose.EXPLAIN: _Task(ExplainInputs, Explanation, 12_000),
}


def is_offline() -> bool:
    """Whether the built-in coach answers, because neither a key nor a server is set."""
    return not (settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL)


def label() -> str:
    """Return what pages call whoever answers: the offline coach, or the model's name."""
    return _("offline coach") if is_offline() else str(settings.AI_MODEL)


@overload
def complete(
    *, purpose: Literal[Purpose.PLAN], inputs: PlanInputs, user: User
) -> Outcome[Plan]: ...
@overload
def complete(
    *, purpose: Literal[Purpose.FEEDBACK], inputs: FeedbackInputs, user: User
) -> Outcome[Feedback]: ...
@overload
def complete(
    *, purpose: Literal[Purpose.EXPLAIN], inputs: ExplainInputs, user: User
) -> Outcome[Explanation]: ...
def complete(*, purpose: Purpose, inputs: AnyInputs, user: User) -> Outcome[Any]:
    """Get an answer from the cache, the offline coach, or the model, and record the call.

    Raises TypeError for inputs of another purpose, and RuntimeError inside a transaction when
    the network would be used: a slow model must never hold locks.
    """
    task = _task(purpose, inputs)
    if is_offline():
        return _ask_offline(purpose, inputs, task, user)
    _refuse_inside_transaction()
    now = timezone.now()
    call = _call(purpose, inputs, task, user)
    if (known := _from_cache(call, now)) is not None:
        return known
    if budget.left_today(user, now=now) < 1:
        return _over_budget(call, now)
    return _ask_remote(call, inputs, now)


@overload
def cached(
    purpose: Literal[Purpose.PLAN], inputs: PlanInputs, user: User
) -> Outcome[Plan] | None: ...
@overload
def cached(
    purpose: Literal[Purpose.FEEDBACK], inputs: FeedbackInputs, user: User
) -> Outcome[Feedback] | None: ...
@overload
def cached(
    purpose: Literal[Purpose.EXPLAIN], inputs: ExplainInputs, user: User
) -> Outcome[Explanation] | None: ...
def cached(purpose: Purpose, inputs: AnyInputs, user: User) -> Outcome[Any] | None:
    """Return the answer if it is in the cache; fast, and free of any network."""
    task = _task(purpose, inputs)
    if is_offline():
        return None
    return _from_cache(_call(purpose, inputs, task, user), timezone.now())


def _task(purpose: Purpose, inputs: AnyInputs) -> _Task:
    task = _TASKS[purpose]
    if not isinstance(inputs, task.inputs):
        raise TypeError(f"{purpose} takes {task.inputs.__name__}, not {type(inputs).__name__}.")
    return task


def _call(purpose: Purpose, inputs: AnyInputs, task: _Task, user: User) -> _Call:
    prompt = prompts.active(purpose)
    request_hash = cache.key(
        purpose=purpose, inputs=inputs, prompt=prompt, schema=task.schema, user=user
    )
    return _Call(purpose, task, user, prompt, request_hash)


def _refuse_inside_transaction() -> None:
    """Raise RuntimeError in an atomic block, save one that a test case has put around us."""
    if getattr(settings, "AI_ALLOW_IN_TRANSACTION", False):
        return
    # Django's own `durable=True` tells the blocks of its test cases apart in the same way.
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("complete() uses the network: call it outside of any transaction.")


def _question(task: _Task, inputs: AnyInputs, system: str, user: str) -> Question:
    return Question(
        inputs=inputs,
        system=system,
        user=user,
        schema=task.schema,
        settle=_settle_for(inputs),
        max_tokens=task.max_tokens,
    )


def _settle_for(inputs: AnyInputs) -> Callable[[Answer], Answer]:
    """Return the check of an answer against these inputs."""
    if not isinstance(inputs, FeedbackInputs):
        return lambda answer: answer

    def settle(answer: Answer) -> Answer:
        feedback = cast(Feedback, answer)
        by_key = {score.key: score for score in feedback.scores}
        if len(by_key) < len(feedback.scores):
            raise ValueError("scores: each criterion key must come once")
        if missing := [c.key for c in inputs.rubric if c.key not in by_key]:
            raise ValueError(f"scores: these criterion keys are missing: {', '.join(missing)}")
        return feedback.model_copy(
            update={
                "scores": [by_key[criterion.key] for criterion in inputs.rubric],
                "strengths": keep_quoted(feedback.strengths, inputs.body),
                "improvements": keep_quoted(feedback.improvements, inputs.body),
            }
        )

    return settle


def _ask_offline(purpose: Purpose, inputs: AnyInputs, task: _Task, user: User) -> Outcome[Any]:
    coach = OfflineCoach()
    started = time.monotonic()
    record = AIRequest(user=user, purpose=purpose, model=coach.model, offline=True)
    reply = coach.ask(_question(task, inputs, "", ""))
    _close(record, reply, started)
    return _outcome(reply, record)


def _ask_remote(call: _Call, inputs: AnyInputs, now: datetime) -> Outcome[Any]:
    # Here, since the openai package takes a second to import and most processes never call it.
    from ai.providers import OpenAIProvider

    system, text = call.prompt.render(inputs)
    # Written before the call, so that many calls at once cannot pass the budget together.
    record = call.record(now)
    record.save()
    started = time.monotonic()
    reply = OpenAIProvider().ask(_question(call.task, inputs, system, text))
    _close(record, reply, started)
    if reply.answer is not None:
        cache.keep(
            request_hash=call.request_hash,
            purpose=call.purpose,
            answer=reply.answer,
            user=call.user,
            prompt_version=call.prompt.version,
            tokens=(reply.tokens_in, reply.tokens_out),
            now=timezone.now(),
        )
    return _outcome(reply, record)


def _from_cache(call: _Call, now: datetime) -> Outcome[Any] | None:
    found = cache.look_up(call.request_hash, now=now)
    if found is None:
        return None
    try:
        answer = call.task.schema.model_validate(found.response)
    except ValidationError:
        logger.warning("Cached answer %s does not fit its schema; asking anew.", found.pk)
        return None
    call.record(now, model=found.model, outcome=State.OK, cached=True).save()
    return Outcome(
        state=State.OK,
        answer=answer,
        raw=answer.model_dump_json(),
        model=found.model,
        prompt_version=found.prompt_version,
        tokens_in=found.tokens_in,
        tokens_out=found.tokens_out,
        cached=True,
    )


def _over_budget(call: _Call, now: datetime) -> Outcome[Any]:
    wait = budget.seconds_until_tomorrow(call.user, now=now)
    reply = Reply(state=State.OVER_BUDGET, retry_after=wait)
    record = call.record(now)
    _close(record, reply, time.monotonic())
    return _outcome(reply, record)


def _close(record: AIRequest, reply: Reply, started: float) -> None:
    """Write into the record how the call ended."""
    record.tokens_in = reply.tokens_in
    record.tokens_out = reply.tokens_out
    record.latency_ms = round((time.monotonic() - started) * 1000)
    record.outcome = reply.state.value
    if record._state.adding:
        record.save()
    else:
        # Only these: the learner may have closed their account meanwhile.
        record.save(update_fields=["tokens_in", "tokens_out", "latency_ms", "outcome"])


def _outcome(reply: Reply, record: AIRequest) -> Outcome[Any]:
    return Outcome(
        state=reply.state,
        answer=reply.answer,
        raw=reply.raw,
        model=record.model,
        prompt_version=record.prompt_version,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        latency_ms=record.latency_ms,
        offline=record.offline,
        message=words(reply.state, retry_after=reply.retry_after, cause=reply.cause),
        retry_after=reply.retry_after,
    )
