"""What a reviewer learns of their reviewing, and what an author says they took up of a review."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leaderboard import points
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only, redirect_to_part
from reviews import standings, taking_up
from reviews.models import PeerReview
from submissions.models import Submission


@require_safe
def standing(request: LearnerRequest) -> HttpResponse:
    context = {
        "mine": standings.of(request.user),
        "trusted": standings.rules(),
        "most": points.REVIEW_QUALITY_MOST,
    }
    return render(request, "reviews/standing.html", context)


def _received(request: LearnerRequest, pk: int) -> PeerReview:
    received = PeerReview.objects.filter(author=request.user).sent()
    return get_object_or_404(received.select_related("submission__challenge"), pk=pk)


def _submission_of(request: LearnerRequest, pk: int) -> Submission:
    return _received(request, pk).submission


@post_only(_submission_of)
def mark_addressed(request: LearnerRequest, pk: int) -> HttpResponse:
    """The author says whether they took up what a review says of a criterion."""
    review = _received(request, pk)
    refusal: DomainError | None = None
    try:
        review = taking_up.mark_addressed(
            review=review,
            by=request.user,
            criterion=request.POST.get("criterion", ""),
            addressed=request.POST.get("addressed") == "yes",
        )
    except DomainError as error:
        refusal = error
    if request.htmx:
        context = {
            "review": review,
            "challenge": review.submission.challenge,
            "refusal": refusal,
        }
        return render(request, "reviews/_taken_up.html", context)
    if refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you, noted."))
    return redirect_to_part(review.submission, f"taken-up-{pk}")
