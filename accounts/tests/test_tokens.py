"""Sign-in for API clients: cookies and bearer tokens, rotation, replay, and every way out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Notification, RefreshToken, User
from accounts.tokens import InvalidToken
from tests.factories import PASSWORD

LAPTOP = tokens.Client(user_agent="laptop", ip="192.0.2.1")
THIEF = tokens.Client(user_agent="thief", ip="198.51.100.7")


def log_in(client: Client, user: User, **more: Any) -> Any:
    return client.post(
        "/api/auth/login",
        {"email": user.email, "password": PASSWORD, **more},
        content_type="application/json",
    )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_bearer_client_gets_its_tokens_in_the_body_and_no_cookie(
    client: Client, alice: User
) -> None:
    answer = log_in(client, alice, transport="bearer")
    assert answer.status_code == 200 and not answer.cookies
    profile = Client().get("/api/auth/profile", headers=bearer(answer.json()["access"]))
    assert profile.json()["email"] == alice.email


def test_a_browser_gets_cookies_that_scripts_cannot_read(
    client: Client, alice: User, settings: Any
) -> None:
    settings.HTTPS = True
    answer = log_in(client, alice)
    assert answer.json()["access"] is None and answer.json()["csrf_token"]
    for name, path in (("access", "/"), ("refresh", "/api/auth")):
        cookie = answer.cookies[name]
        assert cookie["httponly"] and cookie["secure"]
        assert (cookie["samesite"], cookie["path"]) == ("Lax", path)


def test_a_change_by_cookie_needs_the_csrf_token_and_by_bearer_does_not(alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    csrf = log_in(browser, alice).json()["csrf_token"]
    assert browser.get("/api/auth/profile").status_code == 200
    sent: dict[str, Any] = {"data": {"bio": "Hi"}, "content_type": "application/json"}
    refused = browser.put("/api/auth/profile", **sent)
    assert refused.status_code == 403 and "X-CSRFToken" in refused.json()["detail"]
    assert (
        browser.put("/api/auth/profile", **sent, headers={"X-CSRFToken": csrf}).status_code == 200
    )
    app = Client(enforce_csrf_checks=True)
    token = log_in(app, alice, transport="bearer").json()["access"]
    assert app.put("/api/auth/profile", **sent, headers=bearer(token)).status_code == 200


def test_a_session_signs_in_to_the_api_too(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/api/auth/profile").json()["id"] == alice.pk


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"email": "nobody@example.com"}])
def test_wrong_words_get_one_and_the_same_answer(
    client: Client, alice: User, wrong: dict[str, str]
) -> None:
    answer = log_in(client, alice, **wrong)
    assert (answer.status_code, answer.json()["detail"]) == (
        401,
        "Wrong e-mail address or password.",
    )


def test_signing_in_too_often_has_to_wait(client: Client, alice: User) -> None:
    answers = [log_in(client, alice, password="wrong") for _ in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [401] * 20
    assert answers[20].status_code == 429 and int(answers[20]["Retry-After"]) > 0


def test_another_sites_page_cannot_sign_its_visitor_in(client: Client, alice: User) -> None:
    answer = client.post(
        "/api/auth/login",
        {"email": alice.email, "password": PASSWORD},
        content_type="application/json",
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403 and not answer.cookies


def test_a_refresh_token_works_once(alice: User) -> None:
    first = tokens.issue(user=alice, client=LAPTOP)
    second = tokens.rotate(refresh=first.refresh, client=LAPTOP)
    assert second.refresh != first.refresh
    assert tokens.user_of(second.access)[0] == alice
    assert not RefreshToken.objects.filter(token_hash=first.refresh).exists()


def test_a_replayed_token_ends_its_family_and_tells_the_user(alice: User) -> None:
    first = tokens.issue(user=alice, client=LAPTOP)
    other = tokens.issue(user=alice, client=LAPTOP)
    second = tokens.rotate(refresh=first.refresh, client=LAPTOP)
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh=first.refresh, client=THIEF)
    for dead in (second.refresh, first.refresh):
        with pytest.raises(InvalidToken):
            tokens.rotate(refresh=dead, client=LAPTOP)
    with pytest.raises(InvalidToken):
        tokens.user_of(second.access)
    assert tokens.user_of(other.access)[0] == alice
    assert alice.notifications.get().kind == Notification.Kind.SECURITY


def test_a_lost_answer_is_forgiven_for_ten_seconds(alice: User) -> None:
    now = timezone.now() - timedelta(minutes=1)
    first = tokens.issue(user=alice, client=LAPTOP, now=now)
    tokens.rotate(refresh=first.refresh, client=LAPTOP, now=now)
    again = tokens.rotate(refresh=first.refresh, client=LAPTOP, now=now + timedelta(seconds=9))
    assert tokens.user_of(again.access)[0] == alice
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh=first.refresh, client=LAPTOP, now=now + timedelta(seconds=11))
    with pytest.raises(InvalidToken):
        tokens.user_of(again.access)


def test_tokens_expire(alice: User) -> None:
    then = timezone.now() - timedelta(days=31)
    pair = tokens.issue(user=alice, client=LAPTOP, now=then)
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh=pair.refresh, client=LAPTOP)
    with pytest.raises(InvalidToken):
        tokens.user_of(pair.access)
    assert tokens.clear_expired() == 1


@pytest.mark.parametrize("end", ["password", "deactivate", "everywhere"])
def test_every_way_out_ends_all_tokens_at_once(alice: User, end: str) -> None:
    pair = tokens.issue(user=alice, client=LAPTOP)
    if end == "password":
        alice.set_password("another long password")
        alice.save()
    elif end == "deactivate":
        User.objects.filter(pk=alice.pk).update(is_active=False)
    else:
        tokens.revoke_all(user=alice)
    with pytest.raises(InvalidToken):
        tokens.user_of(pair.access)
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh=pair.refresh, client=LAPTOP)


def test_logging_out_ends_this_sign_in_and_no_other(client: Client, alice: User) -> None:
    one, two = (log_in(Client(), alice, transport="bearer").json() for _ in range(2))
    assert client.post("/api/auth/logout", headers=bearer(one["access"])).status_code == 204
    assert client.get("/api/auth/profile", headers=bearer(one["access"])).status_code == 401
    assert client.get("/api/auth/profile", headers=bearer(two["access"])).status_code == 200


def test_the_cookies_are_refreshed_and_deleted(alice: User) -> None:
    browser = Client()
    log_in(browser, alice)
    before = browser.cookies["refresh"].value
    assert browser.generic("POST", "/api/auth/refresh").status_code == 200
    assert browser.cookies["refresh"].value != before
    answer = browser.generic("POST", "/api/auth/logout")
    assert answer.cookies["access"].value == "" and answer.cookies["refresh"].value == ""


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c"])
def test_a_forged_token_is_nobody(client: Client, alice: User, token: str) -> None:
    answer = client.get("/api/auth/profile", headers=bearer(token))
    assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"


def test_a_token_signed_with_another_key_is_nobody(alice: User, settings: Any) -> None:
    pair = tokens.issue(user=alice, client=LAPTOP)
    settings.JWT_KEYS = {"main": "another key of thirty-two characters"}
    with pytest.raises(InvalidToken):
        tokens.user_of(pair.access)


def test_an_older_key_stays_good_while_it_is_listed(alice: User, settings: Any) -> None:
    pair = tokens.issue(user=alice, client=LAPTOP)
    settings.JWT_KEYS = {"new": "a new key of thirty-two characters!", **settings.JWT_KEYS}
    assert tokens.user_of(pair.access)[0] == alice
    assert tokens.user_of(tokens.issue(user=alice, client=LAPTOP).access)[0] == alice


def test_somebody_registers_and_signs_in(client: Client, db: None) -> None:
    answer = client.post(
        "/api/auth/register",
        {"email": "new@example.com", "password": "a long enough one", "display_name": "New One"},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["username"]) == (201, "new-one")
    assert log_in(client, User.objects.get(), password="a long enough one").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "ALICE@example.com"),
        ("email", "no address"),
        ("password", "short"),
        ("password", "password123"),
        ("time_zone", "Mars/Olympus"),
    ],
)
def test_a_bad_registration_names_the_field_and_makes_nobody(
    client: Client, alice: User, field: str, value: str
) -> None:
    sent = {"email": "new@example.com", "password": "a long enough one", field: value}
    answer = client.post("/api/auth/register", sent, content_type="application/json")
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {f"#/{field}"}
    assert User.objects.count() == 1


def test_an_address_that_must_be_verified_cannot_sign_in_before(
    client: Client,
    db: None,
    settings: Any,
    posted: Callable[[], list[Any]],
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sent = {"email": "new@example.com", "password": "a long enough one"}
    client.post("/api/auth/register", sent, content_type="application/json")
    mails = posted()
    assert len(mails) == 1 and mails[0].to == ["new@example.com"]
    answer = client.post("/api/auth/login", sent, content_type="application/json")
    assert answer.status_code == 403 and "Confirm" in answer.json()["detail"]
