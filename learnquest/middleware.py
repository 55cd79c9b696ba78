"""What happens to every request, in the order in which the settings name it."""

import re
import zoneinfo
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget

from learnquest.core.errors import DomainError, Limited
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
        if getattr(request, "htmx", False) and response.status_code == 302:
            return HttpResponseClientRedirect(response["Location"])
        return response


def learners_time_zone(get_response: GetResponse) -> GetResponse:
    """Show all times in the learner's own zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            with timezone.override(zoneinfo.ZoneInfo(request.user.time_zone)):
                return get_response(request)
        # The API finds out later who asks, and then activates the zone itself: until the end of
        # this request, not of the thread's life.
        with timezone.override(None):
            return get_response(request)

    return middleware


class refusals:  # noqa: N801 - used like the functions beside it
    """Show a page for a rule that said no and that the view had no better place for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError) or request.path.startswith("/api/"):
            return None
        context = {"title": error.title, "message": str(error), "status": error.status}
        if getattr(request, "htmx", False):
            # The page stays as it is, and says above what is the matter.
            response = render(request, "errors/_refusal_toast.html", context, status=error.status)
            retarget(response, "#toasts")
            reswap(response, "beforeend")
        else:
            response = render(request, "errors/refusal.html", context, status=error.status)
        if isinstance(error, Limited):
            response["Retry-After"] = str(error.retry_after)
        return response
