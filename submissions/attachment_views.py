"""Files on the desk: sent with the text or by themselves, taken away, looked at."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from challenges.models import Challenge
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only
from submissions import attachments, drafting, views
from submissions.forms import WorkForm
from submissions.models import Attachment


@post_only("submissions:work")
def attach(request: LearnerRequest, challenge_pk: int) -> HttpResponse:
    """Add what was chosen; without scripts the whole form comes along, so its text is kept."""
    challenge = views.own_challenge(request, challenge_pk)
    return _done(request, challenge, views.attach_sent(request, challenge))


@post_only("submissions:attachment")
def remove(request: LearnerRequest, pk: int) -> HttpResponse:
    attachment = _own_attachment(request, pk)
    challenge = attachment.submission.challenge
    refused = []
    try:
        attachments.remove(attachment=attachment, by=request.user)
    except DomainError as refusal:
        refused = [str(refusal)]
    return _done(request, challenge, refused)


@require_safe
def attachment(request: LearnerRequest, pk: int) -> HttpResponseBase:
    """The file, under the name that its author gave it; moderators get it once handed in."""
    file = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    return attachments.answer(file, name=file.name)


def _done(request: LearnerRequest, challenge: Challenge, refused: list[str]) -> HttpResponse:
    """Show the files as they are now; without scripts the page, with the text that was sent."""
    if request.htmx:
        context = {"challenge": challenge, **views.files_context(request, challenge, refused)}
        status = 422 if refused else 200
        return render(request, "submissions/work.html#attachments", context, status=status)
    if "body" in request.POST:
        form = WorkForm(request.POST)
        form.is_valid()
        try:
            drafting.save_draft(challenge=challenge, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            return views.not_saved(request, challenge, form, refusal, files_refused=refused)
        if refused:
            return views.desk(request, challenge, form, status=422, files_refused=refused)
    for text in refused:
        messages.error(request, text)
    return redirect("submissions:work", challenge.pk)


def _own_attachment(request: LearnerRequest, pk: int) -> Attachment:
    return get_object_or_404(
        Attachment.objects.filter(submission__author=request.user).select_related(
            "submission__challenge__goal"
        ),
        pk=pk,
    )
