"""The API is no way round a second factor."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client

from accounts.models import RefreshToken, User
from accounts.tests.test_tokens import log_in


@pytest.fixture
def secret(alice: User) -> str:
    secret: str = generate_totp_secret()
    TOTP.activate(alice, secret)
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def is_refused(answer: Any, kind: str = "second-factor") -> bool:
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    return (
        answer.status_code == 401
        and answer["Content-Type"] == "application/problem+json"
        and answer.json()["type"] == f"/api/docs#{kind}"
        and pointers == (["#/code"] if kind == "second-factor" else [])
        and not answer.cookies
        and not RefreshToken.objects.exists()
    )


def test_a_password_alone_is_not_enough(client: Client, alice: User, secret: str) -> None:
    assert is_refused(log_in(client, alice))
    assert is_refused(log_in(client, alice, transport="bearer"))


def test_the_code_of_the_app_signs_in_once(client: Client, alice: User, secret: str) -> None:
    code = code_of(secret)
    answer = log_in(client, alice, transport="bearer", code=code)
    assert answer.status_code == 200 and answer.json()["access"]
    RefreshToken.objects.all().delete()
    assert is_refused(log_in(client, alice, transport="bearer", code=code))
    assert Authenticator.objects.get().last_used_at is not None


def test_a_used_code_is_remembered_in_all_processes(alice: User, secret: str) -> None:
    from django.conf import settings

    # Local memory would forget in one process what another has seen.
    assert "locmem" not in settings.CACHES["default"]["BACKEND"].lower()
    code = code_of(secret)
    totp = Authenticator.objects.get().wrap()
    assert totp.validate_code(code)
    assert cache.get(totp._get_used_cache_key(code)) == "y"
    # A code is good for one step, no longer than it is remembered.
    assert getattr(settings, "MFA_TOTP_TOLERANCE", 0) == 0
    assert not totp.validate_code(code_of(secret, -2))


def test_a_recovery_code_works_once(client: Client, alice: User, secret: str) -> None:
    codes = RecoveryCodes.activate(alice).generate_codes()
    assert log_in(client, alice, transport="bearer", code=codes[0]).status_code == 200
    RefreshToken.objects.all().delete()
    assert is_refused(log_in(client, alice, code=codes[0]))
    assert log_in(client, alice, code=codes[1]).status_code == 200


@pytest.mark.parametrize("code", ["000000", "nonsense", " ", "١٢٣٤٥٦"])
def test_a_wrong_code_signs_nobody_in(client: Client, alice: User, secret: str, code: str) -> None:
    assert is_refused(log_in(client, alice, code=code))


def test_the_code_is_not_asked_of_whoever_knows_no_password(
    client: Client, alice: User, secret: str
) -> None:
    answer = log_in(client, alice, password="wrong", code=code_of(secret))
    assert answer.status_code == 401 and answer.json()["type"] == "/api/docs#status-401"
    # And the code was not used up by it.
    assert log_in(client, alice, code=code_of(secret)).status_code == 200


def test_guessing_codes_has_to_wait(client: Client, alice: User, secret: str) -> None:
    answers = [log_in(client, alice, code=f"{n:06}") for n in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[5]["Retry-After"]) > 0
    # Even with the right code, and from the pages: they count together.
    assert log_in(client, alice, code=code_of(secret)).status_code == 429
    browser = Client()
    sent = {"login": alice.email, "password": "correct horse battery"}
    assert browser.post("/accounts/login/", sent)["Location"].startswith("/accounts/2fa/")
    page = browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert page.status_code == 429 and int(page["Retry-After"]) > 0


def test_a_passkey_alone_is_for_the_browser(client: Client, alice: User) -> None:
    Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "k"})
    assert is_refused(log_in(client, alice, code="000000"), "passkey")
    assert "browser" in log_in(client, alice).json()["detail"]
    # With recovery codes there is something to send.
    codes = RecoveryCodes.activate(alice).generate_codes()
    assert is_refused(log_in(client, alice))
    assert log_in(client, alice, code=codes[3]).status_code == 200


def test_the_document_and_the_page_name_the_marker(client: Client, db: None) -> None:
    page = client.get("/api/docs").content.decode()
    assert 'id="second-factor"' in page and 'id="passkey"' in page
