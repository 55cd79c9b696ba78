"""Explanations, for API clients; plans and feedback stand with the apps that own the deeds."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from ai import explaining
from ai.models import Explanation
from learnquest.core.api import Id, In, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit

router = Router(tags=["ai"])


class ExplainIn(In):
    concept: str = Field(examples=["recursion"])
    level: str = Field("beginner", description="beginner, intermediate or advanced")
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
