"""A goal's own page: its plan, how far it is, and what happened."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from challenges import burnup, forecast, plan_list, progress
from challenges.models import Challenge, Plan
from goals import lifecycle
from goals.forms import PracticeForm
from goals.models import Goal, Milestone, Progress
from learnquest.core.http import LearnerRequest
from learnquest.core.markdown import render as render_markdown

LOG_LINES = 12


@require_GET
def goal(request: LearnerRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.visible_to(request.user).select_related("owner"), pk=pk)
    is_mine = goal.owner_id == request.user.pk
    challenges = list(Challenge.objects.filter(goal=goal).with_lock())
    milestones = list(goal.milestones.all())
    future = forecast.forecast(goal) if goal.status == Goal.Status.ACTIVE else None
    context = {
        "goal": goal,
        "description": render_markdown(goal.description),
        "is_mine": is_mine,
        "percent": progress.percent(goal),
        "forecast": future,
        "burn_up": burnup.burn_up(goal, challenges, today=timezone.localdate(), forecast=future),
        "sections": _sections(milestones, challenges),
        "challenge_count": len(challenges),
        "next_challenge": next(
            (c for c in challenges if c.is_open_for_work and not _waits(c)), None
        ),
        "today": timezone.localdate(),
        "moves": sorted(lifecycle.MOVES[Goal.Status(goal.status)]),
    }
    if is_mine:
        context |= {
            "plan": Plan.objects.filter(goal=goal).order_by("-created_at").first(),
            "log": Progress.objects.filter(goal=goal).order_by("-occurred_at")[:LOG_LINES],
            "practice_form": PracticeForm(),
        }
    return render(request, "goals/detail.html", context)


def _waits(challenge: Challenge) -> bool:
    return challenge.status == Challenge.Status.TODO and challenge.is_locked


def _sections(
    milestones: list[Milestone], challenges: list[Challenge]
) -> list[tuple[Milestone | None, plan_list.Group]]:
    """Return the plan in order: each milestone with its challenges, then those of none."""
    sections: list[tuple[Milestone | None, plan_list.Group]] = [
        (milestone, plan_list.group(c for c in challenges if c.milestone_id == milestone.pk))
        for milestone in milestones
    ]
    loose = plan_list.group(c for c in challenges if c.milestone_id is None)
    if loose:
        sections.append((None, loose))
    return sections
