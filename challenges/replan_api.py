"""New plans for goals that have slipped, for API clients."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from challenges import replan_taking, replan_writing
from challenges.models import Replan, ReplanLine
from goals.models import Goal
from learnquest.core.api import Id, In, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit

router = Router(tags=["ai"])


class ReplanLineOut(Schema):
    id: int
    kind: ReplanLine.Kind
    action: ReplanLine.Action
    milestone: int | None = Field(alias="milestone_id")
    challenge: int | None = Field(
        alias="challenge_id", description="Of a new challenge, the one that it comes before."
    )
    title: str
    old: dict[str, Any] = Field(description="What it was when this was proposed.")
    new: dict[str, Any] = Field(description="What it will be: a day, or fields of a challenge.")
    why: str
    state: ReplanLine.State
    message: str = Field(description="Why it is no longer possible.")


class ReplanOut(Schema):
    id: int
    goal: int = Field(alias="goal_id")
    status: Replan.Status
    summary: str
    message: str = Field(description="What went wrong, when it failed.")
    model: str
    is_offline: bool
    lines: list[ReplanLineOut]
    created_at: datetime
    finished_at: datetime | None


class ReplanIn(In):
    goal: Id
    wish: str = Field("", description="What happened, and what you wish.")
    hours_per_week: int | None = Field(None, ge=1, le=80)


class TakeIn(In):
    only: list[Id] | None = Field(None, description="Ids of lines; all open ones if left out.")


@router.post("/replan", response={200: ReplanOut, 202: ReplanOut, **refusals(403, 404, 409, 422)})
def replan(request: LearnerRequest, response: HttpResponse, payload: ReplanIn) -> Any:
    """Ask the coach how a plan that has slipped can fit again: 202 with `Location` to poll.

    200 when the answer was known. `POST /api/goals/{id}/replan` gives milestones new dates
    without the coach.
    """
    limit(request, "ai")
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=payload.goal)
    made = replan_writing.request_replan(
        goal=goal, by=request.user, wish=payload.wish, hours_per_week=payload.hours_per_week
    )
    return _told(response, made)


@router.get("/replans/{replan_id}", response={200: ReplanOut, **refusals(404)})
def read_replan(request: LearnerRequest, replan_id: Id) -> Any:
    """A new plan: `pending` while the coach works, then `ready` with lines, or `failed`."""
    return _mine(request, replan_id)


@router.post(
    "/replans/{replan_id}/retry",
    response={200: ReplanOut, 202: ReplanOut, **refusals(403, 404, 409)},
)
def retry_replan(request: LearnerRequest, response: HttpResponse, replan_id: Id) -> Any:
    """Ask again for a new plan that failed."""
    limit(request, "ai")
    made = replan_writing.retry_replan(replan=_mine(request, replan_id), by=request.user)
    return _told(response, made)


@router.post(
    "/replans/{replan_id}/accept", response={200: ReplanOut, **refusals(403, 404, 409, 422)}
)
def take_lines(request: LearnerRequest, replan_id: Id, payload: TakeIn) -> Any:
    """Make the changes of a new plan. What is finished or handed in stays: such lines are `gone`,
    and say why."""
    found = _mine(request, replan_id)
    replan_taking.take_lines(replan=found, by=request.user, only=payload.only)
    return _mine(request, replan_id)


@router.post(
    "/replan-lines/{line_id}/drop", response={200: ReplanLineOut, **refusals(403, 404, 409)}
)
def leave_line(request: LearnerRequest, line_id: Id) -> Any:
    """Leave a change out."""
    return replan_taking.leave_line(line=_my_line(request, line_id), by=request.user)


@router.post(
    "/replan-lines/{line_id}/restore", response={200: ReplanLineOut, **refusals(403, 404, 409)}
)
def restore_line(request: LearnerRequest, line_id: Id) -> Any:
    """Take a change back that was left out."""
    return replan_taking.restore_line(line=_my_line(request, line_id), by=request.user)


def _told(response: HttpResponse, made: Replan) -> Any:
    if made.status != Replan.Status.PENDING:
        return Status(200, made)
    response["Location"] = f"/api/ai/replans/{made.pk}"
    return Status(202, made)


def _mine(request: LearnerRequest, replan_id: Id) -> Replan:
    found = Replan.objects.visible_to(request.user).prefetch_related("lines")
    return get_object_or_404(found, pk=replan_id)


def _my_line(request: LearnerRequest, line_id: Id) -> ReplanLine:
    return get_object_or_404(ReplanLine.objects.owned_by(request.user), pk=line_id)
