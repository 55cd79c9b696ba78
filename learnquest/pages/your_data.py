"""One's own data: download all of it, or delete the account."""

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import DataExport
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only
from learnquest.pages import data_export, leaving
from learnquest.pages.your_settings import tabs

EXPORTS_SHOWN = 10


def _wants_download(request: LearnerRequest) -> bool:
    return "download" in request.GET


@require_safe
@reauthentication_required(enabled=_wants_download)  # type: ignore[untyped-decorator]  # as below
def data(request: LearnerRequest) -> HttpResponse:
    """What is kept and what becomes of it; ?download=<pk> begins that download from here."""
    exports = list(
        DataExport.objects.visible_to(request.user).order_by("-created_at", "-pk")[:EXPORTS_SHOWN]
    )
    newest = exports[0] if exports else None
    context = {
        "tabs": tabs("pages:data"),
        "exports": [(export, data_export.ready(export)) for export in exports],
        "begins": _begins(exports, request.GET.get("download", "")),
        "is_waiting": newest is not None and newest.status == DataExport.Status.PENDING,
    }
    template = "pages/settings_data.html"
    return render(request, f"{template}#exports" if request.htmx else template, context)


def _begins(exports: list[DataExport], pk: str) -> DataExport | None:
    chosen = (export for export in exports if str(export.pk) == pk and data_export.ready(export))
    return next(chosen, None)


@post_only("pages:data")
def request_export(request: LearnerRequest) -> HttpResponse:
    try:
        data_export.request_export(by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your data is being put together. You will be told."))
    return redirect("pages:data")


@require_safe
def download_export(request: LearnerRequest, pk: int) -> HttpResponseBase:
    """The file itself, to oneself alone, who has just said again who they are.

    Whoever has to say so first comes back to a page, since a file alone would leave them there.
    """
    mine = DataExport.objects.visible_to(request.user).select_related("user")
    export = get_object_or_404(mine, pk=pk)
    try:
        answer: HttpResponseBase = _send_confirmed(request, export)
    except ReauthenticationRequired:
        return redirect(f"{reverse('pages:data')}?download={pk}")
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]  # allauth is untyped
def _send_confirmed(request: LearnerRequest, export: DataExport) -> FileResponse:
    return send(export)


def send(export: DataExport) -> FileResponse:
    """Send an export's file to be saved. Raises Http404 where there is none any more."""
    if not data_export.ready(export):
        raise Http404
    try:
        file = export.file.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=True,
        filename=data_export.file_name(export),
        content_type="application/zip",
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth is untyped
def delete_account(request: LearnerRequest) -> HttpResponse:
    """Ask whether it is meant; then everything is hidden, and erased after two weeks."""
    if request.user.is_leaving:
        return redirect("pages:leaving")
    if request.method == "POST":
        leaving.request_deletion(user=request.user)
        return redirect("pages:leaving")
    erased_on = timezone.now() + leaving.TIME_TO_THINK
    return render(request, "pages/delete_account.html", {"erased_on": erased_on})


@require_safe
def leaving_page(request: LearnerRequest) -> HttpResponse:
    """What somebody sees who asked to be deleted, wherever they go: until when they can stay."""
    if not request.user.is_leaving:
        return redirect("pages:data")
    return render(request, "pages/leaving.html")


@post_only("pages:leaving")
def keep_account(request: LearnerRequest) -> HttpResponse:
    try:
        leaving.keep_account(user=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("pages:data")
    messages.success(request, _("Good to have you back. Everything is as it was."))
    return redirect("pages:dashboard")
