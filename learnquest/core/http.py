"""What a request looks like once the middleware has run."""

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from accounts.models import User


class LearnerRequest(HttpRequest):
    """A request of somebody signed in. Only a type: views behind the sign-in get one."""

    user: "User"
    htmx: HtmxDetails


THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def theme_of(request: HttpRequest) -> str:
    """Return the theme that a person chose, or "" to follow their system."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""
