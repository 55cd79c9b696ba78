"""How a submission moves between its statuses. The only writer of `Submission.status`."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from learnquest.core.errors import Conflict
from submissions.models import Submission

Status = Submission.Status

MOVES: dict[Submission.Status, set[Submission.Status]] = {
    Status.DRAFT: {Status.SUBMITTED},
    Status.SUBMITTED: {Status.ACCEPTED, Status.RETURNED, Status.DRAFT},
    Status.ACCEPTED: set(),
    # A later grade or an appeal may lift it over the mark; what was accepted stays so, unless it
    # turns out to be copied: see `return_copy`.
    Status.RETURNED: {Status.ACCEPTED},
}


def hand_in(*, submission: Submission, now: datetime | None = None) -> Submission:
    """Move a draft, which the caller has locked, into review."""
    _allow(submission, Status.SUBMITTED)
    submission.status = Status.SUBMITTED
    submission.submitted_at = now or timezone.now()
    submission.save(update_fields=["status", "submitted_at"])
    return submission


def withdraw(*, submission: Submission) -> Submission:
    """Make work in review, which the caller has locked, a draft again."""
    _allow(submission, Status.DRAFT)
    submission.status = Status.DRAFT
    submission.submitted_at = None
    submission.withdrawals += 1
    submission.save(update_fields=["status", "submitted_at", "withdrawals"])
    return submission


def settle(
    *,
    submission: Submission,
    to: Submission.Status,
    score: Decimal,
    score_error: Decimal,
    now: datetime | None = None,
) -> Submission:
    """Close the review of a submission, which the caller has locked, with its score."""
    _allow(submission, to)
    submission.status = to
    submission.score = score
    submission.score_error = score_error
    submission.settled_at = now or timezone.now()
    submission.save(update_fields=["status", "score", "score_error", "settled_at"])
    return submission


def correct(
    *,
    submission: Submission,
    score: Decimal,
    score_error: Decimal | None = None,
    to: Submission.Status | None = None,
) -> Submission:
    """Give settled work, which the caller has locked, another score, and a status if it changes."""
    if to is not None and to != submission.status:
        _allow(submission, to)
        submission.status = to
    submission.score = score
    if score_error is not None:
        submission.score_error = score_error
    submission.save(update_fields=["score", "score_error", "status"])
    return submission


def return_copy(*, submission: Submission, now: datetime | None = None) -> Submission:
    """Return work, which the caller has locked and a moderator found copied, without a score.

    The one way back from accepted; `undo_copy` is the way out of it. Raises Conflict for a draft.
    """
    if submission.status == Status.DRAFT:
        raise Conflict(_("This work was taken back by its author."))
    submission.status = Status.RETURNED
    submission.score = submission.score_error = None
    submission.settled_at = now or timezone.now()
    submission.save(update_fields=["status", "score", "score_error", "settled_at"])
    return submission


def undo_copy(
    *,
    submission: Submission,
    to: Submission.Status,
    score: Decimal | None,
    score_error: Decimal | None,
    settled_at: datetime | None,
) -> Submission:
    """Put work, which the caller has locked, back to what it was before `return_copy`."""
    submission.status = to
    submission.score, submission.score_error = score, score_error
    submission.settled_at = settled_at
    submission.save(update_fields=["status", "score", "score_error", "settled_at"])
    return submission


def _allow(submission: Submission, to: Submission.Status) -> None:
    if to not in MOVES[Status(submission.status)]:
        raise Conflict(
            _("Work that is “%(now)s” cannot become “%(to)s”.")
            % {"now": submission.get_status_display(), "to": Status(to).label}
        )
