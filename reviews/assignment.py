"""Who reviews what. Nobody chooses: "review next" takes what needs it most."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts import moderation
from accounts.models import Report, User
from learnquest.core.errors import Conflict, Invalid
from learnquest.core.text import is_blank
from reviews import cases, claims, eligibility, giving_back
from reviews.models import PeerReview, ReviewCase
from reviews.queue_models import SEATS, ReviewCaseQuerySet
from submissions.models import Submission

LEASE = timedelta(hours=48)
# After so many quiet hours somebody else may be asked too. The claim stays the reviewer's.
QUIET = timedelta(hours=12)
MOST_RENEWALS = 3
# What a renewal has to add: who asks on the first day would use one up for nothing.
LEAST_GAIN = timedelta(hours=12)
# The preference for one's own field looks no further than this, and only at what is fresh.
HEAD = 50
FRESH = timedelta(hours=24)
TRIES = 3
NOTE_LENGTH = 2000
# What is said on giving work back may become a report, whose note is no longer.
RELEASE_NOTE_LENGTH = 1000

__all__ = ["LEASE", "QUIET", "SEATS", "claim_next", "open_claim", "release", "renew", "waiting_for"]


def waiting_for(reviewer: User, *, now: datetime | None = None) -> ReviewCaseQuerySet:
    """Return what this reviewer may claim: others' work in review with a seat free, in order.

    Fewest live reviews first, then the longest wait; what has waited for 72 hours before all.
    Work the reviewer had before, even if they gave it back, does not come again. Who gave more
    reviews than they owe gets what has waited for some hours: others are asked first.
    """
    now = now or timezone.now()
    rules = [eligibility.may_meet(reviewer, now=now), eligibility.is_new_to(reviewer)]
    others_first = timedelta(hours=settings.REVIEW_OTHERS_FIRST_HOURS)
    if others_first:
        rules.append(eligibility.is_due(reviewer, others_first=others_first, now=now))
    return ReviewCase.objects.filter(
        *rules,
        is_open=True,
        # Work of somebody who is leaving needs no review, and comes back if they stay.
        author__is_active=True,
        author__erase_at=None,
        submission__hidden_at=None,
    ).in_queue_order()


@transaction.atomic
def claim_next(*, by: User, now: datetime | None = None) -> PeerReview | None:
    """Claim the next submission for `by`, in one atomic step; None when nothing waits.

    Who holds an open claim gets that one again: one at a time, so that a click that is sent twice
    takes one work, and no work waits beneath another on somebody's desk. Raises Conflict, with
    when there is new work, for who gave back as much as one may in a day.
    """
    now = now or timezone.now()
    if is_holding(by, now=now):
        return open_claim(by, now=now)
    case = _take(by, now)
    if case is None and free_seats(now=now):
        case = _take(by, now)
    if case is None:
        return None
    review = PeerReview.objects.create(
        submission_id=case.submission_id,
        reviewer=by,
        author_id=case.author_id,
        claimed_at=now,
        lease_until=now + LEASE,
        seat_until=now + QUIET,
        is_boosted=case.is_boosted,
    )
    taken = case.taken + 1
    ReviewCase.objects.filter(pk=case.pk).update(taken=taken, is_open=taken < case.seats)
    return review


def is_holding(by: User, *, now: datetime) -> bool:
    """Lock `by` for a claim; returns whether they hold one.

    Raises Conflict for who holds none and gave back as much as one may in a day.
    """
    # Two clicks of one reviewer queue here, so that they end up with one claim.
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
    rows = (
        PeerReview.objects.given_by(by)
        .filter(_held(now) | Q(given_back_at__gt=now - giving_back.DAY))
        .values_list("status", "lease_until", "given_back_at")
    )
    found = list(rows)
    if any(status == PeerReview.Status.CLAIMED and until > now for status, until, _at in found):
        return True
    giving_back.refuse_while_paused(by, (at for _status, _until, at in found), now=now)
    return False


def _take(by: User, now: datetime) -> ReviewCase | None:
    """Lock the case that `by` should have; None when nothing waits for them."""
    for _try in range(TRIES):
        order = _preferred(by, now)
        for pk in order:
            case = _lock(pk)
            # The author may be claiming the reviewer's work at this very moment.
            if case is not None and _is_author_idle(case.author_id):
                return case
        if len(order) < HEAD:
            return None  # others are at work on the little that there is
    return None


def _preferred(by: User, now: datetime) -> list[int]:
    """Return the ids of the head of the queue, the reviewer's own field first in what is fresh.

    Within the same number of reviews, people whose work they reviewed lately come later, too.
    """
    head = (
        waiting_for(by, now=now)
        .annotate(
            is_own_field=eligibility.is_in_own_field(by), is_met=eligibility.is_met(by, now=now)
        )
        .values_list("pk", "is_boosted", "taken", "waiting_since", "is_own_field", "is_met")
    )[:HEAD]

    def rank(row: tuple[int, bool, int, datetime, bool, bool]) -> tuple[object, ...]:
        pk, is_boosted, taken, since, is_own_field, is_met = row
        is_foreign = not is_own_field and now - since < FRESH
        return (not is_boosted, taken, is_foreign, is_met, since, pk)

    return [row[0] for row in sorted(head, key=rank)]


def _lock(pk: int) -> ReviewCase | None:
    """Lock a case and its submission; None where somebody else is looking at them.

    Skipped instead of waited for; and under the lock the row is read again, for the list above
    may be a moment old.
    """
    return (
        ReviewCase.objects.select_for_update(
            skip_locked=True, no_key=True, of=("self", "submission")
        )
        .select_related("submission")
        .only("author", "taken", "seats", "is_boosted", "submission__id")
        .filter(pk=pk, is_open=True, submission__status=Submission.Status.SUBMITTED)
        .first()
    )


def _is_author_idle(author_id: int) -> bool:
    """Whether the author is not claiming now; they cannot begin before this transaction ends.

    Each claim holds its reviewer's row, so that of two people who reach for each other's work at
    once at most one gets it. SQLite has one writer at a time anyway.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM users WHERE id = %s FOR SHARE SKIP LOCKED", [author_id])
        return cursor.fetchone() is not None


