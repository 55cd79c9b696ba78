"""The desk on which work is written: kept as it is typed, shown as it will look."""

from collections.abc import Mapping, Sequence
from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ai.models import Ask
from challenges import demands
from challenges.models import Challenge
from learnquest.core.errors import DomainError, Stale
from learnquest.core.http import LearnerRequest, post_only
from learnquest.core.limits import limit
from learnquest.core.markdown import render as render_markdown
from submissions import attachments, drafting, hints
from submissions.forms import WorkForm
from submissions.models import (
    EXTENSIONS,
    MOST_ATTACHMENT_BYTES,
    MOST_ATTACHMENTS,
    Submission,
    SubmissionQuerySet,
)


@require_safe
def work(request: LearnerRequest, challenge_pk: int) -> HttpResponse:
    """The draft where work can be written; what was handed in where it cannot."""
    challenge = own_challenge(request, challenge_pk)
    if not challenge.is_open_for_work:
        latest = _attempts(request, challenge).first()
        return redirect(latest or challenge)
    draft = drafting.draft_of(challenge, request.user)
    start = draft or drafting.start_of(challenge, request.user)
    form = WorkForm(initial={"body": start.body, "link": start.link} if start else None)
    more = {} if draft else {"begins_from": start}
    return desk(request, challenge, form, draft=draft, more=more)


@post_only("submissions:work")
def save(request: LearnerRequest, challenge_pk: int) -> HttpResponse:
    """Keep the draft: the page's scripts call this while the learner types."""
    challenge = own_challenge(request, challenge_pk)
    form = WorkForm(request.POST)
    form.is_valid()
    files_refused = attach_sent(request, challenge)
    draft, error = None, ""
    try:
        draft = drafting.save_draft(challenge=challenge, by=request.user, **form.cleaned_data)
    except DomainError as refusal:
        if isinstance(refusal, Stale) or not request.htmx:
            return not_saved(request, challenge, form, refusal, files_refused=files_refused)
        error = _all_of(refusal)
    if request.htmx:
        context = {"draft": draft, "version": _version(form, draft), "error": error}
        status = 422 if error else 200
        return render(request, "submissions/work.html#saved", context, status=status)
    messages.success(request, _("Draft saved."))
    if files_refused:
        return desk(request, challenge, form, draft=draft, status=422, files_refused=files_refused)
    return redirect("submissions:work", challenge.pk)


@post_only("submissions:work")
def preview(request: LearnerRequest, challenge_pk: int) -> HttpResponse:
    """Show the text as reviewers will see it; nothing is stored."""
    challenge = own_challenge(request, challenge_pk)
    form = WorkForm(request.POST)
    form.is_valid()
    html = render_markdown(form.cleaned_data["body"])
    if request.htmx:
        return render(request, "submissions/work.html#preview", {"preview": html})
    return desk(request, challenge, form, preview=html)


@require_http_methods(["GET", "HEAD", "POST"])
def hint(request: LearnerRequest, challenge_pk: int) -> HttpResponse:
    """Keep the draft and ask for the next hint; while it is written htmx looks again."""
    challenge = own_challenge(request, challenge_pk)
    error = ""
    if request.method == "POST":
        limit(request, "ai")
        form = WorkForm(request.POST)
        form.is_valid()
        try:
            if form.cleaned_data.get("body", "").strip():
                drafting.save_draft(challenge=challenge, by=request.user, **form.cleaned_data)
            hints.request_hint(challenge=challenge, by=request.user)
        except DomainError as refusal:
            error = str(refusal)
    if request.htmx:
        context = {"challenge": challenge, "hint_error": error}
        context |= _hints(request, challenge)
        return render(request, "submissions/work.html#hints", context)
    if error:
        messages.error(request, error)
    return redirect("submissions:work", challenge.pk)


