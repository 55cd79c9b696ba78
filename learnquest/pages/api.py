"""What reads several apps, for API clients: progress, the dashboard, the leaderboard."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema, Status

from accounts.idempotency import idempotent
from accounts.models import Notification, User
from challenges import logging_progress
from challenges.burnup import burn_up
from challenges.forecast import Outlook, forecasts
from challenges.models import Challenge
from goals import progress_log, replanning
from goals.api import GoalOut, MilestoneOut
from goals.models import Goal, Progress
from leaderboard import badges, ranking
from leaderboard.models import BadgeAward
from leaderboard.periods import Period
from learnquest.core.api import Id, In, Page, Paging, Sent, paged, refusals
from learnquest.core.http import LearnerRequest
from learnquest.pages import board_scopes, dashboard, replan

progress_router = Router(tags=["progress"])
replan_router = Router(tags=["milestones"])
board_router = Router(tags=["leaderboard"])


class ForecastOut(Schema):
    on: date = Field(description="The day on which the plan will be done at the present pace.")
    days_late: int | None = Field(description="Days after the target date; negative is early.")
    outlook: Outlook | None = Field(
        description="What that says of the target date; null without one. `in_time` when the whole "
        "range lies before it, `probably_in_time` when only `on` does, `too_early` when there is "
        "no end of the range, `late` when `on` lies after it."
    )
    earliest: date | None = Field(
        description="With `latest` the range in which it lies four times out of five; null where "
        "there is not enough data."
    )
    latest: date | None = Field(
        description="Null, too, where the weeks differ so much that no latest day can be named."
    )


class ProgressOut(Schema):
    id: int
    goal: int = Field(alias="goal_id")
    kind: Progress.Kind
    note: str
    minutes: int
    percent_after: float
    occurred_at: datetime


class BurnUpWeekOut(Schema):
    ends: date
    scope: int = Field(description="Minutes in the plan by then.")
    done: int = Field(description="Minutes of it done by then.")


class GoalProgressOut(Schema):
    goal: int
    percent: float
    forecast: ForecastOut | None = Field(description="Null where there is not enough data.")
    burn_up: list[BurnUpWeekOut] = Field(description="The last twelve weeks, the newest first.")
    log: Page[ProgressOut]


class ProgressIn(In):
    """What happened, in one go: at least one of minutes, note, milestone and challenge."""

    goal: Id | None = Field(None, description="May be left out beside a milestone or challenge.")
    minutes: int = Field(0, ge=0, le=1440, description="Practised; 0 for none.")
    note: str = ""
    milestone: Id | None = Field(None, description="The milestone that was reached.")
    challenge: Id | None = Field(None, description="The challenge that `challenge_status` is of.")
    challenge_status: Literal["todo", "doing", "skipped", "accepted"] | None = Field(
        None,
        description="Where the challenge stands now. Only reviewers accept work: `accepted` "
        "answers 409 until they have; hand it in under `/api/submissions/`.",
    )


class NewDateOut(Schema):
    milestone: int
    title: str
    old: date | None
    new: date


class WayOut(Schema):
    way: str = Field(description="target, pace or shift.")
    name: str
    dates: list[NewDateOut]


class NewDateIn(In):
    milestone: Id
    new: date


class ReplanIn(In):
    dates: list[NewDateIn] = Field(max_length=50)


class StepOut(Schema):
    kind: str
    title: str
    why: str = Field(description="The reason, for the learner.")
    url: str


class GoalCardOut(Schema):
    goal: GoalOut
    forecast: ForecastOut | None


class PlaceOut(Schema):
    rank: int
    user_id: Id
    name: str
    username: str | None = Field(description="Null where the profile is private.")
    points: int
    is_me: bool
    since_yesterday: int | None = Field(description="Places up, negative for down.")
    since_last_week: int | None


class BadgeOut(Schema):
    code: str
    name: str
    how: str
    tier: str
    awarded_at: datetime


class WaitingOut(Schema):
    id: int
    kind: Notification.Kind
    subject: str
    target: str


class OwedOut(Schema):
    id: int = Field(alias="pk")
    title: str
    lease_until: datetime


class DashboardOut(Schema):
    next_steps: list[StepOut] = Field(description="Three at most, the most pressing first.")
    goals: list[GoalCardOut]
    streak: int = Field(description="Days in a row.")
    xp: int
    level: int
    points_this_week: int
    rank: int | None = Field(description="This week; null without points or off the board.")
    rank_last_week: int | None
    in_review: int
    review_owed: OwedOut | None
    reviews_wait: bool = Field(description="Whether somebody's work waits for a review by you.")
    feedback: list[WaitingOut] = Field(description="Feedback and reviews that wait to be read.")
    feedback_count: int
    badges: list[BadgeOut]
    log: list[ProgressOut]


class BoardOut(Schema):
    scope: str
    period: Period
    items: list[PlaceOut]
    mine: PlaceOut | None = Field(description="Your own row, wherever it stands.")
    neighbours: list[PlaceOut] = Field(description="You, with five above and five below.")
    count: int
    next: str | None = Field(description="The cursor of the next page; null on the last.")
    previous: str | None


class BoardQuery(Sent):
    scope: str = Field(
        "everyone",
        max_length=32,
        description="`everyone`, a field as `category:music`, or `league`: those of your group of "
        "this week, which answers 404 while you have none.",
    )
    period: Period = Period.WEEK
    cursor: str = Field(
        "",
        max_length=80,
        description="`next` or `previous` of a page; `me` for the page around you; `rank:500` for "
        "the one around a place. Anything else is the top.",
    )


class PersonQuery(Sent):
    scope: str = Field("everyone", max_length=32)
    period: Period = Period.ALL


class PersonStandingsOut(Schema):
    user_id: Id
    name: str
    scope: str
    period: Period
    rank: int | None
    points: int
    percentile: float | None = Field(
        description="How many per cent of the learners do not stand above; null without points."
    )
    neighbours: list[PlaceOut]
    week: PlaceOut | None
    month: PlaceOut | None
    all: PlaceOut | None
    badges: list[BadgeOut]


def _place(place: ranking.Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    user = place.user
    shown = user.is_profile_public or place.is_me
    return {
        "rank": place.rank,
        "user_id": user.pk,
        "name": user.name,
        "username": user.username if shown else None,
        "points": place.points,
        "is_me": place.is_me,
        "since_yesterday": place.moved.since_yesterday,
        "since_last_week": place.moved.since_last_week,
    }


def show_badges(held: Sequence[tuple[badges.Badge, BadgeAward]]) -> list[dict[str, Any]]:
    return [
        {
            "code": badge.code,
            "name": str(badge.name),
            "how": str(badge.how),
            "tier": badge.tier,
            "awarded_at": award.awarded_at,
        }
        for badge, award in held
    ]


@progress_router.get("/dashboard", response={200: DashboardOut, **refusals()})
def read_dashboard(request: LearnerRequest) -> Any:
    """What to do next, and how far everything is."""
    now = dashboard.read(request.user)
    cards = []
    for card in now.goals:
        card.goal.percent = float(card.percent)  # type: ignore[attr-defined]  # for the schema
        cards.append({"goal": card.goal, "forecast": card.forecast})
    return {
        "next_steps": now.steps,
        "goals": cards,
        "streak": now.streak,
        "xp": now.xp,
        "level": now.level,
        "points_this_week": now.week_points,
        "rank": now.week_rank,
        "rank_last_week": now.last_week_rank,
        "in_review": now.in_review,
        "review_owed": now.review,
        "reviews_wait": now.reviews_wait,
        "feedback": now.feedback,
        "feedback_count": now.feedback_count,
        "badges": show_badges(badges.of(request.user)[:4]),
        "log": Progress.objects.visible_to(request.user).order_by("-occurred_at", "-pk")[:6],
    }


@progress_router.get("/goals/{goal_id}", response={200: GoalProgressOut, **refusals(404, 422)})
def read_progress(request: LearnerRequest, goal_id: Id, paging: Query[Paging]) -> Any:
    """How far one of your goals is, when it will be reached, and its log, newest first."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_id)
    log = Progress.objects.filter(goal=goal).order_by("-occurred_at", "-pk")
    today = timezone.localdate(timezone=ZoneInfo(request.user.time_zone))
    future = forecasts([goal], today=today)[goal.pk]
    with timezone.override(request.user.time_zone):
        chart = burn_up(goal, list(Challenge.objects.filter(goal=goal)), today=today)
    return {
        "goal": goal.pk,
        "percent": progress_log.percent_of(goal),
        "forecast": future,
        "burn_up": chart.weeks if chart else [],
        "log": paged(log, paging, list),
    }


