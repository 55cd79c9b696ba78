"""Pages to set, change and end goals. A goal's own page reads upper layers: `learnquest.pages`."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from goals import lifecycle, progress_log
from goals import milestones as milestone_deeds
from goals.forms import GoalForm, MilestoneForm, PracticeForm
from goals.models import Goal, Milestone
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only

PAGE_SIZE = 20


def _goal_of(request: LearnerRequest, pk: int) -> Goal:
    milestones = Milestone.objects.owned_by(request.user).select_related("goal")
    return get_object_or_404(milestones, pk=pk).goal


@require_GET
def goal_list(request: LearnerRequest) -> HttpResponse:
    """My goals, with how far each is; the archived ones only when asked for."""
    status = request.GET.get("status", "")
    mine = Goal.objects.owned_by(request.user)
    counts = mine.aggregate(
        **{value: Count("pk", filter=Q(status=value)) for value in Goal.Status.values}
    )
    if status not in Goal.Status.values:
        status = ""
    chosen = mine.filter(status=status) if status else mine.exclude(status=Goal.Status.ARCHIVED)
    page = Paginator(chosen.order_by("-created_at"), PAGE_SIZE).get_page(request.GET.get("page"))
    percents = progress_log.percents_of(page.object_list)
    context = {
        "page": page,
        "goals": [(goal, percents[goal.pk]) for goal in page],
        "status": status,
        "statuses": [(value, label, counts[value]) for value, label in Goal.Status.choices],
        "has_goals": any(counts.values()),
    }
    return render(request, "goals/list.html", context)


@require_http_methods(["GET", "POST"])
def create(request: LearnerRequest) -> HttpResponse:
    form = GoalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            goal = lifecycle.create_goal(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Your goal is set. Now make a plan for it."))
            return redirect(goal)
    return _form_page(request, "goals/form.html", {"form": form})


@require_http_methods(["GET", "POST"])
def edit(request: LearnerRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=pk)
    form = GoalForm(request.POST or None, instance=goal)
    if request.method == "POST" and form.is_valid():
        try:
            lifecycle.update_goal(goal=goal, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(goal)
    # The form has written on `goal` while it checked; the page names it as it is kept.
    kept = Goal.objects.get(pk=goal.pk)
    return _form_page(request, "goals/form.html", {"form": form, "goal": kept})


@post_only("pages:goal")
def move(request: LearnerRequest, pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=pk)
    to = request.POST.get("to", "")
    if to not in Goal.Status.values:
        messages.error(request, _("There is no such status."))
        return redirect(goal)
    try:
        goal = lifecycle.move(goal=goal, to=Goal.Status(to), by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        status = goal.get_status_display().lower()
        messages.success(request, _("The goal is now %(status)s.") % {"status": status})
    return redirect(goal)


@require_http_methods(["GET", "POST"])
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
    context = {"goal": goal, "error": error}
    return render(request, "goals/delete.html", context, status=409 if error else 200)


@require_http_methods(["GET", "POST"])
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


@require_http_methods(["GET", "POST"])
def edit_milestone(request: LearnerRequest, pk: int) -> HttpResponse:
    milestone = get_object_or_404(
        Milestone.objects.owned_by(request.user).select_related("goal"), pk=pk
    )
    form = MilestoneForm(request.POST or None, instance=milestone)
    if request.method == "POST" and form.is_valid():
        try:
            milestone_deeds.update_milestone(
                milestone=milestone, by=request.user, **form.cleaned_data
            )
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            return redirect(milestone.goal)
    context = {"form": form, "goal": milestone.goal, "milestone": milestone}
    return _form_page(request, "goals/milestone_form.html", context)


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


@require_http_methods(["GET", "POST"])
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
    """Show a form; what it refused keeps its text and answers 422."""
    return render(request, template, context, status=422 if request.method == "POST" else 200)
