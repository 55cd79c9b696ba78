"""How API requests say who they are: a bearer token, a token cookie, or the browser's session."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from ninja.utils import check_csrf

from accounts.models import User
from accounts.tokens import InvalidToken, user_of
from learnquest.core.errors import Forbidden

ACCESS_COOKIE = "access"
REFRESH_COOKIE = "refresh"


def require_csrf(request: HttpRequest) -> None:
    """Raise Forbidden unless a request that changes something proves that our page sent it."""
    if check_csrf(request):
        raise Forbidden(
            "Requests that are signed in by a cookie and change something need the CSRF token: "
            "send the csrf cookie's value in the header X-CSRFToken."
        )


def _sign_in(request: HttpRequest, token: str) -> User:
    try:
        user, request.token_family = user_of(token)  # type: ignore[attr-defined]
    except InvalidToken as error:
        raise AuthenticationError from error
    return _is(request, user)


def _is(request: HttpRequest, user: User) -> User:
    """Go on as `user`, on the day it is where they live."""
    request.user = user
    timezone.activate(zoneinfo.ZoneInfo(user.time_zone))
    return user


class BearerToken(HttpBearer):
    """`Authorization: Bearer …` with an access token; needs no CSRF token."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        return _sign_in(request, token)


class AccessCookie(APIKeyCookie):
    """The cookie that `login` sets; requests that change something carry the CSRF token."""

    param_name = ACCESS_COOKIE

    def __init__(self) -> None:
        super().__init__(csrf=True)

    def _get_key(self, request: HttpRequest) -> str | None:
        # Who brings no cookie is anonymous, whatever else may be wrong with the request.
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        if not key:
            return None
        try:
            user, family = user_of(key)
        except InvalidToken:
            return None  # an old cookie must not keep a signed-in browser out
        require_csrf(request)
        request.token_family = family  # type: ignore[attr-defined]
        return _is(request, user)


class Session(APIKeyCookie):
    """The browser's own session, as in the pages."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=True)

    def _get_key(self, request: HttpRequest) -> str | None:
        return request.COOKIES.get(self.param_name)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated:
            return None
        require_csrf(request)
        return request.user
