"""What people are told by mail: of sign-ins, of their account, of reviews; and how to stop it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts import devices, mail, notices, tokens
from accounts.models import AuditEvent, KnownDevice, OutgoingMail, User
from tests.factories import PASSWORD, make_challenge, make_goal, make_review, make_submission

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FIREFOX_LATER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
Posted = Callable[[], list[Any]]


def sign_in(user: User, agent: str, client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post(
        "/accounts/login/",
        {"login": user.email, "password": PASSWORD},
        headers={"User-Agent": agent},
    )
    assert answer.status_code == 302, answer.content.decode()
    return client


def subjects(posted: Posted) -> list[str]:
    return [got.subject for got in posted()]


def test_the_first_sign_in_is_no_news(posted: Posted, alice: User) -> None:
    sign_in(alice, FIREFOX)
    assert posted() == []
    assert KnownDevice.objects.get().name == "Firefox on Linux"


def test_a_new_browser_is_told_of(posted: Posted, alice: User) -> None:
    sign_in(alice, FIREFOX)
    sign_in(alice, IPHONE)
    [got] = posted()
    assert got.subject == "New sign-in to your account" and got.to == [alice.email]
    assert "Mobile Safari on iOS" in got.body and "127.0.0.1" in got.body
    assert AuditEvent.objects.filter(kind="new_device", user=alice).count() == 1


def test_a_browser_is_known_again_after_an_update(posted: Posted, alice: User) -> None:
    browser = sign_in(alice, FIREFOX)
    browser.post("/accounts/logout/")
    sign_in(alice, FIREFOX_LATER, browser)
    assert posted() == [] and KnownDevice.objects.count() == 1


def test_a_thief_with_the_same_browser_is_noticed(posted: Posted, alice: User) -> None:
    sign_in(alice, FIREFOX)
    sign_in(alice, FIREFOX)
    assert subjects(posted) == ["New sign-in to your account"]


def test_a_mark_that_we_did_not_sign_is_none(posted: Posted, alice: User) -> None:
    browser = sign_in(alice, FIREFOX)
    mark = signing.loads(browser.cookies[devices.COOKIE].value, salt=devices.SALT)
    thief = Client()
    thief.cookies[devices.COOKIE] = signing.dumps(mark, key="another key", salt=devices.SALT)
    sign_in(alice, FIREFOX, thief)
    assert subjects(posted) == ["New sign-in to your account"]


def test_the_mark_of_a_shared_browser_tells_each_person_once(
    posted: Posted, alice: User, bob: User
) -> None:
    sign_in(bob, IPHONE)
    browser = sign_in(alice, FIREFOX)
    browser.post("/accounts/logout/")
    sign_in(bob, FIREFOX, browser)
    assert [got.to for got in posted()] == [[bob.email]]


def test_the_cookie_is_for_the_server_alone(alice: User) -> None:
    cookie = sign_in(alice, FIREFOX).cookies[devices.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert not KnownDevice.objects.filter(mark_hash__in=cookie.value).exists()


def test_an_app_is_known_by_its_name(posted: Posted, client: Client, alice: User) -> None:
    sent = {"email": alice.email, "password": PASSWORD, "transport": "bearer"}
    for agent in ("quest-cli/1.0", "quest-cli/1.1", "other-app/3"):
        answer = client.post(
            "/api/auth/login",
            sent,
            content_type="application/json",
            headers={"User-Agent": agent},
        )
        assert answer.status_code == 200
    assert len(posted()) == 1


def test_devices_long_unseen_are_forgotten(alice: User) -> None:
    sign_in(alice, FIREFOX)
    assert devices.forget_old(now=timezone.now() + timedelta(days=399)) == 0
    assert devices.forget_old(now=timezone.now() + timedelta(days=401)) == 1


def test_a_replayed_token_is_told_of(posted: Posted, alice: User) -> None:
    laptop, thief = tokens.Client("laptop", "192.0.2.1"), tokens.Client(FIREFOX, "198.51.100.7")
    stolen = tokens.issue(user=alice, client=laptop).refresh
    tokens.rotate(refresh=stolen, client=laptop)
    with pytest.raises(tokens.InvalidToken):
        tokens.rotate(refresh=stolen, client=thief)
    [got] = posted()
    assert got.subject == "An app was signed out to be safe"
    assert "198.51.100.7" in got.body and "Firefox on Linux" in got.body
    event = AuditEvent.objects.get(kind="token_replayed")
    assert event.user == alice and event.address == "198.51.100.7"
    assert stolen not in str(vars(event))


# --- allauth's mails, in our words ---


def link_in(body: str) -> str:
    [found] = re.findall(r"^http://localhost:8000(/accounts/\S+)$", body, re.MULTILINE)
    return str(found)


def test_signing_up_asks_to_confirm_the_address(
    posted: Posted, client: Client, db: None, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sent = {"email": "new@example.com", "password1": PASSWORD, "display_name": "New"}
    assert client.post("/accounts/signup/", sent).status_code == 302
    [got] = posted()
    assert got.subject == "Welcome to LearnQuest: confirm your e-mail address"
    assert len(got.alternatives) == 1 and link_in(got.body) in got.alternatives[0].content
    assert client.get(link_in(got.body)).status_code == 200


def test_signing_up_twice_tells_the_owner_and_nobody_else(
    posted: Posted, client: Client, alice: User, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    sent = {"email": alice.email, "password1": PASSWORD, "display_name": "New"}
    answer = client.post("/accounts/signup/", sent)
    assert answer.headers["Location"] == "/accounts/confirm-email/"
    [got] = posted()
    assert got.subject == "You have an account already" and "reset" in link_in(got.body)


def test_resetting_a_password_by_mail_and_being_told_that_it_happened(
    posted: Posted, client: Client, alice: User
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    client.post("/accounts/password/reset/", {"email": alice.email})
    [got] = posted()
    assert got.subject == "Choose a new password"
    form = client.get(link_in(got.body), follow=True)
    new = {"password1": "another good one", "password2": "another good one"}
    client.post(form.request["PATH_INFO"], new)
    assert subjects(posted) == ["Choose a new password", "Your password was reset"]
    alice.refresh_from_db()
    assert alice.check_password("another good one")


def test_an_unknown_address_gets_the_same_answer_and_another_mail(
    posted: Posted, client: Client, alice: User
) -> None:
    known = client.post("/accounts/password/reset/", {"email": alice.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"})
    assert known.status_code == unknown.status_code == 302
    assert known.headers["Location"] == unknown.headers["Location"]
    assert subjects(posted)[1] == "There is no account with this address"
    assert OutgoingMail.objects.get(to="nobody@example.com").user is None


def test_a_changed_password_is_told_of_with_place_and_device(
    posted: Posted, client: Client, alice: User
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    browser = sign_in(alice, FIREFOX)
    sent = {
        "oldpassword": PASSWORD, "password1": "another good one", "password2": "another good one",
    }  # fmt: skip
    browser.post("/accounts/password/change/", sent, headers={"User-Agent": FIREFOX})
    [got] = posted()
    assert got.subject == "Your password was changed" and "Firefox on Linux" in got.body


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("mfa/email/totp_activated", "Authenticator app added"),
        ("mfa/email/totp_deactivated", "Authenticator app removed"),
        ("mfa/email/recovery_codes_generated", "New recovery codes"),
        ("mfa/email/webauthn_added", "Passkey added"),
        ("mfa/email/webauthn_removed", "Passkey removed"),
        ("account/email/password_set", "Your account has a password now"),
        ("account/email/email_confirm", "Your e-mail address is confirmed"),
        ("account/email/email_changed", "Your e-mail address was changed"),
        ("account/email/email_deleted", "An e-mail address was removed"),
        ("socialaccount/email/account_connected", "Another way to sign in was added"),
        ("socialaccount/email/account_disconnected", "A way to sign in was removed"),
    ],
)
def test_allauths_notices_have_our_words(
    posted: Posted, alice: User, rf: Any, name: str, subject: str
) -> None:
    from allauth.account.adapter import get_adapter
    from allauth.core.context import request_context

    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    request = rf.get("/", headers={"User-Agent": FIREFOX})
    request.user = alice
    with request_context(request):
        get_adapter().send_notification_mail(name, alice, {"from_email": "a@x", "to_email": "b@x"})
    [got] = posted()
    assert got.subject == subject and "Firefox on Linux" in got.body
    assert "Internet address: 127.0.0.1" in got.body and len(got.alternatives) == 1


def test_a_mail_that_we_have_no_words_for_goes_out_in_allauths(
    posted: Posted, alice: User, rf: Any
) -> None:
    from allauth.account.adapter import get_adapter
    from allauth.core.context import request_context

    request = rf.get("/")
    request.user = alice
    with request_context(request):
        get_adapter().send_mail(
            "account/email/login_code", alice.email, {"user": alice, "code": "ABC123"}
        )
    [got] = posted()
    assert "ABC123" in got.body


# --- reviews, and mails that one can turn off ---


def test_a_review_is_told_of_with_one_click_to_stop(posted: Posted, alice: User, bob: User) -> None:
    work = make_submission(make_challenge(make_goal(alice)))
    make_review(work, bob)
    [got] = posted()
    assert got.to == [alice.email] and "Talk to a shopkeeper" in got.subject
    assert mail.link(work.get_absolute_url()) in got.body
    assert got.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = got.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in got.body and bob.name not in got.body + got.alternatives[0].content


def test_who_wants_no_review_mail_gets_none(posted: Posted, alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(wants_review_mail=False)
    make_review(make_submission(make_challenge(make_goal(alice))), bob)
    assert posted() == []


def path_of(user: User, choice: str) -> str:
    return notices.unsubscribe_link(user, choice).removeprefix("http://localhost:8000")


@pytest.mark.parametrize("choice", notices.CHOICES)
def test_one_click_turns_off_one_kind_of_mail_and_nothing_else(alice: User, choice: str) -> None:
    stranger = Client(enforce_csrf_checks=True)
    before: dict[str, Any] = {**User.objects.filter(pk=alice.pk).values().get()}
    answer = stranger.post(path_of(alice, choice), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "session" not in answer.cookies
    after: dict[str, Any] = {**User.objects.filter(pk=alice.pk).values().get()}
    assert {name for name in after if after[name] != before[name]} == {notices.CHOICES[choice]}
    assert stranger.post(path_of(alice, choice)).status_code == 200  # twice does no harm


def test_looking_at_the_link_changes_nothing(client: Client, alice: User) -> None:
    page = client.get(path_of(alice, "digest"))
    assert "Weekly digests" in page.content.decode()
    assert '<form class="card stack" method="post">' in page.content.decode()
    alice.refresh_from_db()
    assert alice.wants_digest_mail


@pytest.mark.parametrize("token", ["x", "W10:1abc:signed-by-nobody"])
def test_a_link_that_is_not_ours_is_none(client: Client, db: None, token: str) -> None:
    assert client.post(f"/unsubscribe/{token}/").status_code == 404


def test_a_link_of_another_make_turns_nothing_off(client: Client, alice: User) -> None:
    wrong = signing.dumps([alice.pk, "is_active"], salt=notices.SALT)
    assert client.post(f"/unsubscribe/{wrong}/").status_code == 404
    other = signing.dumps([alice.pk, "digest"], salt="something else")
    assert client.post(f"/unsubscribe/{other}/").status_code == 404