@progress_router.post("/", response={201: ProgressOut, **refusals(403, 404, 409, 422)})
@idempotent
def log_progress(request: LearnerRequest, payload: ProgressIn) -> Any:
    """Log minutes, a note, a milestone reached, or where a challenge stands: all, or nothing.

    Returns the last line that was added to the log.
    """
    entry = logging_progress.log_progress(by=request.user, **payload.model_dump())
    return Status(201, entry)


@replan_router.get("/{goal_id}/replan", response={200: list[WayOut], **refusals(404)})
def propose_dates(request: LearnerRequest, goal_id: Id) -> Any:
    """New dates for the milestones ahead, one proposal for each way that leads somewhere."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_id)
    return [
        {
            "way": way,
            "name": str(replan.NAMES[way]),
            "dates": [
                {
                    "milestone": one.milestone.pk,
                    "title": one.milestone.title,
                    "old": one.old,
                    "new": one.new,
                }
                for one in proposals
            ],
        }
        for way, proposals in replan.ways_of(goal, today=request.user.today()).items()
    ]


@replan_router.post(
    "/{goal_id}/replan", response={200: list[MilestoneOut], **refusals(403, 404, 422)}
)
def take_dates(request: LearnerRequest, goal_id: Id, payload: ReplanIn) -> Any:
    """Give milestones new dates: those proposed, or others. What is reached keeps its own."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_id)
    dates = {one.milestone: one.new for one in payload.dates}
    return replanning.replan(goal=goal, by=request.user, dates=dates)


