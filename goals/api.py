"""Goals and milestones, for API clients."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts.idempotency import idempotent
from goals import lifecycle, milestones, ordering, tags
from goals.listing import chosen
from goals.models import Category, Goal, Milestone
from goals.progress_log import percents_of
from learnquest.core import versions
from learnquest.core.api import IF_MATCH, Id, In, Page, Paging, paged, refusals, stale_shown_by
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
    icon: str = Field(description="Empty for the field's own.")
    colour: Goal.Colour
    status: Goal.Status
    visibility: Goal.Visibility
    share_path: str | None = Field(description="Where an unlisted goal can be seen.")
    start_date: date
    target_date: date | None
    paused_on: date | None = Field(description="Since when it stands still.")
    created_at: datetime
    completed_at: datetime | None
    version: int = Field(description="The same as in the ETag.")
    percent: float = Field(description="How far the goal is, from 0 to 100.")


class GoalIn(In):
    title: str = Field(examples=["Hold a ten-minute conversation in Spanish"])
    description: str = ""
    category: Category = Category.OTHER
    level: Goal.Level = Goal.Level.BEGINNER
    tags: list[str] = []
    visibility: Goal.Visibility = Goal.Visibility.PRIVATE
    icon: Goal.Icon | Literal[""] = ""
    colour: Goal.Colour = Goal.Colour.MOSS
    start_date: date | None = None
    target_date: date | None = None
    draft: bool = Field(False, description="Keep it as a draft, which only you see.")


class GoalChange(In):
    title: str = ""
    description: str = ""
    category: Category = Category.OTHER
    level: Goal.Level = Goal.Level.BEGINNER
    tags: list[str] = []
    visibility: Goal.Visibility = Goal.Visibility.PRIVATE
    icon: Goal.Icon | Literal[""] = ""
    colour: Goal.Colour = Goal.Colour.MOSS
    start_date: date = Field(default_factory=date.today)
    target_date: date | None = None


class GoalQuery(Paging):
    status: Goal.Status | None = None
    category: Category | None = None
    tag: str = Field("", max_length=25)
    q: str = Field("", description="Words in title or description.", max_length=100)
    sort: Literal["-created_at", "created_at", "target_date", "-target_date", "title"] | None = (
        Field(None, description="`-` turns it round; goals without a target date come last.")
    )
    order: Literal["-created_at", "created_at", "target_date", "-target_date", "title"] = Field(
        "-created_at", description="The older name of `sort`."
    )


class TagQuery(Schema):
    q: str = Field("", description="How the tag begins.", max_length=25)


class MoveIn(In):
    to: Goal.Status


class MilestoneOut(Schema):
    id: int
    goal: int = Field(alias="goal_id")
    title: str
    due_date: date | None
    position: int
    completed_at: datetime | None
    version: int = Field(description="The same as in the ETag.")


class OrderIn(In):
    milestones: list[Id] = Field(description="Ids of all milestones of the goal, in order.")


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


def _shown(response: HttpResponse, goal: Goal) -> Goal:
    """Answer with one goal, and its version in the ETag."""
    versions.tag(response, goal)
    return show([goal])[0]


def _as_data(goal: Goal) -> dict[str, Any]:
    return GoalOut.from_orm(show([goal])[0]).model_dump(mode="json")


def _mine(request: LearnerRequest, goal_id: Id) -> Goal:
    return get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_id)


@router.get("/", response={200: Page[GoalOut], **refusals(422)})
def list_goals(request: LearnerRequest, query: Query[GoalQuery]) -> Any:
    """Your goals."""
    goals = chosen(
        Goal.objects.owned_by(request.user),
        words=query.q,
        status=query.status or "",
        category=query.category or "",
        tag=query.tag,
        sort=query.sort or query.order,
    )
    return paged(goals, query, show)


@router.post("/", response={201: GoalOut, **refusals(403, 422)})
@idempotent
def create_goal(request: LearnerRequest, response: HttpResponse, payload: GoalIn) -> Any:
    """Set a goal."""
    goal = lifecycle.create_goal(by=request.user, **payload.model_dump())
    return Status(201, _shown(response, goal))


@router.get("/tags", response={200: list[str], **refusals(422)})
def suggest_tags(request: LearnerRequest, query: Query[TagQuery]) -> Any:
    """Tags to choose from: your own, then those that public goals use most; 30 at most."""
    return tags.suggested(request.user, query.q)


@router.get("/shared/{key}", response={200: GoalOut, **refusals(404)})
def read_shared_goal(request: LearnerRequest, response: HttpResponse, key: str) -> Any:
    """An unlisted goal, by the key in its link."""
    goal = get_object_or_404(Goal.objects.shared_as(key))
    return _shown(response, goal)


@router.get("/{goal_id}", response={200: GoalOut, **refusals(404)})
def read_goal(request: LearnerRequest, response: HttpResponse, goal_id: Id) -> Any:
    """A goal of yours, or a public one. Its ETag is for `If-Match`."""
    goal = get_object_or_404(Goal.objects.visible_to(request.user), pk=goal_id)
    return _shown(response, goal)


@router.put(
    "/{goal_id}", response={200: GoalOut, **refusals(403, 404, 412, 422)}, openapi_extra=IF_MATCH
)
def change_goal(
    request: LearnerRequest, response: HttpResponse, goal_id: Id, payload: GoalChange
) -> Any:
    """Change a goal of yours; what you leave out stays as it is."""
    goal = _mine(request, goal_id)
    with stale_shown_by(_as_data):
        goal = lifecycle.update_goal(
            goal=goal, by=request.user, version=versions.expected(request), **payload.sent()
        )
    return _shown(response, goal)


@router.patch(
    "/{goal_id}", response={200: GoalOut, **refusals(403, 404, 412, 422)}, openapi_extra=IF_MATCH
)
def patch_goal(
    request: LearnerRequest, response: HttpResponse, goal_id: Id, payload: GoalChange
) -> Any:
    """Change a part of a goal of yours."""
    return change_goal(request, response, goal_id, payload)


@router.delete("/{goal_id}", response={204: None, **refusals(403, 404, 409)})
def delete_goal(request: LearnerRequest, goal_id: Id) -> Any:
    """Delete a goal of yours. One with work in it answers 409: archive it instead."""
    lifecycle.delete_goal(goal=_mine(request, goal_id), by=request.user)
    return Status(204, None)


@router.post("/{goal_id}/status", response={200: GoalOut, **refusals(403, 404, 409, 422)})
def move_goal(request: LearnerRequest, response: HttpResponse, goal_id: Id, payload: MoveIn) -> Any:
    """Begin, pause, resume, complete or archive a goal of yours. When it goes on after a pause,
    the dates of what is still to do move by the days it stood still."""
    goal = lifecycle.move(goal=_mine(request, goal_id), to=payload.to, by=request.user)
    return _shown(response, goal)


@router.get("/{goal_id}/milestones", response={200: list[MilestoneOut], **refusals(404)})
def list_milestones(request: LearnerRequest, goal_id: Id) -> Any:
    """The milestones of a goal, in order; 50 at most."""
    goal = get_object_or_404(Goal.objects.visible_to(request.user), pk=goal_id)
    return list(goal.milestones.all())


@router.post("/{goal_id}/milestones", response={201: MilestoneOut, **refusals(403, 404, 409, 422)})
@idempotent
def add_milestone(
    request: LearnerRequest, response: HttpResponse, goal_id: Id, payload: MilestoneIn
) -> Any:
    """Add a milestone after the others."""
    goal = _mine(request, goal_id)
    milestone = milestones.add_milestone(goal=goal, by=request.user, **payload.model_dump())
    return Status(201, _tagged(response, milestone))


@router.put(
    "/{goal_id}/milestones/order", response={200: list[MilestoneOut], **refusals(403, 404, 422)}
)
def order_milestones(request: LearnerRequest, goal_id: Id, payload: OrderIn) -> Any:
    """Put the milestones of a goal into another order: all of them, each once."""
    goal = _mine(request, goal_id)
    return ordering.order_milestones(goal=goal, by=request.user, milestones=payload.milestones)


def _tagged(response: HttpResponse, milestone: Milestone) -> Milestone:
    versions.tag(response, milestone)
    return milestone


def _milestone_as_data(milestone: Milestone) -> dict[str, Any]:
    return MilestoneOut.from_orm(milestone).model_dump(mode="json")


def _my_milestone(request: LearnerRequest, milestone_id: Id) -> Milestone:
    return get_object_or_404(Milestone.objects.owned_by(request.user), pk=milestone_id)


@milestone_router.get("/{milestone_id}", response={200: MilestoneOut, **refusals(404)})
def read_milestone(request: LearnerRequest, response: HttpResponse, milestone_id: Id) -> Any:
    """A milestone of a goal that you may see. Its ETag is for `If-Match`."""
    milestones = Milestone.objects.visible_to(request.user)
    return _tagged(response, get_object_or_404(milestones, pk=milestone_id))


@milestone_router.put(
    "/{milestone_id}",
    response={200: MilestoneOut, **refusals(403, 404, 412, 422)},
    openapi_extra=IF_MATCH,
)
def change_milestone(
    request: LearnerRequest, response: HttpResponse, milestone_id: Id, payload: MilestoneChange
) -> Any:
    """Change a milestone; what you leave out stays as it is."""
    milestone = _my_milestone(request, milestone_id)
    with stale_shown_by(_milestone_as_data):
        milestone = milestones.update_milestone(
            milestone=milestone,
            by=request.user,
            version=versions.expected(request),
            **payload.sent(),
        )
    return _tagged(response, milestone)


@milestone_router.patch(
    "/{milestone_id}",
    response={200: MilestoneOut, **refusals(403, 404, 412, 422)},
    openapi_extra=IF_MATCH,
)
def patch_milestone(
    request: LearnerRequest, response: HttpResponse, milestone_id: Id, payload: MilestoneChange
) -> Any:
    """Change a part of a milestone."""
    return change_milestone(request, response, milestone_id, payload)


@milestone_router.post(
    "/{milestone_id}/complete", response={200: MilestoneOut, **refusals(403, 404)}
)
def complete_milestone(request: LearnerRequest, response: HttpResponse, milestone_id: Id) -> Any:
    """Mark a milestone as reached."""
    milestone = _my_milestone(request, milestone_id)
    return _tagged(response, milestones.complete_milestone(milestone=milestone, by=request.user))


@milestone_router.post("/{milestone_id}/reopen", response={200: MilestoneOut, **refusals(403, 404)})
def reopen_milestone(request: LearnerRequest, response: HttpResponse, milestone_id: Id) -> Any:
    """Mark a milestone as not reached after all."""
    milestone = _my_milestone(request, milestone_id)
    return _tagged(response, milestones.reopen_milestone(milestone=milestone, by=request.user))


@milestone_router.delete("/{milestone_id}", response={204: None, **refusals(403, 404)})
def remove_milestone(request: LearnerRequest, milestone_id: Id) -> Any:
    """Remove a milestone; its challenges stay."""
    milestones.remove_milestone(milestone=_my_milestone(request, milestone_id), by=request.user)
    return Status(204, None)
