"""The desk in two tabs and after a refusal: nothing is lost, nothing offered that is there."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from reviews.models import PeerReview
from tests import journey
from tests.factories import claim, make_challenge, make_goal, make_submission, make_user

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]
OFFER = "[data-keep-offer]"
QUOTE = "Yesterday I spoke with the baker"


@pytest.fixture
def review(live_server: Any) -> PeerReview:
    bob = make_user(username="bob", email="bob@example.com", display_name="Bob")
    return claim(make_submission(make_challenge(make_goal(make_user()))), bob)


def choose_levels(page: Page) -> None:
    for levels in page.locator("fieldset:has(input[name^=score_])").all():
        levels.locator("label").first.click()


def quote(page: Page, row: int, comment: str) -> None:
    field = page.locator(f"#quote_{row}")
    field.evaluate("field => { field.closest('details').open = true; }")
    field.fill(QUOTE)
    page.locator(f"#quote_comment_{row}").fill(comment)


def test_two_tabs_are_told_apart_and_the_console_is_silent(
    live_server: Any, browser: Browser, review: PeerReview
) -> None:
    # Whatever the policy for contents refuses fails the test: see `journey.person`.
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Bob")
        page.goto(review.get_absolute_url())
        other = page.context.new_page()
        other.goto(review.get_absolute_url())
        choose_levels(other)
        quote(other, 0, "This is where it begins.")
        other.get_by_label("All in all").fill("Words of the other tab.")
        expect(other.get_by_text("Saved at")).to_be_visible()
        page.get_by_label("All in all").fill("Words of this tab.")
        expect(page.get_by_text("Another tab saved other words")).to_be_visible()
        page.get_by_text("The review saved at").click()
        expect(page.get_by_text("Words of the other tab.")).to_be_visible()
        expect(page.locator(f"blockquote:has-text('{QUOTE}')")).to_be_visible()


@pytest.mark.parametrize("row", [0, 1])
def test_after_a_refusal_nothing_is_offered_that_stands_there(
    live_server: Any, browser: Browser, review: PeerReview, row: int
) -> None:
    """The server closes up the passages, so that the second one comes back as the first."""
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Bob")
        page.goto(review.get_absolute_url())
        if page.locator("#quote_1").count() == 0:
            quote(page, 0, "Nothing much.")
            page.get_by_role("button", name="Save", exact=True).click()
            expect(page.get_by_text("Kept. Nobody sees it")).to_be_visible()
            page.locator("#quote_0").fill("")
            page.locator("#quote_comment_0").fill("")
        quote(page, row, "This is where it begins.")
        page.get_by_label("All in all").fill("It is well told,  and I\nwould like more of it.")
        page.get_by_role("button", name="Send the review").click()
        expect(page.get_by_text("Choose a level for").first).to_be_visible()
        expect(page.locator("#quote_0")).to_have_value(QUOTE)
        expect(page.locator(OFFER)).to_be_hidden()


def test_after_a_refusal_words_that_are_missing_are_offered(
    live_server: Any, browser: Browser, review: PeerReview
) -> None:
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Bob")
        page.goto(review.get_absolute_url())
        page.route("**/save/", lambda route: route.abort())
        with page.expect_event("requestfailed"):
            quote(page, 0, "This is where it begins.")
        page.goto(review.get_absolute_url())
        expect(page.locator(OFFER)).to_be_visible()
        page.get_by_role("button", name="Use it").click()
        expect(page.locator("#quote_0")).to_have_value(QUOTE)


def test_a_review_sent_without_a_connection_stays_on_the_page(
    live_server: Any, browser: Browser, review: PeerReview
) -> None:
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Bob")
        page.goto(review.get_absolute_url())
        page.context.set_offline(True)
        page.get_by_label("All in all").fill("Words in a tunnel.")
        page.get_by_role("button", name="Send the review").click()
        expect(page.get_by_text("Not saved: no connection")).to_be_visible()
        expect(page.get_by_label("All in all")).to_have_value("Words in a tunnel.")
        page.context.set_offline(False)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Kept. Nobody sees it")).to_be_visible()
        expect(page.get_by_label("All in all")).to_have_value("Words in a tunnel.")
