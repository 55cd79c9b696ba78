"""The pages of goals: found, shared, arranged and re-planned."""

import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from challenges.models import Challenge
from goals import lifecycle, milestones, tags
from goals.models import Goal, Milestone
from learnquest.pages import timeline
from submissions.models import Submission
from tests.factories import make_challenge, make_goal

TODAY = date(2026, 11, 25)


@pytest.fixture
def tab(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def found(tab: Client, **query: str) -> list[str]:
    answer = tab.get("/goals/", query)
    assert answer.status_code == 200
    return [goal.title for goal, _percent in answer.context["goals"]]


def test_a_title_is_enough_for_the_form_too(tab: Client, alice: User) -> None:
    answer = tab.post("/goals/new/", {"title": "Swim"})
    goal = Goal.objects.get()
    assert answer["Location"] == goal.get_absolute_url()
    assert (goal.status, goal.category, goal.colour, goal.start_date) == (
        "active", "other", "moss", alice.today(),
    )  # fmt: skip


def test_a_goal_can_be_kept_as_a_draft(tab: Client) -> None:
    tab.post("/goals/new/", {"title": "Swim", "draft": "yes"})
    goal = Goal.objects.get()
    assert goal.status == "draft"
    text = tab.get(goal.get_absolute_url()).content.decode()
    assert "This is a draft" in text and "Start this goal" in text


@pytest.fixture
def three(alice: User) -> list[Goal]:
    rye = make_goal(alice, title="Bake rye bread", category="other", tags=["bread", "brød"])
    swim = make_goal(alice, title="Swim", description="Like a fish", target_date=None)
    talk = make_goal(alice, title="Über Brot sprechen", tags=["speaking"])
    make_challenge(swim, title="Swim without bread", instructions="One kilometre.")
    return [rye, swim, talk]


@pytest.mark.usefixtures("three")
def test_one_box_finds_goals_and_challenges(tab: Client) -> None:
    assert found(tab, q="bread") == ["Bake rye bread"]
    assert found(tab, q="BREAD ry") == ["Bake rye bread"]
    assert found(tab, q="fish") == ["Swim"]
    assert found(tab, q="über") == ["Über Brot sprechen"]
    assert found(tab, q="bread fish") == []
    text = tab.get("/goals/", {"q": "kilometre"}).content.decode()
    assert "Swim without bread" in text
    # What has a meaning in a query has none here.
    for words in ("'", "\\", "a & b | !", "bread:*", "%", "_"):
        assert tab.get("/goals/", {"q": words}).status_code == 200


@pytest.mark.usefixtures("three")
def test_the_list_is_filtered_and_sorted(tab: Client, alice: User) -> None:
    assert found(tab, category="other") == ["Bake rye bread"]
    assert found(tab, tag="bread") == found(tab, tag="brød") == ["Bake rye bread"]
    assert found(tab, tag="bre") == []
    assert found(tab, sort="title")[0] == "Bake rye bread"
    Goal.objects.filter(title="Swim").update(target_date=date(9999, 1, 1))
    assert found(tab, sort="target_date")[0] == found(tab, sort="-target_date")[0] == "Swim"
    assert len(found(tab, sort="nonsense", status="nonsense", category="nonsense")) == 0 + len(
        found(tab)
    )
    lifecycle.move(goal=Goal.objects.get(title="Swim"), to=Goal.Status.ARCHIVED, by=alice)
    assert "Swim" not in found(tab) and found(tab, q="swim") == ["Swim"]


@pytest.mark.usefixtures("three")
def test_the_api_finds_the_same(tab: Client) -> None:
    def titles(**query: str) -> list[str]:
        return [goal["title"] for goal in tab.get("/api/goals/", query).json()["items"]]

    assert titles(q="rye") == titles(tag="brød") == ["Bake rye bread"]
    assert titles(sort="title")[0] == "Bake rye bread"
    challenges = tab.get("/api/challenges/", {"q": "kilometre"}).json()
    assert [one["title"] for one in challenges["items"]] == ["Swim without bread"]


def test_charlies_goals_are_not_found_by_alice(tab: Client, charlie: User) -> None:
    goal = make_goal(charlie, title="Secret", visibility="public")
    make_challenge(goal, title="Secret too")
    answer = tab.get("/goals/", {"q": "secret"})
    assert "Secret too" not in answer.content.decode() and found(tab, q="secret") == []


def test_ones_own_tags_are_suggested_before_the_popular_ones(
    tab: Client, alice: User, bob: User
) -> None:
    from django.core.cache import cache

    cache.clear()
    make_goal(bob, tags=["run", "trail"], visibility="public")
    make_goal(bob, tags=["diary"])
    make_goal(alice, tags=["rye"])
    assert tags.suggested(alice) == ["rye", "run", "trail"]
    assert tab.get("/api/goals/tags", {"q": "#R"}).json() == ["rye", "run"]
    assert '<option value="trail">' in tab.get("/goals/new/").content.decode()
    cache.clear()


def test_an_unlisted_goal_opens_with_its_link_and_in_no_other_way(
    client: Client, alice: User, charlie: User
) -> None:
    goal = make_goal(alice, visibility="unlisted", title="By link")
    challenge = make_challenge(goal, title="Talk by link")
    answer = Client().get(goal.share_path or "")
    text = answer.content.decode()
    assert answer.status_code == 200 and "Talk by link" in text
    assert "noindex" in answer["X-Robots-Tag"] and answer["Referrer-Policy"] == "no-referrer"
    assert "Log practice" not in text and f'href="/challenges/{challenge.pk}/"' not in text
    inner = f"{goal.share_path}challenges/{challenge.pk}/"
    assert inner in text and "Talk for ten minutes" in Client().get(inner).content.decode()
    elsewhere = make_challenge(make_goal(alice))
    assert Client().get(f"{goal.share_path}challenges/{elsewhere.pk}/").status_code == 404
    client.force_login(charlie)
    assert client.get(f"/goals/{goal.pk}/").status_code == 404
    assert client.get(f"/challenges/{challenge.pk}/").status_code == 404
    assert "By link" not in client.get("/people/alice/").content.decode()
    lifecycle.update_goal(goal=goal, by=alice, visibility="private")
    assert Client().get(goal.share_path or "").status_code == 404


@pytest.mark.parametrize("count", [0, 1, 30, 300])
def test_a_goal_of_any_length_takes_the_same_queries(tab: Client, alice: User, count: int) -> None:
    goal = make_goal(alice, target_date=alice.today() + timedelta(days=90))
    ahead = [
        milestones.add_milestone(
            goal=goal, by=alice, title=str(n), due_date=alice.today() + timedelta(days=n)
        )
        for n in range(min(count, 20))
    ]
    one = Challenge(goal=goal, title="One", instructions="Do it.", rubric=[], position=0)
    Challenge.objects.bulk_create(
        Challenge(
            goal=goal, title=f"Number {n}", instructions=one.instructions, position=n,
            milestone=ahead[n % len(ahead)],
            rubric=[{"key": "a", "name": "A", "weight": 100, "levels": []}],
        )
        for n in range(count)
    )  # fmt: skip
    tab.get(goal.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        answer = tab.get(goal.get_absolute_url())
    assert answer.status_code == 200 and len(queries) <= 16
    text = answer.content.decode()
    assert count == 0 or f"Number {count - 1}" in text
    # The one place on the page for what it looks like is the style sheet.
    assert not re.search(r"\sstyle=", text)


def test_the_buttons_and_the_drag_put_milestones_into_order(
    tab: Client, alice: User, goal: Goal
) -> None:
    a, b, c = (milestones.add_milestone(goal=goal, by=alice, title=t) for t in "abc")

    def order() -> list[str]:
        return list(goal.milestones.values_list("title", flat=True))

    answer = tab.post(f"/milestones/{c.pk}/move/", {"way": "up"})
    assert answer["Location"] == f"/goals/{goal.pk}/#milestone-{c.pk}" and order() == [
        "a",
        "c",
        "b",
    ]
    tab.post(f"/milestones/{a.pk}/move/", {"way": "down"})
    assert order() == ["c", "a", "b"]
    tab.post(f"/milestones/{c.pk}/move/", {"way": "up"})
    assert order() == ["c", "a", "b"]
    url, htmx = f"/milestones/{b.pk}/move/", {"HX-Request": "true"}
    assert tab.post(url, {"before": f"{c.pk}"}, headers=htmx).status_code == 204
    assert order() == ["b", "c", "a"]
    assert tab.post(url, {"before": ""}, headers=htmx).status_code == 204
    assert order() == ["c", "a", "b"]
    # What it was dropped before is gone meanwhile.
    assert tab.post(url, {"before": "0"}, headers=htmx).status_code == 404
    assert order() == ["c", "a", "b"]


def test_what_is_overdue_is_shown_kindly_and_gets_new_dates(
    tab: Client, alice: User, goal: Goal
) -> None:
    today = alice.today()
    Goal.objects.filter(pk=goal.pk).update(
        start_date=today - timedelta(days=60), target_date=today + timedelta(days=30)
    )
    late, later, done = (
        milestones.add_milestone(goal=goal, by=alice, title=t, due_date=today - timedelta(days=9))
        for t in ("Late", "Later", "Done")
    )
    milestones.complete_milestone(milestone=done, by=alice)
    assert "The days of 2 milestones have passed" in tab.get(f"/goals/{goal.pk}/").content.decode()
    url = f"/goals/{goal.pk}/replan/"
    shown = tab.get(url)
    proposals = shown.context["proposals"]
    assert [(one.milestone.title, (one.new - today).days) for one in proposals] == [
        ("Late", 15),
        ("Later", 30),
    ]
    assert tab.get(f"{url}?way=shift").context["proposals"][0].new == today + timedelta(days=7)
    assert Milestone.objects.get(pk=late.pk).due_date == today - timedelta(days=9)
    assert tab.post(url, {f"due-{late.pk}": "2026-02-30"}).status_code == 422
    taken = {f"due-{one.milestone.pk}": one.new.isoformat() for one in proposals}
    assert tab.post(url, taken)["Location"] == goal.get_absolute_url()
    assert Milestone.objects.get(pk=later.pk).due_date == today + timedelta(days=30)
    api = tab.get(f"/api/goals/{goal.pk}/replan").json()
    assert [way["way"] for way in api] == ["target"]
    sent = {"dates": [{"milestone": late.pk, "new": "2030-01-01"}]}
    answer = tab.post(f"/api/goals/{goal.pk}/replan", sent, "application/json")
    assert answer.json()[0]["due_date"] == "2030-01-01"


def test_a_goal_with_work_in_review_is_archived_with_one_click(
    tab: Client, submission: Submission
) -> None:
    goal = submission.challenge.goal
    refused = tab.post(f"/goals/{goal.pk}/delete/")
    text = refused.content.decode()
    assert refused.status_code == 409 and "This goal stays" in text
    assert f'action="/goals/{goal.pk}/status/"' in text and 'value="archived"' in text
    tab.post(f"/goals/{goal.pk}/status/", {"to": "archived"})
    goal.refresh_from_db()
    assert goal.status == "archived" and Submission.objects.filter(pk=submission.pk).exists()
    again = tab.post(f"/goals/{goal.pk}/delete/").content.decode()
    assert 'value="archived"' not in again


# --- The picture of the way ---


def drawn(goal: Goal, *dues: int | None, **more: Any) -> timeline.Timeline | None:
    rows = [
        Milestone(pk=n, title=str(n), due_date=None if d is None else TODAY + timedelta(days=d))
        for n, d in enumerate(dues)
    ]
    return timeline.draw(goal, rows, today=TODAY, forecast=more.get("forecast"))


def test_the_picture_has_everything_in_its_place() -> None:
    goal = Goal(start_date=TODAY - timedelta(days=50), target_date=TODAY + timedelta(days=30))
    way = drawn(goal, -10, 20, None, forecast=TODAY + timedelta(days=50))
    assert way is not None and way.target is not None and way.forecast is not None
    assert (way.start.at, way.today.at, way.target.at, way.forecast.at) == (0, 50, 80, 100)
    assert [(stop.number, stop.state, stop.place.at) for stop in way.stops] == [
        (1, "overdue", 40),
        (2, "ahead", 70),
    ]
    assert way.undated == 1
    assert (way.start.anchor, way.today.anchor, way.forecast.anchor) == ("start", "middle", "end")


def test_a_goal_without_dates_has_no_picture() -> None:
    assert drawn(Goal(start_date=TODAY), None) is None


def test_a_goal_of_one_day_has_a_picture() -> None:
    way = drawn(Goal(start_date=TODAY, target_date=TODAY), 0)
    assert way is not None and way.today.at == way.stops[0].place.at == 0


def test_many_milestones_keep_their_points_and_drop_numbers_that_would_touch() -> None:
    way = drawn(Goal(start_date=TODAY, target_date=TODAY + timedelta(days=400)), *range(1, 51))
    assert way is not None and len(way.stops) == 50
    numbered = [stop.place.at for stop in way.stops if stop.has_number]
    assert all(b - a >= timeline.APART for a, b in pairwise(numbered))


def test_the_clock_of_a_paused_goal_stands_still() -> None:
    paused = TODAY - timedelta(days=10)
    goal = Goal(start_date=TODAY - timedelta(days=50), paused_on=paused)
    way = drawn(goal, -5)
    assert way is not None and way.today.on == paused and way.stops[0].state == "ahead"


# --- The admin ---


@pytest.fixture
def desk(client: Client, mona: User) -> Client:
    mona.is_superuser = True
    mona.save()
    client.force_login(mona)
    return client


@pytest.mark.parametrize("model", ["goal", "milestone", "progress", "calendarfeed"])
def test_the_admins_lists_take_no_query_for_each_row(desk: Client, alice: User, model: str) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            goal = make_goal(alice)
            milestones.add_milestone(goal=goal, by=alice, title="One", due_date=TODAY)
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(f"/admin/goals/{model}/", {"q": "alice"}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_admin_archives_and_brings_back_by_the_rules(
    desk: Client, alice: User, goal: Goal
) -> None:
    draft = make_goal(alice, draft=True)
    ids = {"_selected_action": [goal.pk, draft.pk]}
    desk.post("/admin/goals/goal/", {"action": "archive", **ids})
    assert set(Goal.objects.values_list("status", flat=True)) == {"archived"}
    again = desk.post("/admin/goals/goal/", {"action": "archive", **ids}, follow=True)
    assert "cannot become archived" in again.content.decode()
    desk.post("/admin/goals/goal/", {"action": "bring_back", **ids})
    assert set(Goal.objects.values_list("status", flat=True)) == {"active"}


def test_the_admins_forms_load_no_long_selects(desk: Client, alice: User, goal: Goal) -> None:
    title = make_goal(alice, title="Some other goal of hers").title
    milestone = milestones.add_milestone(goal=goal, by=alice, title="One")
    for path in (f"goal/{goal.pk}", f"milestone/{milestone.pk}"):
        text = desk.get(f"/admin/goals/{path}/change/").content.decode()
        assert title not in text
