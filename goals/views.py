"""Pages to set, change and end goals. A goal's own page and the list of goals read upper layers:
`learnquest.pages`."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from goals import lifecycle, ordering, pausing, progress_log, tags
from goals import milestones as milestone_deeds
from goals.forms import GoalForm, MilestoneForm, PracticeForm
from goals.models import Goal, Milestone
from learnquest.core import versions
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError, Stale
from learnquest.core.http import LearnerRequest, post_only


def _goal_of(request: LearnerRequest, pk: int) -> Goal:
    milestones = Milestone.objects.owned_by(request.user).select_related("goal")
    return get_object_or_404(milestones, pk=pk).goal


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: LearnerRequest) -> HttpResponse:
    form = GoalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        draft = "draft" in request.POST
        try:
            goal = lifecycle.create_goal(by=request.user, draft=draft, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            text = _("Your goal is set. Now make a plan for it.")
            messages.success(request, _("Kept as a draft, which only you see.") if draft else text)
            return redirect(goal)
    context = {"form": form, "tags": tags.suggested(request.user)}
    return _form_page(request, "goals/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: LearnerRequest, pk: int) -> HttpResponse:
    """Change a goal. When another tab did so meanwhile, show both and let the learner choose."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=pk)
    form = GoalForm(request.POST or None, instance=goal)
    opened = versions.typed(request)
    twice: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            lifecycle.update_goal(goal=goal, by=request.user, version=opened, **form.cleaned_data)
        except Stale as refusal:
            twice = versions.both(form, refusal)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(goal)
    # The form has written on `goal` while it checked; the page names it as it is kept.
    kept = Goal.objects.get(pk=goal.pk)
    context = {
        "form": form,
        "goal": kept,
        "version": opened or kept.version,
        "tags": tags.suggested(request.user),
    }
    return _form_page(request, "goals/form.html", context | twice)


@post_only("pages:goal")
def move(request: LearnerRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=pk)
    to = request.POST.get("to", "")
    if to not in Goal.Status.values:
        messages.error(request, _("There is no such status."))
        return redirect(goal)
    days = pausing.days_paused(goal, request.user.today()) if to == Goal.Status.ACTIVE else 0
    try:
        goal = lifecycle.move(goal=goal, to=Goal.Status(to), by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        status = goal.get_status_display().lower()
        messages.success(request, _("The goal is now %(status)s.") % {"status": status})
        if days:
            moved = ngettext(
                "It stood still for %(n)d day, so its dates moved by as much.",
                "It stood still for %(n)d days, so its dates moved by as much.",
                days,
            )
            messages.success(request, moved % {"n": days})
    return redirect(goal)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: LearnerRequest, pk: int) -> HttpResponse:
    """Ask, then delete; a goal with work in it stays, and the page says what to do instead."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=pk)
    error = ""
    if request.method == "POST":
        try:
            lifecycle.delete_goal(goal=goal, by=request.user)
        except DomainError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("“%(title)s” is deleted.") % {"title": goal.title})
            return redirect("goals:list")
    can_archive = Goal.Status.ARCHIVED in lifecycle.MOVES[Goal.Status(goal.status)]
    context = {"goal": goal, "error": error, "can_archive": can_archive}
    return render(request, "goals/delete.html", context, status=409 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def add_milestone(request: LearnerRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=pk)
    form = MilestoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            milestone_deeds.add_milestone(goal=goal, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            return redirect(goal)
    return _form_page(request, "goals/milestone_form.html", {"form": form, "goal": goal})


@require_http_methods(["GET", "HEAD", "POST"])
def edit_milestone(request: LearnerRequest, pk: int) -> HttpResponse:
    milestone = get_object_or_404(
        Milestone.objects.owned_by(request.user).select_related("goal"), pk=pk
    )
    form = MilestoneForm(request.POST or None, instance=milestone)
    opened = versions.typed(request)
    twice: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            milestone_deeds.update_milestone(
                milestone=milestone, by=request.user, version=opened, **form.cleaned_data
            )
        except Stale as refusal:
            twice = versions.both(form, refusal)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            return redirect(milestone.goal)
    kept = Milestone.objects.get(pk=milestone.pk)
    context = {
        "form": form,
        "goal": milestone.goal,
        "milestone": kept,
        "version": opened or kept.version,
    }
    return _form_page(request, "goals/milestone_form.html", context | twice)


@post_only(_goal_of)
def move_milestone(request: LearnerRequest, pk: int) -> HttpResponse:
    """Move a milestone one place up or down; or, dragged, before another one or to the end."""
    mine = Milestone.objects.owned_by(request.user)
    milestone = get_object_or_404(mine.select_related("goal"), pk=pk)
    if "before" in request.POST:
        other = request.POST["before"]
        before = (
            get_object_or_404(mine, goal=milestone.goal, pk=other) if other.isdecimal() else None
        )
        to = ordering.place_before(milestone, before)
    else:
        to = ordering.step(milestone, {"up": -1, "down": 1}.get(request.POST.get("way", ""), 0))
    ordering.move_milestone(milestone=milestone, by=request.user, to=to)
    if request.htmx:
        return HttpResponse(status=204)
    return redirect(f"{milestone.goal.get_absolute_url()}#milestone-{milestone.pk}")


@post_only(_goal_of)
def complete_milestone(request: LearnerRequest, pk: int) -> HttpResponse:
    milestone = get_object_or_404(Milestone.objects.owned_by(request.user), pk=pk)
    milestone = milestone_deeds.complete_milestone(milestone=milestone, by=request.user)
    messages.success(request, _("Milestone reached: %(title)s") % {"title": milestone.title})
    return redirect(milestone.goal)


@post_only(_goal_of)
def reopen_milestone(request: LearnerRequest, pk: int) -> HttpResponse:
    milestone = get_object_or_404(Milestone.objects.owned_by(request.user), pk=pk)
    milestone = milestone_deeds.reopen_milestone(milestone=milestone, by=request.user)
    return redirect(milestone.goal)


@post_only(_goal_of)
def remove_milestone(request: LearnerRequest, pk: int) -> HttpResponse:
    milestone = get_object_or_404(
        Milestone.objects.owned_by(request.user).select_related("goal"), pk=pk
    )
    milestone_deeds.remove_milestone(milestone=milestone, by=request.user)
    messages.success(request, _("Milestone removed; its challenges stay."))
    return redirect(milestone.goal)


@require_http_methods(["GET", "HEAD", "POST"])
def log_practice(request: LearnerRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=pk)
    form = PracticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            progress_log.log_practice(goal=goal, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Logged. Well done."))
            return redirect(goal)
    return _form_page(request, "goals/practice.html", {"form": form, "goal": goal})


def _form_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Show a form; what it refused keeps its text and answers 422, or 412 for two versions."""
    status = 412 if "differences" in context else 422 if request.method == "POST" else 200
    return render(request, template, context, status=status)
