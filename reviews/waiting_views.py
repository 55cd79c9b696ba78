"""The moderators' pages on work that waits for them, and on what reviewers wrote to them."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.moderation_views import for_moderators
from learnquest.core.errors import DomainError, Invalid
from learnquest.core.http import LearnerRequest, post_only
from learnquest.core.markdown import render as render_markdown
from reviews import waiting
from reviews.models import ReviewCase

PAGE_SIZE = 20
LISTS = (("works", gettext_lazy("Work")), ("notes", gettext_lazy("Notes of reviewers")))


@require_safe
@for_moderators
def works(request: LearnerRequest) -> HttpResponse:
    """Work that went to the moderators, the oldest first; or the notes of reviewers."""
    shown = "notes" if request.GET.get("show") == "notes" else "works"
    rows = waiting.notes_for if shown == "notes" else waiting.waiting_for
    context = {
        "page": Paginator(rows(request.user), PAGE_SIZE).get_page(request.GET.get("page")),
        "shown": shown,
        "lists": LISTS,
    }
    return render(request, "moderation/waiting_list.html", context)


@require_safe
@for_moderators
def work(request: LearnerRequest, pk: int) -> HttpResponse:
    return _page(request, _case(request, pk))


@post_only("reviews:waiting")
@for_moderators
def decide(request: LearnerRequest, pk: int) -> HttpResponse:
    """Put work back into the queue."""
    case = _case(request, pk)
    reason = request.POST.get("reason", "").replace("\x00", "")
    try:
        waiting.put_back(case=case, by=request.user, reason=reason)
    except Invalid as refusal:
        errors = refusal.errors.get("reason", [str(refusal)])
        return _page(request, case, errors=errors, said=reason)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Decided, and noted in the audit log."))
    return redirect("reviews:waiting_list")


def _case(request: LearnerRequest, pk: int) -> ReviewCase:
    found = waiting.waiting_for(request.user).select_related("submission__challenge__goal")
    return get_object_or_404(found, pk=pk)


def _page(
    request: LearnerRequest, case: ReviewCase, *, errors: Sequence[str] = (), said: str = ""
) -> HttpResponse:
    submission = case.submission
    context = {
        "case": case,
        "submission": submission,
        "instructions": render_markdown(submission.challenge.instructions),
        "body": render_markdown(submission.body),
        "said_of": list(waiting.said_of([case])),
        "reports": waiting.reports_of(case),
        "errors": errors,
        "said": said,
    }
    return render(request, "moderation/waiting.html", context, status=422 if errors else 200)
