"""Challenges, for API clients."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts.idempotency import idempotent
from challenges import authoring, bulk, ordering, prerequisites, rubric_presets
from challenges.models import Challenge
from goals.models import Goal, Milestone
from learnquest.core import versions
from learnquest.core.api import IF_MATCH, Id, In, Page, Paging, paged, refusals, stale_shown_by
from learnquest.core.errors import Invalid
from learnquest.core.http import LearnerRequest

router = Router(tags=["challenges"])


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
    due_date: date | None
    min_words: int = Field(description="What work must have to be handed in; 0 for any length.")
    requires_link: bool
    requires_attachment: bool
    is_locked: bool = Field(description="Whether something comes first that is not done yet.")
    created_at: datetime
    finished_at: datetime | None
    version: int = Field(description="The same as in the ETag.")


class ChallengeIn(In):
    goal: Id
    title: str
    instructions: str
    difficulty: int = Field(2, ge=1, le=5)
    estimated_minutes: int = Field(60, ge=5, le=1200)
    milestone: Id | None = None
    due_date: date | None = None
    min_words: int = Field(0, ge=0, le=5000, description="Shorter work cannot be handed in.")
    requires_link: bool = False
    requires_attachment: bool = False
    rubric: list[CriterionIn] | None = Field(None, description="A plain one when left out.")
    needs: list[Id] = Field([], description="Ids of the challenges that come first.")


class ChallengeChange(In):
    title: str = ""
    instructions: str = ""
    difficulty: int = Field(2, ge=1, le=5)
    estimated_minutes: int = Field(60, ge=5, le=1200)
    milestone: Id | None = None
    due_date: date | None = None
    min_words: int = Field(0, ge=0, le=5000, description="Shorter work cannot be handed in.")
    requires_link: bool = False
    requires_attachment: bool = False
    rubric: list[CriterionIn] = []
    needs: list[Id] = Field([], description="Ids of the challenges that come first.")


class NeedsIn(In):
    needs: list[Id]


class NeedsOut(Schema):
    needs: list[int] = Field(description="What comes first.")
    unlocks: list[int] = Field(description="What comes after.")
    missing: list[int] = Field(description="What comes first and is not done yet.")


class OrderIn(In):
    goal: Id
    order: list[Id] = Field(description="The ids of all challenges of the goal, in their order.")


class PlaceIn(In):
    milestone: Id | None = None
    before: Id | None = Field(None, description="The challenge before which it goes; else last.")


class BulkIn(In):
    goal: Id
    ids: list[Id] = Field(min_length=1, max_length=authoring.MOST_CHALLENGES)
    deed: Literal["skip", "resume", "move", "delete"]
    milestone: Id | None = Field(None, description="Where to, for `move`.")


class PresetOut(Schema):
    key: str
    name: str
    rubric: list[CriterionOut]


class ChallengeQuery(Paging):
    goal: Id | None = None
    status: Challenge.Status | None = None
    q: str = Field("", description="Words in title or instructions.", max_length=100)


def _mine(request: LearnerRequest, challenge_id: Id) -> Challenge:
    return get_object_or_404(Challenge.objects.owned_by(request.user), pk=challenge_id)


def with_things(sent: dict[str, Any], goal: Goal) -> dict[str, Any]:
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
    if sent.get("needs") is not None:
        needs = list(Challenge.objects.filter(goal=goal, pk__in=sent["needs"]))
        if len(needs) != len(set(sent["needs"])):
            message = "This goal has no such challenge."
            raise Invalid(message, errors={"needs": [message]})
        sent["needs"] = needs
    return sent


def _shown(challenge: Challenge) -> Challenge:
    """Return a challenge after a deed as `ChallengeOut` shows it."""
    return Challenge.objects.with_lock().get(pk=challenge.pk)


@router.get("/", response={200: Page[ChallengeOut], **refusals(422)})
def list_challenges(request: LearnerRequest, query: Query[ChallengeQuery]) -> Any:
    """Your challenges, or with `goal` those of a goal that you may see; in the plan's order."""
    challenges = Challenge.objects.with_lock().order_by("goal", "position")
    if query.goal is None:
        challenges = challenges.owned_by(request.user)
    else:
        challenges = challenges.visible_to(request.user).filter(goal=query.goal)
    if query.status:
        challenges = challenges.filter(status=query.status)
    challenges = challenges.matching(query.q)
    return paged(challenges, query, list)


