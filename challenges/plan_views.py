"""Pages of plans: asking the coach, watching it work, taking or leaving what it proposes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from challenges import generation, rubric_presets, variation
from challenges.forms import PlanForm, ProposalForm, about_rubric, rubric_formset
from challenges.models import Plan, Proposal, Variation
from challenges.views import asked_preset
from goals.models import Goal
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError
from learnquest.core.forms import ids
from learnquest.core.http import LearnerRequest, post_only

# More plans at once help nobody to decide; the others come when these are decided on.
MOST_UNDECIDED = 3


def _plan_of(request: LearnerRequest, pk: int) -> Plan:
    return _proposal(request, pk).plan


@require_http_methods(["GET", "HEAD", "POST"])
def request_plan(request: LearnerRequest, goal_pk: int) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_pk)
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan = generation.request_plan(goal=goal, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            return redirect(plan)
    context = {"form": form, "goal": goal, **plans_of(goal)}
    status = 422 if request.method == "POST" else 200
    return render(request, "challenges/plan_form.html", context, status=status)


def plans_of(goal: Goal) -> dict[str, Any]:
    """Return the newest plan and those that wait for a decision, for `challenges/_plans.html`."""
    plans = Plan.objects.filter(goal=goal)
    # An archived goal takes no proposal.
    is_closed = goal.status == Goal.Status.ARCHIVED
    return {
        "plan": plans.order_by("-created_at").first(),
        "undecided": [] if is_closed else list(plans.undecided()[:MOST_UNDECIDED]),
    }


@require_safe
def plan(request: LearnerRequest, pk: int) -> HttpResponse:
    """The plan's page; while the coach writes, htmx asks again for its panel."""
    plan = get_object_or_404(Plan.objects.visible_to(request.user).select_related("goal"), pk=pk)
    return _plan_page(request, plan)


@post_only("challenges:plan")
def retry(request: LearnerRequest, pk: int) -> HttpResponse:
    plan = get_object_or_404(Plan.objects.owned_by(request.user), pk=pk)
    try:
        plan = generation.retry_plan(plan=plan, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(plan)


@post_only("challenges:plan")
def accept_all(request: LearnerRequest, pk: int) -> HttpResponse:
    """Accept all open proposals, or with the other button those that are ticked."""
    plan = get_object_or_404(Plan.objects.owned_by(request.user).select_related("goal"), pk=pk)
    only = None
    if "selected" in request.POST:
        only = ids(request.POST.getlist("only"))
        if not only:
            messages.error(request, _("Tick the challenges that you want first."))
            return redirect(plan)
    try:
        challenges = generation.accept_proposals(plan=plan, by=request.user, only=only)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(plan)
    messages.success(
        request,
        ngettext(
            "%(count)d challenge is on your plan now.",
            "%(count)d challenges are on your plan now.",
            len(challenges),
        )
        % {"count": len(challenges)},
    )
    return redirect(plan.goal)


@post_only(_plan_of)
def accept(request: LearnerRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    try:
        generation.accept_proposals(plan=proposal.plan, by=request.user, only=[proposal.pk])
    except DomainError as refusal:
        return _proposal_panel(request, proposal, error=str(refusal))
    return _proposal_panel(request, proposal)


@post_only(_plan_of)
def drop(request: LearnerRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    try:
        generation.drop_proposal(proposal=proposal, by=request.user)
    except DomainError as refusal:
        return _proposal_panel(request, proposal, error=str(refusal))
    return _proposal_panel(request, proposal)


@post_only(_plan_of)
def restore(request: LearnerRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    try:
        generation.restore_proposal(proposal=proposal, by=request.user)
    except DomainError as refusal:
        return _proposal_panel(request, proposal, error=str(refusal))
    return _proposal_panel(request, proposal)


@post_only(_plan_of)
def vary(request: LearnerRequest, pk: int) -> HttpResponse:
    """Ask for another proposal like this one, or in its place."""
    proposal = _proposal(request, pk)
    try:
        variation.request_variation(
            proposal=proposal, by=request.user, how=request.POST.get("how", "")
        )
    except DomainError as refusal:
        return _proposal_panel(request, proposal, error=str(refusal))
    return _proposal_panel(request, proposal)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: LearnerRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    before = proposal.rubric
    preset = asked_preset(request)
    if preset:
        typed = {name: request.POST.get(name) for name in ProposalForm.Meta.fields}
        context = {
            "form": ProposalForm(instance=proposal, initial=typed),
            "rubric": rubric_formset(None, preset),
            "proposal": proposal,
            "plan": proposal.plan,
            "presets": rubric_presets.PRESETS,
        }
        return render(request, "challenges/proposal_form.html", context)
    form = ProposalForm(request.POST or None, instance=proposal)
    rubric = rubric_formset(request.POST or None, before)
    if request.method == "POST" and form.is_valid() and rubric.is_valid():
        try:
            generation.edit_proposal(
                proposal=proposal,
                by=request.user,
                rubric=rubric.rubric(before),
                **form.cleaned_data,
            )
        except DomainError as refusal:
            show_on(form, about_rubric(refusal, rubric))
        else:
            messages.success(request, _("Proposal changed."))
            return redirect(proposal.plan)
    context = {
        "form": form,
        "rubric": rubric,
        "proposal": proposal,
        "plan": proposal.plan,
        "presets": rubric_presets.PRESETS,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "challenges/proposal_form.html", context, status=status)


def _proposal(request: LearnerRequest, pk: int) -> Proposal:
    return get_object_or_404(
        Proposal.objects.owned_by(request.user).select_related("plan__goal"), pk=pk
    )


def _plan_page(request: LearnerRequest, plan: Plan) -> HttpResponse:
    proposals = list(plan.proposals.prefetch_related("variations"))
    for proposal in proposals:
        # The newest wish for another one, to show that it is on its way or why it failed.
        wishes = sorted(proposal.variations.all(), key=lambda wish: wish.pk)
        proposal.wish = wishes[-1] if wishes else None  # type: ignore[attr-defined]
    is_varying = any(
        wish.status == Variation.Status.PENDING
        for proposal in proposals
        for wish in proposal.variations.all()
    )
    open_count = sum(proposal.state == Proposal.State.OPEN for proposal in proposals)
    kept = [proposal for proposal in proposals if proposal.state != Proposal.State.DROPPED]
    minutes = sum(proposal.estimated_minutes for proposal in kept)
    context = {
        "plan": plan,
        "goal": plan.goal,
        "proposals": proposals,
        "open_count": open_count,
        "is_varying": is_varying,
        "hows": Variation.How.choices,
        "kept_count": len(kept),
        "all_minutes": minutes,
        "all_hours": round(minutes / 60),
    }
    template = "challenges/plan.html#panel" if request.htmx else "challenges/plan.html"
    return render(request, template, context)


def _proposal_panel(
    request: LearnerRequest, proposal: Proposal, *, error: str = ""
) -> HttpResponse:
    """After a deed: htmx gets the plan's panel with the news, a browser goes back to its page."""
    if not request.htmx:
        if error:
            messages.error(request, error)
        return redirect(proposal.plan)
    if error:
        messages.error(request, error)
    return _plan_page(request, Plan.objects.select_related("goal").get(pk=proposal.plan_id))
