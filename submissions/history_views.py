"""What a draft looked like before, and what changed from one attempt to the next."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only
from submissions import checks, differences, drafting
from submissions.models import DraftRevision, Submission
from submissions.views import own_challenge


@require_safe
def history(request: LearnerRequest, challenge_pk: int) -> HttpResponse:
    """The earlier versions of the draft, the newest first."""
    challenge = own_challenge(request, challenge_pk)
    draft = drafting.draft_of(challenge, request.user)
    revisions = DraftRevision.objects.filter(submission=draft).order_by("-saved_at", "-pk")
    rows = [(revision, checks.words_in(revision.body)) for revision in revisions] if draft else []
    context = {"challenge": challenge, "draft": draft, "rows": rows}
    return render(request, "submissions/history.html", context)


@require_safe
def revision(request: LearnerRequest, pk: int) -> HttpResponse:
    """One of them, beside what the draft says now."""
    old = _own_revision(request, pk)
    pieces = differences.compare(old.body, old.submission.body)
    context = {
        "revision": old,
        "draft": old.submission,
        "challenge": old.submission.challenge,
        "pieces": pieces,
        "is_same": differences.is_same(pieces) and old.link == old.submission.link,
        "can_bring_back": old.submission.status == Submission.Status.DRAFT,
    }
    return render(request, "submissions/revision.html", context)


@post_only("submissions:revision")
def bring_back(request: LearnerRequest, pk: int) -> HttpResponse:
    old = _own_revision(request, pk)
    try:
        drafting.bring_back(revision=old, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Brought back. What was there before is an earlier version."))
    return redirect("submissions:work", old.submission.challenge_id)


@require_safe
def changes(request: LearnerRequest, pk: int) -> HttpResponse:
    """What an attempt changed since the one before, for its author and for moderators."""
    work = get_object_or_404(
        Submission.objects.visible_to(request.user).select_related("challenge__goal"), pk=pk
    )
    return render(request, "submissions/changes.html", changes_context(work))


def changes_context(work: Submission) -> dict[str, object]:
    """Return what the page of changes shows; 404 for a first attempt."""
    before = attempt_before(work)
    if before is None:
        raise Http404
    pieces = differences.compare(before.body, work.body)
    return {
        "work": work,
        "before": before,
        "challenge": work.challenge,
        "pieces": pieces,
        "is_same": differences.is_same(pieces) and before.link == work.link,
    }


def attempt_before(work: Submission) -> Submission | None:
    """Return the attempt of the same author before this one, which was reviewed and returned."""
    return (
        Submission.objects.filter(
            challenge=work.challenge_id,
            author=work.author_id,
            attempt__lt=work.attempt,
            status=Submission.Status.RETURNED,
        )
        .order_by("-attempt")
        .first()
    )


def _own_revision(request: LearnerRequest, pk: int) -> DraftRevision:
    return get_object_or_404(
        DraftRevision.objects.visible_to(request.user).select_related(
            "submission__challenge__goal"
        ),
        pk=pk,
    )
