"""What reviews need before an account is erased, so that nobody is left unpaid, untold or stuck.

All that others may be about to change goes under lock first, in the order in which a review that
is being sent takes it. What goes with the person is settled then, while it is still there.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.speech import speaking_to
from challenges.models import Challenge
from reviews import cases, claims, paying
from reviews.models import PeerReview
from submissions.models import Submission


def prepare(user: User, *, now: datetime) -> list[int]:
    """Pay who reviewed the person's works, tell who is at one, and drop what they never sent.

    Returns the ids of others' works whose seats `recount` counts when the person is gone. The
    caller has locked the person's row, holds nothing else, and deletes the person in the same
    transaction.
    """
    _lock(user)
    paying.pay_for_works_of(user, now=now)
    _tell_holders(user, now=now)
    unsent = _unsent().filter(reviewer=user)
    works = sorted(set(unsent.values_list("submission", flat=True)))
    unsent.delete()
    return works


def recount(works: Collection[int], *, now: datetime) -> None:
    """Give the seats of somebody who is gone to others; the cases are locked last, in order."""
    for pk in sorted(works):
        cases.recount(submission_id=pk, now=now)


def _lock(user: User) -> None:
    """Wait for whoever sends or settles what concerns the person, and let nobody begin."""
    theirs = Q(author=user) | Q(reviewer=user)
    # Who sends a review holds it alone, and waits for its challenge next.
    _hold(_unsent().filter(theirs))
    written = Submission.objects.filter(author=user)
    reviewed = Submission.objects.filter(peer_reviews__reviewer=user)
    _hold(Challenge.objects.filter(Q(submissions__in=written) | Q(submissions__in=reviewed)))
    _hold(written)
    # Sent ones change under their challenge's lock, or by their author's word on them. Those whose
    # notes the person read, as a moderator, lose their name.
    _hold(PeerReview.objects.filter(theirs | Q(note_read_by=user)))


def _hold[M: (Challenge, PeerReview, Submission)](rows: "QuerySet[M]") -> None:
    model = rows.model
    found = model._default_manager.filter(pk__in=rows.order_by().values("pk"))
    list(found.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def _unsent() -> "QuerySet[PeerReview]":
    return PeerReview.objects.exclude(status=PeerReview.Status.SUBMITTED)


def _tell_holders(author: User, *, now: datetime) -> None:
    """Tell those who hold, or wrote something about, work that goes; without the author's words."""
    in_review = Q(submission__status=Submission.Status.SUBMITTED, saved_at__isnull=False)
    waiting = Q(status=PeerReview.Status.EXPIRED) & in_review
    held = PeerReview.objects.filter(
        Q(status=PeerReview.Status.CLAIMED) | waiting, author=author, reviewer__isnull=False
    )
    for review in held.select_related("reviewer").order_by("reviewer", "pk"):
        assert review.reviewer is not None
        with speaking_to(review.reviewer):
            claims.tell_ended(review, subject=_("Its author has left."), now=now)
