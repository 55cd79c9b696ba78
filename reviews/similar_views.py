"""The moderators' pages on works with much the same text, and on those found to be copied."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.moderation_views import for_moderators
from learnquest.core.errors import DomainError, Invalid
from learnquest.core.http import LearnerRequest, post_only
from reviews import copies
from reviews.models import CopyDecision
from submissions import same_files, similarity
from submissions.models import SimilarityFlag, Submission

PAGE_SIZE = 20


@require_safe
@for_moderators
def flags(request: LearnerRequest) -> HttpResponse:
    """What waits for a decision, the oldest first; then what was decided."""
    state = request.GET.get("state", "open")
    if state not in SimilarityFlag.State.values:
        state = SimilarityFlag.State.OPEN.value
    found = (
        SimilarityFlag.objects.visible_to(request.user)
        .filter(state=state)
        .select_related("submission__challenge", "submission__author", "other__author")
        .order_by("created_at", "pk")
    )
    context = {
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "state": state,
        "states": SimilarityFlag.State.choices,
    }
    return render(request, "moderation/similar_list.html", context)


@require_safe
@for_moderators
def similar(request: LearnerRequest, pk: int) -> HttpResponse:
    return _page(request, _flag(request, pk))


@post_only("reviews:similar")
@for_moderators
def decide(request: LearnerRequest, pk: int) -> HttpResponse:
    """Say whether a work was copied; a copy comes back to its author."""
    flag = _flag(request, pk)
    is_copy = request.POST.get("decision") == "confirmed"
    reason = _reason(request)
    try:
        copies.decide(flag=flag, by=request.user, confirmed=is_copy, reason=reason)
    except Invalid as refusal:
        return _page(request, flag, errors=_errors(refusal), said=reason)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("reviews:similar", pk)
    if is_copy:
        messages.success(request, _("Decided: the work came back, and its author knows why."))
    else:
        messages.success(request, _("Decided, and noted in the audit log."))
    return redirect("reviews:similar_list")


def _work(request: LearnerRequest, pk: int) -> Submission:
    if not request.user.is_moderator:
        raise Http404
    return get_object_or_404(Submission, copy_decisions=pk)


@post_only(_work)
@for_moderators
def take_back(request: LearnerRequest, pk: int) -> HttpResponse:
    """Undo that a work was found to be copied."""
    found = CopyDecision.objects.visible_to(request.user).select_related("submission")
    copy = get_object_or_404(found, pk=pk)
    reason = _reason(request)
    # Without a flag, since the other author has left, the form stands on the page of the work.
    back = "reviews:similar" if copy.flag_id else "reviews:submission"
    pk_back = copy.flag_id or copy.submission_id
    try:
        copies.take_back(copy=copy, by=request.user, reason=reason)
    except Invalid as refusal:
        if copy.flag_id:
            flag = _flag(request, copy.flag_id)
            return _page(request, flag, errors=_errors(refusal), said=reason)
        messages.error(request, str(refusal))
        return redirect(back, pk_back)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(back, pk_back)
    messages.success(
        request, _("Taken back: the work stands where it stood, and its author knows.")
    )
    return redirect(back, pk_back)


def _reason(request: LearnerRequest) -> str:
    return request.POST.get("reason", "").replace("\x00", "")


def _errors(refusal: Invalid) -> Sequence[str]:
    return refusal.errors.get("reason", [str(refusal)])


def _flag(request: LearnerRequest, pk: int) -> SimilarityFlag:
    return get_object_or_404(
        SimilarityFlag.objects.visible_to(request.user).select_related(
            "submission__challenge__goal",
            "submission__author",
            "other__challenge__goal",
            "other__author",
            "decided_by",
        ),
        pk=pk,
    )


def _page(
    request: LearnerRequest,
    flag: SimilarityFlag,
    *,
    errors: Sequence[str] = (),
    said: str = "",
) -> HttpResponse:
    later, earlier = similarity.side_by_side(flag)
    later_files, earlier_files = same_files.beside(flag.submission, flag.other)
    decisions = CopyDecision.objects.filter(submission=flag.submission_id)
    found = list(
        decisions.select_related("submission", "decided_by", "taken_back_by").order_by("pk")
    )
    standing = next((copy for copy in found if copy.taken_back_at is None), None)
    context = {
        "flag": flag,
        "sides": [
            (flag.other, earlier, earlier_files),
            (flag.submission, later, later_files),
        ],
        "decisions": found,
        "standing": standing,
        "can_take_back": flag.state == SimilarityFlag.State.CONFIRMED
        and copies.may_take_back(standing, request.user),
        "errors": errors,
        "said": said,
    }
    return render(request, "moderation/similar.html", context, status=422 if errors else 200)
