"""How a challenge moves between its statuses. The only writer of `Challenge.status`."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from challenges.models import Challenge
from learnquest.core.errors import Conflict

Status = Challenge.Status

MOVES: dict[Challenge.Status, set[Challenge.Status]] = {
    Status.TODO: {Status.DOING, Status.HANDED_IN, Status.SKIPPED},
    Status.DOING: {Status.TODO, Status.HANDED_IN, Status.SKIPPED},
    # Back to where it was, when the work is withdrawn.
    Status.HANDED_IN: {Status.ACCEPTED, Status.RETURNED, Status.DOING},
    # Accepted without another attempt where a later grade or an appeal lifts it over the mark.
    Status.RETURNED: {Status.HANDED_IN, Status.SKIPPED, Status.ACCEPTED},
    Status.ACCEPTED: set(),
    Status.SKIPPED: {Status.TODO},
}


def follow_attempts(
    *, challenge: Challenge, to: Challenge.Status, finished_at: datetime | None = None
) -> Challenge:
    """Move a challenge, which the caller has locked, to where its attempts leave it.

    A moderator found one of them copied, or took that back; or a later grade or an appeal lifted
    one over the mark. By then the challenge may stand anywhere, accepted or skipped.
    """
    challenge.status = to
    challenge.finished_at = finished_at if to == Status.ACCEPTED else None
    challenge.save(update_fields=["status", "finished_at"])
    return challenge


def move(*, challenge: Challenge, to: Challenge.Status, now: datetime | None = None) -> Challenge:
    """Move a challenge, which the caller has locked, to another status.

    Raises Conflict when the move is not allowed from where the challenge stands.
    """
    if to not in MOVES[Status(challenge.status)]:
        raise Conflict(
            _("A challenge that is “%(now)s” cannot become “%(to)s”.")
            % {"now": challenge.get_status_display(), "to": Status(to).label}
        )
    challenge.status = to
    challenge.finished_at = (now or timezone.now()) if to == Status.ACCEPTED else None
    challenge.save(update_fields=["status", "finished_at"])
    return challenge
