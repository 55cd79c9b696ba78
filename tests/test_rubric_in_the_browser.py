"""Writing a rubric: criteria that come, go and change places, with the server's word on it."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from challenges.models import Challenge
from goals.models import Goal
from tests.journey import person, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]


def test_criteria_come_go_and_change_places(live_server: Any, browser: Browser, goal: Goal) -> None:
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto(f"/goals/{goal.pk}/challenges/new/")
        page.get_by_label("Title").fill("Bake rye bread")
        page.get_by_label("What to do and what to hand in").fill("Bake one, and say how it went.")
        rows, add = page.get_by_role("group"), page.get_by_role("button", name="Add a criterion")
        rows = rows.filter(has=page.get_by_label("Criterion", exact=True))
        expect(rows).to_have_count(3)
        for name in ("Crust", "Crumb", "Smell"):
            add.click()
            rows.last.get_by_label("Criterion", exact=True).fill(name)
        expect(page.get_by_text("That is six, and all there can be.")).to_be_visible()
        expect(add).to_be_hidden()
        for _ in range(3):
            rows.first.get_by_role("button", name="Remove this criterion").click()
        expect(rows).to_have_count(3)
        expect(add).to_be_visible()
        expect(page.get_by_text("That is six")).to_be_hidden()
        rows.last.get_by_role("button", name="Move this criterion up").press("Enter")
        moved = page.get_by_role("group", name="Criterion 2")
        expect(moved.get_by_label("Criterion", exact=True)).to_have_value("Smell")
        expect(moved.get_by_role("button", name="Move this criterion up")).to_be_focused()
        page.get_by_role("button", name="Put it on the plan").click()
        expect(page.get_by_role("heading", name="Bake rye bread")).to_be_visible()
    criteria = Challenge.objects.get().criteria
    assert [row.name for row in criteria] == ["Crust", "Smell", "Crumb"]
    assert len({row.key for row in criteria}) == 3


def test_without_scripts_an_empty_name_drops_a_criterion(
    live_server: Any, browser: Browser, goal: Goal
) -> None:
    with person(browser, live_server.url, javascript=False) as page:
        sign_in(page, "alice")
        page.goto(f"/goals/{goal.pk}/challenges/new/")
        page.get_by_label("Title").fill("Bake rye bread")
        page.get_by_label("What to do and what to hand in").fill("Bake one, and say how it went.")
        expect(page.get_by_text("leave its name empty")).to_be_visible()
        expect(page.get_by_role("button", name="Remove this criterion")).to_have_count(0)
        page.get_by_label("Criterion", exact=True).first.fill("")
        for weight in page.get_by_label("Weight in %").all()[:3]:
            weight.fill("")
        page.get_by_role("button", name="Put it on the plan").click()
        expect(page.get_by_role("heading", name="Bake rye bread")).to_be_visible()
    assert len(Challenge.objects.get().criteria) == 2


def test_a_field_that_is_full_says_so(live_server: Any, browser: Browser, goal: Goal) -> None:
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto(f"/goals/{goal.pk}/challenges/new/")
        title = page.get_by_label("Title")
        title.press_sequentially("a" * 119)
        told = page.get_by_text("That is all that fits here: 120 letters.")
        expect(told).to_have_count(0)
        title.press("b")
        expect(told).to_be_visible()
        title.press("Backspace")
        expect(told).to_have_count(0)
