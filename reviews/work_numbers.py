"""What API clients call a work before they have sent their review of it.

The ids of the works tell known ones from others: those lie side by side, and were there first. So
each review has a number of its own for its work, made from a secret, until it is sent.
"""

from django.utils.crypto import salted_hmac

from reviews.models import PeerReview, PeerReviewQuerySet

# Above all ids, and exact in every language that keeps numbers as doubles.
FLOOR = 2**48


def of(review: PeerReview) -> int:
    """Return the work's id once the review is sent, and before it a number that tells nothing."""
    if review.status == PeerReview.Status.SUBMITTED:
        return review.submission_id
    return _number(review.pk)


def find(reviews: PeerReviewQuerySet, number: int) -> PeerReview:
    """Return the one of these reviews whose work is called so.

    Raises DoesNotExist where there is none; an id of work not sent yet finds nothing, either.
    """
    sent = PeerReview.Status.SUBMITTED
    if number < FLOOR:
        return reviews.get(status=sent, submission=number)
    unsent = reviews.exclude(status=sent).values_list("pk", flat=True)
    return reviews.get(pk__in=[pk for pk in unsent if _number(pk) == number])


def _number(review_id: int) -> int:
    digest = salted_hmac("reviews.work_numbers", str(review_id), algorithm="sha256").digest()
    return FLOOR + int.from_bytes(digest[:6], "big")