@board_router.get("/", response={200: BoardOut, **refusals(404, 422)})
def read_board(request: LearnerRequest, query: Query[BoardQuery]) -> Any:
    """A page of a board, and your own row wherever it stands. Ties share a rank."""
    board = ranking.board(
        viewer=request.user,
        scope=_scope(query.scope, request),
        period=query.period,
        cursor=query.cursor,
    )
    return {
        "scope": query.scope,
        "period": board.period,
        "items": [_place(place) for place in board.places],
        "mine": _place(board.mine),
        "neighbours": [_place(place) for place in board.near],
        "count": board.total,
        "next": board.next or None,
        "previous": board.previous or None,
    }


@board_router.get("/user/{user_id}", response={200: PersonStandingsOut, **refusals(404, 422)})
def read_standings(request: LearnerRequest, user_id: Id, query: Query[PersonQuery]) -> Any:
    """Where somebody stands. Who left the board answers 404 to everybody else."""
    person = get_object_or_404(User, pk=user_id, is_active=True, erase_at=None)
    is_me = person.pk == request.user.pk
    if not (is_me or person.is_on_leaderboard):
        raise Http404
    scope = _scope(query.scope, request)
    board = ranking.around(user=person, viewer=request.user, scope=scope, period=query.period)
    places = {
        period.value: _place(
            ranking.place_of(user=person, viewer=request.user, scope=scope, period=period)
        )
        for period in Period
    }
    can_see_more = person.is_profile_visible_to(request.user)
    held = badges.of(person) if can_see_more else []
    return {
        "user_id": person.pk,
        "name": person.name,
        "scope": query.scope,
        "period": query.period,
        "rank": board.mine.rank if board.mine else None,
        "points": board.mine.points if board.mine else 0,
        "percentile": board.percentile,
        "neighbours": [_place(place) for place in board.near],
        "badges": show_badges(held),
        **places,
    }


def _scope(name: str, request: LearnerRequest) -> str:
    """Return the board that a client named; raises Http404 for one that there is not for them."""
    scope = board_scopes.scope_named(name, request.user)
    if scope is None:
        raise Http404
    return scope
