"""The reviewer's side: the queue, and the desk on which a review is written."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leaderboard import points
from learnquest.core.errors import Conflict, DomainError, Invalid, Stale
from learnquest.core.http import LearnerRequest, post_only, redirect_to_part
from learnquest.core.markdown import render as render_markdown
from reviews import (
    after_views,
    assignment,
    coaching,
    giving_back,
    highlight,
    invitations,
    next_work,
    nothing_left,
    paying,
    peer_review,
    standings,
    training,
    work_views,
)
from reviews.forms import answers
from reviews.models import PeerReview
from reviews.quotes import MOST_PASSAGES

PAGE_SIZE = 15


@require_safe
def queue(request: LearnerRequest) -> HttpResponse:
    """What waits for this reviewer, what is in their hands, and what they reviewed before."""
    mine = work_views.reviews_of(request.user).order_by("-claimed_at", "-pk")
    fields = invitations.waiting_by_field(request.user)
    paused_until = giving_back.paused_until(request.user)
    held = assignment.open_claim(request.user)
    practice_left = training.left_to_practise(request.user)
    is_new = practice_left > 0
    can_practise = (is_new or not fields) and training.is_left(request.user)
    context = {
        "held": held,
        "paused": giving_back.words(request.user, paused_until) if paused_until else "",
        "waiting": sum(field.count for field in fields),
        "fields": fields,
        "is_boosted": any(field.has_boosted for field in fields),
        "balance": invitations.balance(request.user),
        "practice_left": practice_left if can_practise else 0,
        "has_practised": practice_left < settings.REVIEW_TRAINING_FIRST,
        "can_practise": can_practise,
        "nothing_left": None
        if held or paused_until or fields or can_practise
        else nothing_left.of(request.user),
        "shows_quality": standings.may_see_quality(request.user),
        "page": Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page")),
        "on_their_way": paying.on_their_way(request.user),
        "given": points.REVIEW_GIVEN,
        "quality": points.REVIEW_QUALITY_MOST,
    }
    return render(request, "reviews/queue.html", context)


@post_only("reviews:queue")
def claim(request: LearnerRequest) -> HttpResponse:
    # What to do instead stands on the page of the queue.
    return _begin(request, next_work.next_for, _("Nothing waits for you right now."))


@post_only("reviews:queue")
def practise(request: LearnerRequest) -> HttpResponse:
    nothing = _("You have had all works that there are for practice.")
    return _begin(request, training.begin, nothing)


def _begin(
    request: LearnerRequest, give: Callable[..., PeerReview | None], nothing: str
) -> HttpResponse:
    """Open the desk with the work that `give` gives, or say why there is none."""
    try:
        review = give(by=request.user)
    except Conflict as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:queue")
    if review is None:
        messages.info(request, nothing)
        return redirect("reviews:queue")
    return redirect(review)


@require_safe
def desk(request: LearnerRequest, pk: int) -> HttpResponse:
    review = work_views.review_of(request, pk)
    if request.htmx:
        context = {"review": review, **_check_context(request, review)}
        return render(request, "reviews/desk.html#check", context)
    return _desk(request, review)


@post_only("reviews:desk")
def save(request: LearnerRequest, pk: int) -> HttpResponse:
    """Keep the review so far: the page's scripts call this while the reviewer writes."""
    review = work_views.review_of(request, pk)
    given = answers(request.POST, review.submission.challenge.criteria)
    error = ""
    try:
        review = peer_review.save_draft(review=review, by=request.user, **given)
    except Stale as refusal:
        return _both(request, review, given, refusal)
    except DomainError as refusal:
        error = str(refusal)
    if request.htmx:
        context = {
            "review": review,
            "saved_at": None if error else review.saved_at,
            "version": given["version"] if error else peer_review.version_of(review),
            "error": error,
        }
        status = 422 if error else 200
        return render(request, "reviews/desk.html#saved", context, status=status)
    if error:
        messages.error(request, error)
        return _desk(request, review, given, status=422)
    messages.success(request, _("Kept. Nobody sees it before you send it."))
    return redirect_to_part(review, "saved")


@post_only("reviews:desk")
def check(request: LearnerRequest, pk: int) -> HttpResponse:
    """Keep what is written, and have its tone and its use to the author looked at."""
    review = work_views.review_of(request, pk)
    given = answers(request.POST, review.submission.challenge.criteria)
    refusal = None
    try:
        # The page goes on with the version that it has; the next save of the same words is none.
        review = peer_review.save_draft(review=review, by=request.user, **given)
        coaching.check(review=review, by=request.user)
    except DomainError as error:
        refusal = error
    if request.htmx:
        context = {
            "review": review,
            "refusal": refusal,
            "version": None if refusal else peer_review.version_of(review),
            **_check_context(request, review),
        }
        return render(request, "reviews/desk.html#check", context)
    if refusal:
        return _desk(request, review, given, refusal=refusal, status=refusal.status)
    return redirect_to_part(review, "check")


@post_only("reviews:desk")
def send(request: LearnerRequest, pk: int) -> HttpResponse:
    """Send the review; words that may hurt, or help nobody on, are shown once more before."""
    review = work_views.review_of(request, pk)
    given = answers(request.POST, review.submission.challenge.criteria)
    try:
        if "anyway" not in request.POST and _is_in_hand(review):
            review = peer_review.save_draft(review=review, by=request.user, **given)
            given["version"] = peer_review.version_of(review)
            peer_review.check_complete(review)
            remarks = coaching.before_sending(review=review, by=request.user)
            if remarks:
                return _desk(request, review, given, second_thoughts=remarks, status=422)
        review = peer_review.submit_review(review=review, by=request.user, **given)
    except Stale as refusal:
        return _both(request, review, given, refusal)
    except DomainError as refusal:
        return _desk(request, review, given, refusal=refusal, status=refusal.status)
    messages.success(request, _sent(review))
    # Of a known work there is something to see at once.
    return redirect(review if training.is_known(review) else "reviews:queue")


