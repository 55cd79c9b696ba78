"""Coming in: every page of it in our own design, and none that tells who has an account."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD


@pytest.fixture
def verified(settings: Any) -> None:
    """A site that mails links, as every real one does."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def address(alice: User) -> EmailAddress:
    return EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)


def sign_up(client: Client, email: str) -> Any:
    return client.post(
        "/accounts/signup/",
        {"display_name": "New", "email": email, "password1": "a long enough one"},
    )


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def shape(answer: Any) -> tuple[int, str, str]:
    """Everything of an answer but what differs each time or was sent."""
    text = re.sub(
        r'(nonce|value|content|aria-[a-z]+|hx-headers)=("[^"]*"|\'[^\']*\')',
        "",
        answer.content.decode(),
    )
    return answer.status_code, answer.headers.get("Location", ""), text


def test_alice_signs_up_follows_the_link_and_is_in(
    client: Client, db: None, verified: None, posted: Callable[[], list[Any]]
) -> None:
    assert sign_up(client, "alice@example.com")["Location"] == "/accounts/confirm-email/"
    assert "Look into your mail" in client.get("/accounts/confirm-email/").content.decode()
    assert client.get("/today/").status_code == 302
    link = re.search(r"http://localhost:8000(/accounts/confirm-email/\S+)", posted()[0].body)
    assert link is not None
    page = client.get(link[1]).content.decode()
    assert "Is this your address?" in page and "alice@example.com" in page
    # Mail programs open links to look at them: that alone confirms nothing.
    assert not EmailAddress.objects.get().verified
    client.post(link[1])
    assert EmailAddress.objects.get().verified
    sign_in(client, "alice@example.com", "a long enough one")
    assert client.get("/today/").status_code == 200


def test_who_has_not_confirmed_the_address_gets_another_link(
    client: Client, alice: User, verified: None, posted: Callable[[], list[Any]]
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True)
    assert sign_in(client, alice.email)["Location"] == "/accounts/confirm-email/"
    assert client.get("/today/").status_code == 302
    assert [mail.to for mail in posted()] == [[alice.email]]


def test_a_site_that_sends_no_link_does_not_say_it_did(
    client: Client, alice: User, settings: Any
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=False)
    client.force_login(alice)
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    page = client.get("/accounts/email/").content.decode()
    assert "This site does not ask for that" in page and "that we sent" not in page
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert "that we sent there" in client.get("/accounts/email/").content.decode()


def test_a_changed_address_counts_from_its_own_confirmation(
    client: Client,
    alice: User,
    address: EmailAddress,
    verified: None,
    posted: Callable[[], list[Any]],
) -> None:
    sign_in(client, alice.email)
    sent = {"email": "new@example.com", "action_add": "1"}
    asked = client.post("/accounts/email/", sent)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    client.post(asked["Location"], {"password": PASSWORD})
    page = client.get("/accounts/email/").content.decode()
    assert "Waiting for your confirmation" in page and "new@example.com" in page
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    key = EmailConfirmationHMAC(EmailAddress.objects.get(email="new@example.com")).key
    client.post(f"/accounts/confirm-email/{key}/")
    alice.refresh_from_db()
    assert alice.email == "new@example.com"
    # The old address hears of it, in case it was not its owner who did this.
    assert ["alice@example.com"] in [mail.to for mail in posted()]
    assert EmailAddress.objects.get(user=alice).email == "new@example.com"


def test_an_address_that_somebody_has_is_not_taken_over(
    client: Client, alice: User, bob: User, address: EmailAddress, verified: None
) -> None:
    sign_in(client, alice.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answer = client.post("/accounts/email/", {"email": bob.email, "action_add": "1"})
    assert answer.status_code == 302  # the same answer as for a free one
    pending = EmailAddress.objects.filter(user=alice, email=bob.email).first()
    if pending is not None:
        client.post(f"/accounts/confirm-email/{EmailConfirmationHMAC(pending).key}/")
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


# --- Nobody learns who has an account ---


def test_nobody_is_told_that_they_are_who_they_are(client: Client, alice: User) -> None:
    sign_up(client, "new@example.com")
    assert "Successfully" not in client.get("/today/").content.decode()
    client.logout()
    sign_in(client, alice.email)
    page = client.get("/today/").content.decode()
    assert "Alice" in page and "Successfully" not in page


def test_signing_up_answers_the_same_for_an_address_in_use(
    alice: User, verified: None, posted: Callable[[], list[Any]]
) -> None:
    answers = [sign_up(Client(), email) for email in (alice.email, "new@example.com")]
    assert shape(answers[0]) == shape(answers[1])
    assert [mail.to for mail in posted()] == [[alice.email], ["new@example.com"]]
    assert "confirm-email/" not in posted()[0].body


def test_signing_in_answers_the_same_for_an_unknown_address(alice: User, carol: User) -> None:
    carol.is_active = False
    carol.save()
    emails = (alice.email, "nobody@example.com", carol.email)
    answers = [shape(sign_in(Client(), email, "a wrong password")) for email in emails]
    assert answers[0] == answers[1] == answers[2]


def test_asking_for_a_reset_answers_the_same_for_an_unknown_address(
    alice: User, posted: Callable[[], list[Any]]
) -> None:
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in (alice.email, "nobody@example.com")
    ]
    assert shape(answers[0]) == shape(answers[1])
    assert answers[0]["Location"] == "/accounts/password/reset/done/"
    assert ["/password/reset/key/" in mail.body for mail in posted()] == [True, False]


