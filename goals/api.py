"""Goals and milestones, for API clients."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from goals import lifecycle, milestones
from goals.models import Category, Goal, Milestone
from goals.progress_log import percents_of
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest

router = Router(tags=["goals"])
milestone_router = Router(tags=["milestones"])


class GoalOut(Schema):
    id: int
    owner: int = Field(alias="owner_id")
    title: str
    description: str
    category: Category
    level: Goal.Level
    tags: list[str]
    status: Goal.Status
    visibility: Goal.Visibility
    start_date: date
    target_date: date | None
    created_at: datetime
    completed_at: datetime | None
    percent: float = Field(description="How far the goal is, from 0 to 100.")


class GoalIn(In):
    title: str = Field(examples=["Hold a ten-minute conversation in Spanish"])
    description: str = ""
    category: Category = Category.OTHER
    level: Goal.Level = Goal.Level.BEGINNER
    tags: list[str] = []
    visibility: Goal.Visibility = Goal.Visibility.PRIVATE
    start_date: date | None = None
    target_date: date | None = None


class GoalChange(In):
    title: str = ""
    description: str = ""
    category: Category = Category.OTHER
    level: Goal.Level = Goal.Level.BEGINNER
    tags: list[str] = []
    visibility: Goal.Visibility = Goal.Visibility.PRIVATE
    start_date: date = Field(default_factory=date.today)
    target_date: date | None = None


class GoalQuery(Paging):
    status: Goal.Status | None = None
    category: Category | None = None
    q: str = Field("", description="Words in the title.", max_length=100)
    order: Literal["-created_at", "created_at", "target_date", "-target_date", "title"] = (
        "-created_at"
    )


class MoveIn(In):
    to: Goal.Status


class MilestoneOut(Schema):
    id: int
    goal: int = Field(alias="goal_id")
    title: str
    due_date: date | None
    position: int
    completed_at: datetime | None


class MilestoneIn(In):
    title: str
    due_date: date | None = None


class MilestoneChange(In):
    title: str = ""
    due_date: date | None = None


def show(goals: Sequence[Goal]) -> list[Goal]:
    """Tell each goal how far it is, for `GoalOut`, in two queries more."""
    percents = percents_of(goals)
    for goal in goals:
        goal.percent = float(percents[goal.pk])  # type: ignore[attr-defined]  # for the schema
    return list(goals)


def _mine(request: LearnerRequest, goal_id: int) -> Goal:
    return get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_id)


@router.get("/", response={200: Page[GoalOut], **refusals(422)})
def list_goals(request: LearnerRequest, query: Query[GoalQuery]) -> Any:
    """Your goals."""
    goals = Goal.objects.owned_by(request.user).order_by(query.order, "-pk")
    if query.status:
        goals = goals.filter(status=query.status)
    if query.category:
        goals = goals.filter(category=query.category)
    if query.q:
        goals = goals.filter(title__icontains=query.q)
    return paged(goals, query, show)


@router.post("/", response={201: GoalOut, **refusals(403, 422)})
def create_goal(request: LearnerRequest, payload: GoalIn) -> Any:
    """Set a goal."""
    goal = lifecycle.create_goal(by=request.user, **payload.model_dump())
    return Status(201, show([goal])[0])


@router.get("/{goal_id}", response={200: GoalOut, **refusals(404)})
def read_goal(request: LearnerRequest, goal_id: Id) -> Any:
    """A goal of yours, or a public one."""
    goal = get_object_or_404(Goal.objects.visible_to(request.user), pk=goal_id)
    return show([goal])[0]


@router.put("/{goal_id}", response={200: GoalOut, **refusals(403, 404, 422)})
def change_goal(request: LearnerRequest, goal_id: Id, payload: GoalChange) -> Any:
    """Change a goal of yours; what you leave out stays as it is."""
    goal = _mine(request, goal_id)
    return show([lifecycle.update_goal(goal=goal, by=request.user, **payload.sent())])[0]


@router.delete("/{goal_id}", response={204: None, **refusals(403, 404, 409)})
def delete_goal(request: LearnerRequest, goal_id: Id) -> Any:
    """Delete a goal of yours. One with work in it answers 409: archive it instead."""
    lifecycle.delete_goal(goal=_mine(request, goal_id), by=request.user)
    return Status(204, None)


@router.post("/{goal_id}/status", response={200: GoalOut, **refusals(403, 404, 409, 422)})
def move_goal(request: LearnerRequest, goal_id: Id, payload: MoveIn) -> Any:
    """Pause, resume, complete or archive a goal of yours."""
    goal = lifecycle.move(goal=_mine(request, goal_id), to=payload.to, by=request.user)
    return show([goal])[0]


@router.get("/{goal_id}/milestones", response={200: list[MilestoneOut], **refusals(404)})
def list_milestones(request: LearnerRequest, goal_id: Id) -> Any:
    """The milestones of a goal, in order; 50 at most."""
    goal = get_object_or_404(Goal.objects.visible_to(request.user), pk=goal_id)
    return list(goal.milestones.all())


@router.post("/{goal_id}/milestones", response={201: MilestoneOut, **refusals(403, 404, 409, 422)})
def add_milestone(request: LearnerRequest, goal_id: Id, payload: MilestoneIn) -> Any:
    """Add a milestone after the others."""
    goal = _mine(request, goal_id)
    return Status(201, milestones.add_milestone(goal=goal, by=request.user, **payload.model_dump()))


def _my_milestone(request: LearnerRequest, milestone_id: int) -> Milestone:
    return get_object_or_404(Milestone.objects.owned_by(request.user), pk=milestone_id)


@milestone_router.put("/{milestone_id}", response={200: MilestoneOut, **refusals(403, 404, 422)})
def change_milestone(request: LearnerRequest, milestone_id: Id, payload: MilestoneChange) -> Any:
    """Change a milestone; what you leave out stays as it is."""
    milestone = _my_milestone(request, milestone_id)
    return milestones.update_milestone(milestone=milestone, by=request.user, **payload.sent())


@milestone_router.post(
    "/{milestone_id}/complete", response={200: MilestoneOut, **refusals(403, 404)}
)
def complete_milestone(request: LearnerRequest, milestone_id: Id) -> Any:
    """Mark a milestone as reached."""
    milestone = _my_milestone(request, milestone_id)
    return milestones.complete_milestone(milestone=milestone, by=request.user)


@milestone_router.post("/{milestone_id}/reopen", response={200: MilestoneOut, **refusals(403, 404)})
def reopen_milestone(request: LearnerRequest, milestone_id: Id) -> Any:
    """Mark a milestone as not reached after all."""
    milestone = _my_milestone(request, milestone_id)
    return milestones.reopen_milestone(milestone=milestone, by=request.user)


@milestone_router.delete("/{milestone_id}", response={204: None, **refusals(403, 404)})
def remove_milestone(request: LearnerRequest, milestone_id: Id) -> Any:
    """Remove a milestone; its challenges stay."""
    milestones.remove_milestone(milestone=_my_milestone(request, milestone_id), by=request.user)
    return Status(204, None)
