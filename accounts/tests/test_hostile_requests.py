"""Whole requests with bad intentions: forged across sites, with fields that nobody offered."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import User
from accounts.tests.test_tokens import LAPTOP, bearer, log_in
from learnquest.api import api

UNSAFE = ("post", "put", "patch", "delete")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each operation that may change something: method, path with ids, document."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, document in methods.items():
            if method in UNSAFE:
                yield method, re.sub(r"\{\w+\}", "1", path), document


BEHIND_SIGN_IN = [(m, path) for m, path, document in operations() if "security" in document]
WITH_BODY = [
    (m, path)
    for m, path, document in operations()
    # A picture has no fields.
    if "application/json" in document.get("requestBody", {}).get("content", {})
]
WITHOUT_BODY = [(m, path) for m, path, document in operations() if "requestBody" not in document]


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return client.generic(
        method.upper(),
        path,
        data="" if body is None else json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


def is_csrf_refusal(answer: Any) -> bool:
    return answer.status_code == 403 and "X-CSRFToken" in answer.json()["detail"]


def test_the_schema_names_what_is_tried_here() -> None:
    assert len(BEHIND_SIGN_IN) > 30 and len(WITH_BODY) > 15
    assert ("put", "/api/auth/profile") in WITH_BODY and ("post", "/api/auth/register") in WITH_BODY


@pytest.mark.one_database("sqlite")
def test_a_cookie_alone_changes_nothing(alice: User) -> None:
    """The session's cookie and the token's, and both; another site's page can send no more."""
    session, cookie = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    session.force_login(alice)
    cookie.cookies["access"] = tokens.issue(user=alice, client=LAPTOP).access
    both = Client(enforce_csrf_checks=True)
    both.force_login(alice)
    both.cookies["access"] = cookie.cookies["access"].value
    # A token that the attacker chose, without the cookie that it belongs to, is none.
    tries: tuple[dict[str, str], ...] = (
        {},
        {"X-CSRFToken": "a" * 32},
        {"Origin": "https://evil.example"},
    )
    for method, path in BEHIND_SIGN_IN:
        for client in (session, cookie, both):
            for headers in tries:
                assert is_csrf_refusal(send(client, method, path, {}, **headers)), (method, path)


def test_a_bearer_token_needs_no_csrf_token(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    for method, path in BEHIND_SIGN_IN:
        # What signs out ends the token before.
        token = tokens.issue(user=alice, client=LAPTOP).access
        answer = send(client, method, path, {}, **bearer(token))
        assert not is_csrf_refusal(answer), (method, path)
        assert answer.status_code not in {401, 403}, (method, path)


def test_with_the_right_token_another_origin_is_refused_all_the_same(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    csrf = log_in(browser, alice).json()["csrf_token"]
    sent: dict[str, Any] = {"X-CSRFToken": csrf}
    assert send(browser, "put", "/api/auth/profile", {"bio": "Hi"}, **sent).status_code == 200
    sent["Origin"] = "https://evil.example"
    assert is_csrf_refusal(send(browser, "put", "/api/auth/profile", {"bio": "Ho"}, **sent))


def test_the_refresh_cookie_needs_the_csrf_token(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    csrf = log_in(browser, alice).json()["csrf_token"]
    assert is_csrf_refusal(send(browser, "post", "/api/auth/refresh"))
    answer = send(browser, "post", "/api/auth/refresh", **{"X-CSRFToken": csrf})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "https://testserver"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_nobody_is_signed_in_by_another_sites_page(
    client: Client, alice: User, headers: dict[str, str]
) -> None:
    """Else a stranger's page could put its visitor into an account that the stranger reads."""
    body = {"email": alice.email, "password": "correct horse battery"}
    answer = send(client, "post", "/api/auth/login", body, **headers)
    assert answer.status_code == 403 and not answer.cookies
    # In the body of a form it is no better.
    answer = client.generic(
        "POST",
        "/api/auth/login",
        json.dumps(body),
        content_type="text/plain",
        headers=headers,
    )
    assert answer.status_code == 403 and not answer.cookies


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}])
def test_our_own_page_and_apps_sign_in(
    client: Client, alice: User, headers: dict[str, str]
) -> None:
    body = {"email": alice.email, "password": "correct horse battery"}
    assert send(client, "post", "/api/auth/login", body, **headers).status_code == 200


EXTRA = {
    "is_staff": True,
    "is_superuser": True,
    "is_active": False,
    "id": 1,
    "groups": [1],
    "owner": 1,
    "score": 100,
    "status": "accepted",
    "points": 1000,
}


# Where a moderator may say it, of somebody else's work.
OFFERED = {("/api/moderation/appeals/1/decide", "score")}


def test_a_field_that_nobody_offered_is_refused_by_name(client: Client, alice: User) -> None:
    client.force_login(alice)
    for method, path in WITH_BODY:
        asked = {name: value for name, value in EXTRA.items() if (path, name) not in OFFERED}
        answer = send(client, method, path, asked)
        assert answer.status_code == 422, (method, path)
        pointers = {error["pointer"] for error in answer.json()["errors"]}
        assert {f"#/{name}" for name in asked} <= pointers, (method, path)
    alice.refresh_from_db()
    assert alice.is_active and not (alice.is_staff or alice.is_superuser or alice.groups.exists())


def test_an_operation_without_a_body_takes_nothing_from_one(client: Client, alice: User) -> None:
    for method, path in WITHOUT_BODY:
        # What signs out or leaves ends the sign-in before.
        client.force_login(alice)
        assert send(client, method, path, EXTRA).status_code < 500, (method, path)
    alice.refresh_from_db()
    assert alice.is_active and not (alice.is_staff or alice.is_superuser)


@pytest.mark.parametrize("name", ["is_staff", "is_superuser", "is_active", "user_permissions"])
def test_nobody_registers_or_edits_themselves_into_power(
    client: Client, alice: User, name: str
) -> None:
    complete = {"email": "new@example.com", "password": "a long enough one", name: True}
    answer = send(client, "post", "/api/auth/register", complete)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{name}"]
    client.force_login(alice)
    answer = send(client, "put", "/api/auth/profile", {"bio": "Hi", name: True})
    assert answer.status_code == 422
    assert User.objects.count() == 1 and User.objects.get().bio == ""
