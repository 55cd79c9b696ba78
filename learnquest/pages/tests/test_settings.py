"""The settings: a page for each kind, each saving its own fields and nothing else."""

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
