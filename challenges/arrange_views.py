"""The page on which a plan is put in order: one by one, by dragging, or many at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from challenges import bulk, ordering
from challenges.models import Challenge
from challenges.plan_list import FINISHED
from goals.models import Goal, Milestone
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only

LONG = 60


def _list_of(request: LearnerRequest, pk: int) -> str:
    return reverse("challenges:arrange", args=[_own(request, pk).goal_id])


@require_safe
def arrange(request: LearnerRequest, goal_pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_pk)
    return _page(request, goal)


@post_only(_list_of)
def shift(request: LearnerRequest, pk: int) -> HttpResponse:
    """One up or down among those of its milestone."""
    challenge = _own(request, pk)
    way = "up" if request.POST.get("way") == "up" else "down"
    ordering.shift(challenge=challenge, step=-1 if way == "up" else 1, by=request.user)
    return _after(request, challenge.goal, focus=f"{challenge.pk}-{way}")


@post_only(_list_of)
def place(request: LearnerRequest, pk: int) -> HttpResponse:
    """Where it was dropped: under a milestone, before another challenge or last."""
    challenge = _own(request, pk)
    goal = challenge.goal
    before = request.POST.get("before", "")
    try:
        ordering.place(
            challenge=challenge,
            milestone=_milestone(goal, request.POST.get("milestone", "")),
            before=get_object_or_404(Challenge, goal=goal, pk=before)
            if before.isdecimal()
            else None,
            by=request.user,
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _after(request, goal, focus=f"{challenge.pk}-up")


@post_only("challenges:arrange")
def many(request: LearnerRequest, goal_pk: int) -> HttpResponse:
    """Skip, take back, move or delete all that are ticked; or none, and say why."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_pk)
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isdecimal()]
    deed = request.POST.get("deed", "")
    try:
        if deed == "move":
            milestone = _milestone(goal, request.POST.get("milestone", ""))
            bulk.move(goal=goal, ids=ids, milestone=milestone, by=request.user)
        elif deed in DEEDS:
            DEEDS[deed](goal=goal, ids=ids, by=request.user)
        else:
            messages.error(request, _("There is no such deed."))
            return _after(request, goal)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        done = ngettext("%(n)d challenge changed.", "%(n)d challenges changed.", len(ids))
        messages.success(request, done % {"n": len(ids)})
    return _after(request, goal)


DEEDS: dict[str, Any] = {"skip": bulk.skip, "resume": bulk.resume, "delete": bulk.delete}


def _own(request: LearnerRequest, pk: int) -> Challenge:
    return get_object_or_404(Challenge.objects.owned_by(request.user).select_related("goal"), pk=pk)


def _milestone(goal: Goal, sent: str) -> Milestone | None:
    return get_object_or_404(Milestone, goal=goal, pk=sent) if sent.isdecimal() else None


def _after(request: LearnerRequest, goal: Goal, *, focus: str = "") -> HttpResponse:
    if request.htmx:
        return _page(request, goal, focus=focus)
    return redirect("challenges:arrange", goal.pk)


def _page(request: LearnerRequest, goal: Goal, *, focus: str = "") -> HttpResponse:
    challenges = list(Challenge.objects.filter(goal=goal).with_lock().order_by("position"))
    milestones = list(goal.milestones.all())
    moved, _dash, _way = focus.partition("-")
    current = next((one for one in challenges if one.status not in FINISHED), None)
    sections = []
    for milestone in (*milestones, None):
        pk = milestone.pk if milestone else None
        within = [one for one in challenges if one.milestone_id == pk]
        is_open = current in within or any(str(one.pk) == moved for one in within)
        sections.append((milestone, within, is_open))
    context = {
        "goal": goal,
        "sections": sections,
        "milestones": milestones,
        "count": len(challenges),
        # A long plan is folded, but for where the learner is and for what was just moved.
        "is_long": len(challenges) > LONG,
        "focus": focus,
    }
    template = "challenges/arrange.html#list" if request.htmx else "challenges/arrange.html"
    return render(request, template, context)