def _tagged(response: HttpResponse, challenge: Challenge) -> Challenge:
    versions.tag(response, challenge)
    return challenge


def _as_data(challenge: Challenge) -> dict[str, Any]:
    return ChallengeOut.from_orm(_shown(challenge)).model_dump(mode="json")


@router.post("/", response={201: ChallengeOut, **refusals(403, 404, 409, 422)})
@idempotent
def create_challenge(request: LearnerRequest, response: HttpResponse, payload: ChallengeIn) -> Any:
    """Write a challenge of your own for one of your goals."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=payload.goal)
    sent = with_things(payload.sent(), goal)
    sent.pop("goal")
    if sent.get("rubric") is None:
        sent.pop("rubric", None)
    challenge = authoring.create_challenge(by=request.user, goal=goal, **sent)
    return Status(201, _tagged(response, _shown(challenge)))


@router.get("/rubric-presets", response={200: list[PresetOut], **refusals()})
def list_presets(request: LearnerRequest) -> Any:
    """Rubrics to begin with, one for each kind of work."""
    return [
        {"key": preset.key, "name": str(preset.name), "rubric": preset.rubric()}
        for preset in rubric_presets.PRESETS
    ]


@router.put("/order", response={200: list[ChallengeOut], **refusals(403, 404, 409, 422)})
def reorder_challenges(request: LearnerRequest, payload: OrderIn) -> Any:
    """Put a goal's challenges in order. 409 when the plan has others meanwhile."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=payload.goal)
    ordering.reorder(goal=goal, order=payload.order, by=request.user)
    return list(Challenge.objects.filter(goal=goal).with_lock().order_by("position"))


@router.post("/bulk", response={200: list[ChallengeOut], **refusals(403, 404, 409, 422)})
def change_many(request: LearnerRequest, payload: BulkIn) -> Any:
    """Skip, take back, move or delete several challenges of a goal: all of them, or none.

    Returns them as they are now; nothing after `delete`.
    """
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=payload.goal)
    if payload.deed == "move":
        where = with_things({"milestone": payload.milestone}, goal)
        bulk.move(goal=goal, ids=payload.ids, by=request.user, **where)
    else:
        deed: Any = {"skip": bulk.skip, "resume": bulk.resume, "delete": bulk.delete}[payload.deed]
        deed(goal=goal, ids=payload.ids, by=request.user)
    changed = Challenge.objects.filter(goal=goal, pk__in=payload.ids)
    return list(changed.with_lock().order_by("position"))


@router.get("/{challenge_id}", response={200: ChallengeOut, **refusals(404)})
def read_challenge(request: LearnerRequest, response: HttpResponse, challenge_id: Id) -> Any:
    """A challenge of a goal that you may see. Its ETag is for `If-Match`."""
    challenges = Challenge.objects.visible_to(request.user).with_lock()
    return _tagged(response, get_object_or_404(challenges, pk=challenge_id))


@router.put(
    "/{challenge_id}",
    response={200: ChallengeOut, **refusals(403, 404, 409, 412, 422)},
    openapi_extra=IF_MATCH,
)
def change_challenge(
    request: LearnerRequest, response: HttpResponse, challenge_id: Id, payload: ChallengeChange
) -> Any:
    """Change a challenge of yours; what you leave out stays.

    409 while work is in review or accepted. Once work was handed in, also after it came back, the
    task stays as it is: instructions, rubric, difficulty and what work must have. `duplicate` it to
    change them.
    """
    challenge = _mine(request, challenge_id)
    sent = with_things(payload.sent(), challenge.goal)
    with stale_shown_by(_as_data):
        challenge = authoring.update_challenge(
            challenge=challenge, by=request.user, version=versions.expected(request), **sent
        )
    return _tagged(response, _shown(challenge))


