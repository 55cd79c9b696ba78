"""New dates for a goal's milestones: proposed from target and pace, looked at, then taken."""

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from challenges.forecast import forecast
from goals import replanning
from goals.models import Goal
from goals.replanning import Proposal
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest

type Ways = dict[str, list[Proposal]]

NAMES: dict[str, Promise] = {
    "target": gettext_lazy("Evenly up to your date"),
    "pace": gettext_lazy("Evenly at your pace"),
    "shift": gettext_lazy("All later by the same days"),
}


def ways_of(goal: Goal, *, today: date) -> Ways:
    """Return the proposals by what they are made from; a way that leads nowhere is left out."""
    ahead = replanning.open_milestones(goal)
    ways: Ways = {}
    if ahead and goal.target_date and goal.target_date > today:
        ways["target"] = replanning.spread(ahead, today=today, until=goal.target_date)
    future = forecast(goal) if ahead else None
    if future is not None:
        ways["pace"] = replanning.spread(ahead, today=today, until=future.on)
    moved = replanning.shift(ahead, today=today)
    if moved:
        ways["shift"] = moved
    return ways


@require_http_methods(["GET", "HEAD", "POST"])
def replan(request: LearnerRequest, pk: int) -> HttpResponse:
    """Show old and new dates side by side; each new one can be changed before it is taken."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=pk)
    today = request.user.today()
    error = ""
    if request.method == "POST":
        dates, error = _typed(request.POST)
        if not error:
            try:
                replanning.replan(goal=goal, by=request.user, dates=dates)
            except DomainError as refusal:
                error = str(refusal)
            else:
                messages.success(request, _("Your milestones have new dates."))
                return redirect(goal)
    ways = ways_of(goal, today=today)
    way = request.GET.get("way", "")
    way = way if way in ways else next(iter(ways), "")
    context = {
        "goal": goal,
        "tabs": [(f"?way={name}", NAMES[name], name == way) for name in ways],
        "proposals": ways.get(way, []),
        "error": error,
        "today": today,
    }
    return render(request, "goals/replan.html", context, status=422 if error else 200)


def _typed(sent: Mapping[str, str]) -> tuple[dict[int, date], str]:
    """Return the dates by milestone, and what is wrong with one of them, if something is."""
    dates = {}
    for name, text in sent.items():
        number = name.removeprefix("due-")
        if name == number or not number.isdecimal() or not text:
            continue
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        if day is None:
            return {}, _("“%(text)s” is no date.") % {"text": text}
        dates[int(number)] = day
    return dates, ""
