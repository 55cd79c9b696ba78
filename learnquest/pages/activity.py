"""What a learner did and when: a year as squares, and the log with its filters."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from goals.models import Goal, Progress, ProgressQuerySet
from leaderboard.activity import activity
from learnquest.core.http import LearnerRequest

PAGE_SIZE = 30


@require_safe
def timeline(request: LearnerRequest) -> HttpResponse:
    """The log, newest first; what an address asks for that does not exist does not narrow it."""
    user = request.user
    goals = list(Goal.objects.owned_by(user).order_by("title").only("pk", "title"))
    asked = request.GET.get("goal", "")
    goal = next((one for one in goals if str(one.pk) == asked), None)
    kind = request.GET.get("kind", "")
    kind = kind if kind in Progress.Kind.values else ""
    month = month_of(request.GET.get("month", ""))
    lines = log(user, goal=goal, kind=kind, month=month)
    page = Paginator(lines.select_related("goal"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "minutes": lines.aggregate(sum=Sum("minutes"))["sum"] or 0,
        "goals": goals,
        "goal": goal,
        "kinds": Progress.Kind.choices,
        "kind": kind,
        "month": month.strftime("%Y-%m") if month else "",
        "activity": activity(user=user, with_pending=True),
        "is_narrowed": bool(goal or kind or month),
    }
    return render(request, "pages/activity.html", context)


def log(
    user: User, *, goal: Goal | None = None, kind: str = "", month: date | None = None
) -> ProgressQuerySet:
    """Return the learner's log, newest first; a month is one of their own calendar."""
    lines = Progress.objects.visible_to(user)
    if goal is not None:
        lines = lines.filter(goal=goal)
    if kind:
        lines = lines.filter(kind=kind)
    if month is not None:
        zone = ZoneInfo(user.time_zone)
        after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        lines = lines.filter(
            occurred_at__gte=datetime(month.year, month.month, 1, tzinfo=zone),
            occurred_at__lt=datetime(after.year, after.month, 1, tzinfo=zone),
        )
    return lines.order_by("-occurred_at", "-pk")


def month_of(text: str) -> date | None:
    """Return the first day of a month such as "2026-11", or None for anything else."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if 2000 <= month.year <= 2100 else None
