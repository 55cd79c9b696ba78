"""What happens to every request, in the order in which the settings name it."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import is_valid_path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from accounts import devices
from accounts.speech import speaking_to
from learnquest.core.errors import DomainError, Limited, NotFound
from learnquest.core.limits import FORMS, headers_of, limit
from learnquest.core.logs import request_id as current_id

type GetResponse = Callable[[HttpRequest], HttpResponseBase]


def request_id(get_response: GetResponse) -> GetResponse:
    """Give each request an id, its client's own if it sent a harmless one, and answer with it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        sent = request.headers.get("X-Request-ID", "")
        id_ = sent if re.fullmatch(r"[\w-]{8,64}", sent, re.ASCII) else uuid4().hex
        token = current_id.set(id_)
        try:
            response = get_response(request)
        finally:
            current_id.reset(token)
        response["X-Request-ID"] = id_
        return response

    return middleware


def either_slash(get_response: GetResponse) -> GetResponse:
    """Take addresses of the API with and without the last slash: a POST survives no redirect."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path.startswith("/api/") and not is_valid_path(path):
            other = path[:-1] if path.endswith("/") else f"{path}/"
            if is_valid_path(other):
                request.path = request.path.removesuffix(path) + other
                request.path_info = other
        return get_response(request)

    return middleware


# What a page or an answer of the API is sent as; pictures and files say themselves how they keep.
PERSONAL = ("text/html", "application/json", "application/problem+json")


def nobody_keeps(get_response: GetResponse) -> GetResponse:
    """Let no cache, disk or Back button keep what one person alone may see."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        depends_on_who = "Cookie" in response.get("Vary", "") or request.path.startswith("/api/")
        if depends_on_who and response.get("Content-Type", "").startswith(PERSONAL):
            response.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def no_nul(get_response: GetResponse) -> GetResponse:
    """Refuse NUL in addresses: PostgreSQL can keep no such text, so nothing is called that.

    Forms and the API check what is in bodies; the API also says what is wrong in its queries.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", "") and not request.path.startswith("/api/"):
            raise BadRequest("NUL in the query")
        return get_response(request)

    return middleware


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Private by default; the API answers for itself, and htmx moves the whole page."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        if request.path.startswith("/api/"):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]  # htmx needs another answer
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        response = super().handle_no_permission(request, view_func)
        if _is_htmx(request) and response.status_code == 302:
            return HttpResponseClientRedirect(response["Location"])
        return response


def learners_language_and_zone(get_response: GetResponse) -> GetResponse:
    """Speak the language that the learner chose, and show all times in their own zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with speaking_to(request.user):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
            # The API may have learned only now who asks.
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        return response

    return middleware


class LeavingMiddleware:
    """Keep somebody whose account is about to be deleted on the page that says so."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        if request.path.startswith("/api/") or not getattr(request.user, "is_leaving", False):
            return None
        # Public pages are the same for everybody, and what is needed to go or to stay is open.
        match = request.resolver_match
        is_open = not getattr(view_func, "login_required", True)
        if is_open or (match and match.view_name in OPEN_WHILE_LEAVING):
            return None
        page = reverse("pages:leaving")
        return HttpResponseClientRedirect(page) if _is_htmx(request) else redirect(page)


OPEN_WHILE_LEAVING = {
    "pages:leaving",
    "pages:keep_account",
    "pages:data",
    "pages:request_export",
    "pages:download_export",
    "pages:avatar",
    "account_logout",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def known_devices(get_response: GetResponse) -> GetResponse:
    """Mark a browser in which somebody has just signed in, to know it again next time."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        devices.remember(request, response)
        return response

    return middleware


class refusals:  # noqa: N801 - used like the functions beside it
    """Show a page for a rule that said no and that the view had no better place for.

    Likewise for a method that an address does not take: Django's own answer is an empty page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != 405 or request.path.startswith("/api/"):
            return response
        context = {
            "title": _("Nothing to see at this address"),
            "message": _("It only takes what a form sends. Go back to the page with the form."),
            "status": 405,
        }
        page = render(request, "errors/refusal.html", context, status=405)
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if request.path.startswith("/api/"):
            return None
        if isinstance(error, Http404) and _is_htmx(request):
            # A whole page has no place in a part of one.
            error = NotFound(_("This is not there any more. Reload the page to see what is."))
        return show_refusal(request, error) if isinstance(error, DomainError) else None


class form_limits:  # noqa: N801 - used like the functions beside it
    """Count what the pages' forms do, and tell API clients and browsers what they have left."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in headers_of(request).items():
            response[name] = value
        return response

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.method != "POST" or match is None or match.view_name not in FORMS:
            return None
        name, field = FORMS[match.view_name]
        try:
            limit(request, name, account=request.POST.get(field) if field else _pending(request))
        except Limited as refusal:
            return show_refusal(request, refusal)
        return None


def _pending(request: HttpRequest) -> object:
    """Return who has given their password and is asked for a second factor."""
    begun = request.session.get(LOGIN_SESSION_KEY)
    return url_str_to_user_pk(begun["user_pk"]) if begun and begun.get("user_pk") else None


def show_refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer with the page, or for htmx the toast, that says what the rule is."""
    context = {"title": error.title, "message": str(error), "status": error.status}
    if _is_htmx(request):
        # The page stays as it is, and says above what is the matter.
        response = render(request, "errors/_refusal_toast.html", context, status=error.status)
        retarget(response, "#toasts")
        reswap(response, "beforeend")
    else:
        page = "errors/limited.html" if isinstance(error, Limited) else "errors/refusal.html"
        response = render(request, page, context, status=error.status)
    if isinstance(error, Limited):
        response["Retry-After"] = str(error.retry_after)
    return response
