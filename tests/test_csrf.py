"""Every route that changes something refuses a request that no page of ours has sent."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from accounts.models import User
from learnquest.api import api

pytestmark = pytest.mark.one_database("sqlite")

VALUES = {
    "int": "1",
    "str": "x",
    "slug": "x",
    "uuid": "00000000-0000-0000-0000-000000000001",
    "path": "x",
}


def addresses(patterns: list[Any], before: str = "/") -> list[str]:
    """Return an address for each route of the pages, with something in each of its gaps."""
    found = []
    for pattern in patterns:
        part = before + example(pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace not in {"api", "djdt"}:
                found += addresses(pattern.url_patterns, part)
        elif isinstance(pattern, URLPattern):
            found.append(part)
    return found


def example(pattern: URLPattern | URLResolver) -> str:
    if isinstance(pattern.pattern, RoutePattern):
        return re.sub(
            r"<(?:(\w+):)?\w+>", lambda gap: VALUES[gap[1] or "str"], str(pattern.pattern)
        )
    regex = str(pattern.pattern).strip("^$")
    if "uidb36" in regex:
        return "password/reset/key/1-x/"
    return regex.replace(r"(?P<key>[-:\w]+)", "x").replace(r"(?P<app_label>auth|accounts)", "auth")


def operations() -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
        if method != "get"
    ]


PAGES = sorted(set(addresses(get_resolver().url_patterns)))
# The catch-all of the admin and views that change nothing answer 404 or 405 before or after.
HARMLESS = {404, 405}
EVIL = {"Origin": "https://evil.example"}


def test_the_list_of_addresses_is_no_empty_promise() -> None:
    assert len(PAGES) > 100 and len(operations()) > 25
    for known in ("/goals/new/", "/accounts/login/", "/accounts/sessions/end/", "/admin/login/",
                  "/accounts/2fa/webauthn/login/", "/reviews/1/send/"):  # fmt: skip
        assert known in PAGES


def test_no_page_takes_a_form_without_its_token(mona: User) -> None:
    mona.is_superuser = True
    mona.save()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(mona)
    before = set(Session.objects.values_list("session_key", flat=True))
    forged: list[tuple[str, dict[str, str]]] = [(path, {}) for path in PAGES]
    # Django's own pages all check alike.
    forged += [(path, EVIL) for path in PAGES if not path.startswith("/admin/")]
    for path, origin in forged:
        answer = browser.post(path, {"password": "x"}, headers=origin)
        assert answer.status_code in {403} | HARMLESS, (path, origin)
    assert set(Session.objects.values_list("session_key", flat=True)) == before


# Nobody is signed in there yet; see test_tokens.
OPEN = {"/api/auth/login", "/api/auth/register"}


def test_no_operation_takes_a_change_by_cookie_alone(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    for method, path in operations():
        if path in OPEN:
            continue
        address = re.sub(r"\{\w+\}", "1", path.replace("{username}", "alice"))
        answer = browser.generic(method, address, "{}", content_type="application/json")
        expected = 401 if path == "/api/auth/refresh" else 403
        assert answer.status_code == expected, (method, path, answer.content)
