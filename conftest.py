"""The cast of every test: alice learns, bob and carol review, charlie is a stranger, mona
moderates."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import User
from challenges.models import Challenge
from goals.models import Goal
from submissions.models import Submission
from tests.factories import (
    make_challenge,
    make_draft,
    make_goal,
    make_submission,
    make_user,
)

pytest_plugins = ["tests.browser"]


def _person(name: str, **fields: object) -> User:
    return make_user(
        username=name, email=f"{name}@example.com", display_name=name.title(), **fields
    )


@pytest.fixture
def alice(db: None) -> User:
    return _person("alice")


@pytest.fixture
def bob(db: None) -> User:
    return _person("bob")


@pytest.fixture
def carol(db: None) -> User:
    return _person("carol")


@pytest.fixture
def charlie(db: None) -> User:
    return _person("charlie")


@pytest.fixture
def mona(db: None) -> User:
    mona = _person("mona", is_staff=True)
    moderators, _ = Group.objects.get_or_create(name="Moderators")
    moderators.permissions.add(Permission.objects.get(codename="moderate"))
    mona.groups.add(moderators)
    return mona


@pytest.fixture
def goal(alice: User) -> Goal:
    return make_goal(alice)


@pytest.fixture
def challenge(goal: Goal) -> Challenge:
    return make_challenge(goal)


@pytest.fixture
def draft(challenge: Challenge) -> Submission:
    return make_draft(challenge)


@pytest.fixture
def submission(challenge: Challenge) -> Submission:
    """Alice's work, handed in."""
    return make_submission(challenge)
