"""Pages for requests that went wrong, and the API's answer where no operation was reached."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from learnquest.core.errors import Forbidden
from learnquest.core.problems import CONTENT_TYPE, problem
from learnquest.middleware import show_refusal

type GetResponse = Callable[[HttpRequest], HttpResponseBase]

DETAILS = {
    400: "The request cannot be understood.",
    403: "This request was refused.",
    404: "There is no such address; see /api/docs.",
    405: "This address does not take this method; see the Allow header.",
    500: "Something broke on our side; it was written down. Try again in a moment.",
}


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what to do when a form's token is missing or old; a browser's "back" keeps the text."""
    if request.headers.get("HX-Request") == "true":
        message = _("This page is too old. Copy what you wrote, then reload it and send it again.")
    else:
        message = _(
            "Go back, reload the page and send the form again. "
            "Your browser may also be blocking cookies for this site."
        )
    refusal = Forbidden(message)
    refusal.title = _("This form is too old")
    return show_refusal(request, refusal)


def api_problems(get_response: GetResponse) -> GetResponse:
    """Answer as the API does wherever Django itself answered under /api/ with an error page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        is_error = response.status_code >= HTTPStatus.BAD_REQUEST
        if not (is_error and request.path.startswith("/api/")):
            return response
        if response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        status = response.status_code
        answer = problem(
            request, status=status, detail=DETAILS.get(status, HTTPStatus(status).phrase)
        )
        if "Allow" in response.headers:
            answer["Allow"] = response["Allow"]
        return answer

    return middleware
