"""Where each submission stands in the queue: opened, counted, boosted, passed on, closed.

The only writer of `ReviewCase`. Whoever claims locks the case and the submission together and
waits for neither; who settles locks the submission first and the case last.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from reviews.models import PeerReview, ReviewCase
from reviews.queue_models import SEATS, WAIT_ENDS_AFTER
from submissions.models import Submission

# A second thought is enough: more reviewers than that would not settle it either.
MOST_SEATS = 5


def open_case(*, submission: Submission, category: str, now: datetime | None = None) -> ReviewCase:
    """Put work that was handed in into the queue. Safe to do twice."""
    case, _is_new = ReviewCase.objects.get_or_create(
        submission=submission,
        defaults={
            "author_id": submission.author_id,
            "category": category,
            "waiting_since": submission.submitted_at or now or timezone.now(),
        },
    )
    return case


def close_case(*, submission_id: int, now: datetime | None = None) -> None:
    """Take work out of the queue: it is settled."""
    ReviewCase.objects.filter(submission=submission_id, closed_at=None).update(
        is_open=False, closed_at=now or timezone.now()
    )


def reopen_case(*, submission: Submission, category: str, now: datetime | None = None) -> None:
    """Put work back into the queue as it stood there when its case was closed."""
    open_case(submission=submission, category=category, now=now)
    ReviewCase.objects.filter(submission=submission).update(closed_at=None)
    recount(submission_id=submission.pk, now=now)


def withdraw_case(*, submission_id: int) -> None:
    """Forget that work was in the queue: its author took it back, and may hand it in anew."""
    ReviewCase.objects.filter(submission=submission_id).delete()


@transaction.atomic
def recount(*, submission_id: int, now: datetime | None = None) -> ReviewCase | None:
    """Count the seats that are taken, and open or close the case to further reviewers."""
    now = now or timezone.now()
    case = (
        ReviewCase.objects.select_for_update(no_key=True).filter(submission=submission_id).first()
    )
    if case is None:
        return None
    reviews = PeerReview.objects.filter(submission=submission_id)
    case.taken = reviews.live(now=now).count()
    case.is_open = case.closed_at is None and case.taken < case.seats
    if case.full_at is None and case.taken >= SEATS and reviews.sent().count() >= SEATS:
        case.full_at = now
    case.save(update_fields=["taken", "is_open", "full_at"])
    return case


def recount_wrong(*, now: datetime | None = None) -> int:
    """Count again where the seats are not as the reviews are; returns how many cases that were.

    Whatever changes reviews recounts itself. Should anything forget it, no seat stays taken by
    nobody for longer than an hour.
    """
    now = now or timezone.now()
    live = (
        PeerReview.objects.live(now=now)
        .filter(submission=OuterRef("submission"))
        .order_by()
        .values("submission")
        .annotate(count=Count("pk"))
        .values("count")
    )
    wrong = (
        ReviewCase.objects.filter(closed_at=None)
        .annotate(live=Coalesce(Subquery(live), 0))
        .filter(~Q(taken=F("live")) | Q(is_open=False, taken__lt=F("seats")))
    )
    found = list(wrong.order_by("submission").values_list("submission", flat=True))
    for pk in found:
        recount(submission_id=pk, now=now)
    return len(found)


@transaction.atomic
def ask_for_one_more(*, submission_id: int, now: datetime | None = None) -> ReviewCase | None:
    """Give work another seat, since its reviewers disagree; None where there are enough."""
    changed = ReviewCase.objects.filter(
        submission=submission_id, closed_at=None, seats__lt=MOST_SEATS
    ).update(seats=F("seats") + 1)
    return recount(submission_id=submission_id, now=now) if changed else None


def is_over(*, submission_id: int, submitted_at: datetime | None, now: datetime) -> bool:
    """Whether work has waited long enough to settle on what there is."""
    if submitted_at is not None and submitted_at <= now - WAIT_ENDS_AFTER:
        return True
    return ReviewCase.objects.filter(submission=submission_id, ended_at__isnull=False).exists()


def escalate(
    *, submission_id: int, concern: ReviewCase.Concern, now: datetime | None = None
) -> None:
    """Put work on the moderators' list; what it came there for first stays the reason."""
    ReviewCase.objects.filter(submission=submission_id, escalated_at=None).update(
        escalated_at=now or timezone.now(), escalated_for=concern
    )


def take_off_list(*, case: ReviewCase) -> bool:
    """Take work off the moderators' list; returns whether it still stood there."""
    on_list = ReviewCase.objects.filter(pk=case.pk, escalated_at__isnull=False)
    return bool(on_list.update(escalated_at=None, escalated_for=""))


def open_missing(*, now: datetime | None = None) -> int:
    """Open a case for all work in review that has none; returns how many. For bulk imports."""
    now = now or timezone.now()
    found = Submission.objects.filter(
        status=Submission.Status.SUBMITTED, review_case=None
    ).select_related("challenge__goal")
    ReviewCase.objects.bulk_create(
        [
            ReviewCase(
                submission=work,
                author_id=work.author_id,
                category=work.challenge.goal.category,
                waiting_since=work.submitted_at or now,
            )
            for work in found
        ],
        batch_size=500,
        ignore_conflicts=True,
    )
    cases = ReviewCase.objects.filter(closed_at=None, taken=0)
    touched = PeerReview.objects.filter(submission__review_case__in=cases).live(now=now)
    for pk in touched.values_list("submission", flat=True).distinct():
        recount(submission_id=pk, now=now)
    return len(found)
