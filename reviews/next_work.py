"""What a reviewer is given when they ask for the next work: practice first, then who waits."""

from datetime import datetime

from accounts.models import User
from reviews import assignment, training
from reviews.models import PeerReview


def next_for(*, by: User, now: datetime | None = None) -> PeerReview | None:
    """Give `by` the next work to review; None when nothing waits for them.

    Who is new gets two works with known marks before the first of a peer. Later such a work comes
    by now and then, unannounced, in the place of one that waits. Practice is done when it is sent:
    until then no work of a peer comes. Raises Conflict for who gave back as much as one may in a
    day.
    """
    if assignment.open_claim(by, now=now) is None:
        if training.needs_training(by):
            practice = training.begin(by=by, now=now)
            if practice is not None:
                return practice
        elif training.is_time_for_a_known_one(by):
            known = training.begin_unannounced(by=by, now=now)
            if known is not None:
                return known
    return assignment.claim_next(by=by, now=now)
