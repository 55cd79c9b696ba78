"""The API as its clients meet it: the journey, errors in one shape, lists, and the document."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from goals.models import Goal
from learnquest.api import api
from learnquest.pages.templatetags.components import code_words
from reviews import ai_feedback
from tests.factories import PASSWORD, WORK, make_challenge, make_goal, make_submission, make_user

PROBLEM = {"type", "title", "status", "detail", "instance", "errors", "request_id"}


class App:
    """A client with a bearer token, as a mobile app is one."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        answer = self.post(
            "/api/auth/login", email=user.email, password=PASSWORD, transport="bearer"
        )
        self.headers = {"Authorization": f"Bearer {answer.json()['access']}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query, headers=self.headers)

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(path, body, content_type="application/json", headers=self.headers)

    def put(self, path: str, **body: Any) -> Any:
        return self.client.put(path, body, content_type="application/json", headers=self.headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(path, headers=self.headers)


def worker() -> None:
    call_command("db_worker", batch=True, interval=0.1, startup_delay=False, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_the_whole_loop_through_the_api() -> None:
    alice, bob, carol = (App(make_user(username=name)) for name in ("alice", "bob", "carol"))
    goal = alice.post("/api/goals/", title="Bake rye bread", category="other").json()
    asked = alice.post("/api/ai/generate-challenges", goal=goal["id"], hours_per_week=3)
    assert (asked.status_code, asked.json()["status"]) == (202, "pending")
    worker()
    plan = alice.get(asked["Location"]).json()
    assert plan["status"] == "ready" and plan["is_offline"]
    first, second, *_ = plan["proposals"]
    assert alice.put(f"/api/ai/proposals/{first['id']}", title="Feed a starter").status_code == 200
    assert alice.post(f"/api/ai/proposals/{second['id']}/drop").json()["state"] == "dropped"
    made = alice.post(f"/api/ai/plans/{plan['id']}/accept", only=[first["id"]]).json()
    assert [challenge["title"] for challenge in made] == ["Feed a starter"]

    challenge = made[0]["id"]
    draft = alice.post("/api/submissions/", challenge=challenge, body="So far", hand_in=False)
    assert (draft.status_code, draft.json()["status"]) == (200, "draft")
    handed_in = alice.post("/api/submissions/", challenge=challenge, body=WORK)
    again = alice.post("/api/submissions/", challenge=challenge, body=WORK)
    assert (handed_in.status_code, again.status_code) == (201, 200)
    work = handed_in.json()["id"]
    assert again.json()["id"] == work == draft.json()["id"]
    pending = alice.post("/api/ai/feedback", submission=work)
    assert pending.status_code == 202
    worker()
    assert alice.get(pending["Location"]).json()["status"] == "ready"

    for reviewer in (bob, carol):
        claimed = reviewer.post("/api/reviews/next").json()
        assert claimed["submission"] != work and claimed["work"]["body"] == WORK
        assert "alice" not in str(claimed).lower()
        sent = reviewer.put(
            f"/api/submissions/{claimed['submission']}/review",
            scores={criterion["key"]: 80 for criterion in claimed["work"]["rubric"]},
            overall="Clear; next time write down how long each step took.",
        )
        assert (sent.status_code, sent.json()["status"]) == (200, "submitted")
        assert sent.json()["submission"] == work
    detail = alice.get(f"/api/submissions/{work}").json()
    assert (detail["status"], detail["score"], len(detail["reviews"])) == ("accepted", 80, 2)
    assert "bob" not in str(detail["reviews"]).lower()
    helpful = alice.post(f"/api/reviews/{detail['reviews'][0]['id']}/helpful", helpful=True)
    assert helpful.json()["is_helpful"] is True

    board = bob.get("/api/leaderboard/", period="all").json()
    assert board["count"] == 3 and board["mine"]["is_me"]
    dashboard = alice.get("/api/progress/dashboard").json()
    assert dashboard["xp"] > 0 and dashboard["goals"][0]["goal"]["percent"] == 100
    progress = alice.get(f"/api/progress/goals/{goal['id']}").json()
    assert progress["log"]["items"][0]["kind"] == "accepted"
    told = alice.get("/api/notifications/", unread=True).json()
    assert told["count"] >= 4
    assert alice.post("/api/notifications/read").json()["count"] == told["count"]


@pytest.fixture
def app(alice: User) -> App:
    return App(alice)


def is_problem(answer: Any, status: int) -> bool:
    return (
        answer.status_code == status
        and answer["Content-Type"] == "application/problem+json"
        and set(answer.json()) == PROBLEM
        and answer.json()["status"] == status
        and answer.json()["request_id"] == answer["X-Request-ID"]
    )


def test_errors_have_one_shape(app: App, goal: Goal) -> None:
    make_submission(make_challenge(goal))
    assert is_problem(Client().get("/api/goals/"), 401)
    assert is_problem(app.get("/api/goals/999999"), 404)
    assert is_problem(app.get("/api/no/such/thing"), 404)
    assert is_problem(app.get("/api/"), 404)
    assert is_problem(app.delete(f"/api/goals/{goal.pk}"), 409)
    refused = app.post("/api/goals/", title="")
    assert is_problem(refused, 422)
    assert refused.json()["errors"] == [
        {"pointer": "#/title", "message": "This field cannot be blank."}
    ]


def test_a_method_that_an_address_does_not_take(app: App) -> None:
    answer = app.client.patch("/api/goals/", headers=app.headers)
    assert is_problem(answer, 405) and "GET" in answer["Allow"]


def test_a_body_that_is_no_json(app: App) -> None:
    answer = app.client.post(
        "/api/goals/", "{nonsense", content_type="application/json", headers=app.headers
    )
    assert is_problem(answer, 400)


def test_an_error_of_ours_is_a_problem_too(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr("goals.lifecycle.create_goal", broken)
    app.client.raise_request_exception = False
    answer = app.post("/api/goals/", title="Bake")
    assert is_problem(answer, 500) and "secret" not in answer.content.decode()


def test_what_is_not_known_is_refused(app: App) -> None:
    answer = app.post("/api/goals/", title="Bake", colour="red", start_date="soon")
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert (answer.status_code, pointers) == (422, {"#/colour", "#/start_date"})
    answer = app.get("/api/goals/", page="0")
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert (answer.status_code, pointers) == (422, {"?page"})


def test_a_refused_change_changes_nothing(app: App, goal: Goal) -> None:
    answer = app.put(f"/api/goals/{goal.pk}", title="New", target_date="2001-01-01")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/target_date"]
    goal.refresh_from_db()
    assert goal.title != "New"


def test_what_is_left_out_stays(app: App, goal: Goal) -> None:
    assert app.put(f"/api/goals/{goal.pk}", description="Why").json()["title"] == goal.title


def test_lists_come_in_pages_filtered_and_sorted(app: App, alice: User) -> None:
    for title in ("Bake", "Swim", "Bake rye"):
        make_goal(alice, title=title, category="other")
    found = app.get("/api/goals/", q="bake", order="title", page_size=1, page=2).json()
    assert (found["count"], found["pages"]) == (2, 2)
    assert [goal["title"] for goal in found["items"]] == ["Bake rye"]
    assert app.get("/api/goals/", page=9).json()["items"] == []
    assert app.get("/api/goals/", category="music").json()["count"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/goals/",
        "/api/challenges/",
        "/api/notifications/",
        "/api/reviews/",
        "/api/leaderboard/",
        "/api/progress/dashboard",
    ],
)
def test_a_longer_list_takes_no_more_queries(path: str, alice: User, bob: User) -> None:
    def fill() -> None:
        for person in (alice, bob):
            goal = make_goal(person)
            work = make_submission(make_challenge(goal))
            make_challenge(goal)
            ai_feedback.write(work.ai_feedback.pk)

    fill()
    app = App(alice)
    app.get(path)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert app.get(path).status_code == 200
        counts.append(len(queries))
        fill()
    assert counts[0] == counts[1], path


def test_the_document_names_every_status_that_its_operations_answer() -> None:
    schema = api.get_openapi_schema()
    assert schema["openapi"] == "3.1.0"
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            statuses = {int(status) for status in operation["responses"]}
            where = f"{method} {path}"
            assert {401, 429} <= statuses and min(statuses) < 300, where
            if "{" in path:
                assert 404 in statuses, where
            if method in {"post", "put", "delete"} and "security" in operation:
                assert 403 in statuses, where
            if "requestBody" in operation:
                assert 422 in statuses, where


def test_backticks_become_code_and_nothing_else_does() -> None:
    assert code_words("Give `a<b` & <i>`") == "Give <code>a&lt;b</code> &amp; &lt;i&gt;`"
    assert code_words("") == ""


def test_the_docs_page_shows_every_operation(client: Client) -> None:
    page = client.get("/api/docs").content.decode()
    for path in api.get_openapi_schema()["paths"]:
        assert path in page
