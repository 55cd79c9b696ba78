"""Taking or leaving the lines of a new plan, one by one. What is finished, handed in or reached
is never touched, whatever a line says."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from challenges import authoring, ordering
from challenges.models import Challenge, Replan, ReplanLine
from challenges.replan_writing import UNREAD
from goals import lifecycle, milestones, progress_log, replanning
from goals.models import Goal, Progress
from learnquest.core.errors import Conflict, DomainError

State, Action = ReplanLine.State, ReplanLine.Action


@transaction.atomic
def take_lines(*, replan: Replan, by: User, only: list[int] | None = None) -> list[ReplanLine]:
    """Do what a new plan's open lines say, and return them; some may be no longer possible.

    `only` names lines by id; without it all open ones are taken. Raises Conflict when no named
    line is open.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(replans=replan.pk)
    lines = ReplanLine.objects.select_for_update(of=("self",)).filter(
        replan=replan, state=State.OPEN
    )
    if only is not None:
        lines = lines.filter(pk__in=only)
    chosen = list(lines.select_related("milestone", "challenge"))
    if not chosen:
        raise Conflict(_("There is no open line left to take."))
    for line in chosen:
        try:
            with transaction.atomic():
                _take(line, goal, by)
        except DomainError as refusal:
            line.state, line.message = State.GONE, str(refusal)[:500]
        else:
            line.state = State.ACCEPTED
        line.save(update_fields=["state", "message"])
    taken = [line for line in chosen if line.state == State.ACCEPTED]
    if taken:
        progress_log.record(
            goal=goal,
            by=by,
            kind=Progress.Kind.PLAN_ACCEPTED,
            note=", ".join(dict.fromkeys(line.title for line in taken))[:1000],
        )
    return chosen


@transaction.atomic
def leave_line(*, line: ReplanLine, by: User) -> ReplanLine:
    """Leave a line out. Raises Conflict when it is not open."""
    return _moved(line, by, State.OPEN, State.DROPPED)


@transaction.atomic
def restore_line(*, line: ReplanLine, by: User) -> ReplanLine:
    """Take back a line that was left, so that it can be taken after all."""
    return _moved(line, by, State.DROPPED, State.OPEN)


def _moved(
    line: ReplanLine, by: User, before: ReplanLine.State, to: ReplanLine.State
) -> ReplanLine:
    line = ReplanLine.objects.select_for_update(of=("self",)).owned_by(by).get(pk=line.pk)
    if line.state != before:
        raise Conflict(_("This line is “%(state)s”.") % {"state": line.get_state_display()})
    line.state = to
    line.save(update_fields=["state"])
    return line


def _take(line: ReplanLine, goal: Goal, by: User) -> None:
    match line.kind, line.action:
        case ReplanLine.Kind.TARGET, _action:
            lifecycle.update_goal(goal=goal, by=by, target_date=line.new_day)
        case ReplanLine.Kind.MILESTONE, Action.ADD:
            milestones.add_milestone(goal=goal, by=by, title=line.title, due_date=line.new_day)
        case ReplanLine.Kind.MILESTONE, _action:
            _take_milestone(line, goal, by)
        case ReplanLine.Kind.CHALLENGE, Action.ADD:
            _add_challenge(line, goal, by)
        case _:
            _take_challenge(line, by)


def _take_milestone(line: ReplanLine, goal: Goal, by: User) -> None:
    milestone = goal.milestones.filter(pk=line.milestone_id or 0).first()
    if milestone is None:
        raise Conflict(_("This milestone is no longer there."))
    if milestone.completed_at is not None:
        raise Conflict(_("You have reached this milestone meanwhile: it stays as it is."))
    if line.action == Action.DROP:
        if Challenge.objects.filter(milestone=milestone).exclude(status__in=UNREAD).exists():
            raise Conflict(_("There is finished work under this milestone: it stays."))
        milestones.remove_milestone(milestone=milestone, by=by)
        line.milestone = None
        return
    day: date | None = line.new_day
    if day is not None:
        replanning.replan(goal=goal, by=by, dates={milestone.pk: day})


def _add_challenge(line: ReplanLine, goal: Goal, by: User) -> None:
    milestone = goal.milestones.filter(pk=line.milestone_id or 0, completed_at=None).first()
    made = authoring.create_challenge(
        goal=goal, by=by, source=Challenge.Source.AI, milestone=milestone, **line.new
    )
    before = Challenge.objects.filter(goal=goal, pk=line.challenge_id or 0).first()
    if before is not None:
        ordering.place(challenge=made, milestone=milestone, before=before, by=by)
    line.challenge = made
    line.save(update_fields=["challenge"])


def _take_challenge(line: ReplanLine, by: User) -> None:
    challenge = (
        Challenge.objects.select_for_update(of=("self",))
        .owned_by(by)
        .filter(pk=line.challenge_id or 0)
        .first()
    )
    if challenge is None:
        raise Conflict(_("This challenge is no longer there."))
    if challenge.status not in UNREAD:
        raise Conflict(
            _("This challenge is “%(status)s” by now: it stays as it is.")
            % {"status": challenge.get_status_display()}
        )
    if line.action == Action.DROP:
        authoring.skip(challenge=challenge, by=by)
    else:
        authoring.update_challenge(challenge=challenge, by=by, **line.new)
