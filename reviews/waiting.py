"""What waits for moderators: work that went to their list, and notes that reviewers wrote to them.

Both are without the reviewers' names, as before the outcome everything is. Whoever wrote the work
or had it to review gets to see neither: another moderator looks at it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Report, User
from learnquest.core.errors import Conflict, Forbidden, Invalid
from reviews import cases
from reviews.models import PeerReview, PeerReviewQuerySet, ReviewCase
from reviews.queue_models import ReviewCaseQuerySet

LEAST_REASON = 10
# The audit log keeps no more of it.
LONGEST_REASON = 200


def waiting_for(user: User) -> ReviewCaseQuerySet:
    """Return what waits for a decision of this moderator, the oldest first."""
    found = ReviewCase.objects.for_moderators().filter(~_had(user)).exclude(author=user)
    return found.select_related("submission__challenge")


def notes_for(user: User) -> PeerReviewQuerySet:
    """Return the reviews with a note that this moderator may read, the latest first.

    A note counts once its review was sent, or given back with it: a draft is nobody's business.
    """
    was_meant = Q(status=PeerReview.Status.SUBMITTED) | (
        Q(status=PeerReview.Status.RELEASED) & ~Q(released_for="")
    )
    found = PeerReview.objects.exclude(private_note="").filter(was_meant, ~_had(user))
    return (
        found.exclude(author=user)
        .select_related("submission__challenge", "submission__review_case", "note_read_by")
        .order_by("-pk")
    )


def new_notes_for(user: User) -> PeerReviewQuerySet:
    """Return the notes for this moderator that none has marked as read, the latest first."""
    return notes_for(user).filter(note_read_at=None)


def read_notes_for(user: User) -> PeerReviewQuerySet:
    """Return the notes for this moderator that one has marked as read, the last marked first."""
    return notes_for(user).filter(note_read_at__isnull=False).order_by("-note_read_at", "-pk")


def said_of(cases: Iterable[ReviewCase]) -> PeerReviewQuerySet:
    """Return who gave these works back for a reason, or wrote a note with their review."""
    gave_back = Q(status=PeerReview.Status.RELEASED) & ~Q(released_for="")
    noted = Q(status=PeerReview.Status.SUBMITTED) & ~Q(private_note="")
    works = [case.submission_id for case in cases]
    found = PeerReview.objects.filter(gave_back | noted, submission__in=works)
    return found.select_related("note_read_by").order_by("pk")


def reports_of(case: ReviewCase) -> list[Report]:
    """Return the reports of this work, the latest first: what they ask is decided there."""
    found = Report.objects.filter(kind="submission", target_id=case.submission_id)
    return list(found.order_by("-created_at", "-pk")[:20])


@transaction.atomic
def mark_note_read(*, review: PeerReview, by: User, now: datetime | None = None) -> PeerReview:
    """Mark a reviewer's note as read, for all moderators; one that is read stays as it is.

    Nobody else is told or can see it. Raises Forbidden for anybody but a moderator who may read
    the note, as `notes_for` says.
    """
    _check_reads(review, by)
    unread = PeerReview.objects.filter(pk=review.pk, note_read_at=None)
    unread.update(note_read_at=now or timezone.now(), note_read_by=by)
    review.refresh_from_db(fields=["note_read_at", "note_read_by"])
    return review


@transaction.atomic
def mark_note_unread(*, review: PeerReview, by: User) -> PeerReview:
    """Put a note back among the new ones, whoever marked it. Raises Forbidden as above."""
    _check_reads(review, by)
    review.note_read_at = review.note_read_by = None
    review.save(update_fields=["note_read_at", "note_read_by"])
    return review


@transaction.atomic
def put_back(*, case: ReviewCase, by: User, reason: str, now: datetime | None = None) -> ReviewCase:
    """Take work off the moderators' list: it goes on as if it had never been there.

    Neither its author nor a reviewer is told; the audit log says who decided, and why. A report of
    it is decided on its own. Raises Forbidden for anybody but a moderator who has nothing to do
    with the work, Conflict when it is on the list no more, and Invalid, at "reason", without one.
    """
    if not by.is_moderator or _concerns(case, by):
        raise Forbidden(_("Only a moderator who neither wrote nor reviews this can decide it."))
    reason = reason.strip()
    if len(reason) < LEAST_REASON:
        message = _("Give the reason in a sentence.")
        raise Invalid(message, errors={"reason": [message]})
    if len(reason) > LONGEST_REASON:
        message = _("Shorten this to 200 characters.")
        raise Invalid(message, errors={"reason": [message]})
    if not cases.take_off_list(case=case):
        raise Conflict(_("Somebody decided this already."))
    # The author's own list of what happened to their account says nothing of it.
    audit.record(
        kind=audit.Kind.MODERATED,
        actor=by,
        details={
            "target": f"submission:{case.submission_id}",
            "decision": f"back in the queue ({case.escalated_for})",
            "reason": reason,
        },
        now=now,
    )
    case.refresh_from_db()
    return case


def _check_reads(review: PeerReview, by: User) -> None:
    if not by.is_moderator or not notes_for(by).filter(pk=review.pk).exists():
        raise Forbidden(_("Only a moderator who neither wrote nor reviews this reads its notes."))


def _had(user: User) -> Exists:
    """Whether `user` ever had the work of a row to review."""
    return Exists(PeerReview.objects.given_by(user).filter(submission=OuterRef("submission")))


def _concerns(case: ReviewCase, user: User) -> bool:
    if case.author_id == user.pk:
        return True
    return PeerReview.objects.given_by(user).filter(submission=case.submission_id).exists()
