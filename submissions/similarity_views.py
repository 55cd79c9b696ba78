"""The moderators' pages on works with much the same text."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from learnquest.core.errors import DomainError, Invalid
from learnquest.core.http import LearnerRequest, post_only
from submissions import similarity
from submissions.models import SimilarityFlag

PAGE_SIZE = 20


@require_GET
def flags(request: LearnerRequest) -> HttpResponse:
    """What waits for a decision, the oldest first; then what was decided."""
    if not request.user.is_moderator:
        raise Http404
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
    return render(request, "submissions/similar_list.html", context)


@require_GET
def similar(request: LearnerRequest, pk: int) -> HttpResponse:
    return _page(request, _flag(request, pk))


@post_only("submissions:similar")
def decide(request: LearnerRequest, pk: int) -> HttpResponse:
    flag = _flag(request, pk)
    reason = request.POST.get("reason", "").replace("\x00", "")
    try:
        similarity.decide(
            flag=flag,
            by=request.user,
            confirmed=request.POST.get("decision") == "confirmed",
            reason=reason,
        )
    except Invalid as refusal:
        return _page(
            request, flag, errors=refusal.errors.get("reason", [str(refusal)]), said=reason
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(flag)
    messages.success(request, _("Decided, and noted in the audit log."))
    return redirect("submissions:similar_list")


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
    context = {
        "flag": flag,
        "sides": [(flag.other, earlier), (flag.submission, later)],
        "errors": errors,
        "said": said,
    }
    return render(request, "submissions/similar.html", context, status=422 if errors else 200)
