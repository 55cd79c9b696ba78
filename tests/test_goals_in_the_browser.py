"""What only a browser shows of goals: dragging, searching while typing, tags after tags."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from goals import milestones
from goals.models import Goal
from tests.factories import make_challenge, make_goal
from tests.journey import person, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]


@pytest.fixture
def plan(alice: User, goal: Goal) -> Goal:
    for title in ("First", "Second", "Third"):
        milestones.add_milestone(goal=goal, by=alice, title=title)
    return goal


def titles(goal: Goal) -> list[str]:
    return list(goal.milestones.values_list("title", flat=True))


def test_a_milestone_is_dragged_to_another_place(
    browser: Browser, live_server: LiveServer, plan: Goal
) -> None:
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto(f"/goals/{plan.pk}/")
        sections = page.locator("[data-item]")
        with page.expect_response(lambda answer: "/move/" in answer.url) as answer:
            sections.nth(2).locator("[data-handle]").drag_to(
                sections.nth(0), target_position={"x": 40, "y": 4}
            )
        assert answer.value.status == 204
        expect(sections.nth(0)).to_contain_text("Third")
        expect(sections.nth(0).locator("[data-up]")).to_be_hidden()
        expect(sections.nth(2).locator("[data-down]")).to_be_hidden()
    assert titles(plan) == ["Third", "First", "Second"]


def test_a_challenge_is_dragged_to_an_empty_milestone(
    browser: Browser, live_server: LiveServer, plan: Goal
) -> None:
    rye = make_challenge(plan, title="Buy rye")
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto(f"/goals/{plan.pk}/arrange/")
        groups = page.locator("[data-group]")
        with page.expect_response(lambda answer: "/place/" in answer.url) as answer:
            groups.nth(3).locator("[data-handle]").drag_to(groups.nth(1))
        assert answer.value.status == 200
        expect(groups.nth(1)).to_contain_text("Buy rye")
        expect(page.get_by_role("button", name="Move “Buy rye” up")).to_be_focused()
    rye.refresh_from_db()
    assert rye.milestone is not None and rye.milestone.title == "Second"


def test_without_scripts_the_buttons_do_the_same(
    browser: Browser, live_server: LiveServer, plan: Goal
) -> None:
    with person(browser, live_server.url, javascript=False) as page:
        sign_in(page, "alice")
        page.goto(f"/goals/{plan.pk}/")
        expect(page.locator("[data-handle]").first).to_be_hidden()
        page.get_by_role("button", name="Move Third up").click()
        expect(page.locator("[data-item]").nth(1)).to_contain_text("Third")
    assert titles(plan) == ["First", "Third", "Second"]


def test_goals_are_found_while_typing(
    browser: Browser, live_server: LiveServer, alice: User, plan: Goal
) -> None:
    make_goal(alice, title="Bake rye bread", category="other")
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto("/goals/")
        page.get_by_label("Search goals and challenges").type("rye")
        expect(page.get_by_text("1 goal", exact=True)).to_be_visible()
        expect(page.get_by_role("heading", name=plan.title)).to_have_count(0)
        expect(page.get_by_role("heading", name="Bake rye bread")).to_be_visible()
        assert "q=rye" in page.url


def test_a_tag_is_offered_after_the_one_before(
    browser: Browser, live_server: LiveServer, alice: User
) -> None:
    make_goal(alice, tags=["bread", "rye"])
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto("/goals/new/")
        page.locator("details.more summary").click()
        page.get_by_label("Tags").type("rye, ")
        option = page.locator("#tags-known option")
        expect(option).to_have_count(1)
        assert option.get_attribute("value") == "rye, bread"
