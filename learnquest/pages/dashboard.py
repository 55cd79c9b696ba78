"""What a learner sees first: what to do next, and how far everything is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from accounts.models import User
from challenges.forecast import Forecast, forecasts
from challenges.models import Challenge, Plan, Proposal
from challenges.progress import percents
from goals.models import Goal, Progress
from leaderboard import badges, points, ranking, streaks
from leaderboard.badges import Badge
from leaderboard.models import BadgeAward
from leaderboard.points import Period
from learnquest.core.http import LearnerRequest
from reviews import assignment
from reviews.models import AIFeedback
from submissions.models import Submission

MOST_STEPS = 5
GOALS_SHOWN = 6
LOG_LINES = 6


@dataclass(frozen=True)
class Step:
    """One thing to do next. `kind` is a stable name, `url` the page on which it is done."""

    kind: str
    title: str
    why: str
    url: str
    icon: str
    verb: str


@dataclass(frozen=True)
class GoalCard:
    goal: Goal
    percent: Decimal
    forecast: Forecast | None


@dataclass(frozen=True)
class Dashboard:
    steps: list[Step]
    goals: list[GoalCard]
    goal_count: int
    log: list[Progress]
    streak: int
    xp: int
    level: int
    level_percent: int
    week: ranking.Place | None
    place: ranking.Place | None
    badges: list[tuple[Badge, BadgeAward]]
    in_review: int


@require_GET
def today(request: LearnerRequest) -> HttpResponse:
    return render(request, "pages/dashboard.html", {"dashboard": read(request.user)})


def read(user: User, *, now: datetime | None = None) -> Dashboard:
    """Return the learner's dashboard, in a fixed number of queries."""
    now = now or timezone.now()
    goals = list(
        Goal.objects.owned_by(user).filter(status=Goal.Status.ACTIVE).order_by("-created_at")
    )
    shown = goals[:GOALS_SHOWN]
    shares, futures = percents(shown), forecasts(shown, now=now)
    xp = points.effort(user)
    level, since, until = points.level_of(xp)
    return Dashboard(
        steps=list(_steps(user, goals, now))[:MOST_STEPS],
        goals=[GoalCard(goal, shares[goal.pk], futures[goal.pk]) for goal in shown],
        goal_count=len(goals),
        log=list(
            Progress.objects.visible_to(user)
            .select_related("goal")
            .order_by("-occurred_at")[:LOG_LINES]
        ),
        streak=streaks.streak(user=user, now=now),
        xp=xp,
        level=level,
        level_percent=round(100 * (xp - since) / (until - since)),
        week=ranking.place_of(user=user, viewer=user, period=Period.WEEK, now=now),
        place=ranking.place_of(user=user, viewer=user, period=Period.ALL, now=now),
        badges=badges.of(user)[:4],
        in_review=Submission.objects.owned_by(user)
        .filter(status=Submission.Status.SUBMITTED)
        .count(),
    )


def _steps(user: User, goals: list[Goal], now: datetime) -> Iterator[Step]:
    """Yield what to do, the most pressing first: others wait, then what is half done, then new."""
    yield from _review_in_hand(user, now)
    yield from _failed_feedback(user)
    yield from _open_plans(user)
    yield from _challenges(goals)
    if not goals:
        yield Step(
            "set_goal",
            _("Set a goal"),
            _("Everything starts with one sentence: what do you want to be able to do?"),
            reverse("goals:create"),
            "goal",
            _("Set it"),
        )
    if assignment.open_claim(user, now=now) is None:
        yield from _review_next(user, now)


