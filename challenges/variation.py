"""Another proposal: more like one of a plan, easier, harder, or another one in its place."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ai import gateway, leases
from ai.gateway import Outcome, Purpose
from ai.outcomes import words_when_lost
from ai.safe_text import unlinked
from ai.schemas import PlanCriterion, VaryInputs
from ai.schemas import Variation as VariationAnswer
from challenges import authoring, tasks
from challenges.models import Challenge, Proposal, Variation
from learnquest.core.errors import Conflict, Invalid

# Wishes after which the proposal stays the same challenge.
SHIFTS = (Variation.How.EASIER, Variation.How.HARDER)


@transaction.atomic
def request_variation(*, proposal: Proposal, by: User, how: str) -> Variation:
    """Ask for another proposal; the worker writes it. Asking again while it does changes nothing.

    Raises Invalid for a wish that is none, Conflict for a proposal that is not open.
    """
    if how not in Variation.How.values:
        raise Invalid(_("Choose more, easier, harder or again."), errors={"how": [_("Unknown.")]})
    proposal = Proposal.objects.select_for_update(of=("self",)).owned_by(by).get(pk=proposal.pk)
    if proposal.state != Proposal.State.OPEN:
        raise Conflict(_("This proposal was accepted or dropped already."))
    pending = proposal.variations.filter(status=Variation.Status.PENDING).first()
    if pending is not None:
        return pending
    variation = Variation.objects.create(proposal=proposal, how=how)
    transaction.on_commit(lambda: tasks.write_variation.enqueue(variation.pk))
    return variation


def write_variation(variation_id: int) -> None:
    """Have the coach write another proposal. Safe to run twice."""
    if not leases.claim(Variation.objects.all(), variation_id, now=timezone.now()):
        return
    variation = Variation.objects.select_related("proposal__plan__goal__owner").get(pk=variation_id)
    outcome = gateway.ask(Purpose.VARY, _inputs(variation), variation.proposal.plan.goal.owner)
    _record(variation_id, outcome)


def recover(*, now: datetime) -> int:
    """Take up variations whose worker was lost; returns how many."""

    def give_up(pk: int) -> None:
        _record(pk, Outcome(state=gateway.State.UNAVAILABLE, message=words_when_lost()))

    return leases.recover(
        Variation.objects.all(), now=now, enqueue=tasks.write_variation.enqueue, give_up=give_up
    )


@transaction.atomic
def _record(variation_id: int, outcome: Outcome[Any]) -> None:
    proposal = Proposal.objects.select_for_update(of=("self",)).get(variations=variation_id)
    variation = Variation.objects.select_for_update().get(pk=variation_id)
    if variation.status != Variation.Status.PENDING:
        return
    variation.finished_at = timezone.now()
    variation.message = outcome.message[:500]
    if not isinstance(outcome.answer, VariationAnswer):
        variation.status = Variation.Status.FAILED
    elif proposal.state != Proposal.State.OPEN:
        # The learner took or left it meanwhile, and that stands.
        variation.status = Variation.Status.FAILED
        variation.message = _("This proposal was accepted or dropped meanwhile.")
    elif trouble := _nothing_new(variation, proposal, outcome.answer):
        variation.status = Variation.Status.FAILED
        variation.message = trouble
    else:
        variation.status = Variation.Status.READY
        if variation.how == Variation.How.MORE:
            proposal = _beside(proposal)
        else:
            variation.replaced_title = proposal.title
        _fill(proposal, outcome.answer)
    variation.save()


def _nothing_new(variation: Variation, proposal: Proposal, answer: VariationAnswer) -> str:
    """Return why an answer is no other proposal, or nothing where it is one."""
    if variation.how in SHIFTS:
        if unlinked(answer.instructions).strip() != proposal.instructions.strip():
            return ""
        return _("The coach can move this one no further. You can edit it yourself.")
    known = {*_titles_there(proposal), *_titles_refused(proposal)}
    if answer.title.casefold() not in {title.casefold() for title in known}:
        return ""
    return _(
        "The coach has nothing left that you have not seen. Edit this one, or write a challenge "
        "yourself."
    )


def _beside(proposal: Proposal) -> Proposal:
    last = Proposal.objects.filter(plan=proposal.plan_id).aggregate(last=Max("position"))["last"]
    return Proposal(
        plan_id=proposal.plan_id,
        position=last + 1,
        milestone_title=proposal.milestone_title,
        milestone_due=proposal.milestone_due,
    )


def _fill(proposal: Proposal, answer: VariationAnswer) -> None:
    proposal.title = answer.title
    proposal.instructions = unlinked(answer.instructions)
    proposal.difficulty = answer.difficulty
    proposal.estimated_minutes = answer.minutes
    proposal.rubric = authoring.with_keys([c.model_dump() for c in answer.rubric])
    proposal.save()


def _inputs(variation: Variation) -> VaryInputs:
    proposal = variation.proposal
    goal = proposal.plan.goal
    return VaryInputs(
        goal=goal.title,
        description=goal.description,
        category=goal.category,
        level=goal.level,
        title=proposal.title,
        instructions=proposal.instructions,
        difficulty=proposal.difficulty,
        minutes=proposal.estimated_minutes,
        rubric=[
            PlanCriterion(name=c.name, description=c.description or c.name, weight=c.weight)
            for c in proposal.criteria
        ],
        how=variation.how,
        existing_titles=_titles_there(proposal),
        refused_titles=_titles_refused(proposal),
    )


def _titles_there(proposal: Proposal) -> list[str]:
    """Return the titles of the goal's challenges and of what its plan still proposes."""
    goal = proposal.plan.goal_id
    challenges = Challenge.objects.filter(goal=goal).values_list("title", flat=True)
    others = Proposal.objects.filter(plan=proposal.plan_id).exclude(state=Proposal.State.DROPPED)
    return [*challenges, *others.values_list("title", flat=True)]


def _titles_refused(proposal: Proposal) -> list[str]:
    """Return the titles that the learner dropped from this plan or had replaced, oldest first."""
    mine = Proposal.objects.filter(plan=proposal.plan_id)
    dropped = mine.filter(state=Proposal.State.DROPPED).values_list("title", flat=True)
    replaced = Variation.objects.filter(proposal__in=mine).exclude(replaced_title="")
    return [*replaced.order_by("pk").values_list("replaced_title", flat=True), *dropped]
