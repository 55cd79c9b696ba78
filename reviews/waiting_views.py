"""The moderators' pages on work that waits for them, and on what reviewers wrote to them."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.moderation_views import for_moderators
from learnquest.core.errors import DomainError, Invalid
from learnquest.core.http import LearnerRequest, post_only, way_back
from learnquest.core.markdown import render as render_markdown
from reviews import waiting
from reviews.models import PeerReview, ReviewCase

PAGE_SIZE = 20
LISTS = (
    ("works", gettext_lazy("Work")),
    ("notes", gettext_lazy("New notes")),
    ("read", gettext_lazy("Read notes")),
)
ROWS: dict[str, Callable[[User], QuerySet[Any]]] = {
    "works": waiting.waiting_for,
    "notes": waiting.new_notes_for,
    "read": waiting.read_notes_for,
}


@require_safe
@for_moderators
def works(request: LearnerRequest) -> HttpResponse:
    """Work that went to the moderators, the oldest first; or the notes of reviewers."""
    shown = request.GET.get("show", "")
    context = _list(request, shown if shown in ROWS else "works")
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


def _notes(request: LearnerRequest, pk: int) -> str:
    if not request.user.is_moderator:
        raise Http404
    return f"{reverse('reviews:waiting_list')}?show=notes"


@post_only(_notes)
@for_moderators
def mark_note_read(request: LearnerRequest, pk: int) -> HttpResponse:
    """Mark a note as read, on the list of new ones or on a page of its work."""
    waiting.mark_note_read(review=_note(request, pk), by=request.user)
    return _marked(request, _("Marked as read, for all moderators."))


@post_only(_notes)
@for_moderators
def mark_note_unread(request: LearnerRequest, pk: int) -> HttpResponse:
    """Put a note back among the new ones."""
    waiting.mark_note_unread(review=_note(request, pk), by=request.user)
    return _marked(request, _("It is among the new notes again."))


def _note(request: LearnerRequest, pk: int) -> PeerReview:
    return get_object_or_404(waiting.notes_for(request.user), pk=pk)


def _marked(request: LearnerRequest, message: str) -> HttpResponse:
    """Show the list on which a note was marked, or go back to the page of its work."""
    messages.success(request, message)
    shown = "read" if request.GET.get("show") == "read" else "notes"
    if request.htmx:
        return render(request, "moderation/waiting_list.html#notes", _list(request, shown))
    query = urlencode({"show": shown, "page": request.GET.get("page", 1)})
    return redirect(way_back(request, default=f"{reverse('reviews:waiting_list')}?{query}"))


def _list(request: LearnerRequest, shown: str) -> dict[str, Any]:
    page = Paginator(ROWS[shown](request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    # What a button posts with, to get the same list again.
    here = f"?show={shown}&page={page.number}"
    return {"page": page, "shown": shown, "here": here, "lists": LISTS}


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
