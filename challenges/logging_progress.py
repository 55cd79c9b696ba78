"""Several lines of the log in one go, for clients that sync what happened."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import User
from challenges import authoring
from challenges.models import Challenge
from goals import milestones, progress_log
from goals.models import Goal, Milestone, Progress
from learnquest.core.errors import Conflict, Invalid


@transaction.atomic
def log_progress(
    *,
    by: User,
    goal: int | None = None,
    minutes: int = 0,
    note: str = "",
    milestone: int | None = None,
    challenge: int | None = None,
    challenge_status: str | None = None,
) -> Progress:
    """Log what is named, all of it or nothing, and return the last line of the log.

    Minutes are practice; a note alone is a note; a milestone is reached, once. A challenge can be
    begun, skipped or taken back. It is accepted by its reviewers alone: saying so is a Conflict
    until they have, and changes nothing then. Raises Invalid when nothing is named, or a
    milestone or challenge of another goal.
    """
    where = _goal(by, goal, milestone, challenge)
    note = note.strip()
    if not (minutes or note or milestone or challenge):
        raise Invalid(
            _("Nothing to log: name minutes, a note, a milestone or a challenge."),
            errors={"minutes": [_("Log minutes, or something else.")]},
        )
    if (challenge is None) != (challenge_status is None):
        message = _("A challenge and its status come together.")
        raise Invalid(message, errors={"challenge_status": [message]})
    if minutes:
        progress_log.log_practice(goal=where, by=by, minutes=minutes, note=note)
    elif note:
        progress_log.log_note(goal=where, by=by, note=note)
    if milestone is not None:
        reached = Milestone.objects.owned_by(by).get(pk=milestone)
        milestones.complete_milestone(milestone=reached, by=by)
    if challenge is not None and challenge_status is not None:
        _move(Challenge.objects.owned_by(by).get(pk=challenge), challenge_status, by)
    return Progress.objects.filter(goal=where).order_by("-pk")[0]


def _goal(by: User, goal: int | None, milestone: int | None, challenge: int | None) -> Goal:
    """Return the one goal that all of it is about."""
    named = {goal} if goal is not None else set()
    if milestone is not None:
        named.add(get_object_or_404(Milestone.objects.owned_by(by), pk=milestone).goal_id)
    if challenge is not None:
        named.add(get_object_or_404(Challenge.objects.owned_by(by), pk=challenge).goal_id)
    if len(named) != 1:
        message = _("Name one goal, and what belongs to it.")
        raise Invalid(message, errors={"goal": [message]})
    return get_object_or_404(Goal.objects.owned_by(by), pk=named.pop())


def _move(challenge: Challenge, status: str, by: User) -> None:
    if status == challenge.status:
        return
    if status == Challenge.Status.ACCEPTED:
        raise Conflict(_("Work is accepted by its reviewers: hand it in first."))
    deeds = {
        Challenge.Status.DOING: authoring.begin,
        Challenge.Status.SKIPPED: authoring.skip,
        Challenge.Status.TODO: authoring.resume,
    }
    deeds[Challenge.Status(status)](challenge=challenge, by=by)