def _sent(review: PeerReview) -> str:
    """Say what a review that was just sent has earned, or will with the outcome."""
    if review.is_training:
        return _("Sent. Counted as effort: %(n)d XP.") % {"n": training.effort_of(review)}
    if paying.has_outcome(review):
        words = _("Sent. You have earned %(n)d points.")
    else:
        words = _("Sent. %(n)d points come with the outcome.")
    return words % {"n": review.times * points.REVIEW_GIVEN}


@post_only("reviews:desk")
def release(request: LearnerRequest, pk: int) -> HttpResponse:
    # A second click finds what the first one gave back, and is told so; it shows nothing.
    review = get_object_or_404(PeerReview.objects.given_by(request.user), pk=pk)
    reason = request.POST.get("reason", "")
    note = request.POST.get("note", "").replace("\x00", "")
    try:
        review = assignment.release(review=review, by=request.user, reason=reason, note=note)
    except Invalid as refusal:
        given: dict[str, object] = {"release_reason": reason, "release_note": note}
        review = work_views.review_of(request, pk)
        return _desk(request, review, release_refusal=refusal, more=given, status=422)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if review.released_for == PeerReview.ReleasedFor.REPORTED:
            messages.success(request, _("Thank you. The moderators will look at it."))
        else:
            messages.success(request, _("Given back. Somebody else will review it."))
    return redirect("reviews:queue")


@post_only("reviews:desk")
def renew(request: LearnerRequest, pk: int) -> HttpResponse:
    review = work_views.review_of(request, pk)
    try:
        review = assignment.renew(review=review, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("You have it until %(when)s.") % {"when": assignment.until(review)}
        )
    return redirect_to_part(review, "time")


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


def _is_in_hand(review: PeerReview) -> bool:
    return review.status in {PeerReview.Status.CLAIMED, PeerReview.Status.EXPIRED}


def _both(
    request: LearnerRequest, review: PeerReview, given: dict[str, Any], refusal: Stale
) -> HttpResponse:
    """Show what another tab saved beside what was written here, which is still unsaved."""
    newer = cast("PeerReview", refusal.current)
    context = {
        # What was opened stays what it was: going on to type must not overwrite the other words.
        "version": given["version"],
        "newer": newer,
        "newer_version": peer_review.version_of(newer),
        "error": str(refusal),
    }
    if request.htmx:
        context |= {"review": review, "challenge": review.submission.challenge}
        return render(request, "reviews/desk.html#saved", context, status=409)
    return _desk(request, review, given, status=409, more=context)


def _desk(
    request: LearnerRequest,
    review: PeerReview,
    given: dict[str, Any] | None = None,
    *,
    refusal: DomainError | None = None,
    release_refusal: Invalid | None = None,
    second_thoughts: list[coaching.Remark] | None = None,
    more: dict[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the desk with what was stored, or with what was just refused."""
    challenge = review.submission.challenge
    stored = {
        "scores": review.scores,
        "comments": review.comments,
        "overall": review.overall,
        "quotes": review.quotes,
        "private_note": review.private_note,
        "difficulty": review.difficulty,
        "version": peer_review.version_of(review),
    }
    shown = stored | {name: value for name, value in (given or {}).items() if value is not None}
    errors = refusal.errors if refusal else {}
    body, _marked = highlight.marked(
        render_markdown(review.submission.body),
        [(f"passage-{n}", one["quote"]) for n, one in enumerate(review.quotes, start=1)],
    )
    context = {
        "review": review,
        "challenge": challenge,
        "instructions": render_markdown(challenge.instructions),
        "body": body,
        "given": shown,
        "version": shown["version"],
        "passages": _passage_rows(shown["quotes"], errors),
        "refusal": refusal,
        "errors": errors,
        "problems": _problems(errors, second_thoughts),
        "overall_errors": errors.get("overall", []),
        "second_thoughts": second_thoughts,
        "release_refusal": release_refusal,
        "reasons": PeerReview.ReleasedFor.choices,
        "comparison": training.comparison(review),
        "give_backs": settings.REVIEW_GIVE_BACKS_A_DAY,
        "can_renew": assignment.can_renew(review),
        "until": assignment.until(review),
        **_check_context(request, review),
        "shows_quality": standings.may_see_quality(request.user),
        "is_open": _is_in_hand(review),
        **_after(review, request),
        **(more or {}),
    }
    return render(request, "reviews/desk.html", context, status=status)


def _problems(
    errors: Mapping[str, Sequence[str]], second_thoughts: list[coaching.Remark] | None
) -> list[tuple[str, str]]:
    """Return what to put right, with the id of the place on the page."""
    if second_thoughts:
        return [("second", remark.where) for remark in second_thoughts]
    return [
        ("quotes_error" if field == "quotes" else field, text)
        for field, texts in errors.items()
        for text in texts
    ]


def _passage_rows(
    quotes: list[dict[str, Any]], errors: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Return the rows of the form: what is quoted, and an empty one while there is room."""
    room = len(quotes) < MOST_PASSAGES
    rows = [*quotes, *([{"quote": "", "comment": "", "start": None}] if room else [])]
    return [
        row
        | {
            "errors": [*errors.get(f"quote_{n}", []), *errors.get(f"quote_comment_{n}", [])],
            "number": n,
        }
        for n, row in enumerate(rows)
    ]
