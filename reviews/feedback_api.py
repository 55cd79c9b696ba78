"""The coach's feedback on work and its hints, for API clients."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from ai.api import AskOut, answer_ask
from challenges.models import Challenge
from learnquest.core.api import Id, In, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit
from reviews import ai_feedback
from reviews.models import AIFeedback
from submissions import hints

router = Router(tags=["ai"])


class CriterionScoreOut(Schema):
    key: str
    score: int
    comment: str


class QuotedOut(Schema):
    quote: str = Field(description="The learner's own words.")
    comment: str


class FeedbackOut(Schema):
    submission: int = Field(alias="submission_id")
    status: AIFeedback.Status
    summary: str
    scores: list[CriterionScoreOut]
    strengths: list[QuotedOut]
    improvements: list[QuotedOut]
    next_step: str
    message: str = Field(description="What went wrong, when it failed.")
    model: str
    is_offline: bool
    cached: bool
    helpful: bool | None
    is_wrong: bool = Field(description="You reported that something in it is wrong.")
    confidence: str = Field(description="low, medium or high; empty before it is ready.")
    requested_at: datetime
    finished_at: datetime | None


class FeedbackIn(In):
    submission: Id


class HelpfulIn(In):
    helpful: bool


class WrongIn(In):
    note: str = ""


class HintIn(In):
    challenge: int


@router.post(
    "/feedback", response={200: FeedbackOut, 202: FeedbackOut, **refusals(403, 404, 409, 422)}
)
def ask_for_feedback(request: LearnerRequest, response: HttpResponse, payload: FeedbackIn) -> Any:
    """The coach's feedback on work that you handed in: 200 when it is there, else 202 with
    `Location` to poll. After a failure this asks again."""
    limit(request, "ai")
    feedback = get_object_or_404(
        AIFeedback.objects.filter(submission__author=request.user), submission=payload.submission
    )
    if ai_feedback.can_retry(feedback):
        feedback = ai_feedback.retry(feedback=feedback, by=request.user)
    if feedback.status == AIFeedback.Status.READY:
        return Status(200, feedback)
    response["Location"] = f"/api/ai/feedback/{feedback.submission_id}"
    return Status(202, feedback)


@router.get("/feedback/{submission_id}", response={200: FeedbackOut, **refusals(404)})
def read_feedback(request: LearnerRequest, submission_id: Id) -> Any:
    """Feedback on work: `pending`, `ready` or `failed`."""
    feedback = AIFeedback.objects.visible_to(request.user).filter(submission=submission_id).first()
    if feedback is None:
        raise Http404
    return feedback


@router.post(
    "/feedback/{submission_id}/helpful",
    response={200: FeedbackOut, **refusals(403, 404, 409, 422)},
)
def rate_feedback(request: LearnerRequest, submission_id: Id, payload: HelpfulIn) -> Any:
    """Say whether the coach's feedback on your work helped."""
    feedback = get_object_or_404(
        AIFeedback.objects.filter(submission__author=request.user), submission=submission_id
    )
    return ai_feedback.rate(feedback=feedback, by=request.user, helpful=payload.helpful)


@router.post(
    "/feedback/{submission_id}/wrong", response={200: FeedbackOut, **refusals(403, 404, 409, 422)}
)
def report_feedback(request: LearnerRequest, submission_id: Id, payload: WrongIn) -> Any:
    """Say that the coach's feedback on your work is wrong, and why."""
    feedback = get_object_or_404(
        AIFeedback.objects.filter(submission__author=request.user), submission=submission_id
    )
    return ai_feedback.report_wrong(feedback=feedback, by=request.user, note=payload.note)


@router.post("/hint", response={200: AskOut, 202: AskOut, **refusals(403, 404, 409, 422)})
def request_hint(request: LearnerRequest, response: HttpResponse, payload: HintIn) -> Any:
    """Get the next of three hints for a challenge of yours; never the answer."""
    limit(request, "ai")
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=payload.challenge)
    return answer_ask(response, hints.request_hint(challenge=challenge, by=request.user))
