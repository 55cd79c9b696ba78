"""The one door to a model: cache, flight, budget, breaker, call, checks, record.

Provider troubles come back as an `Outcome`; only mistakes in the program raise.
"""

import json
import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, overload

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from accounts.models import User
from ai import breaker, budget, cache, flights, prices, privacy, prompts, statements
from ai.exchange import OnText, Purpose, Question, Reply, State, ignore_text
from ai.models import AIRequest
from ai.offline import OfflineCoach
from ai.outcomes import Outcome, words
from ai.purposes import Task, model_for, settle_for, task_for
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
from ai.statements import Statement, statement

logger = logging.getLogger(__name__)

__all__ = ["Outcome", "Purpose", "State", "ask", "cached", "complete", "is_offline", "label"]


@dataclass(frozen=True)
class _Call:
    """One call of a remote model: for whom, by which prompt, kept under which hash."""

    purpose: Purpose
    task: Task
    inputs: AnyInputs
    user: User
    model: str
    prompt: prompts.Prompt
    request_hash: str
    on_text: OnText = ignore_text

    def record(self, now: datetime, **fields: Any) -> AIRequest:
        """Return a row about this call, not yet saved."""
        return AIRequest(
            user=self.user,
            purpose=self.purpose,
            created_at=now,
            **{"model": self.model, "prompt_version": self.prompt.version} | fields,
        )


def is_offline(user: User | None = None) -> bool:
    """Whether the built-in coach answers: no model is set up, or one of the switches is off."""
    if not settings.AI_ENABLED or not (settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL):
        return True
    return user is not None and not user.wants_ai


def label(user: User | None = None) -> str:
    """Return what pages call whoever answers: the offline coach, or the model's name."""
    return _("offline coach") if is_offline(user) else str(settings.AI_MODEL)


@overload
def complete(
    *, purpose: Literal[Purpose.PLAN], inputs: PlanInputs, user: User
) -> Outcome[Plan]: ...
@overload
def complete(
    *,
    purpose: Literal[Purpose.FEEDBACK],
    inputs: FeedbackInputs,
    user: User,
    on_text: OnText = ignore_text,
    fresh: bool = False,
) -> Outcome[Feedback]: ...
@overload
def complete(
    *, purpose: Literal[Purpose.EXPLAIN], inputs: ExplainInputs, user: User
) -> Outcome[Explanation]: ...
def complete(
    *,
    purpose: Purpose,
    inputs: AnyInputs,
    user: User,
    on_text: OnText = ignore_text,
    fresh: bool = False,
) -> Outcome[Any]:
    """Get an answer from the cache, the offline coach, or the model, and record the call.

    `on_text` gets the model's text as far as it has come, while it comes; `fresh` passes the
    cache over. Raises TypeError for inputs of another purpose, and RuntimeError inside a
    transaction when the network would be used: a slow model must never hold locks.
    """
    return ask(purpose, inputs, user, on_text, fresh=fresh)


def ask(
    purpose: Purpose,
    inputs: AnyInputs,
    user: User,
    on_text: OnText = ignore_text,
    *,
    fresh: bool = False,
) -> Outcome[Any]:
    """As `complete`, for callers that take whatever purpose comes."""
    task = task_for(purpose, inputs)
    if is_offline(user):
        return _ask_offline(purpose, inputs, task, user)
    _refuse_inside_transaction()
    call = _call(purpose, inputs, task, user, on_text)
    while True:
        now = timezone.now()
        seat = flights.board(call.request_hash, now=now, anew=fresh)
        if seat is None:
            if (known := _from_cache(call, now)) is not None:
                return known
        elif seat.leads:
            return _fly(call, seat)
        elif (failed := flights.wait(seat)) is not None:
            return _close(call.record(now), failed, time.monotonic())


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
@overload
def cached(purpose: Purpose, inputs: AnyInputs, user: User) -> Outcome[Any] | None: ...
def cached(purpose: Purpose, inputs: AnyInputs, user: User) -> Outcome[Any] | None:
    """Return the answer if it is in the cache; fast, and free of any network."""
    task = task_for(purpose, inputs)
    if is_offline(user):
        return None
    return _from_cache(_call(purpose, inputs, task, user, ignore_text), timezone.now())


