"""Pages of the coach itself: explanations, and what was sent about a learner's own things."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ai import explaining
from ai.explaining import MAX_CONCEPT, MAX_CONTEXT
from ai.forms import ExplainForm
from ai.models import Explanation, Transcript
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only
from learnquest.core.limits import limit

PAGE_SIZE = 15


@require_http_methods(["GET", "HEAD", "POST"])
def explain(request: LearnerRequest) -> HttpResponse:
    """Ask for an explanation; below stands what was asked before."""
    form = ExplainForm(request.POST or None, initial=_told(request.GET))
    if request.method == "POST" and form.is_valid():
        limit(request, "ai")
        try:
            explanation = explaining.request_explanation(by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            return redirect("ai:explanation", explanation.pk)
    asked = Explanation.objects.visible_to(request.user).order_by("-created_at", "-pk")
    page = Paginator(asked, PAGE_SIZE).get_page(request.GET.get("page"))
    status = 422 if request.method == "POST" else 200
    return render(request, "ai/explain.html", {"form": form, "page": page}, status=status)


def _told(query: Mapping[str, str]) -> dict[str, str]:
    """Return what a link has filled in for the learner: where they met it, perhaps the idea."""
    most = {"concept": MAX_CONCEPT, "context": MAX_CONTEXT}
    return {name: query.get(name, "")[:length] for name, length in most.items()}


@require_safe
def explanation(request: LearnerRequest, pk: int) -> HttpResponse:
    """One explanation; while it is being written htmx asks again for its panel."""
    found = get_object_or_404(Explanation.objects.visible_to(request.user), pk=pk)
    template = "ai/explanation.html#panel" if request.htmx else "ai/explanation.html"
    return render(request, template, {"explanation": found})


@post_only("ai:explanation")
def retry(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Explanation.objects.visible_to(request.user), pk=pk)
    try:
        explaining.retry(explanation=found, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("ai:explanation", pk)


@require_safe
def sent(request: LearnerRequest) -> HttpResponse:
    """What left this server about the learner's own goals and work, word for word."""
    rows = Transcript.objects.visible_to(request.user).select_related("request").order_by("-pk")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "ai/sent.html", {"page": page})
