"""Pages of challenges: one's own page, writing one, leaving one out."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from challenges import authoring, demands, rubric_presets
from challenges.forms import ChallengeForm, about_rubric, rubric_difference, rubric_formset
from challenges.models import Challenge
from goals.models import Goal
from learnquest.core import versions
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError, Stale
from learnquest.core.http import LearnerRequest, post_only
from learnquest.core.markdown import render as render_markdown


@require_safe
def detail(request: LearnerRequest, pk: int) -> HttpResponse:
    """What is asked and how it is judged; its owner goes on to work from here."""
    challenge = get_object_or_404(
        Challenge.objects.visible_to(request.user).select_related("goal", "milestone"), pk=pk
    )
    needs = list(challenge.needs.order_by("position"))
    is_locked = challenge.status == Challenge.Status.TODO and any(
        one.status not in Challenge.DONE_FOR_OTHERS for one in needs
    )
    context = {
        "challenge": challenge,
        "instructions": render_markdown(challenge.instructions),
        "wanted": demands.wanted(challenge),
        "is_mine": challenge.goal.owner_id == request.user.pk,
        "can_edit": challenge.status not in {Challenge.Status.HANDED_IN, Challenge.Status.ACCEPTED},
        "needs": needs,
        "unlocks": list(challenge.unlocks.order_by("position")),
        "is_locked": is_locked,
        "today": timezone.localdate(),
    }
    return render(request, "challenges/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: LearnerRequest, goal_pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_pk)
    preset = asked_preset(request)
    if preset:
        form = ChallengeForm(initial=_typed(request.POST), goal=goal)
        context = {"form": form, "rubric": rubric_formset(None, preset), "goal": goal}
        return _form_page(request, context, status=200)
    form = ChallengeForm(request.POST or None, goal=goal)
    rubric = rubric_formset(request.POST or None, None)
    if request.method == "POST" and form.is_valid() and rubric.is_valid():
        try:
            challenge = authoring.create_challenge(
                goal=goal, by=request.user, rubric=rubric.rubric([]), **form.cleaned_data
            )
        except DomainError as refusal:
            show_on(form, about_rubric(refusal, rubric))
        else:
            messages.success(request, _("“%(title)s” is on your plan.") % {"title": challenge})
            return redirect(challenge)
    return _form_page(request, {"form": form, "rubric": rubric, "goal": goal})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: LearnerRequest, pk: int) -> HttpResponse:
    challenge = get_object_or_404(
        Challenge.objects.owned_by(request.user).select_related("goal"), pk=pk
    )
    before = challenge.rubric
    preset = asked_preset(request)
    if preset:
        form = ChallengeForm(instance=challenge, initial=_typed(request.POST), goal=challenge.goal)
        context = {"form": form, "rubric": rubric_formset(None, preset), "goal": challenge.goal}
        # The version that was opened, so that what changed meanwhile is still noticed.
        version = versions.typed(request) or challenge.version
        context |= {"challenge": challenge, "version": version}
        return _form_page(request, context, status=200)
    opened = versions.typed(request)
    if authoring.is_task_fixed(challenge) and not request.POST.get("instructions"):
        return _edit_around_task(request, challenge, opened)
    form = ChallengeForm(request.POST or None, instance=challenge, goal=challenge.goal)
    rubric = rubric_formset(request.POST or None, before)
    twice: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid() and rubric.is_valid():
        try:
            authoring.update_challenge(
                challenge=challenge,
                by=request.user,
                version=opened,
                rubric=rubric.rubric(before),
                **form.cleaned_data,
            )
        except Stale as refusal:
            twice = versions.both(form, refusal, *rubric_difference(refusal.current, rubric))
        except DomainError as refusal:
            show_on(form, about_rubric(refusal, rubric))
        else:
            messages.success(request, _("Saved."))
            return redirect(challenge)
    return _edit_page(request, challenge, opened, {"form": form, "rubric": rubric} | twice)


def _edit_around_task(
    request: LearnerRequest, challenge: Challenge, opened: int | None
) -> HttpResponse:
    """Change what is not the task itself, which work was handed in for.

    A form that was opened before sends the task as well; that one is for the deed to refuse.
    """
    form = ChallengeForm(
        request.POST or None,
        instance=challenge,
        goal=challenge.goal,
        leave_out=authoring.TASK,
    )
    twice: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            authoring.update_challenge(
                challenge=challenge, by=request.user, version=opened, **form.cleaned_data
            )
        except Stale as refusal:
            twice = versions.both(form, refusal)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(challenge)
    return _edit_page(request, challenge, opened, {"form": form, "is_task_fixed": True} | twice)


def _edit_page(
    request: LearnerRequest, challenge: Challenge, opened: int | None, context: dict[str, Any]
) -> HttpResponse:
    # The form has written on `challenge` while it checked; the page names it as it is kept.
    kept = Challenge.objects.get(pk=challenge.pk)
    whose = {"goal": challenge.goal, "challenge": kept, "version": opened or kept.version}
    return _form_page(request, whose | context)


@post_only("challenges:detail")
def duplicate(request: LearnerRequest, pk: int) -> HttpResponse:
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=pk)
    try:
        copy = authoring.duplicate(challenge=challenge, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(challenge)
    messages.success(request, _("A copy stands right after it."))
    return redirect(copy)


@post_only("challenges:detail")
def skip(request: LearnerRequest, pk: int) -> HttpResponse:
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=pk)
    try:
        authoring.skip(challenge=challenge, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Skipped. You can take it back at any time."))
    return redirect(challenge)


@post_only("challenges:detail")
def resume(request: LearnerRequest, pk: int) -> HttpResponse:
    challenge = get_object_or_404(Challenge.objects.owned_by(request.user), pk=pk)
    try:
        authoring.resume(challenge=challenge, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(challenge)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: LearnerRequest, pk: int) -> HttpResponse:
    """Ask, then delete; a challenge with work on it stays, and the page says what to do."""
    challenge = get_object_or_404(
        Challenge.objects.owned_by(request.user).select_related("goal"), pk=pk
    )
    error = ""
    if request.method == "POST":
        try:
            authoring.delete_challenge(challenge=challenge, by=request.user)
        except DomainError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("“%(title)s” is deleted.") % {"title": challenge.title})
            return redirect(challenge.goal)
    context = {"challenge": challenge, "error": error}
    return render(request, "challenges/delete.html", context, status=409 if error else 200)


def asked_preset(request: LearnerRequest) -> list[dict[str, Any]] | None:
    """Return the rubric of the preset that the form's button asked for, if it was that button."""
    if "use_preset" not in request.POST:
        return None
    return rubric_presets.chosen(request.POST.get("preset", ""))


def _typed(data: QueryDict) -> dict[str, Any]:
    """Return what was typed, unchecked, so that the form shows it again."""
    return {name: data.get(name) for name in ChallengeForm.Meta.fields} | {
        "needs": [pk for pk in data.getlist("needs") if pk.isdecimal()]
    }


def _form_page(
    request: LearnerRequest, context: dict[str, Any], status: int | None = None
) -> HttpResponse:
    """Show the form; what it refused keeps its text and answers 422, or 412 for two versions."""
    context |= {"presets": rubric_presets.PRESETS}
    status = status or (
        412 if "differences" in context else 422 if request.method == "POST" else 200
    )
    return render(request, "challenges/form.html", context, status=status)
