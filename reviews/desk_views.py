"""The reviewer's side: the queue, and the desk on which a review is written."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from leaderboard import points
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only
from learnquest.core.markdown import render as render_markdown
from reviews import after_views, assignment, coaching, peer_review, standings
from reviews.forms import answers
from reviews.models import PeerReview

PAGE_SIZE = 15
MOST_COUNTED = 100


@require_GET
def queue(request: LearnerRequest) -> HttpResponse:
    """What waits for this reviewer, what is in their hands, and what they reviewed before."""
    mine = (
        PeerReview.objects.given_by(request.user)
        .exclude(status=PeerReview.Status.RELEASED)
        .filter(submission__hidden_at=None)
        .select_related("submission__challenge__goal")
        .order_by("-claimed_at", "-pk")
    )
    context = {
        "held": assignment.open_claim(request.user),
        "waiting": assignment.waiting_for(request.user)[:MOST_COUNTED].count(),
        "most_counted": MOST_COUNTED,
        "shows_quality": standings.may_see_quality(request.user),
        "page": Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page")),
        "given": points.REVIEW_GIVEN,
        "quality": points.REVIEW_QUALITY_MOST,
    }
    return render(request, "reviews/queue.html", context)


@post_only("reviews:queue")
def claim(request: LearnerRequest) -> HttpResponse:
    review = assignment.claim_next(by=request.user)
    if review is None:
        messages.info(request, _("Nothing waits for a review right now. Look again later."))
        return redirect("reviews:queue")
    return redirect(review)


@require_GET
def desk(request: LearnerRequest, pk: int) -> HttpResponse:
    review = _own_review(request, pk)
    if request.htmx:
        context = {"review": review, **_check_context(request, review)}
        return render(request, "reviews/desk.html#check", context)
    return _desk(request, review)


@post_only("reviews:desk")
def save(request: LearnerRequest, pk: int) -> HttpResponse:
    """Keep the review so far: the page's scripts call this while the reviewer writes."""
    review = _own_review(request, pk)
    given = answers(request.POST, review.submission.challenge.criteria)
    error = ""
    try:
        peer_review.save_draft(review=review, by=request.user, **given)
    except DomainError as refusal:
        error = str(refusal)
    if request.htmx:
        context = {"saved_at": None if error else timezone.now(), "error": error}
        status = 422 if error else 200
        return render(request, "reviews/desk.html#saved", context, status=status)
    if error:
        messages.error(request, error)
        return _desk(request, review, given, status=422)
    messages.success(request, _("Kept. Nobody sees it before you send it."))
    return redirect(review)


@post_only("reviews:desk")
def check(request: LearnerRequest, pk: int) -> HttpResponse:
    """Keep what is written, and have its tone and its use to the author looked at."""
    review = _own_review(request, pk)
    given = answers(request.POST, review.submission.challenge.criteria)
    refusal = None
    try:
        review = peer_review.save_draft(review=review, by=request.user, **given)
        coaching.check(review=review, by=request.user)
    except DomainError as error:
        refusal = error
    if request.htmx:
        context = {"review": review, "refusal": refusal, **_check_context(request, review)}
        return render(request, "reviews/desk.html#check", context)
    if refusal:
        return _desk(request, review, given, refusal=refusal, status=refusal.status)
    return redirect(review)


@post_only("reviews:desk")
def send(request: LearnerRequest, pk: int) -> HttpResponse:
    review = _own_review(request, pk)
    given = answers(request.POST, review.submission.challenge.criteria)
    try:
        peer_review.submit_review(review=review, by=request.user, **given)
    except DomainError as refusal:
        return _desk(request, review, given, refusal=refusal, status=refusal.status)
    messages.success(request, _("Sent. You have earned %(n)d points.") % {"n": points.REVIEW_GIVEN})
    return redirect("reviews:queue")


@post_only("reviews:desk")
def release(request: LearnerRequest, pk: int) -> HttpResponse:
    try:
        assignment.release(review=_own_review(request, pk), by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Given back. Somebody else will review it."))
    return redirect("reviews:queue")


@post_only("reviews:desk")
def renew(request: LearnerRequest, pk: int) -> HttpResponse:
    review = _own_review(request, pk)
    try:
        assignment.renew(review=review, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have another 48 hours."))
    return redirect(review)


def _own_review(request: LearnerRequest, pk: int) -> PeerReview:
    return get_object_or_404(
        PeerReview.objects.given_by(request.user)
        .filter(submission__hidden_at=None)
        .select_related("submission__challenge__goal"),
        pk=pk,
    )


def _after(review: PeerReview, request: LearnerRequest) -> dict[str, object]:
    """Return what the time after the outcome brings, to somebody who has had their say."""
    if review.status != PeerReview.Status.SUBMITTED or review.is_hidden:
        return {}
    return after_views.context_of(review.submission, [review], request.user)


def _check_context(request: LearnerRequest, review: PeerReview) -> dict[str, object]:
    checked = coaching.latest(review=review, by=request.user)
    return {
        "checked": checked,
        "remarks": coaching.remarks(checked, review) if checked is not None else [],
    }


def _desk(
    request: LearnerRequest,
    review: PeerReview,
    given: dict[str, object] | None = None,
    *,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the desk with what was stored, or with what was just refused."""
    challenge = review.submission.challenge
    stored = {"scores": review.scores, "comments": review.comments, "overall": review.overall}
    context = {
        "review": review,
        "challenge": challenge,
        "instructions": render_markdown(challenge.instructions),
        "body": render_markdown(review.submission.body),
        "given": given or stored,
        "refusal": refusal,
        "errors": refusal.errors if refusal else {},
        "overall_errors": refusal.errors.get("overall", []) if refusal else [],
        **_check_context(request, review),
        "shows_quality": standings.may_see_quality(request.user),
        "is_open": review.status in {PeerReview.Status.CLAIMED, PeerReview.Status.EXPIRED},
        **_after(review, request),
    }
    return render(request, "reviews/desk.html", context, status=status)
