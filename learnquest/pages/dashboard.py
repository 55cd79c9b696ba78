"""What a learner sees first: what to do today and why, and how far everything is.

The page is asked for more than any other, so all that it shows takes seven queries, however much
there is: the facts that are one value each come from one query on the learner's own row.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, JSONObject, RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Notification, User
from challenges import progress
from challenges.forecast import Forecast, extend, sums
from challenges.models import Challenge, Plan
from goals.models import Goal, Milestone
from leaderboard import movement, points, streaks
from leaderboard.models import PointEntry
from learnquest.core.http import LearnerRequest
from learnquest.pages import steps
from learnquest.pages.steps import Step
from reviews import assignment
from reviews.models import AIFeedback
from submissions.models import Submission

MOST_STEPS = 3
GOALS_SHOWN = 4
NEWS_SHOWN = 3
FEEDBACK = (
    Notification.Kind.FEEDBACK_READY,
    Notification.Kind.REVIEW_RECEIVED,
    Notification.Kind.ACCEPTED,
    Notification.Kind.RETURNED,
    Notification.Kind.COPY_FOUND,
    Notification.Kind.COPY_UNDONE,
)


@dataclass(frozen=True)
class GoalCard:
    goal: Goal
    percent: Decimal
    forecast: Forecast | None
    # A plan of the coach's with proposals to decide on, and whether there is no plan at all yet.
    undecided_plan: int | None = None
    lacks_plan: bool = False


@dataclass(frozen=True)
class Held:
    """The review in the learner's hands."""

    pk: int
    title: str
    lease_until: datetime
    # Nobody waits for what is known to be practice.
    is_practice: bool

    @property
    def url(self) -> str:
        return reverse("reviews:desk", args=[self.pk])


@dataclass(frozen=True)
class Dashboard:
    steps: list[Step]
    goals: list[GoalCard]
    goal_count: int
    streak: int
    is_active_today: bool
    xp: int
    level: int
    level_percent: int
    xp_left: int
    week_points: int
    week_rank: int | None
    last_week_rank: int | None
    in_review: int
    review: Held | None
    reviews_wait: bool
    feedback: list[Notification]
    feedback_count: int
    unread_count: int

    @property
    def climbed(self) -> int | None:
        """How many places up since last week, negative for down; None without both ranks."""
        if self.week_rank is None or self.last_week_rank is None:
            return None
        return self.last_week_rank - self.week_rank


@require_safe
def today(request: LearnerRequest) -> HttpResponse:
    dashboard = read(request.user)
    # The header's count is known already.
    context = {"dashboard": dashboard, "unread_count": dashboard.unread_count}
    return render(request, "pages/dashboard.html", context)


def read(user: User, *, now: datetime | None = None) -> Dashboard:
    """Return the learner's dashboard in six queries; days are the learner's own."""
    now = now or timezone.now()
    today = now.astimezone(ZoneInfo(user.time_zone)).date()
    facts = _facts(user, now)
    cards = [_card(goal, today) for goal in _goals(user, now)]
    challenges = list(_next_challenges(user, today))
    review = _held(facts)
    unread = list(
        Notification.objects.visible_to(user).unread().order_by("-created_at", "-pk")[:100]
    )
    news = [one for one in unread if one.kind in FEEDBACK]
    zone = ZoneInfo(user.time_zone)
    days = streaks.days_of(user_ids=[user.pk], zone=zone, now=now, with_pending=True)[user.pk]
    level, since, until = points.level_of(facts["xp"])
    on_board = user.is_on_leaderboard
    return Dashboard(
        steps=steps.choose(_steps(cards, challenges, facts, review, today, now), most=MOST_STEPS),
        goals=cards[:GOALS_SHOWN],
        goal_count=len(cards),
        streak=streaks.measure(days, today).length,
        is_active_today=today in days.active,
        xp=facts["xp"],
        level=level,
        level_percent=round(100 * (facts["xp"] - since) / (until - since)),
        xp_left=until - facts["xp"],
        week_points=facts["week_points"] or 0,
        week_rank=movement.rank(facts["week_points"], facts["week_above"]) if on_board else None,
        last_week_rank=movement.rank(facts["last_points"], facts["last_above"])
        if on_board
        else None,
        in_review=facts["in_review"],
        review=review,
        reviews_wait=facts["reviews_wait"],
        feedback=news[:NEWS_SHOWN],
        feedback_count=len(news),
        unread_count=len(unread),
    )


def _steps(
    cards: list[GoalCard],
    challenges: list[Challenge],
    facts: dict[str, Any],
    review: Held | None,
    today: date,
    now: datetime,
) -> Iterator[Step]:
    by_goal = {card.goal.pk: card for card in cards}
    if review is not None:
        yield steps.finish_review(
            title=review.title,
            lease_until=review.lease_until,
            is_practice=review.is_practice,
            url=review.url,
            now=now,
        )
    elif facts["reviews_wait"]:
        yield steps.review_next()
    if facts["failed"]:
        yield steps.retry_feedback(**facts["failed"])
    for card in cards:
        if card.undecided_plan:
            yield steps.read_plan(card.goal, card.undecided_plan)
    for challenge in challenges:
        card = by_goal[challenge.goal_id]
        late = card.forecast.days_late if card.forecast else None
        yield steps.challenge_step(challenge, card.goal, today=today, days_late=late)
    for card in cards:
        if card.lacks_plan:
            yield steps.make_plan(card.goal)
    if not cards:
        yield steps.set_goal()


