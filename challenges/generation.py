"""Plans that the coach proposes: asked for, written by the worker, accepted one by one."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Notification, User
from ai import gateway, leases
from ai.gateway import Outcome, Purpose
from ai.outcomes import words_when_lost
from ai.safe_text import unlinked
from ai.schemas import Plan as PlanAnswer
from ai.schemas import PlanInputs
from challenges import authoring, tasks
from challenges.models import Challenge, Plan, Proposal
from goals import progress_log
from goals.archive import refuse_archived
from goals.models import Goal, Milestone, Progress
from learnquest.core.checked import check
from learnquest.core.errors import Conflict

# A worker that died leaves a plan pending; after this it may be asked for again.
STUCK_AFTER = timedelta(minutes=10)
EDITABLE = ("title", "instructions", "difficulty", "estimated_minutes", "rubric")


@transaction.atomic
def request_plan(
    *, goal: Goal, by: User, wish: str = "", hours_per_week: int | None = None
) -> Plan:
    """Ask the coach for a plan; the worker writes it, unless the same was answered before.

    Asking again while a plan is being made returns that one. Raises Conflict for a goal that is
    not active.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    if goal.status != Goal.Status.ACTIVE:
        raise Conflict(_("Only an active goal can get a plan. Resume it first."))
    pending = Plan.objects.filter(goal=goal, status=Plan.Status.PENDING).first()
    if pending and pending.created_at > timezone.now() - STUCK_AFTER:
        return pending
    if pending:
        _fail(pending, _("The coach did not answer in time. Nothing is lost: try again."))
    plan = Plan(goal=goal, wish=wish.strip(), hours_per_week=hours_per_week)
    check(plan)
    plan.save()
    cached = gateway.cached(purpose=Purpose.PLAN, inputs=_inputs(plan), user=by)
    if cached is not None:
        _record(plan, cached)
    else:
        transaction.on_commit(lambda: tasks.generate_plan.enqueue(plan.pk))
    return plan


@transaction.atomic
def retry_plan(*, plan: Plan, by: User) -> Plan:
    """Ask again for a plan that failed, with the same wishes."""
    plan = Plan.objects.owned_by(by).select_related("goal").get(pk=plan.pk)
    if plan.status != Plan.Status.FAILED:
        raise Conflict(_("This plan did not fail, so there is nothing to try again."))
    return request_plan(goal=plan.goal, by=by, wish=plan.wish, hours_per_week=plan.hours_per_week)


def write_plan(plan_id: int) -> None:
    """Have the coach write a plan: read, call with no transaction open, record.

    Does nothing for a plan that is not waiting, so it is safe to run twice.
    """
    if not leases.claim(Plan.objects.all(), plan_id, now=timezone.now()):
        return
    plan = Plan.objects.select_related("goal__owner").get(pk=plan_id)
    outcome = gateway.complete(purpose=Purpose.PLAN, inputs=_inputs(plan), user=plan.goal.owner)
    with transaction.atomic():
        locked = _waiting(plan_id)
        if locked is not None:
            _record(locked, outcome)


def recover(*, now: datetime) -> int:
    """Take up plans whose worker was lost; returns how many."""
    return leases.recover(
        Plan.objects.all(), now=now, enqueue=tasks.generate_plan.enqueue, give_up=_give_up
    )


@transaction.atomic
def _give_up(plan_id: int) -> None:
    plan = _waiting(plan_id)
    if plan is not None:
        _fail(plan, words_when_lost())


def _waiting(plan_id: int) -> Plan | None:
    return (
        Plan.objects.select_for_update(of=("self",))
        .select_related("goal")
        .filter(pk=plan_id, status=Plan.Status.PENDING)
        .first()
    )


def _inputs(plan: Plan) -> PlanInputs:
    goal = plan.goal
    return PlanInputs(
        title=goal.title,
        description=goal.description,
        category=goal.category,
        level=goal.level,
        today=timezone.localdate(),
        target_date=goal.target_date,
        hours_per_week=plan.hours_per_week,
        wish=plan.wish,
        existing_titles=list(Challenge.objects.filter(goal=goal).values_list("title", flat=True)),
    )


def _record(plan: Plan, outcome: Outcome[Any]) -> None:
    """Keep what the coach answered, or why it did not, and tell the learner."""
    plan.model = outcome.model
    plan.is_offline = outcome.offline
    plan.request_id = outcome.request_id
    if not isinstance(outcome.answer, PlanAnswer):
        _fail(plan, outcome.message)
        return
    Proposal.objects.bulk_create(_proposals(plan, outcome.answer))
    plan.status = Plan.Status.READY
    plan.summary = outcome.answer.summary
    # Why the offline coach stepped in, where it did.
    plan.message = outcome.message[:500]
    plan.finished_at = timezone.now()
    plan.save()
    inbox.notify(
        user_id=plan.goal.owner_id,
        kind=Notification.Kind.PLAN_READY,
        subject=plan.goal.title,
        target=plan.get_absolute_url(),
    )