def _call(purpose: Purpose, inputs: AnyInputs, task: Task, user: User, on_text: OnText) -> _Call:
    prompt, model = prompts.active(purpose), model_for(purpose)
    inputs = privacy.scrubbed(inputs, user)
    request_hash = cache.key(
        purpose=purpose, inputs=inputs, prompt=prompt, schema=task.schema, user=user, model=model
    )
    return _Call(purpose, task, inputs, user, model, prompt, request_hash, on_text)


def _refuse_inside_transaction() -> None:
    """Raise RuntimeError in an atomic block, save one that a test case has put around us."""
    if getattr(settings, "AI_ALLOW_IN_TRANSACTION", False):
        return
    # Django's own `durable=True` tells the blocks of its test cases apart in the same way.
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("complete() uses the network: call it outside of any transaction.")


def _ask_offline(
    purpose: Purpose, inputs: AnyInputs, task: Task, user: User, why: str = ""
) -> Outcome[Any]:
    coach = OfflineCoach()
    started = time.monotonic()
    record = AIRequest(user=user, purpose=purpose, model=coach.model, offline=True)
    reply = coach.ask(
        Question(
            inputs=inputs,
            system="",
            user="",
            schema=task.schema,
            settle=settle_for(inputs),
            max_tokens=task.max_tokens,
        )
    )
    return replace(_close(record, reply, started), message=why)


def _fly(call: _Call, seat: flights.Seat) -> Outcome[Any]:
    """Ask for all who wait on this flight, and let it land whatever happens."""
    try:
        return _ask_remote(call, seat)
    except BaseException:
        flights.land(seat, Reply(state=State.UNAVAILABLE))
        raise


def _ask_remote(call: _Call, seat: flights.Seat) -> Outcome[Any]:
    # Here, since the openai package takes a second to import and most processes never call it.
    from ai.providers import OpenAIProvider

    system, text = call.prompt.render(call.inputs)
    started, record = time.monotonic(), call.record(timezone.now())
    refusal = _open(call, record, system, text)
    if refusal is not None:
        outcome = _close(record, refusal, started)
        flights.land(seat, refusal)
        return _over_budget(call, outcome) if refusal.state is State.OVER_BUDGET else outcome
    flights.let_go_of_connection()
    reply = OpenAIProvider().ask(
        Question(
            inputs=call.inputs,
            system=system,
            user=text,
            schema=call.task.schema,
            settle=settle_for(call.inputs, system),
            max_tokens=call.task.max_tokens,
            model=call.model,
            on_text=call.on_text,
        )
    )
    return _land(call, seat, record, _counted(reply, system + text), started)


@transaction.atomic
def _open(call: _Call, record: AIRequest, system: str, text: str) -> Reply | None:
    """Set the budget aside, pass the breaker and keep what will be sent; or say what is against."""
    # An answer may be mended once, so that two requests are the most it costs.
    most_in = 2 * prices.tokens_at_most(system + text) + call.task.max_tokens
    most_out = 2 * call.task.max_tokens
    refusal = budget.reserve(
        record,
        call.user,
        tokens=most_in + most_out,
        cost=prices.cost(call.model, most_in, most_out),
    )
    if refusal is not None:
        return Reply(state=State.OVER_BUDGET, cause=refusal.cause, retry_after=refusal.retry_after)
    server = breaker.server_of(call.model)
    [(record.pk,)], closed = statements.together(_inserted(record), breaker.closed(server))
    paused = breaker.admit(server, now=record.created_at) if closed else None
    if paused is None:
        statements.rows(
            "INSERT INTO ai_transcripts (request_id, user_id, sent, received)"
            " VALUES (%s, %s, %s, '')",
            *(record.pk, call.user.pk, text),
        )
    return paused


def _inserted(record: AIRequest) -> Statement:
    """Return what saves a call that is about to be made, and finds its id."""
    return statement(
        "INSERT INTO ai_requests (user_id, purpose, model, prompt_version, tokens_in, tokens_out,"
        " latency_ms, outcome, cost, cached, offline, reserved, is_wrong, note, created_at)"
        " VALUES (%s, %s, %s, %s, 0, 0, 0, %s, 0, FALSE, FALSE, %s, FALSE, '', %s) RETURNING id",
        record.user_id,
        record.purpose,
        record.model,
        record.prompt_version,
        record.outcome,
        json.dumps(record.reserved),
        record.created_at,
    )


