"""The page of one submission, for its author: the work, and what was said of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leaderboard import points
from learnquest.core.checked import show_on
from learnquest.core.errors import Conflict, DomainError, Invalid, Stale
from learnquest.core.http import LearnerRequest, post_only, redirect_to_part
from learnquest.core.markdown import render as render_markdown
from reviews import (
    after_views,
    ai_feedback,
    consensus_told,
    copies,
    difficulty,
    handin,
    highlight,
    peer_review,
    waiting,
    waits,
    withdrawal,
)
from reviews.models import AIFeedback, CopyDecision, Outcome, PeerReview
from reviews.outcome import PASS_MARK, REVIEWS_NEEDED
from submissions import drafting, names
from submissions.forms import WorkForm
from submissions.models import Submission
from submissions.views import attach_sent, both, desk, own_challenge


def _submission_of(request: LearnerRequest, pk: int) -> Submission:
    return _received_review(request, pk).submission


@post_only("submissions:work")
def hand_in(request: LearnerRequest, challenge_pk: int) -> HttpResponse:
    """Hand in what the editor sends; when that is refused, the text is kept and shown again."""
    challenge = own_challenge(request, challenge_pk)
    form = WorkForm(request.POST)
    form.is_valid()
    if files_refused := attach_sent(request, challenge):
        # Work must not go out without a file that its author thinks is there.
        kept = _keep(request, form, challenge_pk)
        return desk(request, challenge, form, draft=kept, status=422, files_refused=files_refused)
    named = names.in_work(author=request.user, **_told(form))
    if named and "anyway" not in request.POST:
        kept = _keep(request, form, challenge_pk)
        more = {"named": named}
        return desk(request, challenge, form, draft=kept, status=422, more=more)
    try:
        submission, is_new = handin.hand_in_work(
            challenge=challenge, by=request.user, **form.cleaned_data
        )
    except Invalid as refusal:
        kept = _keep(request, form, challenge_pk)
        files_refused = list(refusal.errors.get("files", []))
        if refusal.errors.keys() != {"files"}:
            show_on(form, refusal)
        return desk(request, challenge, form, draft=kept, status=422, files_refused=files_refused)
    except Stale as refusal:
        return both(request, challenge, form, refusal)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("submissions:work", challenge.pk)
    if is_new:
        messages.success(request, _("Handed in. The coach is reading it now."))
    return redirect(submission)


def _told(form: WorkForm) -> dict[str, str]:
    """Return what reviewers get to read of a form."""
    return {name: form.cleaned_data[name] for name in ("body", "link")}


def _keep(request: LearnerRequest, form: WorkForm, challenge_pk: int) -> Submission | None:
    """Keep the refused text as a draft where it can be one; the page shows it in any case."""
    try:
        return drafting.save_draft(
            challenge=own_challenge(request, challenge_pk), by=request.user, **form.cleaned_data
        )
    except DomainError:
        return None  # too long to store: the same reason stands on the page, beside the text


@require_safe
def submission(request: LearnerRequest, pk: int) -> HttpResponse:
    """The work with the coach's feedback and the peers' reviews; htmx asks for the former."""
    work = get_object_or_404(
        Submission.objects.visible_to(request.user).select_related("challenge__goal"), pk=pk
    )
    if work.status == Submission.Status.DRAFT:
        return redirect("submissions:work", work.challenge_id)
    # A moderator who reviews this work sees nobody else's score before they have sent theirs.
    own = PeerReview.objects.unsent_by(request.user).filter(submission=work).first()
    if own is not None:
        return redirect(own)
    feedback = AIFeedback.objects.filter(submission=work).first()
    context = _feedback_context(request, work, feedback)
    if request.htmx:
        return render(request, "reviews/submission.html#feedback", context)
    sent = (
        PeerReview.objects.filter(submission=work)
        .sent()
        .select_related("reviewer")
        .order_by("submitted_at")
    )
    reviews = list(sent)
    copy = CopyDecision.objects.standing().filter(submission=work).first()
    context |= {
        "told": consensus_told.told(Outcome.objects.filter(submission=work).first(), reviews),
        "earned": points.of_work(challenge_id=work.challenge_id, user=request.user),
        "easier_as": difficulty.found_easier(work, work.challenge),
        "reviews": reviews,
        "in_queue": waits.of_work(work),
        **after_views.context_of(work, reviews, request.user),
        "reviews_needed": REVIEWS_NEEDED,
        "pass_mark": round(PASS_MARK),
        "copy": copy,
        "notes": _notes(request, work),
        "can_take_back": copies.may_take_back(copy, request.user),
        "can_withdraw": context["is_mine"] and withdrawal.can_withdraw(work),
    }
    return render(request, "reviews/submission.html", context)


def _notes(request: LearnerRequest, work: Submission) -> list[PeerReview]:
    """Return what reviewers of this work wrote to moderators, where the reader is one."""
    if not request.user.is_moderator:
        return []
    return list(waiting.notes_for(request.user).filter(submission=work))


@post_only("reviews:submission")
def withdraw(request: LearnerRequest, pk: int) -> HttpResponse:
    """Take work back before anybody reviews it, and go on writing."""
    work = get_object_or_404(
        Submission.objects.owned_by(request.user).select_related("challenge"), pk=pk
    )
    try:
        withdrawal.withdraw(submission=work, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(work)
    messages.success(request, _("Taken back: it is your draft again."))
    return redirect("submissions:work", work.challenge_id)


@post_only("reviews:submission")
def retry_feedback(request: LearnerRequest, pk: int) -> HttpResponse:
    feedback = _own_feedback(request, pk)
    try:
        feedback = ai_feedback.retry(feedback=feedback, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _feedback_panel(request, feedback)


@post_only("reviews:submission")
def rate_feedback(request: LearnerRequest, pk: int) -> HttpResponse:
    feedback = _own_feedback(request, pk)
    try:
        feedback = ai_feedback.rate(
            feedback=feedback, by=request.user, helpful=request.POST.get("helpful") == "yes"
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _feedback_panel(request, feedback)


@post_only("reviews:submission")
def report_feedback(request: LearnerRequest, pk: int) -> HttpResponse:
    """The author says that the coach is wrong, and perhaps why."""
    feedback = _own_feedback(request, pk)
    try:
        feedback = ai_feedback.report_wrong(
            feedback=feedback, by=request.user, note=request.POST.get("note", "")
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return _feedback_panel(request, feedback)


@post_only(_submission_of)
def mark_helpful(request: LearnerRequest, pk: int) -> HttpResponse:
    """The author says whether a review helped; the reviewer is told when it did."""
    review = _received_review(request, pk)
    helpful = request.POST.get("helpful") == "yes"
    refusal: DomainError | None = None
    try:
        review = peer_review.mark_helpful(review=review, by=request.user, helpful=helpful)
    except Conflict as conflict:
        refusal = conflict
    if request.htmx:
        context = {"review": review, "is_mine": True, "refusal": refusal}
        return render(request, "reviews/submission.html#helpful", context)
    if refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you, noted."))
    return redirect_to_part(review.submission, f"helpful-{pk}")


def _received_review(request: LearnerRequest, pk: int) -> PeerReview:
    return get_object_or_404(
        PeerReview.objects.filter(author=request.user).sent().select_related("submission"), pk=pk
    )


def _own_feedback(request: LearnerRequest, pk: int) -> AIFeedback:
    work = get_object_or_404(Submission.objects.owned_by(request.user), pk=pk)
    return get_object_or_404(AIFeedback, submission=work)


def _feedback_panel(request: LearnerRequest, feedback: AIFeedback) -> HttpResponse:
    work = Submission.objects.select_related("challenge__goal").get(pk=feedback.submission_id)
    if not request.htmx:
        return redirect_to_part(work, "feedback")
    feedback.refresh_from_db()
    context = _feedback_context(request, work, feedback)
    return render(request, "reviews/submission.html#feedback", context)


def _feedback_context(
    request: LearnerRequest, work: Submission, feedback: AIFeedback | None
) -> dict[str, object]:
    body = render_markdown(work.body)
    quoted: dict[str, list[dict[str, str]]] = {}
    if feedback is not None:
        quoted = _points(feedback)
        if feedback.status == AIFeedback.Status.READY:
            # While it is being written its quotes lead nowhere: the work stands still meanwhile.
            all_points = [point for group in quoted.values() for point in group]
            body, found = highlight.marked(body, [(p["id"], p["quote"]) for p in all_points])
            for point in all_points:
                point["passage"] = found.get(point["id"], "")
    return {
        "submission": work,
        "challenge": work.challenge,
        "is_mine": work.author_id == request.user.pk,
        "feedback": feedback,
        "quoted": quoted,
        "body": body,
        "can_retry": feedback is not None and ai_feedback.can_retry(feedback),
    }


def _points(feedback: AIFeedback) -> dict[str, list[dict[str, str]]]:
    """Return the quoted points, each with the id of its passage; those of the draft meanwhile."""
    is_ready = feedback.status == AIFeedback.Status.READY
    return {
        name: [
            point | {"id": f"{name}-{number}"}
            for number, point in enumerate(
                getattr(feedback, name) if is_ready else feedback.draft.get(name, []), start=1
            )
        ]
        for name in ("strengths", "improvements")
    }
