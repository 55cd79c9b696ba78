"""The author says which comments of a review they took up in the next attempt."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from learnquest.core.errors import Conflict, Invalid
from learnquest.core.text import is_blank
from reviews import attempts, marks
from reviews.models import PeerReview
from submissions.models import Submission


@transaction.atomic
def mark_addressed(
    *,
    review: PeerReview,
    by: User,
    criterion: str,
    addressed: bool,
) -> PeerReview:
    """Keep whether the author took up the comment on a criterion; they may change their mind.

    It counts for the reviewer with the outcome of the next attempt, where that has a higher score
    on the criterion; made later, with the next `marks.count_all`. Raises Conflict for work that did
    not come back, and for a change of what has counted; Invalid for a criterion without a comment.
    """
    review = attempts.lock_received(review, by)
    if review.submission.status != Submission.Status.RETURNED:
        raise Conflict(_("Only work that came back has comments to take up."))
    if is_blank(review.comments.get(criterion, "")):
        message = _("There is no comment on this criterion.")
        raise Invalid(message, errors={"criterion": [message]})
    if (criterion in review.addressed) == addressed:
        return review
    marks.refuse_counted(review.is_use_counted)
    others = [key for key in review.addressed if key != criterion]
    review.addressed = sorted([*others, criterion]) if addressed else others
    review.save(update_fields=["addressed"])
    return review