def _land(
    call: _Call, seat: flights.Seat, record: AIRequest, reply: Reply, started: float
) -> Outcome[Any]:
    """Keep how the call ended, all of it or nothing: what is paid for is in the cache.

    A worker that dies before this has spent nothing, one that dies after it finds the answer.
    """
    _note_end(record, reply, started)
    server, now = breaker.server_of(call.model), timezone.now()
    ends = [
        statement(
            "UPDATE ai_transcripts SET received = %s WHERE request_id = %s", reply.raw, record.pk
        ),
        *budget.settled(record, counts=_counts(reply)),
        flights.landed(seat, reply),
    ]
    if reply.answer is not None:
        ends.append(_kept(call, reply, reply.answer, now))
    if breaker.is_failure(reply):
        breaker.note_failure(server, reply, now=now)
    else:
        ends.append(breaker.forgotten(server))
    statements.together(*ends)
    return _outcome(record, reply)


def _kept(call: _Call, reply: Reply, answer: Answer, now: datetime) -> Statement:
    return cache.kept(
        request_hash=call.request_hash,
        purpose=call.purpose,
        answer=answer,
        user=call.user,
        model=call.model,
        prompt_version=call.prompt.version,
        tokens=(reply.tokens_in, reply.tokens_out),
        now=now,
    )


def _counted(reply: Reply, sent: str) -> Reply:
    """Estimate the tokens of an answer from a server that does not count them."""
    if not reply.raw or reply.tokens_in or reply.tokens_out:
        return reply
    return replace(
        reply, tokens_in=prices.tokens_about(sent), tokens_out=prices.tokens_about(reply.raw)
    )


def _over_budget(call: _Call, outcome: Outcome[Any]) -> Outcome[Any]:
    """Let the offline coach step in where the site allows it, with a word on why."""
    if not settings.AI_OFFLINE_FALLBACK:
        return outcome
    why = _("%(why)s Until then the offline coach answers.") % {"why": outcome.message}
    return _ask_offline(call.purpose, call.inputs, call.task, call.user, why)


def _from_cache(call: _Call, now: datetime) -> Outcome[Any] | None:
    found = cache.look_up(call.request_hash, now=now)
    if found is None:
        return None
    try:
        answer = call.task.schema.model_validate(found.response)
    except ValidationError:
        logger.warning("Cached answer %s does not fit its schema; asking anew.", found.pk)
        # Away with it, or all who wait for an answer would find this one.
        found.delete()
        return None
    record = call.record(now, model=found.model, outcome=State.OK, cached=True)
    record.save()
    return Outcome(
        state=State.OK,
        answer=answer,
        raw=answer.model_dump_json(),
        model=found.model,
        prompt_version=found.prompt_version,
        tokens_in=found.tokens_in,
        tokens_out=found.tokens_out,
        cached=True,
        request_id=record.pk,
    )


def _close(record: AIRequest, reply: Reply, started: float) -> Outcome[Any]:
    """Write into the record how the call ended, settle its budget, and say it in words."""
    _note_end(record, reply, started)
    if record.reserved:
        budget.settle(record, counts=_counts(reply))
    else:
        record.save()
    return _outcome(record, reply)


def _note_end(record: AIRequest, reply: Reply, started: float) -> None:
    record.tokens_in = reply.tokens_in
    record.tokens_out = reply.tokens_out
    record.cost = prices.cost(record.model, reply.tokens_in, reply.tokens_out)
    record.latency_ms = round((time.monotonic() - started) * 1000)
    record.outcome = reply.state.value


def _counts(reply: Reply) -> bool:
    """Whether a call is one of today's: one that brought nothing is given back."""
    return bool(reply.tokens_in or reply.tokens_out)


def _outcome(record: AIRequest, reply: Reply) -> Outcome[Any]:
    return Outcome(
        state=reply.state,
        answer=reply.answer,
        raw=reply.raw,
        model=record.model,
        prompt_version=record.prompt_version,
        tokens_in=reply.tokens_in,
        tokens_out=reply.tokens_out,
        cost=record.cost,
        latency_ms=record.latency_ms,
        offline=record.offline,
        message=words(reply.state, retry_after=reply.retry_after, cause=reply.cause),
        retry_after=reply.retry_after,
        request_id=record.pk,
    )