def _facts(user: User, now: datetime) -> dict[str, Any]:
    """Return all that is one value each, in one query."""
    mine = OuterRef("pk")
    xp = PointEntry.objects.filter(user=mine).order_by().values("user")
    in_review = (
        Submission.objects.filter(author=mine, status=Submission.Status.SUBMITTED)
        .order_by()
        .values("author")
    )
    failed = AIFeedback.objects.filter(
        submission__author=mine,
        submission__status=Submission.Status.SUBMITTED,
        status=AIFeedback.Status.FAILED,
    ).order_by("-pk")
    held = assignment.held_by(user, now=now).order_by("pk")
    users = User.objects.filter(pk=user.pk).annotate(
        held=Subquery(held.values("pk")[:1]),
        held_title=Subquery(held.values("submission__challenge__title")[:1]),
        held_until=Subquery(held.values("lease_until")[:1]),
        held_is_training=Subquery(held.values("is_training")[:1]),
        xp=Coalesce(Subquery(xp.annotate(sum=Sum("amount")).values("sum")), 0),
        in_review=Coalesce(
            Subquery(
                in_review.annotate(count=Count("pk")).values("count"), output_field=IntegerField()
            ),
            0,
        ),
        reviews_wait=Exists(assignment.waiting_for(user, now=now)),
        failed=Subquery(
            failed.values(
                json=JSONObject(
                    submission_id="submission_id",
                    title="submission__challenge__title",
                    message="message",
                )
            )[:1]
        ),
        **movement.annotations(now),
    )
    facts: Any = users.values(
        "xp", "in_review", "reviews_wait", "failed", "held", "held_title", "held_until",
        "held_is_training", "week_points", "week_above", "last_points", "last_above",
    ).get()  # fmt: skip
    return dict(facts)


def _held(facts: dict[str, Any]) -> Held | None:
    if not facts["held"]:
        return None
    return Held(facts["held"], facts["held_title"], facts["held_until"], facts["held_is_training"])


def _goals(user: User, now: datetime) -> "QuerySet[Goal]":
    """The active goals, newest first, with what progress and forecast need, in one query."""
    milestones = Milestone.objects.filter(goal=OuterRef("pk")).order_by().values("goal")
    finished = milestones.filter(completed_at__isnull=False)
    skipped = Q(challenges__status=Challenge.Status.SKIPPED)
    accepted = Q(challenges__status=Challenge.Status.ACCEPTED)
    counted = {
        name: Coalesce(
            Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0
        )
        for name, rows in (("steps_all", milestones), ("steps_done", finished))
    }
    plans = Plan.objects.filter(goal=OuterRef("pk"))
    return (
        Goal.objects.owned_by(user)
        .filter(status=Goal.Status.ACTIVE)
        .annotate(
            **sums(now, "challenges__"),
            plan_size=Count("challenges"),
            minutes_all=Sum("challenges__estimated_minutes", filter=~skipped, default=0),
            minutes_done=Sum("challenges__estimated_minutes", filter=accepted, default=0),
            undecided_plan=Subquery(plans.undecided().values("pk")[:1]),
            is_being_planned=Exists(plans.filter(status=Plan.Status.PENDING)),
            **counted,
        )
        .order_by("-created_at")
    )


def _card(goal: Any, today: date) -> GoalCard:
    share = (
        progress.share(goal.minutes_done, goal.minutes_all)
        if goal.minutes_all
        else progress.share(goal.steps_done, goal.steps_all)
    )
    return GoalCard(
        goal,
        share,
        extend(goal, vars(goal), today),
        undecided_plan=goal.undecided_plan,
        lacks_plan=not (goal.plan_size or goal.undecided_plan or goal.is_being_planned),
    )


def _next_challenges(user: User, today: date) -> "QuerySet[Challenge]":
    """For each active goal the one to go on with, and what is due within days; not what waits."""
    order = Case(
        *(When(status=status, then=Value(number)) for status, number in steps.ORDER.items()),
        output_field=IntegerField(),
    )
    return (
        Challenge.objects.filter(
            goal__owner=user, goal__status=Goal.Status.ACTIVE, status__in=steps.ORDER
        )
        .with_lock()
        .filter(~Q(status=Challenge.Status.TODO) | Q(is_locked=False))
        .annotate(
            nth=Window(
                RowNumber(),
                partition_by=F("goal"),
                order_by=[order, F("due_date").asc(nulls_last=True), F("position")],
            )
        )
        .filter(Q(nth=1) | Q(due_date__lte=today + timedelta(days=steps.SOON_DAYS)))
        .defer("instructions", "rubric")
        .order_by(F("due_date").asc(nulls_last=True), "pk")[:30]
    )
