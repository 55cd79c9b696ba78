"""A goal's own page: its plan, how far it is, and what happened."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from challenges import burnup, demands, forecast, plan_list, progress
from challenges.models import Challenge
from challenges.plan_views import plans_of
from goals import lifecycle, pausing, replanning
from goals.forms import PracticeForm
from goals.models import Goal, Milestone, Progress
from learnquest.core.http import LearnerRequest
from learnquest.core.markdown import render as render_markdown
from learnquest.pages import timeline

LOG_LINES = 12


@require_safe
def goal(request: LearnerRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.visible_to(request.user).select_related("owner"), pk=pk)
    is_mine = goal.owner_id == request.user.pk
    context = _plan_of(goal, is_mine=is_mine)
    if is_mine:
        context |= {
            "moves": sorted(lifecycle.MOVES[Goal.Status(goal.status)]),
            "days_paused": pausing.days_paused(goal, context["today"]),
            "overdue": replanning.overdue(context["milestones"], context["today"])
            if goal.status == Goal.Status.ACTIVE
            else [],
            "share_address": request.build_absolute_uri(goal.share_path) if goal.share_path else "",
            **plans_of(goal),
            "log": Progress.objects.filter(goal=goal).order_by("-occurred_at")[:LOG_LINES],
            "practice_form": PracticeForm(),
        }
    return render(request, "goals/detail.html", context)


@require_safe
@login_not_required
def shared_goal(request: HttpRequest, key: str) -> HttpResponse:
    """An unlisted goal, to whoever has its link; no search engine shall keep it."""
    goal = get_object_or_404(Goal.objects.shared_as(key).select_related("owner"))
    context = _plan_of(goal, is_mine=False) | {"share_key": key}
    return _unlisted(render(request, "goals/detail.html", context))


@require_safe
@login_not_required
def shared_challenge(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A challenge of an unlisted goal, by the goal's link."""
    goal = get_object_or_404(Goal.objects.shared_as(key))
    challenge = get_object_or_404(
        Challenge.objects.select_related("goal", "milestone"), goal=goal, pk=pk
    )
    context = {
        "challenge": challenge,
        "instructions": render_markdown(challenge.instructions),
        "wanted": demands.wanted(challenge),
        "is_mine": False,
        "share_path": goal.share_path,
    }
    return _unlisted(render(request, "challenges/detail.html", context))


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _plan_of(goal: Goal, *, is_mine: bool) -> dict[str, Any]:
    """Return what everybody sees who may see the goal."""
    challenges = list(Challenge.objects.filter(goal=goal).with_lock())
    milestones = list(goal.milestones.all())
    today = timezone.localdate()
    future = forecast.forecast(goal) if goal.status == Goal.Status.ACTIVE else None
    return {
        "goal": goal,
        "description": render_markdown(goal.description),
        "is_mine": is_mine,
        "percent": progress.percent(goal),
        "forecast": future,
        "milestones": milestones,
        "timeline": timeline.draw(
            goal, milestones, today=today, forecast=future.on if future else None
        ),
        "burn_up": burnup.burn_up(goal, challenges, today=today, forecast=future),
        "sections": _sections(milestones, challenges),
        "challenge_count": len(challenges),
        "next_challenge": next(
            (c for c in challenges if c.is_open_for_work and not _waits(c)), None
        ),
        "today": today,
    }


def _waits(challenge: Challenge) -> bool:
    return challenge.status == Challenge.Status.TODO and challenge.is_locked


def _sections(
    milestones: list[Milestone], challenges: list[Challenge]
) -> list[tuple[Milestone | None, plan_list.Group]]:
    """Return the plan in order: each milestone with its challenges, then those of none."""
    sections: list[tuple[Milestone | None, plan_list.Group]] = []
    shown = 0
    for milestone in (*milestones, None):
        pk = milestone.pk if milestone else None
        group = plan_list.group((c for c in challenges if c.milestone_id == pk), shown=shown)
        shown += len(group.open)
        if milestone or group:
            sections.append((milestone, group))
    return sections
