"""Errors of the API as RFC 9457 problem details: one shape for whatever goes wrong."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from learnquest.core.logs import request_id

CONTENT_TYPE = "application/problem+json"


def problem(
    request: HttpRequest,
    *,
    status: int,
    detail: str,
    title: str = "",
    errors: Sequence[dict[str, str]] = (),
    kind: str = "",
    **more: Any,
) -> HttpResponse:
    """Return a problem document, with `more` members of its own.

    `errors` holds a pointer and a message for each field at fault.

    A pointer is a JSON pointer into the body ("#/title"), or names a parameter ("?page"). `kind`
    tells clients what to do where the status alone does not.
    """
    document: dict[str, Any] = {
        "type": f"/api/docs#{kind or f'status-{status}'}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "errors": list(errors),
        "request_id": request_id.get(),
        **more,
    }
    return JsonResponse(document, status=status, content_type=CONTENT_TYPE)
