"""Signing in with Google or GitHub: there with their keys alone, and no way around anything."""

import subprocess
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.github.views import GitHubOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD
from tests.test_deployment import SHOW, STRONG, run

KEYS = {
    name: {"APPS": [{"client_id": "id", "secret": "secret", "key": ""}], "OAUTH_PKCE_ENABLED": True}
    for name in ("google", "github")
}


@pytest.fixture
def with_keys(settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = KEYS
    settings.ROOT_URLCONF = "tests.urls_with_providers"
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def come_from_github(
    with_keys: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Sign in as somebody of whom GitHub tells this much."""

    def come(email: str, *, verified: bool = True, name: str = "Alice Archer") -> Any:
        told = {"id": 7, "login": "archer", "name": name, "email": None}
        emails = [{"email": email, "verified": verified, "primary": True}]

        def complete_login(adapter: Any, request: Any, app: Any, token: Any, **more: Any) -> Any:
            extra = {**told, "emails": emails}
            return adapter.get_provider().sociallogin_from_response(request, extra)

        monkeypatch.setattr(GitHubOAuth2Adapter, "complete_login", complete_login)
        monkeypatch.setattr(
            OAuth2Client, "get_access_token", lambda *_, **__: {"access_token": "t"}
        )
        asked = client.post("/accounts/github/login/")
        state = parse_qs(urlsplit(asked["Location"]).query)["state"][0]
        return client.get("/accounts/github/login/callback/", {"code": "c", "state": state})

    return come


def test_without_keys_there_is_nothing_of_it(client: Client, alice: User) -> None:
    for path in ("/accounts/login/", "/accounts/signup/"):
        assert "Go on with" not in client.get(path).content.decode()
    client.force_login(alice)
    assert "Other accounts" not in client.get("/accounts/security/").content.decode()
    for path in ("google/login/", "github/login/callback/", "3rdparty/", "3rdparty/signup/"):
        assert client.get(f"/accounts/{path}").status_code == 404
        assert client.post(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize(
    ("given", "offered", "origins"),
    [
        ({}, [], []),
        ({"GITHUB_CLIENT_ID": "x"}, [], []),
        (
            {"GITHUB_CLIENT_ID": "x", "GITHUB_CLIENT_SECRET": "y"},
            ["github"],
            ["https://github.com"],
        ),
        (
            {"GOOGLE_CLIENT_ID": "x", "GOOGLE_CLIENT_SECRET": "y"},
            ["google"],
            ["https://accounts.google.com"],
        ),
    ],
)
def test_the_environment_decides(
    given: dict[str, str], offered: list[str], origins: list[str]
) -> None:
    show = SHOW.format("[*s.SOCIALACCOUNT_PROVIDERS], s.SECURE_CSP['form-action'][1:]")
    done: subprocess.CompletedProcess[str] = run(show, SECRET_KEY=STRONG, **given)
    assert done.stdout.strip() == f"{offered} {origins}"


def test_a_button_leads_there_with_a_state_and_a_challenge(
    with_keys: None, client: Client, db: None
) -> None:
    page = client.get("/accounts/login/?next=/goals/").content.decode()
    assert "Go on with Google" in page and "Go on with GitHub" in page
    # A link on another page cannot begin it.
    assert client.get("/accounts/google/login/").status_code == 200
    answer = client.post("/accounts/google/login/")
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert answer["Location"].startswith("https://accounts.google.com/")
    assert query["code_challenge_method"] == ["S256"] and len(query["state"][0]) >= 16
    forged = client.get("/accounts/google/login/callback/", {"code": "c", "state": "forged"})
    assert "That did not work" in forged.content.decode()
    assert client.get("/today/").status_code == 302


def test_somebody_new_gets_an_account(
    come_from_github: Callable[..., Any], client: Client, db: None
) -> None:
    assert come_from_github("alice@example.com")["Location"] == "/today/"
    user = User.objects.get()
    assert (user.email, user.display_name, user.username) == (
        "alice@example.com",
        "Alice Archer",
        "alice-archer",
    )
    assert client.get("/today/").status_code == 200 and not user.has_usable_password()


def test_an_address_that_nobody_verified_must_be_confirmed(
    come_from_github: Callable[..., Any], client: Client, db: None, posted: Callable[[], list[Any]]
) -> None:
    assert come_from_github("alice@example.com", verified=False)["Location"] == (
        "/accounts/confirm-email/"
    )
    assert client.get("/today/").status_code == 302 and len(posted()) == 1


@pytest.mark.parametrize("verified", [True, False])
def test_an_address_in_use_opens_no_account(
    come_from_github: Callable[..., Any], client: Client, alice: User, verified: bool
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    come_from_github(alice.email, verified=verified)
    assert client.get("/today/").status_code == 302
    assert not SocialAccount.objects.exists() and User.objects.count() == 1


def test_the_second_step_is_asked_for_here_too(
    come_from_github: Callable[..., Any], client: Client, alice: User
) -> None:
    SocialAccount.objects.create(user=alice, provider="github", uid="7")
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    TOTP.activate(alice, str(generate_totp_secret()))
    assert come_from_github(alice.email)["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/today/").status_code == 302


def test_alice_disconnects_an_account(with_keys: None, client: Client, alice: User) -> None:
    connection = SocialAccount.objects.create(
        user=alice, provider="github", uid="7", extra_data={"login": "archer"}
    )
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    client.force_login(alice)
    path = "/accounts/3rdparty/"
    page = client.get(path).content.decode()
    assert "archer" in page and "Disconnect" in page
    asked = client.post(path, {"account": connection.pk})
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert SocialAccount.objects.exists()
    client.post(asked["Location"], {"password": PASSWORD})
    assert not SocialAccount.objects.exists()


def test_the_last_way_in_cannot_be_disconnected(
    with_keys: None, client: Client, alice: User
) -> None:
    connection = SocialAccount.objects.create(user=alice, provider="github", uid="7")
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    page = client.post("/accounts/3rdparty/", {"account": connection.pk}).content.decode()
    assert "no password" in page and SocialAccount.objects.exists()


@pytest.mark.parametrize("path", ["login/cancelled/", "login/error/"])
def test_what_went_wrong_is_said_in_our_words(
    with_keys: None, client: Client, db: None, path: str
) -> None:
    page = client.get(f"/accounts/3rdparty/{path}").content.decode()
    assert "Back to signing in" in page
