"""A plan that has slipped, made to fit again: asked for, written by the worker, kept as lines."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Notification, User
from ai import gateway, leases
from ai.gateway import Outcome, Purpose
from ai.outcomes import words_when_lost
from ai.safe_text import unlinked
from ai.schemas import OpenChallenge, OpenMilestone, ReplanInputs
from ai.schemas import Replan as Answer
from challenges import authoring, tasks
from challenges.models import Challenge, Replan, ReplanLine
from goals.models import Goal, Milestone
from learnquest.core.checked import check
from learnquest.core.errors import Conflict

# What may still change: nobody has read it yet.
UNREAD = (Challenge.Status.TODO, Challenge.Status.DOING)
Kind, Action = ReplanLine.Kind, ReplanLine.Action


@transaction.atomic
def request_replan(
    *, goal: Goal, by: User, wish: str = "", hours_per_week: int | None = None
) -> Replan:
    """Ask the coach how the plan can fit again; the worker writes it, unless it is known.

    Asking again while it is being made returns that one. Raises Conflict for a goal that is not
    active or has nothing left to plan.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    if goal.status != Goal.Status.ACTIVE:
        raise Conflict(_("Only an active goal can get a new plan. Resume it first."))
    pending = Replan.objects.filter(goal=goal, status=Replan.Status.PENDING).first()
    if pending is not None:
        return pending
    if not (open_challenges(goal) or open_milestones(goal)):
        raise Conflict(_("Nothing is left to plan anew: ask for a plan instead."))
    replan = Replan(goal=goal, wish=wish.strip(), hours_per_week=hours_per_week)
    check(replan)
    replan.save()
    known = gateway.cached(Purpose.REPLAN, _inputs(replan), by)
    if known is not None:
        _record(replan, known)
    else:
        transaction.on_commit(lambda: tasks.write_replan.enqueue(replan.pk))
    return replan


@transaction.atomic
def retry_replan(*, replan: Replan, by: User) -> Replan:
    """Ask again after a failure, with the same words. Raises Conflict when it did not fail."""
    replan = Replan.objects.owned_by(by).select_related("goal").get(pk=replan.pk)
    if replan.status != Replan.Status.FAILED:
        raise Conflict(_("This plan did not fail, so there is nothing to try again."))
    return request_replan(
        goal=replan.goal, by=by, wish=replan.wish, hours_per_week=replan.hours_per_week
    )


def write_replan(replan_id: int) -> None:
    """Have the coach write it: read, call with no transaction open, record. Safe to run twice."""
    if not leases.claim(Replan.objects.all(), replan_id, now=timezone.now()):
        return
    replan = Replan.objects.select_related("goal__owner").get(pk=replan_id)
    outcome = gateway.ask(Purpose.REPLAN, _inputs(replan), replan.goal.owner)
    _keep(replan_id, outcome)


def recover(*, now: datetime) -> int:
    """Take up new plans whose worker was lost; returns how many."""

    def give_up(pk: int) -> None:
        _keep(pk, Outcome(state=gateway.State.UNAVAILABLE, message=words_when_lost()))

    return leases.recover(
        Replan.objects.all(), now=now, enqueue=tasks.write_replan.enqueue, give_up=give_up
    )


def open_challenges(goal: Goal) -> list[Challenge]:
    """Return the challenges that may still change, in order."""
    return list(Challenge.objects.filter(goal=goal, status__in=UNREAD).order_by("position"))


def open_milestones(goal: Goal) -> list[Milestone]:
    """Return the milestones still to reach, in order."""
    return list(goal.milestones.filter(completed_at=None))


def _inputs(replan: Replan) -> ReplanInputs:
    """What is open goes by numbers of its own; ids of ours are nobody's business."""
    goal = replan.goal
    milestones, challenges = open_milestones(goal), open_challenges(goal)
    numbers = {milestone.pk: number for number, milestone in enumerate(milestones, 1)}
    done = Challenge.objects.filter(goal=goal).exclude(
        status__in=[*UNREAD, Challenge.Status.SKIPPED]
    )
    return ReplanInputs(
        title=goal.title,
        description=goal.description,
        category=goal.category,
        level=goal.level,
        today=goal.owner.today(),
        target_date=goal.target_date,
        hours_per_week=replan.hours_per_week,
        wish=replan.wish,
        milestones=[
            OpenMilestone(number=number, title=one.title, due_date=one.due_date)
            for number, one in enumerate(milestones, 1)
        ],
        challenges=[
            OpenChallenge(
                number=number,
                title=one.title,
                instructions=one.instructions,
                difficulty=one.difficulty,
                minutes=one.estimated_minutes,
                milestone=numbers.get(one.milestone_id or 0),
                is_begun=one.status == Challenge.Status.DOING,
            )
            for number, one in enumerate(challenges, 1)
        ],
        done_titles=list(done.order_by("position").values_list("title", flat=True)),
    )


