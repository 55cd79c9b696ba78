"""Notes of reviewers as a moderator goes through them, with scripts and without."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from reviews import peer_review
from submissions.models import Submission
from tests.factories import answers, claim
from tests.journey import person, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]


@pytest.mark.parametrize("javascript", [True, False])
def test_notes_are_marked_one_by_one(
    browser: Browser,
    live_server: LiveServer,
    submission: Submission,
    bob: User,
    carol: User,
    mona: User,
    javascript: bool,
) -> None:
    for who in (bob, carol):
        review = claim(submission, who)
        sent = answers(submission.challenge)
        peer_review.submit_review(review=review, by=who, private_note=f"By {who.username}.", **sent)
    with person(browser, live_server.url, javascript=javascript) as page:
        sign_in(page, mona.display_name)
        page.goto("/moderation/waiting/?show=notes")
        marks = page.get_by_role("button", name="Mark as read")
        for left in (1, 0):
            marks.first.click()
            expect(marks).to_have_count(left)
            expect(page.get_by_role("status")).to_contain_text("Marked as read")
            if javascript:
                expect(page.get_by_role("heading", name="New notes", exact=True)).to_be_focused()
        expect(page.get_by_role("heading", name="No new notes")).to_be_visible()
        page.get_by_role("link", name="Read notes").click()
        expect(page.get_by_text("Mona read it")).to_have_count(2)
        page.get_by_role("button", name="Mark as unread").first.click()
        expect(page.get_by_text("Mona read it")).to_have_count(1)
        # Carol sent hers last, and it was the first that was marked.
        expect(page.get_by_text("By carol.")).to_be_visible()
