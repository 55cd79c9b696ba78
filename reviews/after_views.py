"""After the outcome: names, thanks, answers, an author's appeal; and the moderators' side of it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.moderation_views import for_moderators
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError, Invalid
from learnquest.core.http import LearnerRequest, post_only, redirect_to_part
from reviews import after, appeals, attempts, evidence, steps
from reviews.appeal_forms import AppealDecisionForm, AppealForm
from reviews.models import SETTLED, Appeal, PeerReview
from reviews.outcome import PASS_MARK
from submissions.models import Submission

PAGE_SIZE = 20


def context_of(work: Submission, reviews: list[PeerReview], reader: User) -> dict[str, Any]:
    """Return what the pages of a work and of its reviews show of the time after the outcome."""
    is_settled = work.status in SETTLED
    if is_settled:
        after.attach_talks(reviews, reader)
    return {
        "is_settled": is_settled,
        "can_talk": after.has_outcome(work),
        "is_copied": is_settled and attempts.is_copy(work),
        "steps": steps.steps_of(work, reader) if is_settled else [],
        "can_appeal": is_settled and appeals.can_appeal(work, reader),
    }


def _side(request: LearnerRequest, pk: int) -> Submission | PeerReview:
    """Return where somebody talks about a review: at their work, or at their desk."""
    review = _review(request, pk)
    return review.submission if review.author_id == request.user.pk else review


@post_only(_side)
def names(request: LearnerRequest, pk: int) -> HttpResponse:
    """Say whether the other side may know who one is."""
    show = request.POST.get("show") == "yes"
    return _do(request, pk, after.show_name, _("Noted."), show=show)


@post_only(_side)
def thanks(request: LearnerRequest, pk: int) -> HttpResponse:
    return _do(request, pk, after.thank, _("Your thanks are on their way."))


@post_only(_side)
def answer(request: LearnerRequest, pk: int) -> HttpResponse:
    """Say something to the other side; words that give one away are shown once more before."""
    review = _review(request, pk)
    text = request.POST.get("text", "").replace("\x00", "")
    if "anyway" not in request.POST and (named := after.names_in(text, review, request.user)):
        return _answer_again(request, review, text, named=named)
    try:
        after.answer(review=review, by=request.user, text=text)
    except Invalid as refusal:
        return _answer_again(request, review, text, errors=refusal.errors["text"])
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Sent."))
    return redirect_to_part(_side(request, pk), f"after-{pk}")


def _answer_again(
    request: LearnerRequest, review: PeerReview, text: str, **why: Sequence[str]
) -> HttpResponse:
    """Show an answer that is not sent yet, with what is in it."""
    back = f"{resolve_url(_side(request, review.pk))}#after-{review.pk}"
    context = {"review": review, "text": text, "back": back, **why}
    return render(request, "reviews/answer.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: LearnerRequest, pk: int) -> HttpResponse:
    """Ask for another look at an outcome of one's own."""
    work = get_object_or_404(
        Submission.objects.owned_by(request.user)
        .filter(status__in=SETTLED)
        .select_related("challenge__goal"),
        pk=pk,
    )
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            appeals.appeal(work=work, by=request.user, reason=form.cleaned_data["reason"])
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Two more will look, then a moderator decides."))
            return redirect(work)
    elif not appeals.can_appeal(work, request.user):
        return redirect(work)
    status = 422 if request.method == "POST" else 200
    return render(request, "reviews/appeal.html", {"submission": work, "form": form}, status=status)


@require_safe
@for_moderators
def appeal_list(request: LearnerRequest) -> HttpResponse:
    """Appeals that wait, the longest first, and those decided last."""
    all_of_them = Appeal.objects.visible_to(request.user).select_related(
        "submission__challenge__goal"
    )
    waiting = list(all_of_them.undecided().order_by("created_at")[:200])
    ripe = appeals.ripe_among(waiting)
    decided = all_of_them.exclude(decided_at=None).order_by("-decided_at")
    context = {
        "waiting": [(one, one.pk in ripe) for one in waiting],
        "page": Paginator(decided, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    return render(request, "moderation/appeals.html", context)


@require_safe
@for_moderators
def appeal_case(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = AppealDecisionForm(initial={"score": appeals.suggested_score(found)})
    return _case(request, found, form)


@post_only("reviews:appeal_case")
@for_moderators
def decide_appeal(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _appeal(request, pk)
    form = AppealDecisionForm(request.POST)
    if form.is_valid():
        try:
            appeals.decide(appeal=found, by=request.user, **form.deed())
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Decided, and told to both sides."))
            return redirect("reviews:appeals")
    return _case(request, _appeal(request, pk), form, status=422)


def _review(request: LearnerRequest, pk: int) -> PeerReview:
    """Return a review of the reader's, given or received."""
    sent = PeerReview.objects.sent().select_related("submission")
    mine = sent.filter(reviewer=request.user) | sent.filter(author=request.user)
    return get_object_or_404(mine, pk=pk)


def _do(request: LearnerRequest, pk: int, deed: Any, done: str, **what: Any) -> HttpResponse:
    review = _review(request, pk)
    try:
        deed(review=review, by=request.user, **what)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect_to_part(_side(request, pk), f"after-{pk}")


def _appeal(request: LearnerRequest, pk: int) -> Appeal:
    visible = Appeal.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("submission__challenge__goal"), pk=pk)


def _case(
    request: LearnerRequest, found: Appeal, form: AppealDecisionForm, *, status: int = 200
) -> HttpResponse:
    work = found.submission
    # Who wrote or reviewed the work sees it in their own place, not here.
    if not appeals.may_decide(work, request.user):
        context = {"appeal": found, "challenge": work.challenge, "may_decide": False}
        return render(request, "moderation/appeal.html", context, status=status)
    reviews = list(PeerReview.objects.filter(submission=work).sent().order_by("submitted_at"))
    context = {
        "appeal": found,
        **evidence.of_work(work),
        "reviews": reviews,
        "opinions": sum(review.is_for_appeal for review in reviews),
        "steps": steps.steps_of(work, request.user),
        "proposed": appeals.proposed_score(work),
        "pass_mark": round(PASS_MARK),
        "is_ripe": appeals.is_ripe(found),
        "may_decide": True,
        "form": form,
    }
    return render(request, "moderation/appeal.html", context, status=status)
