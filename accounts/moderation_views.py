"""Reporting something, reading what was decided, and the moderators' queue."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import moderation, reportables, suspension
from accounts.models import Report, User
from accounts.moderation_forms import DecisionForm, ReportForm
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only, way_back

PAGE_SIZE = 20


def for_moderators[**P](
    view: Callable[Concatenate[LearnerRequest, P], HttpResponse],
) -> Callable[Concatenate[LearnerRequest, P], HttpResponse]:
    """Let moderators in; to all others there is no such page."""

    @wraps(view)
    def wrapped(request: LearnerRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_moderator:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: LearnerRequest, kind: str, pk: int) -> HttpResponse:
    """Tell the moderators of something one can see."""
    reportable, thing = moderation.reportable_of(kind, pk, by=request.user)
    back = way_back(request, default="/today/")
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moderation.report(kind=kind, target_id=pk, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Thank you. A moderator looks at it and tells you."))
            return redirect(back)
    context = {
        "form": form,
        "back": back,
        "label": reportable.label,
        "title": reportable.title(thing),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "moderation/report.html", context, status=status)


@require_safe
def yours(request: LearnerRequest) -> HttpResponse:
    """What one has reported, and what moderators decided on one's own."""
    made = Report.objects.filter(reporter=request.user).order_by("-created_at", "-pk")
    against = Report.objects.filter(
        person=request.user, decision__in=Report.DECISIONS_AGAINST
    ).order_by("-decided_at")
    context = {
        "made": Paginator(made, PAGE_SIZE).get_page(request.GET.get("page")),
        "against": _once_each(list(against[:50])),
    }
    return render(request, "moderation/yours.html", context)


@require_safe
def one(request: LearnerRequest, pk: int) -> HttpResponse:
    """One report as its reporter sees it, or one decision as whom it fell on does."""
    found = get_object_or_404(
        Report.objects.visible_to(request.user).select_related("person"), pk=pk
    )
    if found.reporter_id != request.user.pk and not found.fell_on(request.user):
        return redirect("moderation:case", found.pk)
    is_mine = found.fell_on(request.user)
    reportable = reportables.of(found.kind)
    thing = reportable.find(found.target_id) if reportable and is_mine else None
    context = {
        "report": found,
        "is_mine": is_mine,
        "label": reportable.label if reportable else found.kind,
        "path": reportable.path(thing) if reportable and thing is not None else "",
    }
    return render(request, "moderation/one.html", context)


@require_safe
@for_moderators
def queue(request: LearnerRequest) -> HttpResponse:
    """What waits, each thing once however many reported it; below, what was decided last."""
    waiting = _once_each(list(moderation.queue()[:500]))
    decided = (
        Report.objects.filter(state=Report.State.DECIDED)
        .select_related("person", "moderator")
        .order_by("-decided_at", "-pk")
    )
    context = {
        "waiting": [(found, _label(found)) for found in waiting],
        "page": Paginator(decided, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "moderation/queue.html", context)


@require_safe
@for_moderators
def case(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _report(pk)
    if found.reporter_id == request.user.pk or found.fell_on(request.user):
        return redirect("moderation:one", found.pk)
    return _case(request, found, DecisionForm())


@post_only("moderation:case")
@for_moderators
def claim(request: LearnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, moderation.claim, _("It is in your hands."))


@post_only("moderation:case")
@for_moderators
def release(request: LearnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, moderation.release, _("Put back for others."))


@post_only("moderation:case")
@for_moderators
def undo(request: LearnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, moderation.undo, _("Undone: it is as it was, and the person knows."))


@post_only("moderation:case")
@for_moderators
def decide(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _report(pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            moderation.decide(report=found, by=request.user, **form.deed())
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Decided, and told to those concerned."))
            return redirect("moderation:queue")
    return _case(request, _report(pk), form, status=422)


@require_safe
@for_moderators
def suspended(request: LearnerRequest) -> HttpResponse:
    """Who is kept out, until when and why."""
    people = User.objects.filter(suspended_at__isnull=False).order_by("-suspended_at")
    page = Paginator(people, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "moderation/suspended.html", {"page": page})


def _list_of_suspended(request: LearnerRequest, pk: int) -> str:
    return "moderation:suspended"


@post_only(_list_of_suspended)
@for_moderators
def lift(request: LearnerRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, suspended_at__isnull=False)
    suspension.lift(user=person, by=request.user)
    messages.success(request, _("%(name)s may sign in again.") % {"name": person.name})
    return redirect("moderation:suspended")


def _report(pk: int) -> Report:
    return get_object_or_404(
        Report.objects.select_related("person", "moderator", "reporter"), pk=pk
    )


def _do(request: LearnerRequest, pk: int, deed: Callable[..., Any], done: str) -> HttpResponse:
    try:
        deed(report=_report(pk), by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("moderation:case", pk)


def _case(
    request: LearnerRequest, found: Report, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    if moderation.concerning(request.user, [found]):
        context = {"report": found, "label": _label(found), "is_apart": True}
        return render(request, "moderation/case.html", context, status=status)
    reportable = reportables.of(found.kind)
    thing = reportable.find(found.target_id) if reportable else None
    words = reportable.words(thing) if reportable and thing is not None else ""
    others = Report.objects.about_the_same(found).exclude(pk=found.pk)
    is_mine = found.state == Report.State.CLAIMED and found.moderator_id == request.user.pk
    context = {
        "report": found,
        "form": form,
        "label": _label(found),
        "others": list(others.select_related("reporter").order_by("-created_at")[:20]),
        "history": [past for past in moderation.history_of(found.person) if past.pk != found.pk],
        "is_gone": thing is None,
        "is_hidden": thing is not None and thing.is_hidden,
        "is_changed": bool(words) and words[: reportables.MOST_WORDS] != found.excerpt,
        "is_in_my_hands": is_mine,
        "shown": reportable.shown(thing) if reportable and thing is not None else None,
        "now": timezone.now(),
    }
    return render(request, "moderation/case.html", context, status=status)


def _label(found: Report) -> Any:
    reportable = reportables.of(found.kind)
    return reportable.label if reportable else found.kind


def _once_each(reports: list[Report]) -> list[Report]:
    """Return the first report of each thing, with `count`, how many there are."""
    first: dict[tuple[str, int, object], Report] = {}
    for found in reports:
        key = (found.kind, found.target_id, found.decided_at)
        kept = first.setdefault(key, found)
        kept.count = getattr(kept, "count", 0) + 1  # type: ignore[attr-defined]
    return list(first.values())
