"""A model server on 127.0.0.1 that speaks real HTTP and says what a test wants it to say.

    def test_something(stub_model):          # the fixture points the settings at it
        stub_model.answers(AN_EXPLANATION)   # or .fails(429, retry_after=30), .refuses(), ...

`answers_everything()` makes up a fitting answer for whatever is asked, for browser tests. A
request that asks for a stream gets one.
"""

import json
import os
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ai.schemas import (
    ChallengeChange,
    CriterionScore,
    Explanation,
    Feedback,
    Flag,
    Hint,
    MilestoneChange,
    NewMilestone,
    Plan,
    PlanChallenge,
    PlanCriterion,
    PlanMilestone,
    QuotedPoint,
    Replan,
    ReviewCheck,
    Variation,
)

PATHS = {"responses": "/v1/responses", "chat": "/v1/chat/completions"}

type Handler = Callable[[dict[str, Any]], Response]


def responses_payload(
    answer: BaseModel | str,
    *,
    model: str = "stub",
    tokens: tuple[int, int] = (120, 80),
    refusal: bool = False,
) -> dict[str, Any]:
    """Return a body of the Responses API that holds `answer`, or refuses in its words."""
    text = answer if isinstance(answer, str) else answer.model_dump_json()
    part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    if refusal:
        part = {"type": "refusal", "refusal": text}
    return {
        "id": "resp_stub",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": "completed",
        "model": model,
        "output": [
            {"type": "reasoning", "id": "rs_stub", "summary": []},
            {
                "type": "message",
                "id": "msg_stub",
                "role": "assistant",
                "status": "completed",
                "content": [part],
            },
        ],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": tokens[0],
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": tokens[1],
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": sum(tokens),
        },
    }


def chat_payload(
    answer: BaseModel | str,
    *,
    model: str = "stub",
    tokens: tuple[int, int] = (120, 80),
    refusal: bool = False,
) -> dict[str, Any]:
    """Return a body of the Chat Completions API that holds `answer`, or refuses in its words."""
    text = answer if isinstance(answer, str) else answer.model_dump_json()
    return {
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "logprobs": None,
                "message": {
                    "role": "assistant",
                    "content": None if refusal else text,
                    "refusal": text if refusal else None,
                },
            }
        ],
        "usage": {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        },
    }


