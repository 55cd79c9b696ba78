"""Language and time zone: detected when somebody comes, changed when they say so."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts import inbox, profile, signup
from accounts.models import Notification, User
from accounts.speech import language_of, speaking_to
from learnquest.core.errors import Invalid
from tests.factories import PASSWORD, make_user

TWO = [("en", "English"), ("de", "Deutsch")]


def test_all_times_are_shown_in_the_learners_zone(client: Client, alice: User) -> None:
    inbox.notify(
        user_id=alice.pk,
        kind=Notification.Kind.BADGE,
        now=datetime(2026, 11, 24, 23, 30, tzinfo=UTC),
    )
    client.force_login(alice)
    assert "2026-11-24T23:30" in client.get("/notifications/").content.decode()
    profile.update_profile(user=alice, time_zone="Asia/Tokyo")
    assert "2026-11-25T08:30" in client.get("/notifications/").content.decode()


def test_a_day_of_a_client_with_a_token_is_the_learners_own(client: Client, alice: User) -> None:
    # At this moment the day is another one in each of the two.
    sign_in = {"email": alice.email, "password": PASSWORD, "transport": "bearer"}
    days = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        profile.update_profile(user=alice, time_zone=zone)
        pair = client.post("/api/auth/login", sign_in, content_type="application/json").json()
        headers = {"Authorization": f"Bearer {pair['access']}"}
        goal = client.post(
            "/api/goals/", {"title": "Bake"}, content_type="application/json", headers=headers
        ).json()
        days.add(goal["start_date"])
    assert len(days) == 2
    assert timezone.get_current_timezone_name() == "UTC", "the zone ends with its request"


def test_the_site_speaks_the_language_that_was_chosen(
    settings: Any, client: Client, alice: User
) -> None:
    settings.LANGUAGES = TWO
    client.force_login(alice)
    page = client.get("/settings/", headers={"Accept-Language": "de"})
    assert '<html lang="en"' in page.content.decode()
    assert "Deutsch" in page.content.decode()
    profile.update_profile(user=alice, locale="de")
    page = client.get("/settings/", headers={"Accept-Language": "en"})
    assert '<html lang="de"' in page.content.decode()
    assert page.headers["Content-Language"] == "de"


def test_a_stranger_is_spoken_to_as_their_browser_asks(
    settings: Any, client: Client, db: None
) -> None:
    settings.LANGUAGES = TWO
    page = client.get("/points/", headers={"Accept-Language": "de-AT,de;q=0.9"})
    assert '<html lang="de"' in page.content.decode()


def test_only_languages_that_exist_are_offered(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/settings/").content.decode()
    assert '<option value="en" selected>English</option>' in page and "Deutsch" not in page
    with pytest.raises(Invalid) as refusal:
        profile.update_profile(user=alice, locale="de")
    assert list(refusal.value.errors) == ["locale"]
    answer = client.put("/api/auth/profile", {"locale": "de"}, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/locale"


def test_a_language_that_is_gone_falls_back_to_the_sites_own(alice: User) -> None:
    alice.locale = "eo"
    assert language_of(alice) == "en"
    with speaking_to(alice):
        assert translation.get_language() == "en"


def test_zone_and_language_are_detected_at_sign_up(
    settings: Any, client: Client, db: None, rf: Any
) -> None:
    settings.LANGUAGES = TWO
    client.post(
        "/accounts/signup/",
        {"email": "dora@example.com", "password1": PASSWORD, "display_name": "Dora",
         "time_zone": "Europe/Vienna"},
        headers={"Accept-Language": "de"},
    )  # fmt: skip
    dora = User.objects.get(email="dora@example.com")
    assert (dora.time_zone, dora.locale) == ("Europe/Vienna", "de")
    with translation.override("de"):
        user = signup.sign_up(request=rf.get("/"), email="eva@example.com", password=PASSWORD)
    assert user is not None and user.locale == "de"


def test_speaking_to_somebody_ends(alice: User) -> None:
    other = make_user(time_zone="Asia/Tokyo")
    with speaking_to(other):
        assert timezone.get_current_timezone_name() == "Asia/Tokyo"
    assert timezone.get_current_timezone_name() == "UTC"
