"""The catalogue of quests, for API clients."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts.idempotency import idempotent
from challenges import catalogue
from challenges.models import Quest
from challenges.quest_plans import QuestPlan
from goals.api import GoalOut, show
from goals.models import Category, Goal
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest

router = Router(tags=["quests"])


class QuestOut(Schema):
    id: int
    title: str
    summary: str
    category: Category
    level: Goal.Level
    tags: list[str]
    weeks: int
    minutes: int
    difficulty: int
    challenge_count: int
    publisher: str = Field(description="Who made it, by the name that others see.")
    started: int
    finished: int
    published_at: datetime | None

    @staticmethod
    def resolve_publisher(quest: Quest) -> str:
        return quest.publisher.name if quest.publisher else "LearnQuest"


class QuestDetailOut(QuestOut):
    plan: QuestPlan = Field(alias="content")


class QuestQuery(Paging):
    q: str = Field("", max_length=100, description="Words of title, summary, tags, challenges.")
    category: Category | None = None
    level: Goal.Level | None = None
    tag: str = Field("", max_length=24)
    length: Literal["", "short", "medium", "long"] = Field(
        "", description="Up to 4 weeks, 5 to 8, or more."
    )
    difficulty: int | None = Field(None, ge=1, le=5)
    order: Literal["popular", "new", "short", "title"] = "popular"
    mine: bool = Field(False, description="Only those that you have published, whatever else.")


class PublishIn(In):
    goal: Id
    summary: str
    title: str = Field("", description="The goal's own when left out.")


class StartIn(In):
    start_date: date | None = Field(None, description="Today when left out.")


@router.get("/", response={200: Page[QuestOut], **refusals(422)})
def list_quests(request: LearnerRequest, query: Query[QuestQuery]) -> Any:
    """The catalogue."""
    if query.mine:
        quests = Quest.objects.published_by(request.user).with_counts().order_by("-changed_at")
        return paged(quests.select_related("publisher"), query, list)
    wish = catalogue.Wish(
        words=query.q,
        category=query.category or "",
        level=query.level or "",
        tag=query.tag,
        length=query.length,
        difficulty=query.difficulty,
        order=query.order,
    )
    return paged(catalogue.find(wish, viewer=request.user), query, list)


@router.post("/", response={201: QuestDetailOut, **refusals(403, 404, 409, 422)})
@idempotent
def publish_quest(request: LearnerRequest, payload: PublishIn) -> Any:
    """Publish the plan of a goal of yours, or publish it anew after changes."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=payload.goal)
    quest = catalogue.publish_quest(
        goal=goal, by=request.user, summary=payload.summary, title=payload.title
    )
    return Status(201, _shown(request, quest.pk))


@router.get("/{quest_id}", response={200: QuestDetailOut, **refusals(404)})
def read_quest(request: LearnerRequest, quest_id: Id) -> Any:
    """A quest with its whole plan."""
    return _shown(request, quest_id)


@router.post("/{quest_id}/start", response={201: GoalOut, 200: GoalOut, **refusals(403, 404, 422)})
@idempotent
def start_quest(
    request: LearnerRequest, response: HttpResponse, quest_id: Id, payload: StartIn
) -> Any:
    """Start your own copy: 201 with the new goal, or 200 with the one that is running already."""
    quest = _shown(request, quest_id)
    goal, is_new = catalogue.start_quest(
        quest=quest, by=request.user, start_date=payload.start_date
    )
    response["Location"] = f"/api/goals/{goal.pk}"
    return Status(201 if is_new else 200, show([goal])[0])


@router.post("/{quest_id}/unpublish", response={200: QuestDetailOut, **refusals(403, 404)})
def unpublish_quest(request: LearnerRequest, quest_id: Id) -> Any:
    """Take a quest of yours out of the catalogue; copies that were started stay."""
    quest = get_object_or_404(Quest.objects.published_by(request.user), pk=quest_id)
    catalogue.unpublish_quest(quest=quest, by=request.user)
    return _shown(request, quest_id)


def _shown(request: LearnerRequest, quest_id: Id) -> Quest:
    quests = Quest.objects.visible_to(request.user).with_counts().select_related("publisher")
    return get_object_or_404(quests, pk=quest_id)
