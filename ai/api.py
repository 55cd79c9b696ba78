"""Explanations, for API clients; plans and feedback stand with the apps that own the deeds."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from ai import explaining
from ai.models import Ask, Explanation, Transcript
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit

router = Router(tags=["ai"])


class ExplainIn(In):
    concept: str = Field(examples=["recursion"])
    level: str = Field("beginner", description="beginner, intermediate, advanced or expert")
    context: str = Field("", description="What you are working on.")


class AnswerOut(Schema):
    summary: str
    explanation: str
    examples: list[str]
    check_question: str


class ExplanationOut(Schema):
    id: int
    concept: str
    level: str
    status: Explanation.Status
    answer: AnswerOut | None
    message: str = Field(description="What went wrong, when it failed.")
    model: str
    is_offline: bool = Field(alias="offline")
    created_at: datetime
    finished_at: datetime | None


@router.post("/explain", response={200: ExplanationOut, 202: ExplanationOut, **refusals(403, 422)})
def explain(request: LearnerRequest, response: HttpResponse, payload: ExplainIn) -> Any:
    """Have something explained: 202 with `Location` to poll, or 200 when the answer was known."""
    limit(request, "ai")
    explanation = explaining.request_explanation(by=request.user, **payload.model_dump())
    if explanation.status != Explanation.Status.PENDING:
        return Status(200, explanation)
    response["Location"] = f"/api/ai/explanations/{explanation.pk}"
    return Status(202, explanation)


@router.get("/explanations/{explanation_id}", response={200: ExplanationOut, **refusals(404)})
def read_explanation(request: LearnerRequest, explanation_id: Id) -> Any:
    """An explanation of yours: `pending`, `ready` or `failed`."""
    return get_object_or_404(Explanation.objects.visible_to(request.user), pk=explanation_id)


@router.post(
    "/explanations/{explanation_id}/retry",
    response={202: ExplanationOut, **refusals(403, 404, 409)},
)
def retry_explanation(request: LearnerRequest, response: HttpResponse, explanation_id: Id) -> Any:
    """Ask again for an explanation that failed."""
    limit(request, "ai")
    explanation = get_object_or_404(Explanation.objects.visible_to(request.user), pk=explanation_id)
    explanation = explaining.retry(explanation=explanation, by=request.user)
    response["Location"] = f"/api/ai/explanations/{explanation.pk}"
    return Status(202, explanation)


class AskOut(Schema):
    """A hint, or a check of a review: `pending`, `ready` or `failed`."""

    id: int
    purpose: str
    status: Ask.Status
    answer: dict[str, Any] | None = Field(
        description="For a hint: hint and question. For a check: flags, each with field and kind."
    )
    message: str = Field(description="What went wrong, when it failed.")
    model: str
    is_offline: bool = Field(alias="offline")
    created_at: datetime


@router.get("/asks/{ask_id}", response={200: AskOut, **refusals(404)})
def read_ask(request: LearnerRequest, ask_id: Id) -> Any:
    """A hint or a check that you asked for."""
    return get_object_or_404(Ask.objects.visible_to(request.user), pk=ask_id)


def answer_ask(response: HttpResponse, ask: Ask) -> Any:
    """Answer 200 with what is there, or 202 with where to look."""
    if ask.status != Ask.Status.PENDING:
        return Status(200, ask)
    response["Location"] = f"/api/ai/asks/{ask.pk}"
    return Status(202, ask)


class SentOut(Schema):
    id: int
    purpose: str = Field(alias="request.purpose")
    model: str = Field(alias="request.model")
    created_at: datetime = Field(alias="request.created_at")
    sent: str
    received: str


@router.get("/sent", response={200: Page[SentOut], **refusals(422)})
def list_sent(request: LearnerRequest, query: Query[Paging]) -> Any:
    """What was sent to the AI service about your own things, word for word, newest first."""
    rows = Transcript.objects.visible_to(request.user).select_related("request").order_by("-pk")
    return paged(rows, query, list)
