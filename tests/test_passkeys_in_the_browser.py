"""The ceremony of passkeys in Chromium, whose virtual authenticator stands for a fingerprint."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, Page, expect

from tests import journey
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]


def home(live_server: Any) -> str:
    """The server under a name: a passkey belongs to a name, and a number has none."""
    return str(live_server.url).replace("127.0.0.1", "localhost")


@contextmanager
def finger(page: Page) -> Iterator[None]:
    """An authenticator in the device, whose owner always puts the right finger on it."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield
    devtools.send("WebAuthn.disable")


def confirm_by_password(page: Page) -> None:
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def sign_out(page: Page) -> None:
    page.locator("header .menu > summary").click()
    page.locator("header").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")


def test_alice_adds_a_passkey_and_signs_in_with_nothing_else(
    live_server: Any, browser: Browser
) -> None:
    alice = make_user(username="alice", email="alice@example.com", display_name="Alice")
    with journey.person(browser, home(live_server)) as page, finger(page):
        journey.sign_in(page, "Alice")
        page.goto("/accounts/security/")
        page.get_by_role("link", name="Add a passkey").click()
        confirm_by_password(page)
        page.get_by_label("Name").fill("Laptop")
        page.get_by_role("button", name="Create the passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        page.get_by_role("link", name="Back", exact=True).click()
        expect(page.get_by_text("Laptop").first).to_be_visible()
        key = Authenticator.objects.get(user=alice, type=Authenticator.Type.WEBAUTHN)
        assert key.wrap().is_passwordless

        sign_out(page)
        page.get_by_role("button", name="Use your passkey").click()
        expect(page.get_by_role("heading", name="Hello, Alice")).to_be_visible()


def test_a_passkey_is_also_the_second_step_and_the_way_to_confirm(
    live_server: Any, browser: Browser
) -> None:
    make_user(username="alice", email="alice@example.com", display_name="Alice")
    with journey.person(browser, home(live_server)) as page, finger(page):
        journey.sign_in(page, "Alice")
        page.goto("/accounts/2fa/webauthn/add/")
        confirm_by_password(page)
        page.get_by_label("Sign in with it alone").uncheck()
        page.get_by_role("button", name="Create the passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

        sign_out(page)
        page.get_by_label("Email").fill("alice@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="One more step")).to_be_visible()
        page.get_by_role("button", name="Use your passkey").click()
        expect(page.get_by_role("heading", name="Hello, Alice")).to_be_visible()

        # Now the password alone no longer opens what is sensitive.
        page.goto("/accounts/2fa/recovery-codes/")
        page.get_by_role("link", name="Use a security key").click()
        page.get_by_role("button", name="Use your passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_of_nobody_here_signs_nobody_in(live_server: Any, browser: Browser) -> None:
    alice = make_user(username="alice", email="alice@example.com", display_name="Alice")
    with journey.person(browser, home(live_server)) as page, finger(page):
        journey.sign_in(page, "Alice")
        page.goto("/accounts/2fa/webauthn/add/")
        confirm_by_password(page)
        page.get_by_role("button", name="Create the passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        sign_out(page)
        Authenticator.objects.filter(user=alice).delete()
        page.get_by_role("button", name="Use your passkey").click()
        expect(page.get_by_text("Incorrect code")).to_be_visible()
        assert page.url.endswith("/accounts/login/")


def test_without_scripts_the_page_says_what_is_missing(live_server: Any, browser: Browser) -> None:
    make_user(username="alice", email="alice@example.com", display_name="Alice")
    with journey.person(browser, home(live_server), javascript=False) as page:
        journey.sign_in(page, "Alice")
        page.goto("/accounts/2fa/webauthn/add/")
        confirm_by_password(page)
        expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
        assert page.get_by_role("button", name="Create the passkey").is_disabled()
