"""Answers are paid for once, kept apart where they are private, and limited by the day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from ai import budget, cache, gateway
from ai.gateway import Purpose, State
from ai.models import AIRequest, CachedCompletion
from ai.schemas import ExplainInputs, FeedbackInputs, PlanInputs
from ai.tests.stub import StubModelServer, an_explanation

RECURSION = ExplainInputs(concept="recursion")


def allow(settings: Any, *, role: str = "learner", **limits: float) -> None:
    settings.AI_BUDGETS = settings.AI_BUDGETS | {role: limits}


def explain(user: User, inputs: ExplainInputs = RECURSION) -> gateway.Outcome[Any]:
    return gateway.complete(purpose=Purpose.EXPLAIN, inputs=inputs, user=user)


@pytest.fixture
def model(stub_model: StubModelServer) -> StubModelServer:
    stub_model.answers_everything()
    return stub_model


def test_the_same_question_again_makes_no_second_call(model: StubModelServer, alice: User) -> None:
    first = explain(alice)
    again = explain(alice)
    assert again.cached
    assert again.answer == first.answer
    assert len(model.requests) == 1
    assert CachedCompletion.objects.get().hits == 1
    assert list(AIRequest.objects.order_by("pk").values_list("cached", flat=True)) == [False, True]


def test_a_stray_blank_costs_no_call(model: StubModelServer, alice: User) -> None:
    explain(alice, ExplainInputs(concept="recursion", context="for x in y:\n    f(x)"))
    explain(alice, ExplainInputs(concept=" recursion ", context="for x in y:  \n    f(x)\n"))
    assert len(model.requests) == 1


def test_an_explanation_is_shared_between_learners(
    model: StubModelServer, alice: User, charlie: User
) -> None:
    explain(alice)
    assert explain(charlie).cached
    assert CachedCompletion.objects.get().user is None


def test_two_learners_do_not_share_feedback(
    model: StubModelServer, alice: User, charlie: User, work: FeedbackInputs
) -> None:
    for user in (alice, charlie):
        outcome = gateway.complete(purpose=Purpose.FEEDBACK, inputs=work, user=user)
        assert not outcome.cached
    assert len(model.requests) == 2
    assert {kept.user for kept in CachedCompletion.objects.all()} == {alice, charlie}


def test_two_learners_do_not_share_a_plan(
    model: StubModelServer, alice: User, charlie: User
) -> None:
    inputs = PlanInputs(title="Learn chess", today=date(2026, 11, 24))
    gateway.complete(purpose=Purpose.PLAN, inputs=inputs, user=alice)
    assert gateway.cached(Purpose.PLAN, inputs, alice) is not None
    assert gateway.cached(Purpose.PLAN, inputs, charlie) is None


@pytest.mark.parametrize(
    ("setting", "value"), [("AI_MODEL", "another"), ("AI_API", "chat"), ("OPENAI_API_KEY", None)]
)
def test_another_model_or_api_is_another_question(
    setting: str, value: str | None, model: StubModelServer, alice: User, settings: Any
) -> None:
    explain(alice)
    if value is not None:
        setattr(settings, setting, value)
    assert explain(alice).cached is (value is None)


def test_looking_into_the_cache_asks_nobody(model: StubModelServer, alice: User) -> None:
    assert gateway.cached(Purpose.EXPLAIN, RECURSION, alice) is None
    assert model.requests == []
    assert not AIRequest.objects.exists()
    explain(alice)
    known = gateway.cached(Purpose.EXPLAIN, RECURSION, alice)
    assert known is not None
    assert known.answer == an_explanation("recursion")


def test_an_answer_expires_and_is_forgotten(
    model: StubModelServer, alice: User, settings: Any
) -> None:
    settings.AI_CACHE_DAYS = settings.AI_CACHE_DAYS | {"explain": 2}
    explain(alice)
    later = timezone.now() + timedelta(days=3)
    with time_machine.travel(later, tick=False):
        assert gateway.cached(Purpose.EXPLAIN, RECURSION, alice) is None
        explain(alice)
        assert len(model.requests) == 2
        assert cache.forget_expired(now=later) == 0
    assert cache.forget_expired(now=later + timedelta(days=3)) == 1


def test_a_cached_answer_that_was_edited_is_asked_anew(model: StubModelServer, alice: User) -> None:
    explain(alice)
    CachedCompletion.objects.update(response={"summary": "edited"})
    assert not explain(alice).cached
    assert CachedCompletion.objects.get().response["explanation"]


def test_a_learner_over_budget_is_told_and_nobody_is_asked(
    model: StubModelServer, alice: User, charlie: User, settings: Any
) -> None:
    allow(settings, calls=1)
    explain(alice)
    assert budget.left_today(alice).calls == 0
    other = ExplainInputs(concept="iteration")
    outcome = explain(alice, other)
    assert outcome.state is State.OVER_BUDGET
    assert "tomorrow" in outcome.message
    assert outcome.retry_after is not None
    assert len(model.requests) == 1
    # What is cached stays free, and others have their own budget.
    assert explain(alice).cached
    assert explain(charlie, other).state is State.OK
    assert budget.left_today(alice).calls == 0


def test_the_budget_day_is_the_learners_own(
    model: StubModelServer, alice: User, settings: Any
) -> None:
    allow(settings, calls=5)
    alice.time_zone = "Asia/Tokyo"
    with time_machine.travel(datetime(2026, 11, 24, 14, 30, tzinfo=UTC), tick=False):
        explain(alice)  # half an hour before midnight in Tokyo
        assert budget.left_today(alice).calls == 4
    with time_machine.travel(datetime(2026, 11, 24, 15, 30, tzinfo=UTC), tick=False):
        assert budget.left_today(alice).calls == 5


def test_the_offline_coach_is_free_and_not_cached(alice: User, settings: Any) -> None:
    allow(settings, calls=1)
    for _ in range(3):
        outcome = explain(alice)
        assert outcome.state is State.OK
        assert outcome.offline
    assert budget.left_today(alice).calls == 1
    assert not CachedCompletion.objects.exists()
    assert gateway.cached(Purpose.EXPLAIN, RECURSION, alice) is None
    assert gateway.is_offline()
    assert gateway.label() == "offline coach"
