"""Whoever works by keyboard goes on where they were when a part of the page was drawn anew."""

from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, expect

from accounts.models import User
from challenges import generation
from goals import milestones
from goals.models import Goal
from reviews import ai_feedback
from tests.factories import make_challenge, make_draft, make_goal, make_review, make_submission
from tests.journey import person, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]


def press(control: Locator) -> None:
    control.focus()
    control.press("Enter")


def test_a_dropped_proposal_keeps_the_focus(live_server: Any, browser: Browser, goal: Goal) -> None:
    plan = generation.request_plan(goal=goal, by=goal.owner)
    generation.write_plan(plan.pk)
    first = plan.proposals.all()[0]
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto(plan.get_absolute_url())
        card = page.locator(f"#proposal-{first.pk}")
        press(card.get_by_role("button", name="Drop"))
        expect(card.get_by_role("heading", name=first.title)).to_be_focused()
        page.keyboard.press("Tab")
        expect(card.get_by_role("button", name="Take it back")).to_be_focused()


def test_a_pressed_answer_keeps_the_focus(
    live_server: Any, browser: Browser, alice: User, bob: User
) -> None:
    work = make_submission(make_challenge(make_goal(alice)))
    ai_feedback.write(work.ai_feedback.pk)
    make_review(work, bob)
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto(work.get_absolute_url())
        for name in ("Yes", "Helpful"):
            button = page.get_by_role("button", name=name, exact=True)
            press(button)
            expect(page.locator("button[aria-pressed=true]", has_text=name)).to_be_focused()


def test_files_that_come_and_go_keep_the_focus(
    live_server: Any, browser: Browser, goal: Goal
) -> None:
    draft = make_draft(make_challenge(goal))
    notes: FilePayload = {
        "name": "notes.txt",
        "mimeType": "text/plain",
        "buffer": b"It rose.",
    }
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto(f"/challenges/{draft.challenge_id}/work/")
        page.get_by_label("Attach files").focus()
        page.get_by_label("Attach files").set_input_files(notes)
        expect(page.get_by_label("Attach more")).to_be_focused()
        press(page.get_by_role("button", name="Remove notes.txt"))
        expect(page.get_by_role("heading", name="Files")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Attach files")).to_be_focused()


def test_a_moved_milestone_keeps_the_focus(live_server: Any, browser: Browser, goal: Goal) -> None:
    for title in ("First", "Second", "Third"):
        milestones.add_milestone(goal=goal, by=goal.owner, title=title)
    with person(browser, live_server.url) as page:
        sign_in(page, "alice")
        page.goto(goal.get_absolute_url())
        press(page.get_by_role("button", name="Move Third up"))
        expect(page.get_by_role("button", name="Move Third up")).to_be_focused()
        press(page.get_by_role("button", name="Move Third up"))
        # The first cannot go up any more.
        expect(page.get_by_role("button", name="Move Third down")).to_be_focused()
