"""The author says which comments of a review they took up in the next attempt."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from learnquest.core.errors import Conflict, Invalid
from learnquest.core.text import is_blank
from reviews import attempts, outcome, worth
from reviews.models import PeerReview
from submissions.models import Submission


@transaction.atomic
def mark_addressed(
    *,
    review: PeerReview,
    by: User,
    criterion: str,
    addressed: bool,
    now: datetime | None = None,
) -> PeerReview:
    """Keep whether the author took up the comment on a criterion; they may change their mind.

    It counts for the reviewer once the next attempt has a higher score on that criterion. Raises
    Conflict for work that did not come back, and Invalid for a criterion without a comment.
    """
    review = attempts.lock_received(review, by)
    if review.submission.status != Submission.Status.RETURNED:
        raise Conflict(_("Only work that came back has comments to take up."))
    if is_blank(review.comments.get(criterion, "")):
        message = _("There is no comment on this criterion.")
        raise Invalid(message, errors={"criterion": [message]})
    others = [key for key in review.addressed if key != criterion]
    review.addressed = sorted([*others, criterion]) if addressed else others
    review.save(update_fields=["addressed"])
    worth.value_anew(review, pass_mark=outcome.PASS_MARK, now=now or timezone.now())
    return review
