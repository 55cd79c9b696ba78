"""Who may see which row: each rule as a list and as a question about one row, proved equal."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.utils import timezone

from accounts import audit, blocks, devices, idempotency, mail, tokens
from accounts.conduct import Hideable
from accounts.models import User, WeeklyDigest
from ai.models import AIRequest, Transcript
from challenges import catalogue, prerequisites, variation
from challenges.models import Proposal, Quest
from goals.models import Goal
from leaderboard import seasons, seasons_turn
from leaderboard.models import HeldPoints, Suspicion, ZoneMove
from reviews import after
from reviews.models import GraderStanding, Outcome, PeerReview
from tests.access_rules import NOT_PERSONAL, ROWS
from tests.factories import make_challenge
from tests.test_access import world  # noqa: F401 - a fixture

APPS = ("accounts", "goals", "challenges", "submissions", "reviews", "leaderboard", "ai")
MODELS = [model for app in APPS for model in apps.get_app_config(app).get_models()]

# How the world may be: what its people chose to show, and who is still there.
WORLDS: dict[str, dict[str, Any]] = {
    "private": {},
    "public goals": {"goal": {"visibility": "public"}},
    "public profile": {"alice": {"is_profile_public": True}},
    "off the board": {"alice": {"is_on_leaderboard": False}},
    "deactivated": {"alice": {"is_active": False, "is_profile_public": True}},
    # With "goal" and "alice" public, so that something is taken away.
    "hidden by a moderator": {
        "goal": {"visibility": "public"},
        "alice": {"is_profile_public": True},
        "hidden": True,
    },
    "kept apart by blocks": {
        "goal": {"visibility": "public"},
        "alice": {"is_profile_public": True},
        "blocks": [("alice", "charlie"), ("bob", "alice"), ("alice", "mona")],
    },
}


@pytest.fixture
def full_world(world: dict[str, Any], alice: User) -> dict[str, Any]:  # noqa: F811
    """The world of the access rules, with a row of every kind."""
    tokens.issue(user=alice, client=tokens.Client("laptop", "192.0.2.1"))
    mail.send(template="review_received", user=alice, context={"title": "Bread", "url": "/"})
    devices.recognise(user=alice, user_agent="laptop", mark="a mark")
    audit.record(kind=audit.Kind.SIGNED_IN, user=alice)
    after.answer(review=PeerReview.objects.get(pk=world["settled_review"]), by=alice, text="Why?")
    WeeklyDigest.objects.create(user=alice, week="2026-W48")
    ZoneMove.objects.create(user=alice, before="UTC", after="Asia/Tokyo")
    seasons.join(by=alice)
    seasons_turn.turn_due()
    HeldPoints.objects.create(
        user=alice, amount=5, reason="review_given", key="held", pattern="ring",
        occurred_at=timezone.now(),
    )  # fmt: skip
    pair = sorted(User.objects.values_list("pk", flat=True))[:2]
    Suspicion.objects.create(first_id=pair[0], second_id=pair[1], pattern="same_device")
    goal = Goal.objects.get(pk=world["goal"])
    first, second = make_challenge(goal, title="Before"), make_challenge(goal, title="After")
    prerequisites.set_needs(challenge=second, needs=[first], by=alice)
    catalogue.start_quest(quest=Quest.objects.get(pk=world["quest"]), by=alice)
    variation.request_variation(
        proposal=Proposal.objects.get(pk=world["proposal"]), by=alice, how="easier"
    )
    request = AIRequest.objects.filter(user=alice)[0]
    Transcript.objects.create(request=request, user=alice, sent="Bread")
    GraderStanding.objects.create(reviewer_id=world["user"])
    Outcome.objects.create(submission_id=world["submission"], score=70, error=9)
    with transaction.atomic():
        idempotency.claim(user=alice, key="one", route="POST /api/goals/", body=b"{}")
    return world


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_has_a_rule_or_a_reason(model: type[models.Model]) -> None:
    has_list = hasattr(model._default_manager, "visible_to")
    has_question = hasattr(model, "is_visible_to")
    if model.__name__ in NOT_PERSONAL:
        assert not has_list and not has_question
    else:
        assert has_list and has_question, f"{model.__name__} needs visible_to and is_visible_to"


def test_every_rule_is_told_in_words() -> None:
    assert {model.__name__ for model in MODELS} == ROWS.keys() | NOT_PERSONAL.keys()


def test_the_list_and_the_question_agree(
    full_world: dict[str, Any], alice: User, bob: User, carol: User, charlie: User, mona: User
) -> None:
    for state in WORLDS:
        # The world takes longer to make than to look through: it is made once and put back.
        with transaction.atomic():
            put_into(state, alice)
            assert_the_list_and_the_question_agree(state, alice, bob, carol, charlie, mona)
            transaction.set_rollback(True)


def put_into(state: str, alice: User) -> None:
    Goal.objects.update(**WORLDS[state].get("goal", {"visibility": "private"}))
    if changes := WORLDS[state].get("alice"):
        User.objects.filter(pk=alice.pk).update(**changes)
    if WORLDS[state].get("hidden"):
        for model in MODELS:
            if issubclass(model, Hideable):
                model._default_manager.update(hidden_at=timezone.now())
    for blocker, blocked in WORLDS[state].get("blocks", []):
        blocks.block(
            person=User.objects.get(username=blocked), by=User.objects.get(username=blocker)
        )


def assert_the_list_and_the_question_agree(state: str, *people: User) -> None:
    cast = {person.username: User.objects.get(pk=person.pk) for person in people}
    for model in MODELS:
        if model.__name__ in NOT_PERSONAL:
            continue
        rows: list[Any] = list(model._default_manager.all())
        assert rows, f"add a {model.__name__} to the world of this test"
        for name, viewer in cast.items():
            listed = set(model._default_manager.visible_to(viewer))  # type: ignore[attr-defined]
            asked = {row for row in rows if row.is_visible_to(viewer)}
            assert listed == asked, f"{model.__name__} for {name}, {state}"


def test_a_stranger_sees_nothing_of_a_private_world(
    full_world: dict[str, Any], charlie: User
) -> None:
    for model in MODELS:
        if model.__name__ in NOT_PERSONAL:
            continue
        seen = model._default_manager.visible_to(charlie)  # type: ignore[attr-defined]
        # The board is what learners who did not leave it show; and one sees oneself.
        if model.__name__ == "Standing":
            assert all(row.user.is_on_leaderboard for row in seen)
        # Publishing a quest is what makes it everybody's.
        elif model.__name__ == "Quest":
            assert all(row.published_at for row in seen)
        else:
            assert set(seen) <= {charlie}, model.__name__
