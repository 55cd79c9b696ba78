"""Pages for requests that went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say what to do when a form's token is missing or old; a browser's "back" keeps the text."""
    return render(
        request,
        "errors/refusal.html",
        {
            "title": _("This form is too old"),
            "message": _(
                "Go back, reload the page and send the form again. "
                "Your browser may also be blocking cookies for this site."
            ),
            "status": 403,
        },
        status=403,
    )
