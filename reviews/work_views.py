"""What a reviewer gets to see of work beside its text: files and changes, without names."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import User
from learnquest.core.http import LearnerRequest
from reviews.models import PeerReview, PeerReviewQuerySet
from submissions import attachments, history_views
from submissions.models import Attachment


@require_safe
def attachment(request: LearnerRequest, pk: int, number: int) -> HttpResponseBase:
    """A file of work under review, under a name that tells nothing."""
    review = review_of(request, pk)
    file = get_object_or_404(Attachment, submission=review.submission_id, number=number)
    return attachments.answer(file, name=file.neutral_name)


@require_safe
def changes(request: LearnerRequest, pk: int) -> HttpResponse:
    """What a second attempt changed since the first; it is of the same author, still unnamed."""
    review = review_of(request, pk)
    context = history_views.changes_context(review.submission)
    return render(request, "submissions/changes.html", context | {"review": review})


def review_of(request: LearnerRequest, pk: int) -> PeerReview:
    """Return a review of this reviewer's whose work they may see; see `showing_work`."""
    return get_object_or_404(reviews_of(request.user), pk=pk)


def reviews_of(user: User) -> PeerReviewQuerySet:
    """Return what `user` reviews, or reviewed, where they may see the work."""
    return (
        PeerReview.objects.given_by(user)
        .showing_work()
        .select_related("submission__challenge__goal")
    )
