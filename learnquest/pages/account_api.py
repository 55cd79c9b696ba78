"""Of one's account what takes more apps than one, and other people's pages, for API clients.

Signing in and the profile itself are in `accounts.api`; these operations stand beside them.
"""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status

from accounts import blocks, pictures
from accounts.api import ProfileOut, auth_router
from accounts.models import Block, DataExport
from goals.models import Category, Goal
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import limit
from learnquest.pages import data_export, leaving, people
from learnquest.pages.api import BadgeOut, show_badges
from learnquest.pages.your_data import send

people_router = Router(tags=["people"])

_IMAGE = {"schema": {"type": "string", "format": "binary"}}
_PICTURE_BODY = {
    "requestBody": {
        "required": True,
        "content": dict.fromkeys(("image/jpeg", "image/png", "image/webp", "image/gif"), _IMAGE),
    }
}
_ZIP_ANSWER = {"description": "The zip file.", "content": {"application/zip": _IMAGE}}


class ExportOut(Schema):
    id: int
    status: DataExport.Status
    size: int = Field(description="Bytes, once it is ready.")
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


class PasswordIn(In):
    password: str = Field(json_schema_extra={"format": "password"})


class BlockOut(Schema):
    username: str = Field(alias="blocked.username")
    name: str = Field(alias="blocked.name")
    created_at: datetime


class BlockIn(In):
    username: str


class PublicGoalOut(Schema):
    id: int
    title: str
    category: Category
    status: Goal.Status
    percent: float


class ActiveDayOut(Schema):
    date: date
    count: int


class PersonOut(Schema):
    id: int
    username: str
    name: str
    bio: str
    avatar: str | None = Field(description="Path of the picture; null for the drawn figure.")
    date_joined: datetime
    level: int
    points: int = Field(description="Of all time; 0 for who left the board.")
    works_accepted: int
    reviews_given: int
    badges: list[BadgeOut]
    goals: list[PublicGoalOut]
    activity: list[ActiveDayOut] = Field(
        description="Days of the last year with something done, in the person's own time zone."
    )


@auth_router.put(
    "/profile/avatar",
    response={200: ProfileOut, **refusals(403, 422)},
    openapi_extra=_PICTURE_BODY,
)
def set_picture(request: LearnerRequest) -> Any:
    """Send a picture as the body: JPEG, PNG, WebP or GIF, up to 2 MB. It is cut to a square."""
    limit(request, "picture")
    return pictures.set_picture(user=request.user, data=request.body)


@auth_router.delete("/profile/avatar", response={200: ProfileOut, **refusals(403)})
def remove_picture(request: LearnerRequest) -> Any:
    """Go back to the drawn figure."""
    return pictures.remove_picture(user=request.user)


@auth_router.delete("/profile", response={202: ProfileOut, **refusals(403, 409, 422)})
def delete_account(request: LearnerRequest, payload: PasswordIn) -> Any:
    """Delete your account: hidden and signed out of all apps at once, erased at `erase_at`, in
    14 days. Until then you can sign in and restore it."""
    _confirm(request, payload)
    return Status(202, leaving.request_deletion(user=request.user))


@auth_router.post("/profile/restore", response={200: ProfileOut, **refusals(403, 409)})
def keep_account(request: LearnerRequest) -> Any:
    """Keep your account after all."""
    return leaving.keep_account(user=request.user)


@auth_router.post("/export", response={202: ExportOut, **refusals(403, 409)})
def request_export(request: LearnerRequest, response: HttpResponse) -> Any:
    """Ask for all that is kept of you, as a zip file; poll `Location` until it is `ready`."""
    export = data_export.request_export(by=request.user)
    response["Location"] = f"/api/auth/export/{export.pk}"
    return Status(202, export)


@auth_router.get("/export/{export_id}", response={200: ExportOut, **refusals(404)})
def read_export(request: LearnerRequest, export_id: Id) -> Any:
    """An export of yours: `pending`, `ready` or `failed`. It goes after 7 days."""
    return get_object_or_404(DataExport.objects.visible_to(request.user), pk=export_id)


@auth_router.post(
    "/export/{export_id}/download",
    response={200: None, **refusals(403, 404, 422)},
    openapi_extra={"responses": {200: _ZIP_ANSWER}},
)
def download_export(
    request: LearnerRequest, export_id: Id, payload: PasswordIn
) -> HttpResponseBase:
    """The file itself; your password says again that it is you."""
    mine = DataExport.objects.visible_to(request.user).select_related("user")
    export = get_object_or_404(mine, pk=export_id)
    _confirm(request, payload)
    return send(export)


@auth_router.get("/blocks", response={200: Page[BlockOut], **refusals(422)})
def list_blocks(request: LearnerRequest, paging: Query[Paging]) -> Any:
    """Whom you block, newest first."""
    mine = Block.objects.visible_to(request.user).standing().select_related("blocked")
    return paged(mine.order_by("-created_at", "-pk"), paging, list)


@auth_router.post("/blocks", response={200: BlockOut, **refusals(403, 404, 409, 422)})
def block(request: LearnerRequest, payload: BlockIn) -> Any:
    """Block somebody whose page you can open: neither sees the other's page, goals or quests, or
    gets the other's work to review. Works of theirs that wait already may still meet you: if they
    left your queue, you would know whose they are. Nobody is told. Safe to send twice."""
    person = people.find(username=payload.username, viewer=request.user)
    return blocks.block(person=person, by=request.user)


@auth_router.delete("/blocks/{username}", response={204: None, **refusals(403, 404)})
def unblock(request: LearnerRequest, username: str) -> Any:
    """Take somebody off the list. What they handed in meanwhile still does not come to you."""
    mine = Block.objects.visible_to(request.user).standing()
    blocks.unblock(
        block=get_object_or_404(mine, blocked__username__iexact=username), by=request.user
    )
    return Status(204, None)


@people_router.get("/{username}", response={200: PersonOut, **refusals(404)})
def person(request: LearnerRequest, username: str) -> Any:
    """Somebody's public page. A private one answers 404."""
    found = people.find(username=username, viewer=request.user)
    page = people.read(person=found, viewer=request.user)
    goals = [
        {
            "id": goal.pk,
            "title": goal.title,
            "category": goal.category,
            "status": goal.status,
            "percent": percent,
        }
        for goal, percent in page.goals
    ]
    days = [day for week in page.activity.weeks for day in week.days if day.count]
    return {
        "id": found.pk,
        "username": found.username,
        "name": found.name,
        "bio": found.bio,
        "avatar": pictures.address_of(found),
        "date_joined": found.date_joined,
        "level": page.level,
        "points": page.place.points if page.place else 0,
        "works_accepted": page.accepted,
        "reviews_given": page.reviews,
        "badges": show_badges(page.badges),
        "goals": goals,
        "activity": days,
    }


def _confirm(request: LearnerRequest, payload: PasswordIn) -> None:
    limit(request, "credentials")
    leaving.confirm_password(user=request.user, password=payload.password)
