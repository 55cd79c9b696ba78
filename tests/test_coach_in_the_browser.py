"""The coach in Chromium: feedback as it is written, quotes, hints, explanations, and off."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from ai.models import AIRequest
from ai.tests.conftest import model_server, stub_model
from ai.tests.stub import StubModelServer
from challenges.models import Challenge
from reviews import ai_feedback
from reviews.models import AIFeedback
from tests import journey
from tests.factories import make_challenge, make_goal, make_user

__all__ = ["model_server", "stub_model"]

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]

FIRST_LINE = "Ayer hablé con la panadera durante diez minutos."
WORK = f"{FIRST_LINE}\n\nElla me explicó que la masa descansa una noche."


@contextmanager
def worker() -> Iterator[None]:
    """The worker's part, while the page is looked at; the worker itself wants the main thread."""
    pk = AIFeedback.objects.get().pk

    def work() -> None:
        try:
            ai_feedback.write(pk)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


@pytest.fixture
def challenge(live_server: Any) -> Challenge:
    alice = make_user(username="alice", email="alice@example.com", display_name="Alice")
    return make_challenge(make_goal(alice), title="Talk to the baker")


def test_alice_works_with_the_coach_and_then_switches_ai_off(
    live_server: Any, browser: Browser, challenge: Challenge, stub_model: StubModelServer
) -> None:
    # Three hints at once, the feedback word by word, and the rest at once again.
    for _ in range(3):
        stub_model.answers_everything()
    stub_model.drips(0.06, pieces=50)
    stub_model.answers_everything()
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Alice")
        page.goto(f"/challenges/{challenge.pk}/work/")
        expect(page.get_by_text("100 AI answers left today.")).to_be_visible()
        page.get_by_label("Your work").fill(WORK)
        ask_for_three_hints(page)
        page.get_by_role("button", name="Hand in").click()
        expect(page.get_by_text("Reading your work")).to_be_visible()
        see_feedback_being_written(page)
        follow_a_quote(page)
        say_what_it_was_worth(page)
        have_something_explained(page)
        page.goto("/coach/sent/")
        expect(page.locator("main details")).to_have_count(5)
        page.locator("main details summary").last.click()
        expect(page.locator("pre").filter(has_text="la panadera").last).to_be_visible()
        asked = len(stub_model.requests)
        switch_ai_off(page)
        page.goto(f"/goals/{challenge.goal_id}/plan/")
        expect(page.locator("main").get_by_text("You switched AI off")).to_be_visible()
        page.get_by_role("button", name="Make a plan").click()
        journey.run_worker()
        expect(page.get_by_text("Offline coach").first).to_be_visible()
    assert len(stub_model.requests) == asked == 5
    feedback = AIFeedback.objects.get()
    assert (feedback.helpful, feedback.is_wrong) == (True, True)
    assert feedback.request_id is not None
    told = AIRequest.objects.get(pk=feedback.request_id)
    assert (told.helpful, told.note) == (True, "It misreads the second line.")


def ask_for_three_hints(page: Page) -> None:
    hints = page.locator("#hints")
    for number in (1, 2, 3):
        hints.get_by_role("button", name=re.compile("hint", re.IGNORECASE)).click()
        expect(hints.get_by_text("The coach is thinking.")).to_be_visible()
        journey.run_worker()
        expect(hints.get_by_text(f"Hint {number}")).to_be_visible()
    expect(hints.get_by_role("button")).to_have_count(0)
    expect(page.get_by_label("Your work")).to_have_value(WORK)


def see_feedback_being_written(page: Page) -> None:
    with worker():
        expect(page.get_by_text("Still writing")).to_be_visible()
        expect(page.locator("#feedback").get_by_text("Feedback by the stub")).to_be_visible()
        expect(page.get_by_text("Did this help?")).to_be_visible()
    expect(page.get_by_text("Still writing")).to_have_count(0)
    expect(page.get_by_text("Confidence: high")).to_be_visible()


def follow_a_quote(page: Page) -> None:
    """A quote is a link to its passage in the work, which then stands out."""
    page.locator("#feedback blockquote a").first.click()
    passage = page.locator("#work-body mark:target")
    expect(passage).to_have_text(FIRST_LINE.rstrip("."))
    expect(passage).to_be_in_viewport()


def say_what_it_was_worth(page: Page) -> None:
    feedback = page.locator("#feedback")
    feedback.get_by_role("button", name="Yes").click()
    expect(feedback.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    feedback.get_by_text("Something here is wrong").click()
    feedback.get_by_label("What is wrong?").fill("It misreads the second line.")
    feedback.get_by_role("button", name="Report it").click()
    expect(feedback.get_by_text("You reported that something here is wrong")).to_be_visible()


def have_something_explained(page: Page) -> None:
    page.get_by_role("link", name="Have something in it explained").click()
    expect(page.get_by_label("Where did you meet it?")).to_have_value("Talk to the baker")
    page.get_by_label("What do you want explained?").fill("the past tense")
    page.get_by_role("button", name="Explain it").click()
    expect(page.get_by_text("The coach is thinking")).to_be_visible()
    journey.run_worker()
    expect(page.get_by_text("Have you got it?")).to_be_visible()


def switch_ai_off(page: Page) -> None:
    page.goto("/settings/privacy/")
    page.get_by_label("Let an AI model read my goals and my work").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main").get_by_text("You switched AI off.")).to_be_visible()
