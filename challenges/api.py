"""Challenges, and the plans that propose them, for API clients."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from challenges import authoring, generation, variation
from challenges.models import Challenge, Plan, Proposal
from goals.models import Goal, Milestone
from learnquest.core.api import In, Page, Paging, paged, refusals
from learnquest.core.errors import Invalid
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit

router = Router(tags=["challenges"])
ai_router = Router(tags=["ai"])


class LevelOut(Schema):
    score: int
    text: str


class CriterionOut(Schema):
    key: str
    name: str
    description: str = ""
    weight: int
    levels: list[LevelOut] = []


class LevelIn(In):
    score: int = Field(ge=0, le=100)
    text: str


class CriterionIn(In):
    key: str = Field("", description="Stays the same while the criterion does; made when empty.")
    name: str
    description: str = ""
    weight: int = Field(ge=1, le=100, description="The weights of a rubric add up to 100.")
    levels: list[LevelIn] = []


class ChallengeOut(Schema):
    id: int
    goal: int = Field(alias="goal_id")
    milestone: int | None = Field(alias="milestone_id")
    title: str
    instructions: str
    difficulty: int
    estimated_minutes: int
    rubric: list[CriterionOut]
    source: Challenge.Source
    status: Challenge.Status
    position: int
    created_at: datetime
    finished_at: datetime | None


class ChallengeIn(In):
    goal: int
    title: str
    instructions: str
    difficulty: int = Field(2, ge=1, le=5)
    estimated_minutes: int = Field(60, ge=5, le=1200)
    milestone: int | None = None
    rubric: list[CriterionIn] | None = Field(None, description="A plain one when left out.")


class ChallengeChange(In):
    title: str = ""
    instructions: str = ""
    difficulty: int = Field(2, ge=1, le=5)
    estimated_minutes: int = Field(60, ge=5, le=1200)
    milestone: int | None = None
    rubric: list[CriterionIn] = []


class ChallengeQuery(Paging):
    goal: int | None = None
    status: Challenge.Status | None = None


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


class PlanIn(In):
    goal: int
    wish: str = ""
    hours_per_week: int | None = Field(None, ge=1, le=80)


class AcceptIn(In):
    only: list[int] | None = Field(None, description="Ids of proposals; all open ones if left out.")


class ProposalChange(In):
    title: str = ""
    instructions: str = ""
    difficulty: int = Field(2, ge=1, le=5)
    estimated_minutes: int = Field(60, ge=5, le=1200)
    rubric: list[CriterionIn] = []


def _mine(request: LearnerRequest, challenge_id: int) -> Challenge:
    return get_object_or_404(Challenge.objects.owned_by(request.user), pk=challenge_id)


def _fields(sent: dict[str, Any], goal: Goal) -> dict[str, Any]:
    """Put things in the place of their ids, and plain data in the place of schemas."""
    if sent.get("rubric") is not None:
        sent["rubric"] = [
            c.model_dump(exclude={"key"} if not c.key else None) for c in sent["rubric"]
        ]
    if sent.get("milestone") is not None:
        milestone = Milestone.objects.filter(goal=goal, pk=sent["milestone"]).first()
        if milestone is None:
            message = "This goal has no such milestone."
            raise Invalid(message, errors={"milestone": [message]})
        sent["milestone"] = milestone
    return sent


@router.get("/", response={200: Page[ChallengeOut], **refusals(422)})
def list_challenges(request: LearnerRequest, query: Query[ChallengeQuery]) -> Any:
    """Your challenges, or with `goal` those of a goal that you may see; in the plan's order."""
    challenges = Challenge.objects.order_by("goal", "position")
    if query.goal is None:
        challenges = challenges.owned_by(request.user)
    else:
        challenges = challenges.visible_to(request.user).filter(goal=query.goal)
    if query.status:
        challenges = challenges.filter(status=query.status)
    return paged(challenges, query, list)


