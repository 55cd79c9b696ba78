"""Over real HTTP, through both APIs: what is sent, and what becomes of each kind of answer."""

import json
import logging
from typing import Any

import pytest
from django.db import transaction
from openai.lib._pydantic import to_strict_json_schema

from accounts.models import User
from ai import gateway
from ai.gateway import Purpose, State
from ai.models import AIRequest, CachedCompletion
from ai.purposes import TASKS
from ai.schemas import ExplainInputs, Explanation, FeedbackInputs
from ai.tests.stub import StubModelServer, a_feedback, an_explanation

RECURSION = ExplainInputs(concept="recursion", level="beginner", context="a Python course")


def explain(user: User) -> gateway.Outcome[Explanation]:
    return gateway.complete(purpose=Purpose.EXPLAIN, inputs=RECURSION, user=user)


@pytest.fixture(params=["responses", "chat", "responses, not streamed", "chat, not streamed"])
def either_api(request: pytest.FixtureRequest, stub_model: StubModelServer, settings: Any) -> str:
    settings.AI_API, _, how = request.param.partition(", ")
    settings.AI_STREAM = not how
    return str(request.param)


@pytest.mark.usefixtures("either_api")
class TestOverBothAPIs:
    def test_an_answer_comes_back_parsed_and_counted(
        self, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.answers(an_explanation())
        outcome = explain(alice)
        assert outcome.state is State.OK
        assert outcome.answer == an_explanation()
        assert (outcome.model, outcome.prompt_version) == ("stub-1", 1)
        assert (outcome.tokens_in, outcome.tokens_out) == (120, 80)
        assert not outcome.cached
        assert not outcome.offline
        row = AIRequest.objects.get()
        assert (row.user, row.outcome, row.tokens_in, row.cached) == (alice, "ok", 120, False)

    def test_the_schema_is_sent_as_strict_structured_output(
        self, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.answers(an_explanation())
        explain(alice)
        sent = stub_model.requests[0]
        form = sent.get("text", {}).get("format") or sent["response_format"]["json_schema"]
        assert form["strict"] is True
        assert form["schema"]["additionalProperties"] is False

    def test_the_request_names_no_person(self, stub_model: StubModelServer, alice: User) -> None:
        stub_model.answers(an_explanation())
        explain(alice)
        assert "alice" not in json.dumps(stub_model.requests)

    def test_a_passing_500_is_tried_once_more(
        self, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.fails(500)
        stub_model.answers(an_explanation())
        assert explain(alice).state is State.OK
        assert len(stub_model.requests) == 2

    def test_a_lasting_500_is_unavailable_after_three_requests(
        self, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.fails(500)
        outcome = explain(alice)
        assert outcome.state is State.UNAVAILABLE
        assert "Nothing is lost" in outcome.message
        assert len(stub_model.requests) == 3
        assert AIRequest.objects.get().outcome == "unavailable"

    def test_a_short_retry_after_is_honoured(
        self, stub_model: StubModelServer, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[float] = []
        monkeypatch.setattr("ai.conversation.sleep", waits.append)
        stub_model.fails(429, retry_after="2")
        stub_model.answers(an_explanation())
        assert explain(alice).state is State.OK
        assert waits == [2.0]

    def test_a_long_retry_after_is_told_to_the_learner(
        self, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.fails(429, retry_after="90")
        outcome = explain(alice)
        assert (outcome.state, outcome.retry_after) == (State.LIMITED, 90)
        assert "it asked us to slow down" in outcome.message
        assert "2 minutes" in outcome.message
        assert len(stub_model.requests) == 1

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_refused_key_is_for_the_operator(
        self,
        status: int,
        stub_model: StubModelServer,
        alice: User,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        stub_model.fails(status)
        outcome = explain(alice)
        assert outcome.state is State.UNAVAILABLE
        assert "check the key" in outcome.message
        assert any(record.levelno == logging.ERROR for record in caplog.records)
        assert len(stub_model.requests) == 1

    def test_a_used_up_account_is_for_the_operator(
        self, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.fails(429, code="insufficient_quota")
        outcome = explain(alice)
        assert outcome.state is State.UNAVAILABLE
        assert "used up" in outcome.message
        assert len(stub_model.requests) == 1

    def test_a_request_that_is_not_understood_is_for_the_operator(
        self, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.fails(400)
        outcome = explain(alice)
        assert outcome.state is State.UNAVAILABLE
        assert "AI settings" in outcome.message

    @pytest.mark.parametrize("bad", ["Well, recursion is", '{"summary": "only this"}', "[]", ""])
    def test_a_bad_answer_is_mended_once(
        self, bad: str, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.answers(bad)
        stub_model.answers(an_explanation())
        outcome = explain(alice)
        assert outcome.state is State.OK
        assert (outcome.tokens_in, outcome.tokens_out) == (240, 160)
        sent = stub_model.requests[1]
        assert "could not be used" in str(sent.get("input") or sent["messages"])

    def test_an_answer_that_stays_bad_is_invalid_and_kept_raw(
        self, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.answers('{"summary": 1}')
        outcome = explain(alice)
        assert outcome.state is State.INVALID
        assert outcome.answer is None
        assert outcome.raw == '{"summary": 1}'
        assert len(stub_model.requests) == 2
        assert not CachedCompletion.objects.exists()

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"<html>Welcome to our proxy</html>", "text/html"),
            (b"{broken", "application/json"),
            (b"[1, 2]", "application/json"),
            (b"{}", "application/json"),
            (b'{"output": "?", "choices": 3, "usage": []}', "application/json"),
            (b"\xff\xfe\x00", "application/json"),
        ],
    )
    def test_nonsense_instead_of_an_answer_is_invalid(
        self, body: bytes, kind: str, stub_model: StubModelServer, alice: User
    ) -> None:
        stub_model.sends(body, content_type=kind)
        assert explain(alice).state is State.INVALID

    def test_a_refusal_says_so(self, stub_model: StubModelServer, alice: User) -> None:
        stub_model.refuses()
        outcome = explain(alice)
        assert outcome.state is State.REFUSED
        assert "change the wording" in outcome.message
        assert len(stub_model.requests) == 1

    def test_silence_times_out(
        self, stub_model: StubModelServer, alice: User, settings: Any
    ) -> None:
        settings.AI_TIMEOUT_SECONDS = 0.2
        stub_model.is_slow(3)
        outcome = explain(alice)
        assert outcome.state is State.TIMED_OUT
        assert outcome.latency_ms < 2500


def test_a_server_that_is_not_there_is_unavailable(
    stub_model: StubModelServer, alice: User, settings: Any
) -> None:
    settings.OPENAI_BASE_URL = "http://127.0.0.1:1/v1"
    assert explain(alice).state is State.UNAVAILABLE


@pytest.mark.parametrize("wait", ["soon", "-3", "nan", "inf"])
def test_an_odd_retry_after_does_no_harm(
    wait: str, stub_model: StubModelServer, alice: User
) -> None:
    stub_model.fails(429, retry_after=wait)
    assert explain(alice).state is State.LIMITED


def test_feedback_keeps_only_true_quotes_and_known_criteria(
    stub_model: StubModelServer, alice: User, work: FeedbackInputs
) -> None:
    said = a_feedback(["reasons", "invented", "order"], quote="then i MAKE coffee - slowly.")
    said.improvements[0].quote = "I never wrote this."
    stub_model.answers(said)
    outcome = gateway.complete(purpose=Purpose.FEEDBACK, inputs=work, user=alice)
    assert outcome.answer is not None
    assert [score.key for score in outcome.answer.scores] == ["order", "reasons"]
    assert len(outcome.answer.strengths) == 1
    assert outcome.answer.improvements == []


@pytest.mark.parametrize("keys", [["order"], ["order", "order", "reasons"]])
def test_feedback_that_does_not_score_each_criterion_once_is_invalid(
    keys: list[str], stub_model: StubModelServer, alice: User, work: FeedbackInputs
) -> None:
    stub_model.answers(a_feedback(keys, quote=""))
    outcome = gateway.complete(purpose=Purpose.FEEDBACK, inputs=work, user=alice)
    assert outcome.state is State.INVALID


def test_a_score_out_of_range_is_invalid_not_clamped(
    stub_model: StubModelServer, alice: User, work: FeedbackInputs
) -> None:
    said = a_feedback(["order", "reasons"], quote="").model_dump_json().replace("72", "120")
    stub_model.answers(said)
    outcome = gateway.complete(purpose=Purpose.FEEDBACK, inputs=work, user=alice)
    assert outcome.state is State.INVALID


def test_inputs_of_another_purpose_are_a_mistake(alice: User, work: FeedbackInputs) -> None:
    with pytest.raises(TypeError, match="ExplainInputs"):
        gateway.complete(purpose=Purpose.EXPLAIN, inputs=work, user=alice)  # type: ignore[call-overload]


def test_calling_a_model_inside_a_transaction_is_a_mistake(
    stub_model: StubModelServer, alice: User
) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="outside of any transaction"):
        explain(alice)
    assert stub_model.requests == []


@pytest.mark.parametrize("schema", [task.schema for task in TASKS.values()])
def test_schemas_hold_only_what_strict_mode_accepts(schema: type[Any]) -> None:
    allowed = set(
        "type properties required additionalProperties items anyOf $ref $defs enum title "
        "description minimum maximum minItems maxItems".split()
    )

    def walk(node: dict[str, Any]) -> None:
        assert set(node) <= allowed
        if "properties" in node:
            assert node["additionalProperties"] is False
            assert set(node["required"]) == set(node["properties"])
        children = [*node.get("properties", {}).values(), *node.get("$defs", {}).values()]
        for child in [
            *children,
            *node.get("anyOf", []),
            *([node["items"]] if "items" in node else []),
        ]:
            walk(child)

    walk(to_strict_json_schema(schema))
