"""Other sites' pages: none may call the API, unless its exact origin is configured."""

from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client

from accounts.models import User

FRIEND = "https://app.example.org"


@pytest.fixture
def friendly(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [FRIEND]
    settings.CSRF_TRUSTED_ORIGINS = [FRIEND]


def preflight(origin: str, path: str = "/api/goals/") -> Any:
    return Client().options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type, x-csrftoken",
        },
    )


def allowed(answer: Any) -> tuple[str | None, str | None]:
    return (
        answer.headers.get("Access-Control-Allow-Origin"),
        answer.headers.get("Access-Control-Allow-Credentials"),
    )


@pytest.mark.parametrize("origin", [FRIEND, "http://testserver", "null"])
def test_without_configuration_it_is_closed(db: None, origin: str) -> None:
    assert site.CORS_ALLOWED_ORIGINS == []
    answer = Client().get("/api/goals/", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Access-Control-Allow-Origin" not in preflight(origin).headers


@pytest.mark.usefixtures("friendly")
def test_a_named_origin_may_ask_with_credentials(alice: User) -> None:
    answer = preflight(FRIEND)
    assert answer.status_code == 200 and allowed(answer) == (FRIEND, "true")
    assert "POST" in answer["Access-Control-Allow-Methods"]
    assert "x-csrftoken" in answer["Access-Control-Allow-Headers"]
    client = Client()
    client.force_login(alice)
    answer = client.get("/api/goals/", headers={"Origin": FRIEND})
    assert answer.status_code == 200 and allowed(answer) == (FRIEND, "true")
    assert "origin" in answer["Vary"].lower()
    assert "Retry-After" in answer["Access-Control-Expose-Headers"]


@pytest.mark.usefixtures("friendly")
def test_errors_can_be_read_there_too(db: None) -> None:
    for path, status in (("/api/goals/", 401), ("/api/no/such/thing", 404)):
        answer = Client().get(path, headers={"Origin": FRIEND})
        assert answer.status_code == status and allowed(answer) == (FRIEND, "true")


@pytest.mark.usefixtures("friendly")
@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "http://app.example.org",
        "https://app.example.org:8443",
        "https://app.example.org.evil.example",
        "https://evilapp.example.org",
        "https://sub.app.example.org",
        "https://app.example.org@evil.example",
        "https://APP.example.org.",
        "https://app.example.org%60.evil.example",
        "https://app_example.org",
        "file://",
        "",
    ],
)
def test_no_other_origin_is_let_in(alice: User, origin: str) -> None:
    assert allowed(preflight(origin)) == (None, None)
    client = Client()
    client.force_login(alice)
    answer = client.get("/api/goals/", headers={"Origin": origin})
    assert allowed(answer) == (None, None)


@pytest.mark.usefixtures("friendly")
@pytest.mark.parametrize("path", ["/", "/today/", "/accounts/login/", "/admin/", "/readyz"])
def test_pages_are_for_no_other_site(db: None, path: str) -> None:
    assert allowed(preflight(FRIEND, path)) == (None, None)
    assert allowed(Client().get(path, headers={"Origin": FRIEND})) == (None, None)


@pytest.mark.usefixtures("friendly")
def test_there_a_change_needs_the_csrf_token_as_here(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    sent: dict[str, Any] = {"content_type": "application/json", "headers": {"Origin": FRIEND}}
    body = {"email": alice.email, "password": "correct horse battery"}
    answer = browser.post("/api/auth/login", body, **sent)
    assert answer.status_code == 200 and answer.cookies["access"]["samesite"] == "Lax"
    assert browser.post("/api/goals/", {"title": "Bake"}, **sent).status_code == 403
    sent["headers"]["X-CSRFToken"] = answer.json()["csrf_token"]
    assert browser.post("/api/goals/", {"title": "Bake"}, **sent).status_code == 201
