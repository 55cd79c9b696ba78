"""An outage costs one probe at a time, and is over when the server is."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import User
from ai import breaker, gateway
from ai.exchange import Cause, Reply
from ai.gateway import Purpose, State
from ai.models import Breaker
from ai.schemas import ExplainInputs
from ai.tests.crowd import all_at_once
from ai.tests.stub import StubModelServer

DOWN = Reply(state=State.UNAVAILABLE)


def explain(user: User, concept: str) -> gateway.Outcome[Any]:
    return gateway.complete(
        purpose=Purpose.EXPLAIN, inputs=ExplainInputs(concept=concept), user=user
    )


@pytest.fixture
def outage(stub_model: StubModelServer, settings: Any) -> StubModelServer:
    settings.AI_RETRIES = 0
    settings.AI_BREAKER_FAILURES = 3
    settings.AI_BREAKER_SECONDS = 30
    stub_model.fails(503)
    return stub_model


def test_after_three_failures_nobody_asks_for_a_while(
    outage: StubModelServer, alice: User, bob: User
) -> None:
    for number in range(3):
        assert explain(alice, f"{number}").state is State.UNAVAILABLE
    assert len(outage.requests) == 3
    outcome = explain(bob, "more")
    assert outcome.state is State.UNAVAILABLE
    assert 0 < (outcome.retry_after or 0) <= 30
    assert len(outage.requests) == 3


def test_a_probe_that_fails_doubles_the_pause_and_one_that_succeeds_ends_it(
    outage: StubModelServer, alice: User
) -> None:
    for number in range(3):
        explain(alice, f"{number}")
    start = timezone.now()
    with time_machine.travel(start + timedelta(seconds=31)):
        explain(alice, "probe")
        assert len(outage.requests) == 4
        assert 30 < (explain(alice, "after").retry_after or 0) <= 60
        assert len(outage.requests) == 4
    outage.heals()
    with time_machine.travel(start + timedelta(seconds=100)):
        assert explain(alice, "healed").state is State.OK
        assert explain(alice, "and on").state is State.OK
    assert Breaker.objects.get().failures == 0


def test_a_wait_that_the_server_names_holds_for_everybody(
    stub_model: StubModelServer, alice: User, bob: User
) -> None:
    stub_model.fails(429, retry_after="90")
    assert explain(alice, "one").state is State.LIMITED
    stub_model.heals()
    outcome = explain(bob, "two")
    assert outcome.state is State.LIMITED
    assert 80 < (outcome.retry_after or 0) <= 90
    assert "2 minutes" in outcome.message
    assert len(stub_model.requests) == 1
    with time_machine.travel(timezone.now() + timedelta(seconds=91)):
        assert explain(bob, "two").state is State.OK


def test_what_the_operator_has_to_mend_is_still_said(
    stub_model: StubModelServer, alice: User, settings: Any
) -> None:
    settings.AI_BREAKER_FAILURES = 1
    stub_model.fails(401)
    explain(alice, "one")
    assert "check the key" in explain(alice, "two").message
    assert len(stub_model.requests) == 1


def test_refusals_and_bad_answers_are_no_outage(stub_model: StubModelServer, alice: User) -> None:
    for _ in range(8):
        stub_model.refuses()
    for number in range(8):
        assert explain(alice, f"{number}").state is State.REFUSED
    assert len(stub_model.requests) == 8


def test_another_models_outage_is_its_own(db: None) -> None:
    now = timezone.now()
    for _ in range(9):
        breaker.note_failure("server a", DOWN, now=now)
    assert breaker.admit("server b", now=now) is None
    closed = breaker.admit("server a", now=now)
    assert closed is not None
    assert closed.cause is Cause.NONE


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_of_fifty_at_once_one_is_the_probe(settings: Any) -> None:
    now = timezone.now()
    for _ in range(settings.AI_BREAKER_FAILURES):
        breaker.note_failure("server", DOWN, now=now)
    later = now + timedelta(hours=1)
    answers = all_at_once(lambda n: breaker.admit("server", now=later))
    assert sum(answer is None for answer in answers) == 1