@router.patch(
    "/{challenge_id}",
    response={200: ChallengeOut, **refusals(403, 404, 409, 412, 422)},
    openapi_extra=IF_MATCH,
)
def patch_challenge(
    request: LearnerRequest, response: HttpResponse, challenge_id: Id, payload: ChallengeChange
) -> Any:
    """The same as `PUT`, for clients that say it this way."""
    return change_challenge(request, response, challenge_id, payload)


@router.post(
    "/{challenge_id}/duplicate", response={201: ChallengeOut, **refusals(403, 404, 409, 422)}
)
@idempotent
def duplicate_challenge(request: LearnerRequest, challenge_id: Id) -> Any:
    """Make a fresh copy right after it."""
    challenge = _mine(request, challenge_id)
    return Status(201, _shown(authoring.duplicate(challenge=challenge, by=request.user)))


@router.post("/{challenge_id}/place", response={200: ChallengeOut, **refusals(403, 404, 422)})
def place_challenge(request: LearnerRequest, challenge_id: Id, payload: PlaceIn) -> Any:
    """Put a challenge under a milestone, before another challenge or last."""
    challenge = _mine(request, challenge_id)
    where = with_things({"milestone": payload.milestone}, challenge.goal)
    before = None
    if payload.before is not None:
        before = get_object_or_404(Challenge, goal=challenge.goal_id, pk=payload.before)
    ordering.place(challenge=challenge, before=before, by=request.user, **where)
    return _shown(challenge)


@router.get("/{challenge_id}/prerequisites", response={200: NeedsOut, **refusals(404)})
def read_prerequisites(request: LearnerRequest, challenge_id: Id) -> Any:
    """What comes before a challenge, and what after."""
    challenge = get_object_or_404(Challenge.objects.visible_to(request.user), pk=challenge_id)
    return _needs(challenge)


@router.put("/{challenge_id}/prerequisites", response={200: NeedsOut, **refusals(403, 404, 422)})
def change_prerequisites(request: LearnerRequest, challenge_id: Id, payload: NeedsIn) -> Any:
    """Say what comes first. 422, with the circle by its titles, for what would go round."""
    challenge = _mine(request, challenge_id)
    wanted = with_things({"needs": payload.needs}, challenge.goal)
    prerequisites.set_needs(challenge=challenge, by=request.user, **wanted)
    return _needs(challenge)


def _needs(challenge: Challenge) -> dict[str, list[int]]:
    return {
        "needs": list(challenge.needs.order_by("position").values_list("pk", flat=True)),
        "unlocks": list(challenge.unlocks.order_by("position").values_list("pk", flat=True)),
        "missing": [one.pk for one in prerequisites.missing(challenge)],
    }


@router.delete("/{challenge_id}", response={204: None, **refusals(403, 404, 409)})
def delete_challenge(request: LearnerRequest, challenge_id: Id) -> Any:
    """Delete a challenge on which there is no work."""
    authoring.delete_challenge(challenge=_mine(request, challenge_id), by=request.user)
    return Status(204, None)


@router.post("/{challenge_id}/skip", response={200: ChallengeOut, **refusals(403, 404, 409)})
def skip_challenge(request: LearnerRequest, challenge_id: Id) -> Any:
    """Leave a challenge out of the plan."""
    return _shown(authoring.skip(challenge=_mine(request, challenge_id), by=request.user))


@router.post("/{challenge_id}/resume", response={200: ChallengeOut, **refusals(403, 404, 409)})
def resume_challenge(request: LearnerRequest, challenge_id: Id) -> Any:
    """Take a skipped challenge back."""
    return _shown(authoring.resume(challenge=_mine(request, challenge_id), by=request.user))
