"""What may be spent: by role and day, of the site, in calls, tokens and money, and not twice."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ai import budget, gateway, prices
from ai.gateway import Purpose, State
from ai.models import AIRequest, Spend
from ai.recovery import close_lost_requests
from ai.schemas import ExplainInputs
from ai.tests.crowd import all_at_once
from ai.tests.stub import StubModelServer
from goals.models import Goal
from tests.factories import make_user


def explain(user: User, concept: str) -> gateway.Outcome[Any]:
    return gateway.complete(
        purpose=Purpose.EXPLAIN, inputs=ExplainInputs(concept=concept), user=user
    )


@pytest.fixture
def model(stub_model: StubModelServer) -> StubModelServer:
    stub_model.answers_everything()
    return stub_model


@pytest.fixture
def allow(settings: Any) -> Any:
    """Set limits: allow(learner={"tokens": 5})."""

    def set_limits(**limits: dict[str, float]) -> None:
        settings.AI_BUDGETS = {name: {} for name in settings.AI_BUDGETS} | limits

    return set_limits


def test_tokens_and_money_are_counted_for_learner_day_and_month(
    model: StubModelServer, alice: User, settings: Any
) -> None:
    settings.AI_PRICES = {"stub-1": "1/10"}
    with time_machine.travel(datetime(2026, 11, 25, 12, tzinfo=UTC), tick=False):
        outcome = explain(alice, "recursion")
    assert outcome.cost == Decimal("0.000920")  # 120 tokens in and 80 out
    rows = {(row.user_id, row.period): row for row in Spend.objects.all()}
    assert set(rows) == {(alice.pk, "2026-11-25"), (None, "2026-11-25"), (None, "2026-11")}
    for row in rows.values():
        assert (row.calls, row.tokens, row.cost) == (1, 200, Decimal("0.000920"))
    assert AIRequest.objects.get().cost == Decimal("0.000920")


@pytest.mark.parametrize("name", ["calls", "tokens", "cost"])
def test_each_kind_of_limit_holds(
    name: str, model: StubModelServer, alice: User, allow: Any, settings: Any
) -> None:
    settings.AI_PRICES = {"*": "5000/5000"}
    allow(learner={name: 1})
    assert explain(alice, "one").state is State.OK
    assert explain(alice, "two").state is State.OVER_BUDGET
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    ("which", "words"), [("site_day", "of today"), ("site_month", "of this month")]
)
def test_the_sites_limits_hold_for_everybody_together(
    which: str, words: str, model: StubModelServer, alice: User, bob: User, allow: Any
) -> None:
    allow(**{which: {"calls": 1}})
    assert explain(alice, "one").state is State.OK
    outcome = explain(bob, "two")
    assert outcome.state is State.OVER_BUDGET
    assert words in outcome.message
    # Bob's own counter is not charged for what he did not get.
    assert budget.left_today(bob).is_nothing
    assert not Spend.objects.filter(user=bob, calls__gt=0).exists()


def test_the_role_decides_how_much_there_is(alice: User, mona: User, allow: Any) -> None:
    allow(learner={"calls": 3}, moderator={"calls": 7}, admin={"calls": 9})
    assert budget.left_today(alice).calls == 3
    assert budget.left_today(mona).calls == 7
    alice.is_superuser = True
    assert budget.left_today(alice).calls == 9


def test_what_brought_nothing_is_given_back(
    stub_model: StubModelServer, alice: User, allow: Any
) -> None:
    allow(learner={"calls": 2, "tokens": 100_000})
    stub_model.fails(500)
    assert explain(alice, "one").state is State.UNAVAILABLE
    assert budget.left_today(alice) == budget.Left(calls=2, share=1.0)


def test_an_unreadable_answer_costs_what_it_cost(
    stub_model: StubModelServer, alice: User, allow: Any
) -> None:
    allow(learner={"calls": 2})
    stub_model.answers("{}")
    assert explain(alice, "one").state is State.INVALID
    assert Spend.objects.get(user=alice).tokens == 400


def test_settling_twice_charges_once(model: StubModelServer, alice: User) -> None:
    explain(alice, "one")
    budget.settle(AIRequest.objects.get(), counts=True)
    assert Spend.objects.get(user=alice).tokens == 200


def test_the_offline_coach_steps_in_where_the_site_allows_it(
    model: StubModelServer, alice: User, allow: Any, settings: Any
) -> None:
    settings.AI_OFFLINE_FALLBACK = True
    allow(learner={"calls": 0})
    outcome = explain(alice, "one")
    assert outcome.state is State.OK
    assert outcome.offline
    assert "used today's AI answers" in outcome.message
    assert "offline coach answers" in outcome.message
    assert model.requests == []


def test_a_call_that_was_lost_with_its_worker_is_closed(alice: User, allow: Any) -> None:
    allow(learner={"calls": 5, "tokens": 50_000})
    lost = AIRequest(user=alice, purpose="explain", model="m")
    budget.reserve(lost, alice, tokens=40_000, cost=Decimal(0))
    lost.save()
    assert budget.left_today(alice).share == pytest.approx(0.2)
    assert close_lost_requests(now=timezone.now()) == 0
    later = timezone.now() + timedelta(minutes=10)
    assert close_lost_requests(now=later) == 1
    assert close_lost_requests(now=later) == 0
    assert AIRequest.objects.get().outcome == "lost"
    assert budget.left_today(alice) == budget.Left(calls=5, share=1.0)


def test_a_server_that_does_not_count_is_charged_by_estimate(
    stub_model: StubModelServer, alice: User, settings: Any
) -> None:
    settings.AI_STREAM = False
    body = (
        b'{"output": [{"type": "message", "content": [{"type": "output_text", "text": '
        b'"{\\"summary\\": \\"s\\", \\"explanation\\": \\"e\\", \\"examples\\": [\\"x\\"], '
        b'\\"check_question\\": \\"q\\"}"}]}]}'
    )
    stub_model.sends(body, content_type="application/json")
    outcome = explain(alice, "one")
    assert outcome.state is State.OK
    assert outcome.tokens_in > 100
    assert 10 < outcome.tokens_out < 50


def test_a_model_without_a_price_costs_nothing(settings: Any) -> None:
    settings.AI_PRICES = {"a": "2/8"}
    assert prices.cost("a", 1_000_000, 500_000) == 6
    assert prices.cost("b", 1_000_000, 500_000) == 0


def test_alice_sees_what_is_left_before_she_presses_the_button(
    client: Client, alice: User, goal: Goal, model: StubModelServer, allow: Any
) -> None:
    allow(learner={"calls": 2})
    client.force_login(alice)
    path = f"/goals/{goal.pk}/plan/"
    assert "2 AI answers left today" in client.get(path).content.decode()
    explain(alice, "one")
    assert "1 AI answer left today" in client.get(path).content.decode()
    explain(alice, "two")
    assert "have used today's AI answers" in client.get(path).content.decode().replace(
        "&#x27;", "'"
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
class TestFiftyAtOnce:
    def test_calls_stop_at_the_limit(self, model: StubModelServer, allow: Any) -> None:
        allow(learner={"calls": 10})
        alice = make_user()
        outcomes = all_at_once(lambda n: explain(alice, f"concept {n}"))
        assert sum(outcome.is_ok for outcome in outcomes) == 10
        assert len(model.requests) == 10
        assert budget.left_today(alice).calls == 0

    def test_money_passes_the_sites_limit_by_one_call_at_most(
        self, model: StubModelServer, allow: Any, settings: Any
    ) -> None:
        settings.AI_PRICES = {"*": "1000/1000"}
        one_call = prices.cost("stub-1", 120, 80)
        allow(site_day={"cost": 3.5 * float(one_call)})
        people = [make_user() for _ in range(50)]
        all_at_once(lambda n: explain(people[n], f"concept {n}"))
        # What was set aside at once kept most of them out; now the rest of the money goes.
        for person in people[:6]:
            explain(person, f"concept of {person.pk}")
        spent = Spend.objects.get(user=None, period=timezone.now().date().isoformat()).cost
        assert 3.5 * float(one_call) <= spent <= 4.5 * float(one_call)
        assert len(model.requests) == spent / one_call
