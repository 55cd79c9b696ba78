"""Through both APIs to a model server that is not ours: npm's @copilotkit/aimock.

Our own stub may be wrong in the same place as the code that it tries. This one was written by
others, from the same protocol. `make aimock` fetches it into var/; without it, or without Node,
these tests are skipped and say so.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from ai import gateway
from ai.gateway import Purpose, State
from ai.models import Spend
from ai.schemas import ExplainInputs, FeedbackInputs, PlanInputs
from ai.tests.stub import a_feedback, a_plan, an_explanation

HOME = Path(os.environ.get("AIMOCK_HOME") or Path(__file__).resolve().parents[2] / "var" / "aimock")
PROGRAM = HOME / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
USAGE = {"prompt_tokens": 120, "completion_tokens": 80, "total_tokens": 200}


def _answers(words: str, answer: Any, **more: Any) -> dict[str, Any]:
    content = answer if isinstance(answer, str) else answer.model_dump_json()
    return {
        "match": {"userMessage": words},
        "response": {"content": content, "usage": USAGE},
    } | more


def _fails(words: str, status: int, **more: Any) -> dict[str, Any]:
    error = {"message": "no", "type": "error", "code": "some_code"}
    return {"match": {"userMessage": words}, "response": {"error": error, "status": status} | more}


FIXTURES = [
    _answers("recursion", an_explanation()),
    _answers("gibberish", "Well, to explain that …"),
    # What we say when an answer could not be used is the last message then.
    _answers("could not be used", an_explanation("gibberish")),
    _answers("torn", an_explanation("torn " * 40), truncateAfterChunks=3),
    _fails("crowded", 429, retryAfter=90),
    _fails("broken", 500),
    _fails("locked", 401),
    _answers("Describe your morning", a_feedback(["order", "reasons"], quote="I make coffee")),
    _answers("Juggle three balls", a_plan()),
]


@pytest.fixture(scope="session")
def aimock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server, which runs for this session."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("There is no Node on this machine, which npm's @copilotkit/aimock needs.")
    if not PROGRAM.exists():
        pytest.skip("npm's @copilotkit/aimock is not here: `make aimock` fetches it.")
    fixtures = tmp_path_factory.mktemp("aimock") / "fixtures.json"
    fixtures.write_text(json.dumps({"fixtures": FIXTURES}), encoding="utf-8")
    command = [node, str(PROGRAM), "--port", "0", "--fixtures", str(fixtures), "--validate-on-load"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            yield _address(server)
        finally:
            server.terminate()


def _address(server: subprocess.Popen[bytes]) -> str:
    told = []
    assert server.stdout is not None
    for line in server.stdout:
        told.append(line.decode())
        if found := re.search(r"listening on (http://\S+)", told[-1]):
            return found.group(1)
    pytest.fail(f"aimock did not start: {''.join(told)}")


@pytest.fixture(params=["responses", "chat", "responses, not streamed", "chat, not streamed"])
def either_api(
    request: pytest.FixtureRequest, aimock: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> str:
    monkeypatch.setattr("ai.conversation.sleep", lambda seconds: None)
    settings.OPENAI_BASE_URL = f"{aimock}/v1"
    settings.AI_MODEL = "mock-1"
    settings.AI_API, _, how = request.param.partition(", ")
    settings.AI_STREAM = not how
    return str(request.param)


def explain(user: User, concept: str) -> gateway.Outcome[Any]:
    return gateway.complete(
        purpose=Purpose.EXPLAIN, inputs=ExplainInputs(concept=concept), user=user
    )


def test_an_explanation_comes_back_parsed_and_counted(either_api: str, alice: User) -> None:
    outcome = explain(alice, "recursion")
    assert (outcome.state, outcome.answer) == (State.OK, an_explanation())
    assert (outcome.tokens_in, outcome.tokens_out) == (120, 80)
    assert Spend.objects.get(user=alice).tokens == 200


def test_a_plan_and_feedback_come_back_too(
    either_api: str, alice: User, work: FeedbackInputs, settings: Any
) -> None:
    seen: list[str] = []
    feedback = gateway.complete(
        purpose=Purpose.FEEDBACK, inputs=work, user=alice, on_text=seen.append
    )
    assert feedback.answer is not None
    assert feedback.answer.strengths[0].quote == "I make coffee"
    assert (len(seen) > 5) is settings.AI_STREAM
    inputs = PlanInputs.model_validate({"title": "Juggle three balls", "today": "2026-11-25"})
    plan = gateway.complete(purpose=Purpose.PLAN, inputs=inputs, user=alice)
    assert plan.answer == a_plan()


def test_an_answer_that_is_no_json_is_mended(either_api: str, alice: User) -> None:
    outcome = explain(alice, "gibberish")
    assert (outcome.state, outcome.answer) == (State.OK, an_explanation("gibberish"))
    assert (outcome.tokens_in, outcome.tokens_out) == (240, 160)


@pytest.mark.parametrize(
    ("concept", "state", "words"),
    [
        ("crowded", State.LIMITED, "2 minutes"),
        ("broken", State.UNAVAILABLE, "cannot be reached"),
        ("locked", State.UNAVAILABLE, "check the key"),
        ("unheard of", State.UNAVAILABLE, "AI settings"),
    ],
)
def test_its_troubles_are_told_and_cost_nothing(
    concept: str, state: State, words: str, either_api: str, alice: User
) -> None:
    outcome = explain(alice, concept)
    assert (outcome.state, words in outcome.message) == (state, True)
    assert Spend.objects.get(user=alice).tokens == 0


def test_a_stream_that_ends_too_early_is_no_answer(
    either_api: str, alice: User, settings: Any
) -> None:
    outcome = explain(alice, "torn")
    # Without a stream there is nothing to tear.
    assert outcome.state is (State.UNAVAILABLE if settings.AI_STREAM else State.OK)
