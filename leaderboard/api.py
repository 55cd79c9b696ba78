"""Badges and leagues, for API clients."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from leaderboard import badges, credentials, seasons
from leaderboard.badge_list import BY_CODE, Family, Tier
from leaderboard.league_models import League
from leaderboard.models import BadgeAward, LeagueMembership
from learnquest.core.api import Id, In, refusals
from learnquest.core.http import LearnerRequest

badge_router = Router(tags=["badges"])
league_router = Router(tags=["leagues"])

Outcome = LeagueMembership.Outcome


class BadgeStandingOut(Schema):
    code: str
    family: Family
    tier: Tier
    name: str | None = Field(description="Null for a secret one that you do not hold.")
    how: str | None = Field(description="How it is earned; null for such a secret.")
    done: int = Field(description="How far you are towards `goal`.")
    goal: int
    progress: str = Field(examples=["7 of 10 reviews"])
    awarded_at: datetime | None
    is_pinned: bool
    holders: int


class CredentialOut(Schema):
    credential: str = Field(description="Open Badges 3.0, as a JWT signed with RS256.")


class LeagueRowOut(Schema):
    place: int | None = Field(description="Ties share a place. Null without points this week.")
    user_id: Id
    name: str
    username: str | None = Field(description="Null where the profile is private.")
    points: int
    zone: Outcome = Field(description="up, stay, down or absent, if the week ended now.")
    is_me: bool


class LeagueOut(Schema):
    is_in: bool = Field(description="Whether you take part; false is how everybody begins.")
    league: int | None = Field(description="1 to 10.")
    name: str | None
    week: str | None = Field(description="Null until your first group, at the next turn.")
    ends_at: datetime
    up: int = Field(description="How many rise.")
    down: int = Field(description="How many go down.")
    rows: list[LeagueRowOut]


class LeagueIn(In):
    is_in: bool


@badge_router.get("/", response={200: list[BadgeStandingOut], **refusals()})
def list_badges(request: LearnerRequest) -> Any:
    """All badges, with yours and how far you are towards the others."""
    counts = badges.holders_of_all()
    families = badges.overview(request.user).values()
    return [_badge(one, counts.get(one.badge.code, 0)) for rows in families for one in rows]


@badge_router.get("/{code}", response={200: BadgeStandingOut, **refusals(404)})
def read_badge(request: LearnerRequest, code: str) -> Any:
    """One badge."""
    return _read(request, code)


@badge_router.put("/{code}/pin", response={200: BadgeStandingOut, **refusals(403, 404, 409)})
def pin_badge(request: LearnerRequest, code: str) -> Any:
    """Put a badge of yours first on your profile; five at most."""
    badges.pin(code=code, by=request.user)
    return _read(request, code)


@badge_router.delete("/{code}/pin", response={204: None, **refusals(403, 404)})
def unpin_badge(request: LearnerRequest, code: str) -> Any:
    """Take it down again."""
    badges.pin(code=code, by=request.user, pinned=False)
    return Status(204, None)


@badge_router.get("/{code}/credential", response={200: CredentialOut, **refusals(404)})
def export_badge(request: LearnerRequest, code: str) -> Any:
    """Your award as an Open Badges 3.0 credential, for another site."""
    award = get_object_or_404(
        BadgeAward.objects.select_related("user"), user=request.user, badge=code
    )
    if code not in BY_CODE:
        raise Http404
    return {"credential": credentials.export(award=award)}


@league_router.get("/mine", response={200: LeagueOut, **refusals()})
def read_league(request: LearnerRequest) -> Any:
    """Your league and the table of your group, as it stands."""
    return _league(request)


@league_router.put("/mine", response={200: LeagueOut, **refusals(403, 409, 422)})
def change_league(request: LearnerRequest, payload: LeagueIn) -> Any:
    """Take part from the next week on, or no longer."""
    if payload.is_in:
        seasons.join(by=request.user)
    else:
        seasons.leave(by=request.user)
    return _league(request)


def _read(request: LearnerRequest, code: str) -> dict[str, Any]:
    if code not in BY_CODE:
        raise Http404
    badge = BY_CODE[code]
    return _badge(badges.standing_of(badge, request.user), badges.holders(badge))


def _badge(one: badges.Held, holders: int) -> dict[str, Any]:
    badge, award = one.badge, one.award
    return {
        "code": badge.code,
        "family": badge.family,
        "tier": badge.tier,
        "name": None if one.is_veiled else str(badge.name),
        "how": None if one.is_veiled else str(badge.how),
        "done": min(one.done, badge.count),
        "goal": badge.count,
        "progress": "" if one.is_veiled else one.progress,
        "awarded_at": award.awarded_at if award else None,
        "is_pinned": bool(award and award.pinned_at),
        "holders": holders,
    }


def _league(request: LearnerRequest) -> dict[str, Any]:
    now = timezone.now()
    player = seasons.player_of(request.user)
    table = seasons.table_of(request.user, now) if player else None
    return {
        "is_in": player is not None,
        "league": player.league if player else None,
        "name": str(League(player.league).label) if player else None,
        "week": table.group.week if table else None,
        "ends_at": seasons.end_of_week(now),
        "up": table.up if table else 0,
        "down": table.down if table else 0,
        "rows": [_row(row) for row in table.rows] if table else [],
    }


def _row(row: seasons.Row) -> dict[str, Any]:
    shown = row.user.is_profile_public or row.is_me
    return {
        "place": row.place,
        "user_id": row.user.pk,
        "name": row.user.name,
        "username": row.user.username if shown else None,
        "points": row.points,
        "zone": row.zone,
        "is_me": row.is_me,
    }
