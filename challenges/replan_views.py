"""Pages of new plans: telling the coach what happened, and taking or leaving each change."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from challenges import replan_taking, replan_writing
from challenges.forms import ReplanForm
from challenges.models import Replan, ReplanLine
from goals.models import Goal
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError
from learnquest.core.forms import ids
from learnquest.core.http import LearnerRequest, post_only

State = ReplanLine.State


def _replan_of(request: LearnerRequest, pk: int) -> Replan:
    return _line(request, pk).replan


@require_http_methods(["GET", "HEAD", "POST"])
def request_replan(request: LearnerRequest, goal_pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_pk)
    form = ReplanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            replan = replan_writing.request_replan(goal=goal, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            return redirect(replan)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "goal": goal}
    return render(request, "challenges/replan_form.html", context, status=status)


@require_safe
def replan(request: LearnerRequest, pk: int) -> HttpResponse:
    """The new plan's page; while the coach writes, htmx asks again for its panel."""
    found = get_object_or_404(Replan.objects.visible_to(request.user), pk=pk)
    return _page(request, found)


@post_only("challenges:replan")
def retry(request: LearnerRequest, pk: int) -> HttpResponse:
    replan = get_object_or_404(Replan.objects.owned_by(request.user), pk=pk)
    try:
        replan = replan_writing.retry_replan(replan=replan, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(replan)


@post_only("challenges:replan")
def take(request: LearnerRequest, pk: int) -> HttpResponse:
    """Take all open lines, or with the other button those that are ticked."""
    replan = get_object_or_404(Replan.objects.owned_by(request.user), pk=pk)
    only = None
    if "selected" in request.POST:
        only = ids(request.POST.getlist("only"))
        if not only:
            messages.error(request, _("Tick the changes that you want first."))
            return redirect(replan)
    return _take(request, replan, only)


@post_only(_replan_of)
def take_line(request: LearnerRequest, pk: int) -> HttpResponse:
    return _take(request, _line(request, pk).replan, [pk])


@post_only(_replan_of)
def leave_line(request: LearnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, replan_taking.leave_line)


@post_only(_replan_of)
def restore_line(request: LearnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, replan_taking.restore_line)


def _do(request: LearnerRequest, pk: int, deed: Callable[..., object]) -> HttpResponse:
    line = _line(request, pk)
    try:
        deed(line=line, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _answer(request, line.replan)


def _line(request: LearnerRequest, pk: int) -> ReplanLine:
    lines = ReplanLine.objects.owned_by(request.user).select_related("replan")
    return get_object_or_404(lines, pk=pk)


def _take(request: LearnerRequest, replan: Replan, only: list[int] | None) -> HttpResponse:
    try:
        lines = replan_taking.take_lines(replan=replan, by=request.user, only=only)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return _answer(request, replan)
    taken = sum(line.state == State.ACCEPTED for line in lines)
    if taken:
        words = ngettext("%(n)d change is made.", "%(n)d changes are made.", taken)
        messages.success(request, words % {"n": taken})
    if taken < len(lines):
        words = ngettext(
            "%(n)d line is no longer possible.",
            "%(n)d lines are no longer possible.",
            len(lines) - taken,
        )
        messages.warning(request, words % {"n": len(lines) - taken})
    return _answer(request, replan)


def _answer(request: LearnerRequest, replan: Replan) -> HttpResponse:
    """After a deed: htmx gets the panel with the news, a browser goes back to the page."""
    return _page(request, replan) if request.htmx else redirect(replan)


def _page(request: LearnerRequest, replan: Replan) -> HttpResponse:
    replan = Replan.objects.select_related("goal").get(pk=replan.pk)
    lines = list(replan.lines.select_related("milestone", "challenge"))
    named = {
        (line.kind, line.milestone_id if line.kind == "milestone" else line.challenge_id)
        for line in lines
        if line.action != ReplanLine.Action.ADD
    }
    stays = [
        one.title
        for kind, rows in (
            ("milestone", replan_writing.open_milestones(replan.goal)),
            ("challenge", replan_writing.open_challenges(replan.goal)),
        )
        for one in rows
        if (kind, one.pk) not in named
    ]
    context = {
        "replan": replan,
        "goal": replan.goal,
        "lines": lines,
        "open_count": sum(line.state == State.OPEN for line in lines),
        "stays": stays,
    }
    template = "challenges/replan.html#panel" if request.htmx else "challenges/replan.html"
    return render(request, template, context)