class StubModelServer:
    """The server. What was planned is said in order; the last thing is said for ever after."""

    def __init__(self, http: HTTPServer) -> None:
        self.requests: list[dict[str, Any]] = []
        self.last_request_at = 0.0
        self._planned: list[Handler] = []
        self._http = http
        for path in PATHS.values():
            http.expect_request(path, method="POST").respond_with_handler(self._handle)

    @property
    def base_url(self) -> str:
        """What belongs into OPENAI_BASE_URL."""
        return self._http.url_for("/v1")

    @property
    def last_prompt(self) -> tuple[str, str]:
        """The system part and the user message of the last request."""
        return prompt_of(self.requests[-1])

    def answers(self, answer: BaseModel | str, *, refusal: bool = False) -> None:
        """Say this; a string is sent as it is, so it can be nonsense."""

        self._planned.append(lambda request: said(request, answer, refusal=refusal))

    def answers_by(self, make: Callable[[dict[str, Any]], BaseModel | str]) -> None:
        """Say what `make` makes of the request."""
        self._planned.append(lambda request: said(request, make(request)))

    def answers_everything(self) -> None:
        """Say something that fits whatever plan, feedback or explanation is asked for."""

        self.answers_by(fitting_answer)

    def refuses(self) -> None:
        """Decline, as a model does."""
        self.answers("I cannot help with that.", refusal=True)

    def fails(self, status: int, *, retry_after: str | None = None, code: str = "stub") -> None:
        """Answer with an error of the API."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        body = {"error": {"message": "stub", "type": "stub", "param": None, "code": code}}
        self._planned.append(lambda request: _json(body, status=status, headers=headers))

    def sends(self, body: bytes, *, content_type: str = "text/html") -> None:
        """Answer 200 with any bytes at all."""
        self._planned.append(lambda request: Response(body, content_type=content_type))

    def is_slow(self, seconds: float) -> None:
        """Keep silent for so long, then answer."""

        def handle(request: dict[str, Any]) -> Response:
            time.sleep(seconds)
            return said(request, fitting_answer(request))

        self._planned.append(handle)

    def drips(self, seconds: float, *, pieces: int = 40, first: float = 0.0) -> None:
        """Answer in pieces with `seconds` between them."""

        def handle(request: dict[str, Any]) -> Response:
            time.sleep(first)
            return said(request, fitting_answer(request), pause=seconds, pieces=pieces)

        self._planned.append(handle)

    def cuts(self) -> None:
        """Begin to answer and hang up in the middle."""
        self._planned.append(lambda request: said(request, fitting_answer(request), cut=True))

    def resets(self) -> None:
        """Reset the connection instead of answering."""
        self._planned.append(_reset)

    def heals(self) -> None:
        """Forget all that was planned and answer everything from now on."""
        self._planned.clear()
        self.answers_everything()

    def _handle(self, request: Request) -> Response:
        asked: dict[str, Any] = json.loads(request.get_data())
        self.requests.append(asked)
        self.last_request_at = time.monotonic()
        if not self._planned:
            return _json({"error": {"message": "nothing planned"}}, status=500)
        handler = self._planned.pop(0) if len(self._planned) > 1 else self._planned[0]
        asked["_socket"] = request.environ.get("werkzeug.socket")
        try:
            return handler(asked)
        finally:
            del asked["_socket"]


def said(
    request: dict[str, Any],
    answer: BaseModel | str,
    *,
    refusal: bool = False,
    pause: float = 0.0,
    pieces: int = 12,
    cut: bool = False,
) -> Response:
    """Return the answer as the request wants it: in one body, or in a stream of events."""
    is_chat = "messages" in request
    build = chat_payload if is_chat else responses_payload
    payload = build(answer, model=str(request.get("model")), refusal=refusal)
    if not request.get("stream"):
        if cut:
            return Response(json.dumps(payload)[:40], content_type="application/json")
        return _json(payload)
    text = "" if refusal else answer if isinstance(answer, str) else answer.model_dump_json()
    size = max(1, -(-len(text) // pieces))
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    events = (_chat_events if is_chat else _response_events)(payload, parts)

    def stream() -> Iterator[bytes]:
        listed = list(events)
        for event in listed[: len(listed) // 2] if cut else listed:
            yield f"data: {json.dumps(event)}\n\n".encode()
            time.sleep(pause)
        if is_chat and not cut:
            yield b"data: [DONE]\n\n"

    return Response(stream(), content_type="text/event-stream")


def _response_events(payload: dict[str, Any], parts: list[str]) -> Iterator[dict[str, Any]]:
    yield {"type": "response.created", "response": {"id": payload["id"], "output": []}}
    for part in parts:
        yield {"type": "response.output_text.delta", "item_id": "msg_stub", "delta": part}
    yield {"type": "response.completed", "response": payload}


def _chat_events(payload: dict[str, Any], parts: list[str]) -> Iterator[dict[str, Any]]:
    base = {"id": payload["id"], "object": "chat.completion.chunk", "model": payload["model"]}
    choice = payload["choices"][0]
    refusal = choice["message"]["refusal"]
    for part in parts:
        yield base | {"choices": [{"index": 0, "delta": {"content": part}, "finish_reason": None}]}
    if refusal:
        yield base | {
            "choices": [{"index": 0, "delta": {"refusal": refusal}, "finish_reason": None}]
        }
    yield base | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    yield base | {"choices": [], "usage": payload["usage"]}


def _reset(request: dict[str, Any]) -> Response:
    connection: socket.socket = request["_socket"]
    # Nothing lingers: the system sends a reset instead of an ordinary end.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Closed under the server's hands, which would otherwise still say something.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, connection.fileno())
    os.close(null)
    return Response(b"")


def prompt_of(request: dict[str, Any]) -> tuple[str, str]:
    """Return the system part and the first user message of a request of either API."""
    if "messages" in request:
        return request["messages"][0]["content"], request["messages"][1]["content"]
    return request["instructions"], request["input"][0]["content"]


def schema_name(request: dict[str, Any]) -> str:
    """Return the name of the schema that a request of either API asks for."""
    if "messages" in request:
        return str(request["response_format"]["json_schema"]["name"])
    return str(request["text"]["format"]["name"])


def fitting_answer(request: dict[str, Any]) -> BaseModel:
    """Make up an answer that fits the schema asked for, the rubric and the work."""
    user = prompt_of(request)[1]
    match schema_name(request):
        case "Plan":
            return a_plan()
        case "Feedback":
            keys = [criterion["key"] for criterion in json.loads(block(user, "rubric"))]
            return a_feedback(keys, quote=block(user, "body").split("\n")[0][:100])
        case "Variation":
            return a_variation()
        case "Replan":
            return a_replan(user)
        case "Hint":
            return Hint(hint="Look at the second criterion.", question="What did you leave out?")
        case "ReviewCheck":
            comments = json.loads(block(user, "comments"))
            return ReviewCheck(flags=[Flag(field=next(iter(comments)), kind="vague")])
        case _:
            return an_explanation(block(user, "concept"))


def block(user: str, name: str) -> str:
    """Return what stands between the delimiters of one input in a user message."""
    found = re.search(
        rf'<learner_text name="{name}">\n(.*?)\n</learner_text>', user, flags=re.DOTALL
    )
    return found.group(1) if found else ""


def an_explanation(concept: str = "recursion") -> Explanation:
    return Explanation(
        summary=f"{concept} in one sentence.",
        explanation=f"{concept} is explained here by the stub model.",
        examples=[f"An example of {concept}."],
        check_question=f"When would you not use {concept}?",
    )


def a_feedback(keys: list[str], *, quote: str, score: int = 72) -> Feedback:
    points = [{"quote": quote, "comment": "The stub model points at this."}] if quote else []
    return Feedback(
        scores=[CriterionScore(key=key, score=score, comment="Well met.") for key in keys],
        strengths=[QuotedPoint.model_validate(point) for point in points],
        improvements=[QuotedPoint.model_validate(point) for point in points],
        next_step="Add one example with a number.",
        summary="Feedback by the stub model.",
        confidence="high",
    )


def a_plan(count: int = 3) -> Plan:
    rubric = [
        PlanCriterion(name="Complete", description="All parts are there.", weight=60),
        PlanCriterion(name="Clear", description="A peer can follow.", weight=40),
    ]
    return Plan(
        summary="A plan by the stub model.",
        milestones=[PlanMilestone(title="Half way", due_in_days=14)],
        challenges=[
            PlanChallenge(
                title=f"Stub challenge {number}",
                instructions="Do this and hand in a text of 100 words about it.",
                difficulty=min(5, number),
                minutes=30 * number,
                milestone=0,
                rubric=rubric,
            )
            for number in range(1, count + 1)
        ],
    )


def a_replan(user: str) -> Replan:
    """Move the first milestone that is asked about, change the first challenge, add one."""
    milestones, challenges = (
        json.loads(block(user, "milestones")),
        json.loads(block(user, "challenges")),
    )
    return Replan(
        summary="A new plan by the stub model.",
        target_in_days=90,
        milestones=[
            MilestoneChange(number=one["number"], do="move", due_in_days=30, why="It slipped.")
            for one in milestones[:1]
        ],
        new_milestones=[NewMilestone(title="Half of it", due_in_days=45, why="A step between.")],
        challenges=[
            ChallengeChange(
                number=one["number"],
                do="change",
                title=None,
                instructions=None,
                difficulty=1,
                minutes=20,
                why="A smaller step.",
            )
            for one in challenges[:1]
        ],
        new_challenges=[],
    )


def a_variation(title: str = "A stub variation") -> Variation:
    return Variation(
        title=title,
        instructions="Do the other thing and hand in a text of 80 words about it.",
        difficulty=2,
        minutes=25,
        rubric=[
            PlanCriterion(name="Complete", description="All parts are there.", weight=60),
            PlanCriterion(name="Clear", description="A peer can follow.", weight=40),
        ],
    )


def _json(
    body: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(
        json.dumps(body), status=status, headers=headers, content_type="application/json"
    )