@transaction.atomic
def _keep(replan_id: int, outcome: Outcome[Any]) -> None:
    waiting = Replan.objects.select_for_update(of=("self",)).select_related("goal__owner")
    replan = waiting.filter(pk=replan_id, status=Replan.Status.PENDING).first()
    if replan is not None:
        _record(replan, outcome)


def _record(replan: Replan, outcome: Outcome[Any]) -> None:
    """Keep what the coach answered, or why it did not, and tell the learner."""
    replan.model, replan.is_offline = outcome.model, outcome.offline
    replan.request_id = outcome.request_id
    replan.message = outcome.message[:500]
    replan.finished_at = timezone.now()
    answer = outcome.answer if isinstance(outcome.answer, Answer) else None
    replan.status = Replan.Status.FAILED if answer is None else Replan.Status.READY
    if answer is not None:
        replan.summary = answer.summary
        lines = _lines(replan, answer)
        for position, line in enumerate(lines):
            line.replan, line.position = replan, position
        ReplanLine.objects.bulk_create(lines)
    replan.save()
    inbox.notify(
        user_id=replan.goal.owner_id,
        kind=Notification.Kind.PLAN_READY if answer else Notification.Kind.PLAN_FAILED,
        subject=replan.goal.title,
        target=replan.get_absolute_url(),
    )


def _lines(replan: Replan, answer: Answer) -> list[ReplanLine]:
    """Put an answer into lines; what was finished or reached meanwhile gets none."""
    goal, today = replan.goal, replan.goal.owner.today()
    milestones = dict(enumerate(open_milestones(goal), 1))
    challenges = dict(enumerate(open_challenges(goal), 1))
    target = today + timedelta(days=answer.target_in_days) if answer.target_in_days else None
    end = target or goal.target_date
    lines = []
    if target is not None and target != goal.target_date:
        lines.append(
            ReplanLine(
                kind=Kind.TARGET, action=Action.CHANGE, title=goal.title,
                old=_days(goal.target_date), new=_days(target),
            )
        )  # fmt: skip
    for moved in answer.milestones:
        one = milestones.get(moved.number)
        if one is None:
            continue
        day = _by(end, today, moved.due_in_days)
        if moved.do == "drop" or day != one.due_date:
            lines.append(
                ReplanLine(
                    kind=Kind.MILESTONE,
                    action=Action.DROP if moved.do == "drop" else Action.CHANGE,
                    milestone=one, title=one.title, old=_days(one.due_date),
                    new={} if moved.do == "drop" else _days(day), why=moved.why,
                )
            )  # fmt: skip
    lines += [
        ReplanLine(
            kind=Kind.MILESTONE, action=Action.ADD, title=added.title,
            new=_days(_by(end, today, added.due_in_days)), why=added.why,
        )
        for added in answer.new_milestones
    ]  # fmt: skip
    for changed in answer.challenges:
        challenge = challenges.get(changed.number)
        if challenge is None:
            continue
        new = {
            name: unlinked(value) if name == "instructions" else value
            for name, value in changed.fields.items()
            if value != getattr(challenge, name)
        }
        if changed.do == "drop" or new:
            lines.append(
                ReplanLine(
                    kind=Kind.CHALLENGE,
                    action=Action.DROP if changed.do == "drop" else Action.CHANGE,
                    challenge=challenge, title=challenge.title,
                    old={name: getattr(challenge, name) for name in authoring.EDITABLE[:4]},
                    new={} if changed.do == "drop" else new, why=changed.why,
                )
            )  # fmt: skip
    for item in answer.new_challenges:
        rubric = authoring.with_keys([criterion.model_dump() for criterion in item.rubric])
        lines.append(
            ReplanLine(
                kind=Kind.CHALLENGE, action=Action.ADD, title=item.title,
                milestone=milestones.get(item.milestone or 0),
                challenge=challenges.get(item.before or 0),
                new={"title": item.title, "instructions": unlinked(item.instructions),
                     "difficulty": item.difficulty, "estimated_minutes": item.minutes,
                     "rubric": rubric},
                why=item.why,
            )
        )  # fmt: skip
    return lines


def _by(end: date | None, today: date, days: int | None) -> date | None:
    """A milestone's day, never after the goal's own target."""
    if days is None:
        return None
    day = today + timedelta(days=days)
    return min(day, end) if end and end > today else day


def _days(day: date | None) -> dict[str, str]:
    return {"day": day.isoformat()} if day else {}
