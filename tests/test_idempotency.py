"""A creating request sent twice creates once; see accounts/idempotency.py."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import IdempotentRequest, User
from challenges.models import Challenge
from challenges.quest_models import Quest
from goals.models import Goal, Milestone, Progress
from learnquest.api import api
from submissions.models import Submission
from tests.factories import make_challenge, make_goal, make_user
from tests.test_concurrency import all_at_once

KEYED = [
    "/api/goals/",
    "/api/goals/{goal_id}/milestones",
    "/api/challenges/",
    "/api/submissions/",
    "/api/progress/",
]


def send(user: User, path: str, key: str | None, **body: Any) -> Any:
    client = Client()
    client.force_login(user)
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(path, body, content_type="application/json", headers=headers)


def test_the_same_request_gets_the_first_answer_again(alice: User) -> None:
    first = send(alice, "/api/goals/", "one", title="Bake")
    again = send(alice, "/api/goals/", "one", title="Bake")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert Goal.objects.count() == 1


def test_without_a_key_each_request_creates(alice: User) -> None:
    for _ in range(2):
        send(alice, "/api/goals/", None, title="Bake")
    assert Goal.objects.count() == 2 and not IdempotentRequest.objects.exists()


def test_one_key_for_two_bodies_is_refused(alice: User) -> None:
    send(alice, "/api/goals/", "one", title="Bake")
    other = send(alice, "/api/goals/", "one", title="Swim")
    assert other.status_code == 422 and "another request" in other.json()["detail"]
    assert Goal.objects.count() == 1


def test_one_key_for_two_routes_is_refused(alice: User, goal: Goal) -> None:
    one, two = (f"/api/goals/{g.pk}/milestones" for g in (goal, make_goal(alice)))
    assert send(alice, one, "one", title="First").status_code == 201
    assert send(alice, two, "one", title="First").status_code == 422
    assert Milestone.objects.count() == 1


def test_keys_are_each_learners_own(alice: User, bob: User) -> None:
    for person in (alice, bob):
        assert send(person, "/api/goals/", "one", title="Bake").status_code == 201
    assert Goal.objects.count() == 2


def test_a_refused_request_keeps_no_key(alice: User) -> None:
    assert send(alice, "/api/goals/", "one", title="").status_code == 422
    assert send(alice, "/api/goals/", "one", title="Bake").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "with space", "k" * 201, "ключ"])
def test_a_key_that_is_none_is_refused(alice: User, key: str) -> None:
    assert send(alice, "/api/goals/", key, title="Bake").status_code == 422
    assert not Goal.objects.exists()


def test_a_key_is_good_for_a_day(alice: User) -> None:
    with time_machine.travel(datetime(2026, 3, 28, 12, tzinfo=UTC), tick=False) as clock:
        send(alice, "/api/goals/", "one", title="Bake")
        clock.shift(timedelta(hours=24, seconds=1))
        send(alice, "/api/goals/", "one", title="Bake")
    assert Goal.objects.count() == 2 and IdempotentRequest.objects.count() == 1


def test_a_crash_leaves_no_key_behind(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("goals.lifecycle.progress_log.record", broken)
        client = Client(raise_request_exception=False)
        client.force_login(alice)
        body = {"title": "Bake"}
        answer = client.post(
            "/api/goals/", body, "application/json", headers={"Idempotency-Key": "one"}
        )
    assert answer.status_code == 500
    assert not Goal.objects.exists() and not IdempotentRequest.objects.exists()


def test_each_creating_operation_takes_a_key(alice: User, goal: Goal) -> None:
    challenge = make_challenge(goal)
    bodies: list[tuple[str, dict[str, Any], Any]] = [
        (f"/api/goals/{goal.pk}/milestones", {"title": "First"}, Milestone.objects),
        (
            "/api/challenges/",
            {"goal": goal.pk, "title": "Talk", "instructions": "Talk."},
            Challenge.objects.exclude(pk=challenge.pk),
        ),
        ("/api/submissions/", {"challenge": challenge.pk, "body": "Work."}, Submission.objects),
        (
            "/api/progress/",
            {"goal": goal.pk, "minutes": 5},
            Progress.objects.filter(kind="practice"),
        ),
    ]
    for path, body, rows in bodies:
        answers = [send(alice, path, path, **body) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201], path
        assert answers[0].content == answers[1].content and rows.count() == 1, path


def test_a_copy_and_a_quest_take_a_key_too(alice: User, bob: User, goal: Goal) -> None:
    challenge = make_challenge(goal)
    twice = [send(alice, f"/api/challenges/{challenge.pk}/duplicate", "copy") for _ in range(2)]
    assert [answer.status_code for answer in twice] == [201, 201]
    assert twice[0].content == twice[1].content and Challenge.objects.count() == 2
    body = {"goal": goal.pk, "summary": "A plan that worked for me, in small steps."}
    published = [send(alice, "/api/quests/", "publish", **body) for _ in range(2)]
    assert [answer.status_code for answer in published] == [201, 201], published[0].content
    quest = Quest.objects.get()
    started = [send(bob, f"/api/quests/{quest.pk}/start", "start") for _ in range(2)]
    # Without the key the second would say 200: the copy runs already.
    assert [answer.status_code for answer in started] == [201, 201], started[0].content
    assert Goal.objects.filter(owner=bob).count() == 1


def test_the_document_tells_of_it() -> None:
    paths = api.get_openapi_schema()["paths"]
    for path in KEYED:
        names = {p["name"] for p in paths[path]["post"]["parameters"]}
        assert "Idempotency-Key" in names, path


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_many_at_once_create_one() -> None:
    learner = make_user()
    answers = all_at_once(
        [partial(send, learner, "/api/goals/", "one", title="Bake") for _ in range(12)]
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Goal.objects.count() == 1