@router.post("/", response={201: ChallengeOut, **refusals(403, 404, 409, 422)})
def create_challenge(request: LearnerRequest, payload: ChallengeIn) -> Any:
    """Write a challenge of your own for one of your goals."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=payload.goal)
    sent = _fields(payload.sent(), goal)
    sent.pop("goal")
    if sent.get("rubric") is None:
        sent.pop("rubric", None)
    return Status(201, authoring.create_challenge(by=request.user, goal=goal, **sent))


@router.get("/{challenge_id}", response={200: ChallengeOut, **refusals(404)})
def read_challenge(request: LearnerRequest, challenge_id: int) -> Any:
    """A challenge of a goal that you may see."""
    return get_object_or_404(Challenge.objects.visible_to(request.user), pk=challenge_id)


@router.put("/{challenge_id}", response={200: ChallengeOut, **refusals(403, 404, 409, 422)})
def change_challenge(request: LearnerRequest, challenge_id: int, payload: ChallengeChange) -> Any:
    """Change a challenge of yours before work is handed in; what you leave out stays."""
    challenge = _mine(request, challenge_id)
    sent = _fields(payload.sent(), challenge.goal)
    return authoring.update_challenge(challenge=challenge, by=request.user, **sent)


@router.delete("/{challenge_id}", response={204: None, **refusals(403, 404, 409)})
def delete_challenge(request: LearnerRequest, challenge_id: int) -> Any:
    """Delete a challenge on which there is no work."""
    authoring.delete_challenge(challenge=_mine(request, challenge_id), by=request.user)
    return Status(204, None)


@router.post("/{challenge_id}/skip", response={200: ChallengeOut, **refusals(403, 404, 409)})
def skip_challenge(request: LearnerRequest, challenge_id: int) -> Any:
    """Leave a challenge out of the plan."""
    return authoring.skip(challenge=_mine(request, challenge_id), by=request.user)


@router.post("/{challenge_id}/resume", response={200: ChallengeOut, **refusals(403, 404, 409)})
def resume_challenge(request: LearnerRequest, challenge_id: int) -> Any:
    """Take a skipped challenge back."""
    return authoring.resume(challenge=_mine(request, challenge_id), by=request.user)


@ai_router.post(
    "/generate-challenges", response={200: PlanOut, 202: PlanOut, **refusals(403, 404, 409, 422)}
)
def generate_challenges(request: LearnerRequest, response: HttpResponse, payload: PlanIn) -> Any:
    """Ask the coach for a plan: 202 with `Location` to poll, or 200 when the answer was known."""
    limit(request, group="ai", rate="30/10m", key=str(request.user.pk))
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=payload.goal)
    plan = generation.request_plan(
        goal=goal, by=request.user, wish=payload.wish, hours_per_week=payload.hours_per_week
    )
    if plan.status != Plan.Status.PENDING:
        return Status(200, plan)
    response["Location"] = f"/api/ai/plans/{plan.pk}"
    return Status(202, plan)


def _my_plan(request: LearnerRequest, plan_id: int) -> Plan:
    plans = Plan.objects.visible_to(request.user).prefetch_related("proposals")
    return get_object_or_404(plans, pk=plan_id)


@ai_router.get("/plans/{plan_id}", response={200: PlanOut, **refusals(404)})
def read_plan(request: LearnerRequest, plan_id: int) -> Any:
    """A plan: `pending` while the coach works, then `ready` with proposals, or `failed`."""
    return _my_plan(request, plan_id)


@ai_router.post(
    "/plans/{plan_id}/retry", response={202: PlanOut, 200: PlanOut, **refusals(403, 404, 409)}
)
def retry_plan(request: LearnerRequest, response: HttpResponse, plan_id: int) -> Any:
    """Ask again for a plan that failed."""
    limit(request, group="ai", rate="30/10m", key=str(request.user.pk))
    plan = generation.retry_plan(plan=_my_plan(request, plan_id), by=request.user)
    response["Location"] = f"/api/ai/plans/{plan.pk}"
    return Status(202 if plan.status == Plan.Status.PENDING else 200, plan)


@ai_router.post(
    "/plans/{plan_id}/accept",
    response={201: list[ChallengeOut], **refusals(403, 404, 409, 422)},
)
def accept_proposals(request: LearnerRequest, plan_id: int, payload: AcceptIn) -> Any:
    """Make challenges of a plan's open proposals."""
    plan = _my_plan(request, plan_id)
    made = generation.accept_proposals(plan=plan, by=request.user, only=payload.only)
    return Status(201, made)


def _my_proposal(request: LearnerRequest, proposal_id: int) -> Proposal:
    return get_object_or_404(Proposal.objects.owned_by(request.user), pk=proposal_id)


@ai_router.put(
    "/proposals/{proposal_id}", response={200: ProposalOut, **refusals(403, 404, 409, 422)}
)
def change_proposal(request: LearnerRequest, proposal_id: int, payload: ProposalChange) -> Any:
    """Change a proposal before you accept it; what you leave out stays."""
    proposal = _my_proposal(request, proposal_id)
    sent = _fields(payload.sent(), proposal.plan.goal)
    return generation.edit_proposal(proposal=proposal, by=request.user, **sent)


@ai_router.post(
    "/proposals/{proposal_id}/drop", response={200: ProposalOut, **refusals(403, 404, 409)}
)
def drop_proposal(request: LearnerRequest, proposal_id: int) -> Any:
    """Leave a proposal out."""
    return generation.drop_proposal(proposal=_my_proposal(request, proposal_id), by=request.user)


@ai_router.post(
    "/proposals/{proposal_id}/restore", response={200: ProposalOut, **refusals(403, 404, 409)}
)
def restore_proposal(request: LearnerRequest, proposal_id: int) -> Any:
    """Take a dropped proposal back."""
    proposal = _my_proposal(request, proposal_id)
    return generation.restore_proposal(proposal=proposal, by=request.user)


class VaryIn(In):
    how: str = Field(description="more, easier, harder or again.", examples=["easier"])


@ai_router.post(
    "/proposals/{proposal_id}/vary", response={202: PlanOut, **refusals(403, 404, 409, 422)}
)
def vary_proposal(
    request: LearnerRequest, response: HttpResponse, proposal_id: int, payload: VaryIn
) -> Any:
    """Ask for another proposal: one more beside it, or an easier, harder or new one in its place.

    Poll the plan at `Location`.
    """
    limit(request, group="ai", rate="30/10m", key=str(request.user.pk))
    proposal = _my_proposal(request, proposal_id)
    variation.request_variation(proposal=proposal, by=request.user, how=payload.how)
    response["Location"] = f"/api/ai/plans/{proposal.plan_id}"
    return Status(202, _my_plan(request, proposal.plan_id))
