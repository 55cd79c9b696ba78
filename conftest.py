"""The cast of every test: alice learns, bob and carol review, charlie is a stranger, mona
moderates."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.db import connection

from accounts import mail
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

pytest_plugins = ["tests.browser", "tests.redis_server"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--everything", action="store_true", help="run on both databases what one is enough for"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out here what the other database's run does: once is enough where none matters."""
    if config.getoption("--everything"):
        return
    for item in items:
        marker = item.get_closest_marker("one_database")
        if marker is not None and connection.vendor != marker.args[0]:
            item.add_marker(pytest.mark.skip(reason=f"runs on {marker.args[0]} alone"))


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays anyway: a twelfth of a run's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, which a request that a closing browser left behind does not keep."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def nobody_tried_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """What one test did too often does not make the next one wait.

    Most tests are rolled back, counts and all; flushing leaves the table of the counts alone.
    """
    marker = request.node.get_closest_marker("django_db")
    is_kept = marker is not None and marker.kwargs.get("transaction")
    if is_kept:
        request.getfixturevalue("transactional_db")
    yield
    if is_kept:
        cache.clear()


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """A folder of the test's own for what is uploaded."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def posted(db: None, mailoutbox: list[Any]) -> Callable[[], list[Any]]:
    """What reached the mail server once the worker has been at it."""

    def deliver() -> list[Any]:
        mail.send_queued()
        return mailoutbox

    return deliver


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
