"""Two people want nothing to do with each other: a block works both ways and is told to nobody."""

from typing import Any

import pytest
from django.test import Client

from accounts import blocks
from accounts.models import Block, User
from challenges import catalogue
from challenges.models import Quest
from goals.models import Goal
from learnquest.core.errors import Invalid
from tests.factories import make_challenge, make_goal


@pytest.fixture
def public(alice: User, bob: User) -> tuple[User, User]:
    User.objects.update(is_profile_public=True)
    alice.refresh_from_db()
    bob.refresh_from_db()
    return alice, bob


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_neither_sees_the_others_page(public: tuple[User, User]) -> None:
    alice, bob = public
    blocks.block(person=bob, by=alice)
    for one, other in ((alice, bob), (bob, alice)):
        viewer = fresh(one)
        assert other not in User.objects.visible_to(viewer)
        assert not other.is_visible_to(viewer)


def test_nor_goals_and_quests(public: tuple[User, User]) -> None:
    alice, bob = public
    goal = make_goal(alice, visibility="public")
    make_challenge(goal)
    quest = catalogue.publish_quest(goal=goal, by=alice, summary="A plan to talk to shopkeepers.")
    blocks.block(person=alice, by=bob)
    bob = fresh(bob)
    assert not Goal.objects.visible_to(bob).exists() and not goal.is_visible_to(bob)
    assert not Quest.objects.visible_to(bob).exists() and not quest.is_visible_to(bob)
    assert not catalogue.find(catalogue.Wish(), viewer=bob).exists()
    assert catalogue.find(catalogue.Wish(), viewer=alice).exists()


def test_moderators_see_everybody(alice: User, mona: User) -> None:
    blocks.block(person=mona, by=alice)
    assert alice in User.objects.visible_to(fresh(mona)) and alice.is_visible_to(fresh(mona))


def test_the_assignment_gets_both_directions(alice: User, bob: User, carol: User) -> None:
    blocks.block(person=bob, by=alice)
    blocks.block(person=alice, by=carol)
    assert set(blocks.kept_apart_in_reviews(alice)) == {bob.pk, carol.pk}
    assert set(blocks.kept_apart_in_reviews(bob)) == {alice.pk}
    assert User.objects.exclude(pk__in=blocks.kept_apart_in_reviews(alice)).count() == 1


def test_twice_is_once_and_oneself_is_nobody(alice: User, bob: User) -> None:
    assert blocks.block(person=bob, by=alice) == blocks.block(person=bob, by=alice)
    with pytest.raises(Invalid):
        blocks.block(person=alice, by=alice)


def test_taking_it_back_leaves_the_others(alice: User, bob: User) -> None:
    mine, theirs = blocks.block(person=bob, by=alice), blocks.block(person=alice, by=bob)
    blocks.unblock(block=theirs, by=alice)
    blocks.unblock(block=mine, by=alice)
    assert list(Block.objects.standing()) == [theirs]
    assert blocks.block(person=bob, by=alice) != mine
    assert Block.objects.filter(blocker=alice).count() == 2


def test_one_that_was_taken_back_has_no_effect_on_pages(public: tuple[User, User]) -> None:
    alice, bob = public
    blocks.unblock(block=blocks.block(person=bob, by=alice), by=alice)
    for one, other in ((alice, bob), (bob, alice)):
        assert other in User.objects.visible_to(fresh(one)) and other.is_visible_to(fresh(one))
    assert not blocks.kept_apart_in_reviews(alice)
    assert not Block.objects.standing().filter(blocker=alice, blocked=bob).exists()


def test_the_pages(client: Client, public: tuple[User, User]) -> None:
    alice, bob = public
    client.force_login(alice)
    assert "/people/bob/block/" in client.get("/people/bob/").content.decode()
    assert client.post("/people/bob/block/").status_code == 302
    assert client.get("/people/bob/").status_code == 404
    listed = client.get("/settings/blocked/").content.decode()
    assert "@bob" in listed and "may still come to you, unnamed" in listed
    client.force_login(bob)
    assert client.get("/people/alice/").status_code == 404
    assert "alice" not in client.get("/settings/blocked/").content.decode()
    assert client.post(f"/settings/blocked/{Block.objects.get().pk}/remove/").status_code == 404
    client.force_login(alice)
    path = f"/settings/blocked/{Block.objects.get().pk}/remove/"
    client.post(path)
    assert client.get("/people/bob/").status_code == 200
    assert "@bob" not in client.get("/settings/blocked/").content.decode()
    assert client.post(path).status_code == 404


def test_the_api(client: Client, public: tuple[User, User]) -> None:
    alice, _bob = public
    client.force_login(alice)

    def post(**sent: Any) -> Any:
        return client.post("/api/auth/blocks", sent, content_type="application/json")

    assert post(username="bob").json()["username"] == "bob"
    assert post(username="nobody").status_code == 404
    assert [one["username"] for one in client.get("/api/auth/blocks").json()["items"]] == ["bob"]
    assert client.delete("/api/auth/blocks/bob").status_code == 204
    assert client.delete("/api/auth/blocks/bob").status_code == 404
    assert client.get("/api/auth/blocks").json()["items"] == []


def test_a_page_full_of_people_asks_once(
    public: tuple[User, User], django_assert_num_queries: Any
) -> None:
    alice, bob = public
    viewer = fresh(alice)
    with django_assert_num_queries(3):  # two for the permission to moderate, one for the blocks
        assert all(bob.is_visible_to(viewer) for _turn in range(10))