def _review_in_hand(user: User, now: datetime) -> Iterator[Step]:
    review = assignment.open_claim(user, now=now)
    if review is not None:
        hours = max(1, int((review.lease_until - now).total_seconds() // 3600))
        left = ngettext("%(n)d hour left.", "%(n)d hours left.", hours) % {"n": hours}
        yield Step(
            "finish_review",
            _("Finish your review of “%(title)s”") % {"title": review.submission.challenge.title},
            _("Somebody is waiting for it. ") + left,
            review.get_absolute_url(),
            "review",
            _("Go on"),
        )


def _failed_feedback(user: User) -> Iterator[Step]:
    failed = AIFeedback.objects.filter(
        submission__author=user,
        submission__status=Submission.Status.SUBMITTED,
        status=AIFeedback.Status.FAILED,
    ).select_related("submission__challenge")
    for feedback in failed[:1]:
        yield Step(
            "retry_feedback",
            _("Ask again for feedback on “%(title)s”")
            % {"title": feedback.submission.challenge.title},
            feedback.message,
            feedback.submission.get_absolute_url(),
            "redo",
            _("Try again"),
        )


def _open_plans(user: User) -> Iterator[Step]:
    plans = (
        Plan.objects.owned_by(user)
        .filter(
            status=Plan.Status.READY,
            proposals__state=Proposal.State.OPEN,
            goal__status=Goal.Status.ACTIVE,
        )
        .select_related("goal")
        .order_by("-created_at")
        .distinct()
    )
    for plan in plans[:1]:
        yield Step(
            "read_plan",
            _("Look at the plan for “%(title)s”") % {"title": plan.goal.title},
            _("Take what fits, change or drop the rest."),
            plan.get_absolute_url(),
            "steps",
            _("Look"),
        )


_ORDER = {Challenge.Status.RETURNED: 0, Challenge.Status.DOING: 1, Challenge.Status.TODO: 2}


def _challenges(goals: list[Goal]) -> Iterator[Step]:
    """For each active goal the one challenge to go on with; goals without any need a plan."""
    by_goal = {goal.pk: goal for goal in goals}
    open_ones = Challenge.objects.filter(goal__in=by_goal, status__in=_ORDER).order_by(
        "goal", "position"
    )
    first: dict[int, Challenge] = {}
    for challenge in open_ones:
        best = first.get(challenge.goal_id)
        if best is None or _rank(challenge) < _rank(best):
            first[challenge.goal_id] = challenge
    for challenge in sorted(first.values(), key=_rank):
        yield _challenge_step(challenge, by_goal[challenge.goal_id])
    with_any = set(
        Challenge.objects.filter(goal__in=by_goal).values_list("goal", flat=True).distinct()
    )
    for goal in goals:
        if goal.pk not in with_any:
            yield Step(
                "make_plan",
                _("Make a plan for “%(title)s”") % {"title": goal.title},
                _("Let the coach propose one, or write the first challenge yourself."),
                goal.get_absolute_url(),
                "steps",
                _("Plan"),
            )


def _rank(challenge: Challenge) -> int:
    return _ORDER[Challenge.Status(challenge.status)]


def _challenge_step(challenge: Challenge, goal: Goal) -> Step:
    texts: dict[str, tuple[str, str, str, str | Promise]] = {
        Challenge.Status.RETURNED: (
            "try_again", "redo", _("It came back with reviews. Read them and try again."),
            _("Try again"),
        ),
        Challenge.Status.DOING: (
            "go_on", "pencil", _("You have begun. Your draft is kept."), _("Go on"),
        ),
        Challenge.Status.TODO: ("begin", "spark", goal.title, _("Begin")),
    }  # fmt: skip
    kind, icon, why, verb = texts[challenge.status]
    url = reverse("submissions:work", args=[challenge.pk])
    if challenge.status == Challenge.Status.TODO:
        url = challenge.get_absolute_url()
    return Step(kind, challenge.title, why, url, icon, str(verb))


def _review_next(user: User, now: datetime) -> Iterator[Step]:
    if assignment.waiting_for(user, now=now).exists():
        yield Step(
            "review_next",
            _("Review a peer's work"),
            _("Somebody waits for a second pair of eyes. It counts for your rank, too."),
            reverse("reviews:queue"),
            "review",
            _("Review"),
        )
