"""The second step: codes from an app, recovery codes, and who may change them."""

import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from cryptography.fernet import InvalidToken
from django.core.cache import caches
from django.test import Client

from accounts.factors import Adapter
from accounts.models import User
from tests.factories import PASSWORD


def code_of(secret: str) -> str:
    """What an authenticator app would show now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/accounts/login/", {"login": user.email, "password": password, **more})


def confirm(client: Client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.fixture
def secret(alice: User) -> str:
    """The secret of the app that alice has set up."""
    secret = str(generate_totp_secret())
    TOTP.activate(alice, secret)
    return secret


@pytest.fixture
def frozen() -> Any:
    with time_machine.travel("2026-11-25 12:00:10+00:00", tick=False) as clock:
        yield clock


def test_alice_sets_up_an_app_with_a_real_code(client: Client, alice: User, frozen: Any) -> None:
    sign_in(client, alice)
    confirm(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode() and 'src="data:image/svg+xml;base64,' in (
        page.content.decode()
    )
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert wrong.status_code == 200 and "Incorrect code" in wrong.content.decode()
    assert not Authenticator.objects.exists()
    # A wrong code does not change the secret that was scanned.
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    codes = client.get(done["Location"]).content.decode()
    assert "10 of 10 left" in codes
    assert set(Authenticator.objects.values_list("user", "type")) == {
        (alice.pk, "totp"),
        (alice.pk, "recovery_codes"),
    }


def test_the_password_alone_no_longer_signs_in(
    client: Client, alice: User, secret: str, frozen: Any
) -> None:
    answer = sign_in(client, alice, next="/goals/")
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/today/").status_code == 302
    assert client.get("/api/auth/profile").status_code == 401
    page = client.get("/accounts/2fa/authenticate/").content.decode()
    assert "One more step" in page and "Use your passkey" not in page
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode()
    right = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert right["Location"] == "/goals/"
    assert client.get("/today/").status_code == 200


def test_a_code_works_once(alice: User, secret: str, frozen: Any) -> None:
    first, second = Client(), Client()
    for browser in (first, second):
        sign_in(browser, alice)
    code = {"code": code_of(secret)}
    assert first.post("/accounts/2fa/authenticate/", code).status_code == 302
    assert second.post("/accounts/2fa/authenticate/", code).status_code == 200
    assert second.get("/today/").status_code == 302


def test_what_codes_were_used_is_known_to_every_process(db: None) -> None:
    auth.cache.set("told", "y")
    assert caches["default"].get("told") == "y"


@pytest.mark.parametrize("seconds", [-40, 40])
def test_a_code_of_another_half_minute_is_refused(
    client: Client, alice: User, secret: str, frozen: Any, seconds: int
) -> None:
    sign_in(client, alice)
    late = str(format_hotp_value(hotp_value(secret, (int(time.time()) + seconds) // 30)))
    assert client.post("/accounts/2fa/authenticate/", {"code": late}).status_code == 200
    assert client.get("/today/").status_code == 302


def test_guessing_codes_has_to_wait(client: Client, alice: User, secret: str, frozen: Any) -> None:
    sign_in(client, alice)
    for guess in range(12):
        client.post("/accounts/2fa/authenticate/", {"code": f"{guess:06}"})
    right = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert right.status_code != 302 and client.get("/today/").status_code == 302


def test_a_recovery_code_signs_in_once(client: Client, alice: User, secret: str) -> None:
    code = RecoveryCodes.activate(alice).get_unused_codes()[0]
    sign_in(client, alice)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/today/").status_code == 200
    again = Client()
    sign_in(again, alice)
    assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200


def test_the_database_alone_gives_no_secret_away(alice: User, secret: str, settings: Any) -> None:
    RecoveryCodes.activate(alice)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    sealed = Authenticator.objects.get(type="totp").data["secret"]
    assert Adapter().decrypt(sealed) == secret
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, which signs and seals from now on, 0123456789"
    assert Adapter().decrypt(sealed) == secret
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        Adapter().decrypt(sealed)


SENSITIVE = [
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/generate/",
]


@pytest.mark.parametrize("path", SENSITIVE)
def test_a_second_step_is_set_up_by_who_confirms_that_it_is_them(
    client: Client, alice: User, path: str
) -> None:
    sign_in(client, alice)
    answer = client.get(path)
    assert answer["Location"] == f"/accounts/reauthenticate/?next={path.replace('/', '%2F')}"
    refused = client.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert refused.status_code == 200 and client.get(path).status_code == 302
    confirm(client)
    assert client.get(path).status_code == 200


def test_a_confirmation_holds_for_five_minutes(client: Client, alice: User) -> None:
    with time_machine.travel("2026-11-25 12:00:00+00:00", tick=False) as clock:
        sign_in(client, alice)
        confirm(client)
        clock.shift(299)
        assert client.get(SENSITIVE[0]).status_code == 200
        clock.shift(2)
        assert client.get(SENSITIVE[0]).status_code == 302


def test_with_a_second_step_the_password_alone_confirms_nothing(
    client: Client, alice: User, secret: str, frozen: Any
) -> None:
    sign_in(client, alice)
    client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    off = "/accounts/2fa/totp/deactivate/"
    assert client.get(off)["Location"].startswith("/accounts/2fa/reauthenticate/")
    by_password = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert by_password["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert client.get(off).status_code == 302
    frozen.shift(30)
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    assert "Turn the authenticator app off?" in client.get(off).content.decode()
    client.post(off)
    assert not Authenticator.objects.filter(user=alice, type="totp").exists()


def test_charlie_cannot_touch_alices_passkey(client: Client, alice: User, charlie: User) -> None:
    key = Authenticator.objects.create(user=alice, type="webauthn", data={"name": "Laptop"})
    sign_in(client, charlie)
    confirm(client)
    for deed in ("edit", "remove"):
        path = f"/accounts/2fa/webauthn/keys/{key.pk}/{deed}/"
        assert client.get(path).status_code == client.post(path, {"name": "x"}).status_code == 404
    key.refresh_from_db()
    assert key.data["name"] == "Laptop"


def test_the_administration_has_no_door_of_its_own(client: Client, mona: User, frozen: Any) -> None:
    TOTP.activate(mona, str(generate_totp_secret()))
    answer = client.post("/admin/login/", {"username": mona.email, "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/login/")
    assert client.get("/admin/").status_code == 302
