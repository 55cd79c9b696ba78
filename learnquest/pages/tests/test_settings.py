"""The settings: a page for each kind, each saving its own fields and nothing else."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import make_goal

PAGES = ["/settings/", "/settings/privacy/", "/settings/mail/", "/settings/data/"]


@pytest.mark.parametrize("path", PAGES)
def test_each_page_says_where_one_is(path: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get(path).content.decode()
    assert page.count('aria-current="page"') == 1
    assert f'<a href="{path}" aria-current="page"' in page
    assert all(f'href="{other}"' in page for other in PAGES)


def test_privacy_is_saved_and_leaves_the_rest_alone(client: Client, alice: User) -> None:
    client.force_login(alice)
    sent = {"is_profile_public": "on", "username": "mallory", "is_staff": "on"}
    assert client.post("/settings/privacy/", sent).status_code == 302
    alice.refresh_from_db()
    assert (alice.is_profile_public, alice.is_on_leaderboard) == (True, False)
    assert (alice.username, alice.is_staff, alice.wants_digest_mail) == ("alice", False, True)


def test_mails_are_chosen_one_by_one(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/settings/mail/", {"wants_review_mail": "on"})
    alice.refresh_from_db()
    assert (alice.wants_review_mail, alice.wants_digest_mail) == (True, False)
    assert alice.is_on_leaderboard


def test_the_privacy_page_lists_ones_own_goals_with_who_sees_them(
    client: Client, alice: User, bob: User
) -> None:
    make_goal(alice, title="Shown to all", visibility="public")
    make_goal(alice, title="Kept to myself")
    make_goal(bob, title="Somebody else's", visibility="public")
    client.force_login(alice)
    page = client.get("/settings/privacy/").content.decode()
    assert page.index("Shown to all") < page.index("Kept to myself")
    assert "Somebody else" not in page


def test_ai_is_switched_off_and_every_page_says_so(
    client: Client, alice: User, settings: Any
) -> None:
    settings.OPENAI_API_KEY = "a key"
    client.force_login(alice)
    goal = make_goal(alice)
    assert "go to an AI service" in client.get(f"/goals/{goal.pk}/plan/").content.decode()
    assert client.post("/settings/privacy/", {"is_on_leaderboard": "on"}).status_code == 302
    alice.refresh_from_db()
    assert not alice.wants_ai
    for path in (f"/goals/{goal.pk}/plan/", "/coach/explain/", "/settings/privacy/"):
        page = client.get(path).content.decode()
        assert "You switched AI off" in page
        assert 'href="/settings/privacy/"' in page
        assert "go to an AI service" not in page


@pytest.mark.parametrize("path", ["/settings/privacy/", "/settings/data/"])
def test_what_was_sent_is_a_link_away(path: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    assert 'href="/coach/sent/"' in client.get(path).content.decode()


def test_a_site_without_a_model_says_so(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/settings/privacy/").content.decode()
    assert "This site uses no AI model" in page
    assert "offline coach: rules, not a model" in page


def test_the_api_switches_ai_off_and_leaves_the_rest_alone(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.put("/api/auth/profile", {"wants_ai": False}, "application/json")
    assert (answer.status_code, answer.json()["wants_ai"]) == (200, False)
    assert client.put("/api/auth/profile", {"bio": "Hi"}, "application/json").status_code == 200
    alice.refresh_from_db()
    assert not alice.wants_ai and alice.bio == "Hi"
