"""Where somebody is signed in, and every way in which that ends."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts import devices, sessions, tokens
from accounts.models import RefreshToken, User
from accounts.tokens import InvalidToken
from learnquest.core.errors import NotFound
from tests.factories import PASSWORD

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


def browser(user: User, agent: str = FIREFOX, ip: str = "192.0.2.1") -> Client:
    """A browser in which the user has signed in."""
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=ip)
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302 and is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get("/today/").status_code == 200


def app(user: User) -> tokens.Pair:
    return tokens.issue(user=user, client=tokens.Client("LearnApp/2.1", "198.51.100.7"))


def lives(pair: tokens.Pair) -> bool:
    try:
        tokens.user_of(pair.access)
    except InvalidToken:
        return False
    return True


def confirm(client: Client) -> None:
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_the_page_names_browsers_and_apps(alice: User) -> None:
    laptop = browser(alice)
    browser(alice, IPHONE, "192.0.2.2")
    app(alice)
    page = laptop.get("/accounts/security/").content.decode()
    for words in ("Firefox on Windows", "Mobile Safari on iOS", "192.0.2.2", "LearnApp/2.1"):
        assert words in page
    assert page.count("This browser") == 1


def test_times_are_the_learners_own(alice: User) -> None:
    alice.time_zone = "Asia/Tokyo"
    alice.save()
    with time_machine.travel("2026-11-25 20:15:00+00:00", tick=False):
        laptop = browser(alice)
        browser(alice, IPHONE)
        assert "26 Nov, 05:15" in laptop.get("/accounts/security/").content.decode()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("", "An unknown device"),
        ("MyScript/1 (x)", "MyScript/1"),
        ("curl/8", "curl"),
    ],
)
def test_a_device_has_the_name_that_it_tells(agent: str, name: str) -> None:
    assert devices.name_of(agent) == name


def test_alice_signs_one_browser_out(alice: User) -> None:
    laptop, phone = browser(alice), browser(alice, IPHONE)
    end = f"/accounts/sessions/{row_of(phone).pk}/end/"
    asked = laptop.post(end)
    assert asked["Location"].startswith("/accounts/reauthenticate/") and is_in(phone)
    # What was asked for happens as soon as it is confirmed.
    done = laptop.post(asked["Location"], {"password": PASSWORD})
    assert done["Location"] == "/accounts/security/"
    assert not is_in(phone) and is_in(laptop)


def test_alice_signs_one_app_out(alice: User) -> None:
    laptop, one, two = browser(alice), app(alice), app(alice)
    confirm(laptop)
    family = tokens.family_of(one.refresh)
    assert laptop.post(f"/accounts/sessions/apps/{family}/end/").status_code == 302
    assert not lives(one) and lives(two)


@pytest.mark.parametrize("keep", [True, False])
def test_signing_out_everywhere_ends_browsers_and_apps(alice: User, keep: bool) -> None:
    laptop, phone, pair = browser(alice), browser(alice, IPHONE), app(alice)
    confirm(laptop)
    laptop.post("/accounts/sessions/end/", {"keep": "1"} if keep else {})
    assert (is_in(laptop), is_in(phone), lives(pair)) == (keep, False, False)


def test_nobody_ends_what_is_somebody_elses(alice: User, charlie: User) -> None:
    laptop, pair = browser(alice), app(alice)
    theirs = browser(charlie)
    confirm(theirs)
    family = tokens.family_of(pair.refresh)
    assert theirs.post(f"/accounts/sessions/{row_of(laptop).pk}/end/").status_code == 404
    assert theirs.post(f"/accounts/sessions/apps/{family}/end/").status_code == 404
    theirs.post("/accounts/sessions/end/", {"keep": "1"})
    assert is_in(laptop) and lives(pair)
    with pytest.raises(NotFound):
        sessions.end_browser(pk=row_of(laptop).pk, by=charlie)


def test_a_new_password_keeps_this_browser_alone(alice: User) -> None:
    laptop, phone, pair = browser(alice), browser(alice, IPHONE), app(alice)
    new = "another long password"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert laptop.post("/accounts/password/change/", sent)["Location"] == "/accounts/security/"
    assert (is_in(laptop), is_in(phone), lives(pair)) == (True, False, False)
    # They are gone, and not merely asleep until the old password comes back.
    assert Session.objects.count() == UserSession.objects.count() == 1
    assert not RefreshToken.objects.filter(revoked_at=None).exists()


def test_a_reset_password_ends_every_sign_in(client: Client, alice: User) -> None:
    laptop, pair = browser(alice), app(alice)
    alice.refresh_from_db()
    key = f"{user_pk_to_url_str(alice)}-{default_token_generator.make_token(alice)}"
    form = client.get(f"/accounts/password/reset/key/{key}/")["Location"]
    new = "another long password"
    done = client.post(form, {"password1": new, "password2": new})
    assert done["Location"] == "/accounts/password/reset/key/done/"
    assert not is_in(laptop) and not lives(pair) and not is_in(client)
    assert not UserSession.objects.exists()
    assert (
        "does not work any more"
        in client.get(f"/accounts/password/reset/key/{key}/").content.decode()
    )


def test_deactivation_ends_all_and_activation_revives_nothing(alice: User) -> None:
    laptop, pair = browser(alice), app(alice)
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    assert not is_in(laptop) and not lives(pair)
    alice.is_active = True
    alice.save(update_fields=["is_active"])
    assert not is_in(laptop) and not lives(pair)


def test_last_use_is_written_down_now_and_then(alice: User, django_assert_num_queries: Any) -> None:
    with time_machine.travel("2026-11-25 12:00:00+00:00", tick=False) as clock:
        laptop = browser(alice)
        began = row_of(laptop).last_seen_at
        clock.shift(timedelta(minutes=4))
        is_in(laptop)
        assert row_of(laptop).last_seen_at == began
        clock.shift(timedelta(minutes=2))
        is_in(laptop)
        assert row_of(laptop).last_seen_at == began + timedelta(minutes=6)


def test_no_use_makes_a_session_last_for_ever(alice: User, settings: Any) -> None:
    settings.SESSION_LONGEST_DAYS = 30
    with time_machine.travel("2026-11-25 12:00:00+00:00", tick=False) as clock:
        laptop = browser(alice)
        for _ in range(3):
            clock.shift(timedelta(days=9, hours=23))
            assert is_in(laptop)
        clock.shift(timedelta(hours=4))
        assert not is_in(laptop)


def test_an_idle_session_ends_after_two_weeks(alice: User) -> None:
    with time_machine.travel("2026-11-25 12:00:00+00:00", tick=False) as clock:
        laptop = browser(alice)
        clock.shift(timedelta(days=14, seconds=1))
        assert not is_in(laptop)
        assert sessions.browsers_of(alice, now=timezone.now()) == []


def test_more_sign_ins_take_no_more_queries(alice: User, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        browser(alice, IPHONE)
        app(alice)
    with django_assert_num_queries(3):
        found = sessions.browsers_of(alice), sessions.apps_of(alice)
    assert [len(devices) for devices in found] == [3, 3]


def test_the_session_of_before_signing_in_is_worth_nothing(client: Client, alice: User) -> None:
    """Session fixation: whoever planted a session's key knows none of what signs in with it."""
    client.get("/accounts/2fa/authenticate/")
    client.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    session = client.session
    session["planted"] = "by charlie"
    session.save()
    planted = str(session.session_key)
    client.cookies["session"] = planted
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["session"] = planted
    assert is_in(client) and not is_in(thief)


def test_a_signed_out_cookie_opens_nothing(alice: User) -> None:
    laptop = browser(alice)
    thief = Client()
    thief.cookies["session"] = laptop.cookies["session"].value
    assert is_in(thief)
    laptop.post("/accounts/logout/")
    assert not is_in(thief)
    assert sessions.browsers_of(alice) == []
