"""Requests that nobody means: each gets an answer that helps, and none breaks the server."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from challenges import generation
from challenges.models import Challenge
from goals.models import Goal
from reviews import work_numbers
from submissions.models import Submission
from tests.access_rules import PAGES, WHO
from tests.factories import claim
from tests.test_access import parts, people, world  # noqa: F401 - fixtures

HUGE = "99999999999999999999999"

# Addresses that take forms alone.
FORMS = sorted(
    name
    for name, rules in PAGES.items()
    # Sign-ins are ended on a page that shows everybody their own.
    if all(rule.method == "POST" for rule in rules) and name not in {"end_app", "end_browser"}
)

# Their pages are everybody's own, or everybody's: only the form is for one person.
OPEN_PAGES = {"pages:unblock", "badges:pin", "badges:unpin"}


@pytest.mark.one_database("sqlite")
@pytest.mark.parametrize("part", parts(FORMS))
def test_looking_at_a_forms_address_leads_to_its_page(
    part: list[str],
    people: dict[str, User | AnonymousUser],  # noqa: F811
    world: dict[str, Any],  # noqa: F811
) -> None:
    wrong = []
    for name in part:
        rule = PAGES[name][0]
        thing = world[rule.thing] if rule.thing else ()
        url = reverse(name, args=thing if isinstance(thing, tuple) else [thing])
        # Who may send the form sees its page; to a stranger nothing private shows up on the way.
        statuses = dict(zip(WHO, rule.statuses, strict=True))
        may = [who for who in ("owner", *WHO[1:]) if statuses[who] != 404]
        with transaction.atomic():
            first, then = look(url, people[may[0]])
            stranger = look(url, people["stranger"])[1]
            transaction.set_rollback(True)
        is_private = "stranger" not in may and name not in OPEN_PAGES
        if (first, then) != (302, 200) or (is_private and stranger != 404):
            wrong.append((url, may[0], first, then, stranger))
    assert not wrong


def look(url: str, person: User | AnonymousUser) -> tuple[int, int]:
    """Return the status of looking at an address, and where that leads to."""
    client = Client()
    if isinstance(person, User):
        client.force_login(person)
    return client.get(url).status_code, client.get(url, follow=True).status_code


def test_signing_in_leads_back_to_the_page_of_the_form(
    client: Client, alice: User, challenge: Challenge
) -> None:
    there = f"/challenges/{challenge.pk}/hand-in/"
    answer = client.get(there)
    assert answer["Location"] == f"/accounts/login/?next={there}"
    client.force_login(alice)
    assert client.get(there)["Location"] == f"/challenges/{challenge.pk}/work/"


def test_a_method_that_an_address_does_not_take_gets_a_page(
    client: Client, alice: User, goal: Goal
) -> None:
    client.force_login(alice)
    answer = client.delete(f"/goals/{goal.pk}/")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"
    assert b"<h1>Nothing to see at this address</h1>" in answer.content


@pytest.mark.parametrize(
    "path",
    [
        f"/api/goals/{HUGE}",
        f"/api/challenges/{HUGE}",
        f"/api/submissions/{HUGE}",
        f"/api/submissions/challenge/{HUGE}",
        f"/api/ai/feedback/{HUGE}",
        f"/api/ai/plans/{HUGE}",
        f"/api/leaderboard/user/{HUGE}",
        f"/api/goals/{HUGE}/milestones",
        f"/api/progress/goals/{HUGE}",
        "/api/goals/-1",
        "/api/goals/abc",
        "/api/users/a%00b",
        f"/goals/{HUGE}/",
        f"/submissions/{HUGE}/",
        f"/reviews/{HUGE}/",
        f"/notifications/{HUGE}/",
        "/people/a%00b/",
    ],
)
def test_what_cannot_be_an_id_is_the_id_of_nothing(path: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [f"/submissions/{HUGE}/feedback/retry/", f"/milestones/{HUGE}/remove/",
     f"/reviews/{HUGE}/send/", f"/plans/{HUGE}/accept/"],
)  # fmt: skip
def test_nor_does_a_form_find_it(path: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "x", "-1", "²"])
def test_nor_does_a_choice_in_a_form(number: str, client: Client, alice: User, goal: Goal) -> None:
    client.force_login(alice)
    sent = {"title": "Ask", "needs": [number], "milestone": number}
    answer = client.post(f"/goals/{goal.pk}/challenges/new/", sent)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) >= {"needs", "milestone"}
    plan = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(plan.pk)
    answer = client.post(f"/plans/{plan.pk}/accept/", {"selected": "1", "only": [number]})
    assert answer.status_code in {200, 302, 422}
    assert not goal.challenges.exists()


@pytest.mark.parametrize(
    "path", ["NaN", "%", "[]", "a\x00b", "goals:list", "//example.com", "/\\x"]
)
def test_what_is_no_path_of_ours_leads_home(
    path: str, client: Client, alice: User, submission: Submission
) -> None:
    answer = client.post("/theme/", {"next": path, "theme": "dark"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    client.force_login(alice)
    report = {"next": path, "reason": "other", "note": "Look at it, please."}
    assert client.post(f"/report/submission/{submission.pk}/", report).status_code in {
        302,
        404,
        422,
    }
    answer = client.post("/theme/", {"next": "/goals/?a=1", "theme": "dark"})
    assert answer["Location"] == "/goals/?a=1"


@pytest.mark.parametrize("path", ["/", "/points/", "/api/docs", "/accounts/login/"])
def test_a_mere_look_at_the_head_is_a_look(path: str, client: Client) -> None:
    assert client.head(path).status_code == 200


def test_ids_in_queries_and_bodies_have_a_limit(client: Client, alice: User) -> None:
    client.force_login(alice)
    answer = client.get(f"/api/challenges/?goal={HUGE}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?goal"
    body = {"goal": int(HUGE), "minutes": 5}
    answer = client.post("/api/progress/", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/goal"


@pytest.mark.parametrize("text", [r"a\u0000b", r"\ud800", r"x\udfffx"])
def test_texts_that_no_database_can_keep_are_refused_by_field(
    text: str, client: Client, alice: User, goal: Goal
) -> None:
    client.force_login(alice)

    def post(path: str, body: str) -> Any:
        return client.post(path, body, content_type="application/json")

    answer = post("/api/goals/", f'{{"title": "{text}"}}')
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/title"
    answer = post("/api/goals/", f'{{"title": "Bake bread", "tags": ["{text}"]}}')
    assert answer.status_code == 422
    rubric = f'[{{"name": "{text}", "weight": 100}}]'
    body = f'{{"goal": {goal.pk}, "title": "Talk", "instructions": "Talk.", "rubric": {rubric}}}'
    assert post("/api/challenges/", body).status_code == 422


@pytest.mark.parametrize("key", [r"a\u0000b", r"\ud800"])
def test_nor_in_the_keys_of_a_review(
    key: str, client: Client, bob: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    client.force_login(bob)
    answer = client.put(
        f"/api/submissions/{work_numbers.of(review)}/review",
        f'{{"comments": {{"{key}": "Good"}}, "send": false}}',
        content_type="application/json",
    )
    assert answer.status_code == 422


def test_nul_in_a_query_is_refused(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/api/goals/?q=%00").status_code == 422
    answer = client.get("/goals/?status=%00")
    assert answer.status_code == 400
    assert b"<h1>" in answer.content


@pytest.mark.parametrize("path", ["/goals/", "/leaderboard/", "/reviews/", "/notifications/"])
@pytest.mark.parametrize("page", [HUGE, "0", "-1", "x", "²"])
def test_a_page_that_does_not_exist_shows_one_that_does(
    path: str, page: str, client: Client, alice: User
) -> None:
    client.force_login(alice)
    assert client.get(path, {"page": page}).status_code == 200


def test_nul_in_what_somebody_writes_is_left_out(
    client: Client, alice: User, bob: User, challenge: Challenge
) -> None:
    client.force_login(alice)
    url = f"/challenges/{challenge.pk}/work/save/"
    answer = client.post(url, {"body": "a\x00b", "link": "https://x\x00.example"})
    assert answer.status_code == 302
    work = Submission.objects.get()
    assert (work.body, work.link) == ("ab", "https://x.example")
    client.post(f"/challenges/{challenge.pk}/hand-in/", {"body": "Done, I think.\x00"})
    review = claim(Submission.objects.get(), bob)
    client.force_login(bob)
    client.post(f"/reviews/{review.pk}/save/", {"overall": "Go\x00od", "comment_clear": "\x00"})
    review.refresh_from_db()
    assert review.overall == "Good"


@pytest.mark.parametrize("path", ["/api/goals", "/api/goals/"])
def test_the_api_takes_its_addresses_with_and_without_the_last_slash(
    path: str, client: Client, alice: User
) -> None:
    client.force_login(alice)
    assert client.get(path).status_code == 200
    made = client.post(path, {"title": "Bake bread"}, content_type="application/json")
    assert made.status_code == 201
    one = f"/api/goals/{made.json()['id']}"
    assert client.get(one).status_code == client.get(f"{one}/").status_code == 200
    nothing = client.post("/api/goalz", {}, content_type="application/json")
    assert nothing.status_code == 404
    assert nothing["Content-Type"] == "application/problem+json"