def seats_taken(submission: Submission, *, now: datetime) -> int:
    """Return how many reviews of a submission are sent or in somebody's hands."""
    return PeerReview.objects.filter(submission=submission).live(now=now).count()


def open_claim(reviewer: User, *, now: datetime | None = None) -> PeerReview | None:
    """Return the review that is in this reviewer's hands."""
    held = held_by(reviewer, now=now or timezone.now())
    return held.select_related("submission__challenge__goal").first()


def held_by(reviewer: User, *, now: datetime) -> "QuerySet[PeerReview]":
    """Return the reviews whose lease runs in this reviewer's hands."""
    return PeerReview.objects.given_by(reviewer).filter(_held(now))


def _held(now: datetime) -> Q:
    # What a moderator has hidden, perhaps as it was claimed, is in nobody's way to other work.
    return Q(status=PeerReview.Status.CLAIMED, lease_until__gt=now, submission__hidden_at=None)


@transaction.atomic
def release(
    *,
    review: PeerReview,
    by: User,
    reason: str = "",
    note: str = "",
    now: datetime | None = None,
) -> PeerReview:
    """Give a claim back to the pool, perhaps with a reason; what was written stays with it.

    Always allowed, though it counts: see `giving_back`. Work that is reported goes to the
    moderators at once, as a report that stays whatever its author does; and so does work of which a
    second reviewer says that they cannot judge it, both of whom have judged others before. Raises
    Conflict for a review that was sent or given back already, and Invalid for a reason that there
    is not, a report without words, or words without a reason.
    """
    review = _claimed(review, by)
    _check_reason(reason, note)
    review.status = PeerReview.Status.RELEASED
    review.released_for = reason
    review.holds_seat = False
    review.given_back_at = (now or timezone.now()) if giving_back.counts(review) else None
    # A note to the moderators that was not sent stays unsent: this one takes its place.
    review.private_note = note.strip()
    review.save(
        update_fields=["status", "released_for", "holds_seat", "given_back_at", "private_note"]
    )
    _pass_on(review, by, now)
    cases.recount(submission_id=review.submission_id, now=now)
    return review


def _check_reason(reason: str, note: str) -> None:
    if reason and reason not in PeerReview.ReleasedFor.values:
        raise Invalid(_("Choose one of the reasons."), errors={"reason": [_("Unknown reason.")]})
    if reason == PeerReview.ReleasedFor.REPORTED and is_blank(note):
        words = [_("Tell the moderators in a sentence what is wrong.")]
        raise Invalid(_("A report needs a reason."), errors={"note": words})
    if note.strip() and not reason:
        why = [_("Say why you give it back.")]
        raise Invalid(_("A note needs a reason."), errors={"reason": why})
    if len(note.strip()) > RELEASE_NOTE_LENGTH:
        raise Invalid(
            _("The note is too long."), errors={"note": [_("Shorten this to 1000 characters.")]}
        )


def _pass_on(review: PeerReview, by: User, now: datetime | None) -> None:
    """Put the work on the moderators' list where the reason calls for it."""
    reasons = PeerReview.ReleasedFor
    if review.released_for == reasons.REPORTED:
        concern = ReviewCase.Concern.REPORTED
        # The author may take the work back, and its case goes with it; the report stays.
        moderation.report(
            kind="work",
            target_id=review.pk,
            by=by,
            reason=Report.Reason.OTHER,
            note=review.private_note,
            now=now,
        )
    elif review.released_for == reasons.CANNOT_JUDGE and giving_back.is_beyond_reviewers(
        review.submission_id
    ):
        concern = ReviewCase.Concern.CANNOT_JUDGE
    else:
        return
    cases.escalate(submission_id=review.submission_id, concern=concern, now=now)


