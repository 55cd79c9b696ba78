from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from ai.schemas import Criterion, FeedbackInputs
from ai.tests.stub import StubModelServer


@pytest.fixture(scope="session")
def model_server() -> Iterator[HTTPServer]:
    # With threads, so that a slow answer to one test cannot hold up the next one.
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def stub_model(
    model_server: HTTPServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> StubModelServer:
    """A model server, with the settings pointing at it and no time lost before a retry."""
    model_server.clear()
    monkeypatch.setattr("ai.conversation.sleep", lambda seconds: None)
    stub = StubModelServer(model_server)
    settings.OPENAI_BASE_URL = stub.base_url
    settings.OPENAI_API_KEY = ""
    settings.AI_MODEL = "stub-1"
    settings.AI_API = "responses"
    settings.AI_TIMEOUT_SECONDS = 5
    settings.AI_BUDGETS = {name: {} for name in settings.AI_BUDGETS} | {"learner": {"calls": 100.0}}
    settings.AI_OFFLINE_FALLBACK = False
    return stub


@pytest.fixture
def work() -> FeedbackInputs:
    return FeedbackInputs(
        challenge_title="Describe your morning",
        instructions="Describe your morning in 60 to 80 words, with times and reasons.",
        rubric=[
            Criterion(key="order", name="Order", description="Times in order.", weight=60),
            Criterion(key="reasons", name="Reasons", description="Says why.", weight=40),
        ],
        body=(
            "I get up at six because the bus leaves at 6:40. Then I make coffee – slowly. "
            "At 6:30 I run, since I’m always late."
        ),
    )