@post_only("reviews:submission")
def discard(request: LearnerRequest, pk: int) -> HttpResponse:
    submission = get_object_or_404(
        Submission.objects.owned_by(request.user).select_related("challenge"), pk=pk
    )
    try:
        drafting.discard_draft(submission=submission, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The draft is thrown away."))
    return redirect(submission.challenge)


@require_safe
def attempts(request: LearnerRequest, challenge_pk: int) -> HttpResponse:
    """What the learner did for a challenge: a part of its page, or without scripts its own."""
    challenge = own_challenge(request, challenge_pk)
    context = {"challenge": challenge, "attempts": _attempts(request, challenge)}
    name = "_attempts" if request.htmx else "attempts"
    return render(request, f"submissions/{name}.html", context)


def own_challenge(request: LearnerRequest, pk: int) -> Challenge:
    """Return a challenge of the learner's own, or answer 404."""
    return get_object_or_404(Challenge.objects.owned_by(request.user).select_related("goal"), pk=pk)


def desk(
    request: LearnerRequest,
    challenge: Challenge,
    form: WorkForm,
    *,
    draft: Submission | None = None,
    preview: str = "",
    status: int = 200,
    files_refused: Sequence[str] = (),
    more: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Show the editor with what `form` holds; `draft` is what was read or kept just now."""
    form.ask_for_link(challenge.requires_link)
    context = {
        "challenge": challenge,
        "form": form,
        "draft": draft or drafting.draft_of(challenge, request.user),
        "version": _version(form, draft),
        **files_context(request, challenge, files_refused),
        "wanted": demands.wanted(challenge),
        "preview": preview,
        "instructions": render_markdown(challenge.instructions),
        **_hints(request, challenge),
        "returned": _attempts(request, challenge).filter(status=Submission.Status.RETURNED).first(),
    }
    return render(request, "submissions/work.html", context | dict(more or {}), status=status)


def files_context(
    request: LearnerRequest, challenge: Challenge, refused: Sequence[str] = ()
) -> dict[str, object]:
    """Return what the part of the desk with the files shows."""
    files = attachments.of(drafting.draft_of(challenge, request.user))
    before = None if files else drafting.start_of(challenge, request.user)
    return {
        "files": files,
        "files_before": len(attachments.of(before)),
        "files_refused": refused,
        "files_left": MOST_ATTACHMENTS - len(files),
        "accepted_files": ",".join([*EXTENSIONS.values(), ".md", ".csv", ".jpeg", "text/*"]),
    }


def not_saved(
    request: LearnerRequest,
    challenge: Challenge,
    form: WorkForm,
    refusal: DomainError,
    *,
    files_refused: Sequence[str] = (),
) -> HttpResponse:
    """Show the text that could not be saved, and why."""
    if isinstance(refusal, Stale):
        return both(request, challenge, form, refusal)
    messages.error(request, _all_of(refusal))
    return desk(request, challenge, form, status=422, files_refused=files_refused)


def _all_of(refusal: DomainError) -> str:
    return " ".join([str(refusal), *(t for texts in refusal.errors.values() for t in texts)])


def both(
    request: LearnerRequest, challenge: Challenge, form: WorkForm, refusal: Stale
) -> HttpResponse:
    """Show the text that another tab saved beside the one typed here, which is still unsaved."""
    context: dict[str, object] = {
        # What was opened stays what it was: going on to type must not overwrite the other text.
        "version": _version(form, None),
        "newer": refusal.current,
        "newer_version": drafting.version_of(cast("Submission", refusal.current)),
        "error": str(refusal),
    }
    if request.htmx:
        context["challenge"] = challenge
        return render(request, "submissions/work.html#saved", context, status=409)
    return desk(request, challenge, form, status=409, more=context)


def _version(form: WorkForm, draft: Submission | None) -> str | None:
    """Return what the page should send as the version that its text was written upon."""
    if draft is None and form.is_bound:
        version: str | None = form.cleaned_data["version"]
        return version
    return drafting.version_of(draft)


def _hints(request: LearnerRequest, challenge: Challenge) -> dict[str, object]:
    given = hints.given(challenge=challenge, by=request.user)
    is_pending = bool(given) and given[-1].status == Ask.Status.PENDING
    return {
        "hints": given,
        "hint_is_pending": is_pending,
        "hints_left": hints.STEPS - len(given),
        "hint_failed": hints.failed(challenge=challenge, by=request.user),
    }


def _attempts(request: LearnerRequest, challenge: Challenge) -> SubmissionQuerySet:
    return (
        Submission.objects.owned_by(request.user).filter(challenge=challenge).order_by("-attempt")
    )


def attach_sent(request: LearnerRequest, challenge: Challenge) -> list[str]:
    """Attach the files that came with a form; returns what was refused, in words."""
    files = request.FILES.getlist("files")
    if files:
        limit(request, "attachment")
    refused = []
    # One more than fits, so that the learner hears that it does not.
    for file in files[: MOST_ATTACHMENTS + 1]:
        name = file.name or ""
        try:
            # One byte more than is allowed is enough to know that it is too much.
            data = file.read(MOST_ATTACHMENT_BYTES + 1)
            attachments.attach(challenge=challenge, by=request.user, name=name, data=data)
        except DomainError as refusal:
            why = " ".join(text for texts in refusal.errors.values() for text in texts)
            refused.append(f"{name}: {why or refusal}")
    return refused
