"""The coach's plans, and the challenges that they propose, for API clients."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from challenges import generation, variation
from challenges.api import ChallengeOut, CriterionIn, CriterionOut, with_things
from challenges.models import Challenge, Plan, Proposal
from goals.models import Goal
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit

router = Router(tags=["ai"])


class ProposalOut(Schema):
    id: int
    title: str
    instructions: str
    difficulty: int
    estimated_minutes: int
    rubric: list[CriterionOut]
    milestone_title: str
    milestone_due: date | None
    state: Proposal.State
    challenge: int | None = Field(alias="challenge_id")


class PlanOut(Schema):
    id: int
    goal: int = Field(alias="goal_id")
    status: Plan.Status
    summary: str
    message: str = Field(description="What went wrong, when the plan failed.")
    model: str
    is_offline: bool
    proposals: list[ProposalOut]
    created_at: datetime
    finished_at: datetime | None


class PlanQuery(Paging):
    goal: Id | None = None
    undecided: bool = Field(
        False, description="Only those that are ready and have open proposals left."
    )


class PlanIn(In):
    goal: Id
    wish: str = ""
    hours_per_week: int | None = Field(None, ge=1, le=80)


class AcceptIn(In):
    only: list[Id] | None = Field(None, description="Ids of proposals; all open ones if left out.")


class ProposalChange(In):
    title: str = ""
    instructions: str = ""
    difficulty: int = Field(2, ge=1, le=5)
    estimated_minutes: int = Field(60, ge=5, le=1200)
    rubric: list[CriterionIn] = []


class VaryIn(In):
    how: str = Field(description="more, easier, harder or again.", examples=["easier"])


@router.post(
    "/generate-challenges", response={200: PlanOut, 202: PlanOut, **refusals(403, 404, 409, 422)}
)
def generate_challenges(request: LearnerRequest, response: HttpResponse, payload: PlanIn) -> Any:
    """Ask the coach for a plan: 202 with `Location` to poll, or 200 when the answer was known."""
    limit(request, "ai")
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=payload.goal)
    plan = generation.request_plan(
        goal=goal, by=request.user, wish=payload.wish, hours_per_week=payload.hours_per_week
    )
    if plan.status != Plan.Status.PENDING:
        return Status(200, plan)
    response["Location"] = f"/api/ai/plans/{plan.pk}"
    return Status(202, plan)


def _my_plan(request: LearnerRequest, plan_id: Id) -> Plan:
    plans = Plan.objects.visible_to(request.user).prefetch_related("proposals")
    return get_object_or_404(plans, pk=plan_id)


@router.get("/plans", response={200: Page[PlanOut], **refusals(422)})
def list_plans(request: LearnerRequest, query: Query[PlanQuery]) -> Any:
    """Your plans, newest first: what waits for your decision, is being made, or failed."""
    plans = Plan.objects.visible_to(request.user).order_by("-created_at", "-pk")
    if query.goal is not None:
        plans = plans.filter(goal=query.goal)
    if query.undecided:
        plans = plans.undecided()
    return paged(plans.prefetch_related("proposals"), query, list)


@router.get("/plans/{plan_id}", response={200: PlanOut, **refusals(404)})
def read_plan(request: LearnerRequest, plan_id: Id) -> Any:
    """A plan: `pending` while the coach works, then `ready` with proposals, or `failed`."""
    return _my_plan(request, plan_id)


@router.post(
    "/plans/{plan_id}/retry", response={202: PlanOut, 200: PlanOut, **refusals(403, 404, 409)}
)
def retry_plan(request: LearnerRequest, response: HttpResponse, plan_id: Id) -> Any:
    """Ask again for a plan that failed."""
    limit(request, "ai")
    plan = generation.retry_plan(plan=_my_plan(request, plan_id), by=request.user)
    response["Location"] = f"/api/ai/plans/{plan.pk}"
    return Status(202 if plan.status == Plan.Status.PENDING else 200, plan)


@router.post(
    "/plans/{plan_id}/accept",
    response={201: list[ChallengeOut], **refusals(403, 404, 409, 422)},
)
def accept_proposals(request: LearnerRequest, plan_id: Id, payload: AcceptIn) -> Any:
    """Make challenges of a plan's open proposals."""
    plan = _my_plan(request, plan_id)
    made = generation.accept_proposals(plan=plan, by=request.user, only=payload.only)
    ids = [challenge.pk for challenge in made]
    return Status(201, list(Challenge.objects.filter(pk__in=ids).with_lock().order_by("position")))


def _my_proposal(request: LearnerRequest, proposal_id: Id) -> Proposal:
    return get_object_or_404(Proposal.objects.owned_by(request.user), pk=proposal_id)


@router.put("/proposals/{proposal_id}", response={200: ProposalOut, **refusals(403, 404, 409, 422)})
def change_proposal(request: LearnerRequest, proposal_id: Id, payload: ProposalChange) -> Any:
    """Change a proposal before you accept it; what you leave out stays."""
    proposal = _my_proposal(request, proposal_id)
    sent = with_things(payload.sent(), proposal.plan.goal)
    return generation.edit_proposal(proposal=proposal, by=request.user, **sent)


@router.post(
    "/proposals/{proposal_id}/drop", response={200: ProposalOut, **refusals(403, 404, 409)}
)
def drop_proposal(request: LearnerRequest, proposal_id: Id) -> Any:
    """Leave a proposal out."""
    return generation.drop_proposal(proposal=_my_proposal(request, proposal_id), by=request.user)


@router.post(
    "/proposals/{proposal_id}/restore", response={200: ProposalOut, **refusals(403, 404, 409)}
)
def restore_proposal(request: LearnerRequest, proposal_id: Id) -> Any:
    """Take a dropped proposal back."""
    proposal = _my_proposal(request, proposal_id)
    return generation.restore_proposal(proposal=proposal, by=request.user)


@router.post(
    "/proposals/{proposal_id}/vary", response={202: PlanOut, **refusals(403, 404, 409, 422)}
)
def vary_proposal(
    request: LearnerRequest, response: HttpResponse, proposal_id: Id, payload: VaryIn
) -> Any:
    """Ask for another proposal: one more beside it, or an easier, harder or new one in its place.

    Poll the plan at `Location`.
    """
    limit(request, "ai")
    proposal = _my_proposal(request, proposal_id)
    variation.request_variation(proposal=proposal, by=request.user, how=payload.how)
    response["Location"] = f"/api/ai/plans/{proposal.plan_id}"
    return Status(202, _my_plan(request, proposal.plan_id))