# --- Every page ---


def every_page(alice: User) -> dict[str, str]:
    """Paths of all pages that allauth shows, by a word that only ours has."""
    key = f"{user_pk_to_url_str(alice)}-{default_token_generator.make_token(alice)}"
    address = EmailAddress.objects.get_or_create(user=alice, email=alice.email)[0]
    return {
        "/accounts/login/": "Welcome back",
        "/accounts/signup/": "Begin with one goal",
        "/accounts/inactive/": "This account is switched off",
        "/accounts/confirm-email/": "Look into your mail",
        f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/": "Is this your address?",
        "/accounts/confirm-email/nonsense/": "This link does not work any more",
        "/accounts/password/reset/": "Forgotten your password?",
        "/accounts/password/reset/done/": "Look into your mail",
        f"/accounts/password/reset/key/{key}/": "Choose a new password",
        "/accounts/password/reset/key/1-nonsense/": "This link does not work any more",
        "/accounts/password/reset/key/done/": "Your password is changed",
    }


def test_every_page_before_the_sign_in_is_ours(alice: User) -> None:
    for path, words in every_page(alice).items():
        page = Client().get(path, follow=True)
        text = page.content.decode()
        assert page.status_code == 200 and words in text, path
        assert_strict(text, path)


PRIVATE = {
    "/accounts/logout/": "Sign out?",
    "/accounts/security/": "Where you are signed in",
    "/accounts/email/": "Change the address",
    "/accounts/password/change/": "Change your password",
    "/accounts/reauthenticate/": "Is it you?",
    "/accounts/2fa/totp/activate/": "Set up an authenticator app",
    "/accounts/2fa/webauthn/add/": "Add a passkey",
}


@pytest.mark.parametrize("path", PRIVATE)
def test_every_page_behind_the_sign_in_is_ours(client: Client, alice: User, path: str) -> None:
    sign_in(client, alice.email)
    if path != "/accounts/reauthenticate/":
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(path)
    text = page.content.decode()
    assert page.status_code == 200 and PRIVATE[path] in text
    assert_strict(text, path)


def test_who_has_no_password_chooses_one(client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)
    page = client.get("/accounts/password/change/", follow=True).content.decode()
    assert "Choose a password" in page
    new = "a long enough one"
    client.post("/accounts/password/set/", {"password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)


def assert_strict(text: str, path: str) -> None:
    """Nothing that the Content-Security-Policy would refuse."""
    assert not re.search(r"<script(?![^>]*\b(src|nonce|type=\"application/json\"))", text), path
    assert " style=" not in text and not re.search(r"\son\w+=", text), path
    assert 'href="javascript' not in text, path


# --- Where `next` leads, and which host a link names ---

TRICKS = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "https://evil.example",
    "http://testserver@evil.example",
    "https://testserver.evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\t//evil.example",
    "/\t/evil.example",
    " https://evil.example",
]


@pytest.mark.parametrize("trick", TRICKS)
def test_next_leads_to_this_site_alone(client: Client, alice: User, trick: str) -> None:
    def leads_home(answer: Any) -> bool:
        return answer.status_code != 302 or bool(re.match(r"/(?![/\\\t])", answer["Location"]))

    assert sign_in(client, alice.email, next=trick)["Location"] == "/today/"
    # Who is signed in already is sent on at once.
    assert leads_home(client.get("/accounts/login/", {"next": trick}))
    assert leads_home(
        client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": trick})
    )
    assert leads_home(client.post("/theme/", {"theme": "dark", "next": trick}))
    new = "another long password"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new, "next": trick}
    assert leads_home(client.post("/accounts/password/change/", sent))
    assert leads_home(client.post("/accounts/logout/", {"next": trick}))
    assert leads_home(
        Client().post(
            "/accounts/signup/",
            {
                "display_name": "New",
                "email": "new@example.com",
                "password1": new,
                "next": trick,
            },
        )
    )
    page = Client().get("/accounts/login/", {"next": trick}).content.decode()
    assert f'href="{trick}' not in page


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil"])
def test_a_forged_host_gets_no_link_into_a_mail(
    client: Client, alice: User, settings: Any, posted: Callable[[], list[Any]], host: str
) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    forged = client.post(
        "/accounts/password/reset/", {"email": alice.email}, headers={"Host": host}
    )
    assert forged.status_code == 400 and posted() == []
    client.post(
        "/accounts/password/reset/", {"email": alice.email}, headers={"X-Forwarded-Host": host}
    )
    assert len(posted()) == 1 and "http://localhost:8000/" in posted()[0].body
    assert "evil" not in posted()[0].body