@transaction.atomic
def renew(*, review: PeerReview, by: User, now: datetime | None = None) -> PeerReview:
    """Let the lease run for 48 hours from now, at most three times.

    Raises Conflict for a review that was sent or given back already, renewed that often, or that
    would gain less than twelve hours: that uses none of the three up.
    """
    now = now or timezone.now()
    review = _claimed(review, by)
    if review.renewals >= MOST_RENEWALS:
        raise Conflict(
            _("You have renewed this three times. Send it when it is ready: it will still count.")
        )
    if now < renewable_from(review):
        raise Conflict(
            _("You have it until %(until)s. You can ask for more time from %(since)s on.")
            % {"until": until(review), "since": _moment(renewable_from(review))}
        )
    review.renewals += 1
    review.lease_until = now + LEASE
    review.save(update_fields=["renewals", "lease_until"])
    stay(review, now=now)
    return review


def can_renew(review: PeerReview, *, now: datetime | None = None) -> bool:
    """Whether renewing a review would give its reviewer enough more time to be worth it."""
    return review.renewals < MOST_RENEWALS and (now or timezone.now()) >= renewable_from(review)


def renewable_from(review: PeerReview) -> datetime:
    """Return when 48 hours from then on are at least twelve more than there are."""
    return review.lease_until + LEAST_GAIN - LEASE


def until(review: PeerReview) -> str:
    """Return in words until when a review is in its reviewer's hands, in their time zone."""
    return _moment(review.lease_until)


def _moment(when: datetime) -> str:
    return formats.date_format(timezone.localtime(when), _("l, j F, H:i"))


def stay(review: PeerReview, *, now: datetime) -> None:
    """Note that the reviewer is at it: their seat stays theirs, or is theirs again if it is free.

    A second opinion in an appeal has no seat to lose: it was asked of this one for five days. The
    caller has locked the review.
    """
    if (
        review.is_for_appeal
        or review.status != PeerReview.Status.CLAIMED
        or review.lease_until <= now
    ):
        return
    regains = not review.holds_seat and _has_free_seat(review.submission_id)
    review.holds_seat = review.holds_seat or regains
    review.seat_until = min(now + QUIET, review.lease_until)
    review.save(update_fields=["holds_seat", "seat_until"])
    if regains:
        cases.recount(submission_id=review.submission_id, now=now)


def _has_free_seat(submission_id: int) -> bool:
    """Whether a seat is free. A known work has no case, and must not be told by that."""
    found = ReviewCase.objects.select_for_update(no_key=True).filter(submission=submission_id)
    case = found.only("is_open").first()
    return case is None or case.is_open


def finish(review: PeerReview, *, now: datetime) -> None:
    """Let a review that is complete, and that the caller has locked, be sent.

    Whoever comes when all seats are taken gives an extra one, which counts like any other. The
    caller counts the seats with `cases.recount`, after `outcome.settle`: the case is locked last.
    """
    case = ReviewCase.objects.filter(submission=review.submission_id).first()
    held = review.holds_seat and review.status == PeerReview.Status.CLAIMED
    review.is_extra = case is not None and not case.is_open and not held
    review.status = PeerReview.Status.SUBMITTED
    review.submitted_at = now
    review.holds_seat = True
    review.save()


def release_all(*, by: User) -> int:
    """Give back whatever `by` holds, for somebody who is leaving; returns how many claims.

    As after a lease that is over: should they come back, what they wrote can still be sent.
    """
    held = PeerReview.objects.given_by(by).filter(status=PeerReview.Status.CLAIMED)
    works = list(held.values_list("submission", flat=True))
    held.update(status=PeerReview.Status.EXPIRED, holds_seat=False)
    for pk in sorted(works):
        cases.recount(submission_id=pk)
    return len(works)


def expire_leases(*, now: datetime | None = None) -> int:
    """Mark the claims whose lease is over; returns how many. Their drafts are kept."""
    now = now or timezone.now()
    over = PeerReview.objects.filter(status=PeerReview.Status.CLAIMED, lease_until__lte=now)
    return _let_go(over, now, status=PeerReview.Status.EXPIRED)


def free_seats(*, now: datetime | None = None) -> int:
    """Give seats on which nobody writes to others, and end leases; returns how many came free."""
    now = now or timezone.now()
    quiet = PeerReview.objects.filter(
        status=PeerReview.Status.CLAIMED, holds_seat=True, seat_until__lte=now
    )
    return expire_leases(now=now) + _let_go(quiet, now)


@transaction.atomic
def _let_go(reviews: "QuerySet[PeerReview]", now: datetime, **changes: object) -> int:
    rows = reviews.select_for_update(skip_locked=True, no_key=True).order_by("pk")
    found = dict(rows.values_list("pk", "submission"))
    PeerReview.objects.filter(Q(pk__in=found)).update(holds_seat=False, **changes)
    # In one order, so that two sweeps do not wait for each other.
    for pk in sorted(set(found.values())):
        cases.recount(submission_id=pk, now=now)
    return len(found)


def _claimed(review: PeerReview, by: User) -> PeerReview:
    review = claims.locked(review, by)
    if review.status != PeerReview.Status.CLAIMED:
        raise Conflict(_("This review is no longer in your hands."))
    return review
