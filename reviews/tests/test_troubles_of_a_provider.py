"""Each trouble of a model server, over real HTTP, for plan, feedback and explanation.

Whatever happens the learner reads in plain words what it was, nothing is lost, nothing is charged
twice, and trying again works once the server is well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from ai import explaining
from ai.models import AIRequest, Breaker, Explanation, Spend
from ai.tests.conftest import model_server, stub_model
from ai.tests.stub import StubModelServer
from challenges import generation
from challenges.models import Plan
from goals.models import Goal
from reviews import ai_feedback
from reviews.models import AIFeedback
from submissions.models import Submission

__all__ = ["model_server", "stub_model"]

# What a model server does, and what is made of it, is nothing to the database.
pytestmark = pytest.mark.one_database("sqlite")

BIG = "x" * 200_000


@dataclass(frozen=True)
class Trouble:
    """What a server does, the words on the page, and how long we wait for one answer and in all.

    That is long but where the waiting itself is the trouble: a busy machine answers late.
    """

    play: Callable[[StubModelServer], None]
    words: str
    seconds: tuple[float, float] = (10, 20)


TROUBLES = {
    "slow first byte": Trouble(lambda s: s.is_slow(2.0), "took too long", (0.4, 0.8)),
    "slow drip": Trouble(lambda s: s.drips(0.1, pieces=60), "took too long", (0.4, 0.8)),
    "cut stream": Trouble(lambda s: s.cuts(), "AI service cannot be reached"),
    "429 with a long wait": Trouble(lambda s: s.fails(429, retry_after="90"), "2 minutes"),
    "429 with a short wait": Trouble(
        lambda s: s.fails(429, retry_after="1"), "in 1 second", (10, 0.9)
    ),
    "429 without a wait": Trouble(lambda s: s.fails(429), "in a minute"),
    "500": Trouble(lambda s: s.fails(500), "AI service cannot be reached"),
    "401": Trouble(lambda s: s.fails(401), "check the key"),
    "wrong JSON": Trouble(lambda s: s.answers("{not json"), "could not be read"),
    "off schema": Trouble(lambda s: s.answers('{"summary": 3, "more": []}'), "could not be read"),
    "refusal": Trouble(lambda s: s.refuses(), "declined to answer"),
    "200 KB": Trouble(lambda s: s.answers(f'{{"summary": "{BIG}"}}'), "could not be read"),
    "connection reset": Trouble(lambda s: s.resets(), "AI service cannot be reached"),
}


@dataclass
class Asked:
    """One kind of work: how to run it, its page, and how to try it again."""

    run: Callable[[], object]
    row: Callable[[], Any]
    page: str
    retry: str


@pytest.fixture(params=["plan", "feedback", "explain"])
def asked(request: pytest.FixtureRequest, alice: User, goal: Goal) -> Asked:
    if request.param == "plan":
        plan = generation.request_plan(goal=goal, by=alice, wish="more speaking")
        return Asked(
            lambda: generation.write_plan(Plan.objects.latest("pk").pk),
            lambda: Plan.objects.latest("pk"),
            "/plans/{pk}/",
            f"/plans/{plan.pk}/retry/",
        )
    if request.param == "feedback":
        submission: Submission = request.getfixturevalue("submission")
        return Asked(
            lambda: ai_feedback.write(AIFeedback.objects.get().pk),
            AIFeedback.objects.get,
            f"/submissions/{submission.pk}/",
            f"/submissions/{submission.pk}/feedback/retry/",
        )
    explanation = explaining.request_explanation(by=alice, concept="yeast", level="beginner")
    return Asked(
        lambda: explaining.run(explanation.pk),
        Explanation.objects.get,
        f"/coach/explanations/{explanation.pk}/",
        f"/coach/explanations/{explanation.pk}/retry/",
    )


@pytest.mark.parametrize("api", ["responses", "chat"])
@pytest.mark.parametrize("name", TROUBLES)
def test_the_learner_is_told_nothing_is_lost_and_it_recovers(
    name: str,
    api: str,
    asked: Asked,
    stub_model: StubModelServer,
    client: Client,
    alice: User,
    settings: Any,
) -> None:
    settings.AI_API = api
    settings.AI_RETRIES = 1
    trouble = TROUBLES[name]
    settings.AI_TIMEOUT_SECONDS, settings.AI_DEADLINE_SECONDS = trouble.seconds
    trouble.play(stub_model)
    asked.run()
    row = asked.row()
    assert row.status == "failed"
    client.force_login(alice)
    page = client.get(asked.page.format(pk=row.pk)).content.decode().replace("&#x27;", "'")
    assert trouble.words in page
    assert "Nothing is lost" in page and "Try again" in page
    spent = Spend.objects.get(user=alice)
    costs = sum(r.tokens_in + r.tokens_out for r in AIRequest.objects.all())
    assert spent.tokens == costs
    assert len(stub_model.requests) <= 2

    stub_model.heals()
    settings.AI_TIMEOUT_SECONDS, settings.AI_DEADLINE_SECONDS = 10, 20
    # The wait that a server asked for is over.
    Breaker.objects.all().delete()
    client.post(asked.retry)
    asked.run()
    row = asked.row()
    assert row.status == "ready"
    page = client.get(asked.page.format(pk=row.pk)).content.decode()
    assert trouble.words not in page
    spent.refresh_from_db()
    assert spent.tokens == costs + 200