def _fail(plan: Plan, message: str) -> None:
    plan.status = Plan.Status.FAILED
    plan.message = message[:500]
    plan.finished_at = timezone.now()
    plan.save()
    inbox.notify(
        user_id=plan.goal.owner_id,
        kind=Notification.Kind.PLAN_FAILED,
        subject=plan.goal.title,
        target=plan.get_absolute_url(),
    )


def _proposals(plan: Plan, answer: PlanAnswer) -> list[Proposal]:
    today = timezone.localdate()
    proposals = []
    for position, item in enumerate(answer.challenges):
        milestone = None
        if item.milestone is not None and item.milestone < len(answer.milestones):
            milestone = answer.milestones[item.milestone]
        proposals.append(
            Proposal(
                plan=plan,
                position=position,
                title=item.title[:120],
                instructions=unlinked(item.instructions),
                difficulty=item.difficulty,
                estimated_minutes=item.minutes,
                rubric=authoring.with_keys(
                    [
                        {"name": c.name, "description": c.description, "weight": c.weight}
                        for c in item.rubric
                    ]
                ),
                milestone_title=milestone.title[:120] if milestone else "",
                milestone_due=_due(plan.goal, today, milestone.due_in_days) if milestone else None,
            )
        )
    return proposals


def _due(goal: Goal, today: date, days: int) -> date:
    """A milestone's date, never after the goal's own target."""
    due = today + timedelta(days=days)
    return min(due, goal.target_date) if goal.target_date else due


@transaction.atomic
def edit_proposal(*, proposal: Proposal, by: User, **fields: Any) -> Proposal:
    """Change a proposal before accepting it.

    Raises Conflict when it was accepted or dropped, and Invalid, by field, for bad values.
    """
    proposal = _open(proposal, by)
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"{name} is not an editable field of a proposal")
        setattr(proposal, name, authoring.with_keys(value) if name == "rubric" else value)
    check(proposal)
    proposal.save(update_fields=list(fields))
    return proposal


@transaction.atomic
def drop_proposal(*, proposal: Proposal, by: User) -> Proposal:
    """Leave a proposal out."""
    proposal = _open(proposal, by)
    proposal.state = Proposal.State.DROPPED
    proposal.save(update_fields=["state"])
    return proposal


@transaction.atomic
def restore_proposal(*, proposal: Proposal, by: User) -> Proposal:
    """Take a dropped proposal back, so that it can be accepted after all."""
    proposal = Proposal.objects.select_for_update(of=("self",)).owned_by(by).get(pk=proposal.pk)
    if proposal.state != Proposal.State.DROPPED:
        raise Conflict(_("This proposal was not dropped."))
    proposal.state = Proposal.State.OPEN
    proposal.save(update_fields=["state"])
    return proposal


@transaction.atomic
def accept_proposals(*, plan: Plan, by: User, only: list[int] | None = None) -> list[Challenge]:
    """Make challenges, with their milestones, of a plan's open proposals.

    `only` names the proposals by id; without it all open ones are accepted. What was accepted
    before is not made twice. Raises Conflict when no named proposal is open, or the goal is
    archived.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(plans=plan.pk)
    refuse_archived(goal)
    proposals = Proposal.objects.select_for_update().filter(plan=plan, state=Proposal.State.OPEN)
    if only is not None:
        proposals = proposals.filter(pk__in=only)
    chosen = list(proposals)
    if not chosen:
        raise Conflict(_("There is no open proposal left to accept."))
    milestones = _milestones(goal, chosen)
    challenges = [_accept(goal, proposal, milestones) for proposal in chosen]
    progress_log.record(
        goal=goal,
        by=by,
        kind=Progress.Kind.PLAN_ACCEPTED,
        note=", ".join(challenge.title for challenge in challenges),
    )
    return challenges


def _accept(goal: Goal, proposal: Proposal, milestones: dict[str, Milestone]) -> Challenge:
    challenge = authoring.add(
        goal=goal,
        title=proposal.title,
        instructions=proposal.instructions,
        source=Challenge.Source.AI,
        difficulty=proposal.difficulty,
        estimated_minutes=proposal.estimated_minutes,
        rubric=proposal.rubric,
        milestone=milestones.get(proposal.milestone_title),
    )
    proposal.state = Proposal.State.ACCEPTED
    proposal.challenge = challenge
    proposal.save(update_fields=["state", "challenge"])
    return challenge


def _milestones(goal: Goal, proposals: list[Proposal]) -> dict[str, Milestone]:
    """Return the goal's milestones by title, with those added that the proposals name."""
    by_title = {milestone.title: milestone for milestone in goal.milestones.all()}
    last = goal.milestones.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    for proposal in proposals:
        title = proposal.milestone_title
        if title and title not in by_title:
            by_title[title] = Milestone.objects.create(
                goal=goal, title=title, due_date=proposal.milestone_due, position=position
            )
            position += 1
    return by_title


def _open(proposal: Proposal, by: User) -> Proposal:
    proposal = Proposal.objects.select_for_update(of=("self",)).owned_by(by).get(pk=proposal.pk)
    if proposal.state != Proposal.State.OPEN:
        raise Conflict(_("This proposal was accepted or dropped already."))
    return proposal
