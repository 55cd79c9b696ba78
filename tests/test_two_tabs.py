"""Two tabs, or two clients, change one thing: nobody overwrites what they have not seen."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from challenges import authoring
from challenges.models import Challenge
from goals import lifecycle, milestones
from goals.models import Goal, Milestone
from learnquest.api import api


@pytest.fixture
def tab(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def milestone(alice: User, goal: Goal) -> Milestone:
    return milestones.add_milestone(goal=goal, by=alice, title="First")


@pytest.fixture
def addresses(goal: Goal, milestone: Milestone, challenge: Challenge) -> list[str]:
    return [
        f"/api/goals/{goal.pk}",
        f"/api/milestones/{milestone.pk}",
        f"/api/challenges/{challenge.pk}",
    ]


def change(tab: Client, path: str, match: str | None, **body: Any) -> Any:
    headers = {} if match is None else {"If-Match": match}
    return tab.put(path, body, content_type="application/json", headers=headers)


def test_the_second_change_is_told_of_the_first(tab: Client, addresses: list[str]) -> None:
    for path in addresses:
        read = tab.get(path)
        first = change(tab, path, read["ETag"], title="From one tab")
        assert first.status_code == 200 and first["ETag"] != read["ETag"], path
        second = change(tab, path, read["ETag"], title="From the other")
        assert second.status_code == 412, path
        assert second["Content-Type"] == "application/problem+json"
        assert second.json()["current"]["title"] == "From one tab"
        assert second["ETag"] == first["ETag"] == tab.get(path)["ETag"]
        assert tab.get(path).json()["title"] == "From one tab"
        assert change(tab, path, second["ETag"], title="Seen both").status_code == 200


@pytest.mark.parametrize("match", [None, "*"])
def test_who_does_not_ask_is_not_refused(
    tab: Client, addresses: list[str], match: str | None
) -> None:
    for path in addresses:
        change(tab, path, None, title="One")
        assert change(tab, path, match, title="Two").status_code == 200


@pytest.mark.parametrize("match", ['"99"', 'W/"1"', "1", '"nonsense"'])
def test_a_tag_that_was_never_ours_does_not_fit(
    tab: Client, addresses: list[str], match: str
) -> None:
    for path in addresses:
        assert change(tab, path, match, title="Two").status_code == 412, path


def test_a_part_is_changed_under_the_same_rule(tab: Client, goal: Goal) -> None:
    path = f"/api/goals/{goal.pk}"
    old = tab.get(path)["ETag"]
    for expected in (200, 412):
        answer = tab.patch(
            path, {"description": "Why"}, "application/json", headers={"If-Match": old}
        )
        assert answer.status_code == expected
    assert tab.get(path).json()["title"] == goal.title


def test_the_document_tells_of_it() -> None:
    paths = api.get_openapi_schema()["paths"]
    for path in ("/api/goals/{goal_id}", "/api/milestones/{milestone_id}"):
        for method in ("put", "patch"):
            operation = paths[path][method]
            assert "If-Match" in {p["name"] for p in operation["parameters"]}
            assert 412 in {int(status) for status in operation["responses"]}


def opened(tab: Client, url: str) -> int:
    """Open a form, and return the version that it carries."""
    version = tab.get(url).context["version"]
    assert f'name="version" value="{version}"' in tab.get(url).content.decode()
    return int(version)


def test_a_goals_form_shows_both_versions_and_keeps_what_was_typed(
    tab: Client, alice: User, goal: Goal
) -> None:
    url = f"/goals/{goal.pk}/edit/"
    version = opened(tab, url)
    lifecycle.update_goal(goal=goal, by=alice, title="From the other tab", tags=["new"])
    typed = {"title": "Typed here", "description": "Long text", "version": version}
    page = tab.post(url, typed)
    text = page.content.decode()
    assert page.status_code == 412
    assert "From the other tab" in text and 'value="Typed here"' in text and "Long text" in text
    labels = {str(field.label) for field in page.context["differences"]}
    assert {"Tags"} <= labels and "Field" not in labels
    goal.refresh_from_db()
    assert goal.title == "From the other tab"
    # Having seen both, the learner sends theirs again.
    again = tab.post(url, {**typed, "version": page.context["version"]})
    assert again.status_code == 302
    goal.refresh_from_db()
    assert goal.title == "Typed here"


def test_a_refused_form_keeps_the_version_with_which_it_was_opened(
    tab: Client, alice: User, goal: Goal
) -> None:
    url = f"/goals/{goal.pk}/edit/"
    version = opened(tab, url)
    lifecycle.update_goal(goal=goal, by=alice, title="From the other tab")
    page = tab.post(url, {"title": "", "version": version})
    assert (page.status_code, page.context["version"]) == (422, version)


def test_a_milestones_form_does_so_too(tab: Client, alice: User, milestone: Milestone) -> None:
    url = f"/milestones/{milestone.pk}/edit/"
    version = opened(tab, url)
    milestones.update_milestone(milestone=milestone, by=alice, title="Theirs")
    page = tab.post(url, {"title": "Mine", "version": version})
    assert page.status_code == 412
    assert "Theirs" in page.content.decode() and 'value="Mine"' in page.content.decode()
    assert tab.post(url, {"title": "Mine", "version": version + 1}).status_code == 302


def test_a_challenges_form_does_so_with_its_rubric(
    tab: Client, alice: User, challenge: Challenge
) -> None:
    url = f"/challenges/{challenge.pk}/edit/"
    version = opened(tab, url)
    authoring.update_challenge(
        challenge=challenge,
        by=alice,
        rubric=[{"name": "Fluency", "description": "Few pauses", "weight": 100}],
    )
    typed = {
        "title": challenge.title,
        "instructions": "Typed here",
        "difficulty": "3",
        "estimated_minutes": "60",
        "rubric-TOTAL_FORMS": "6",
        "rubric-INITIAL_FORMS": "6",
        "rubric-0-name": "Courage",
        "rubric-0-weight": "100",
        "version": version,
    }
    page = tab.post(url, typed)
    text = page.content.decode()
    assert page.status_code == 412, page.context["form"].errors
    assert "Fluency (100 %)" in text and "Courage (100 %)" in text and "Typed here" in text
    assert tab.post(url, {**typed, "version": version + 1}).status_code == 302
    challenge.refresh_from_db()
    assert [criterion.name for criterion in challenge.criteria] == ["Courage"]
