"""Many who ask the same at once cost one call."""

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from ai import flights, gateway
from ai.exchange import Reply
from ai.gateway import Purpose, State
from ai.models import AIRequest, CachedCompletion, Flight
from ai.schemas import ExplainInputs
from ai.tests.crowd import all_at_once
from ai.tests.stub import StubModelServer
from tests.factories import make_user

RECURSION = ExplainInputs(concept="recursion")


def explain(user: User) -> gateway.Outcome[Any]:
    return gateway.complete(purpose=Purpose.EXPLAIN, inputs=RECURSION, user=user)


def take_seat(now: datetime) -> flights.Seat:
    seat = flights.board("h", now=now)
    assert seat is not None
    return seat


@pytest.mark.django_db
def test_the_first_leads_and_the_second_follows() -> None:
    now = timezone.now()
    first = take_seat(now)
    second = take_seat(now)
    assert first.leads
    assert not second.leads
    flights.land(first, Reply(state=State.OK))
    assert take_seat(now).leads


@pytest.mark.django_db
def test_a_leader_who_died_is_replaced() -> None:
    now = timezone.now()
    take_seat(now)
    later = now + timedelta(hours=1)
    second = take_seat(later)
    assert second.leads
    assert not take_seat(later).leads


@pytest.mark.django_db
def test_a_failure_is_told_to_who_waits_and_stops_nobody_after() -> None:
    now = timezone.now()
    leader, follower = take_seat(now), take_seat(now)
    flights.land(leader, Reply(state=State.LIMITED, retry_after=9))
    assert flights.wait(follower) == Reply(state=State.LIMITED, retry_after=9)
    assert take_seat(now).leads


@pytest.mark.django_db
def test_one_learners_empty_budget_is_not_the_next_ones() -> None:
    now = timezone.now()
    leader, follower = take_seat(now), take_seat(now)
    flights.land(leader, Reply(state=State.OVER_BUDGET))
    assert flights.wait(follower) is None


def test_a_flight_that_crashes_lands(
    stub_model: StubModelServer, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: object, **more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("ai.gateway.budget.reserve", crash)
    with pytest.raises(RuntimeError):
        explain(alice)
    assert Flight.objects.get().state == "unavailable"


@pytest.mark.django_db
def test_old_flights_are_forgotten() -> None:
    now = timezone.now()
    take_seat(now)
    assert flights.forget_old(now=now) == 0
    assert flights.forget_old(now=now + timedelta(days=1)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
class TestFiftyAtOnce:
    def test_they_cost_one_call(self, stub_model: StubModelServer) -> None:
        stub_model.is_slow(0.8)
        people = [make_user() for _ in range(50)]
        outcomes = all_at_once(lambda n: explain(people[n]))
        assert [outcome.state for outcome in outcomes] == [State.OK] * 50
        assert len(stub_model.requests) == 1
        assert sum(outcome.cached for outcome in outcomes) == 49
        assert CachedCompletion.objects.get().hits == 49
        assert AIRequest.objects.filter(cached=False).count() == 1
        assert not Flight.objects.exists()

    def test_a_failure_costs_one_call_too(self, stub_model: StubModelServer, settings: Any) -> None:
        settings.AI_RETRIES = 0
        # Long enough for fifty to ask on a busy machine: who comes later asks anew.
        settings.AI_TIMEOUT_SECONDS = 2
        stub_model.is_slow(4)
        people = [make_user() for _ in range(50)]
        outcomes = all_at_once(lambda n: explain(people[n]))
        assert [outcome.state for outcome in outcomes] == [State.TIMED_OUT] * 50
        assert len(stub_model.requests) == 1

    def test_who_waits_holds_no_connection(self, stub_model: StubModelServer) -> None:
        stub_model.is_slow(2)
        people = [make_user() for _ in range(20)]
        counts: list[int] = []

        def watch() -> None:
            # After a second all have asked, and nobody looks more often than twice a second.
            time.sleep(1.0)
            for _ in range(8):
                time.sleep(0.1)
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    )
                    counts.append(cursor.fetchone()[0])
            connection.close()

        watcher = threading.Thread(target=watch)
        watcher.start()
        all_at_once(lambda n: explain(people[n]), 20)
        watcher.join()
        assert len(stub_model.requests) == 1
        assert min(counts) < 10
