"""Files on the desk as a person attaches them, with scripts and without."""

import re

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from submissions.models import Submission
from tests import journey
from tests.factories import PASSWORD, make_challenge, make_goal, make_picture, make_user

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/today/"))


def cat(name: str = "cat.png", data: bytes | None = None) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": data or make_picture()}


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without"])
def test_files_are_attached_refused_and_removed_and_no_word_is_lost(
    browser: Browser, live_server: object, media: object, javascript: bool
) -> None:
    alice = make_user(email="alice@example.com")
    challenge = make_challenge(make_goal(alice))
    with journey.person(browser, str(live_server), javascript=javascript) as page:
        sign_in(page, alice.email)
        page.goto(f"/challenges/{challenge.pk}/work/")
        files = page.locator("#attachments")

        def attach(file: FilePayload) -> None:
            # htmx binds what it has put in a moment after it is seen, sooner than a hand could act.
            expect(page.locator(".htmx-added")).to_have_count(0)
            page.get_by_label(re.compile("^Attach")).set_input_files([file])
            if not javascript:
                files.get_by_role("button", name="Attach", exact=True).click()

        page.get_by_label("Your work").fill("A text of mine.")
        attach(cat())
        expect(files.get_by_role("link", name="cat.png")).to_be_visible()
        attach(cat("page.png", b"<html>"))
        expect(files.get_by_role("alert")).to_contain_text("page.png: Web pages and SVG")
        files.get_by_role("button", name="Remove cat.png").click()
        expect(files.get_by_role("link", name="cat.png")).to_have_count(0)
        expect(page.get_by_label("Your work")).to_have_value("A text of mine.")
        attach(cat())
        expect(files.get_by_role("link", name="cat.png")).to_be_visible()
        # Enter in the field above the files takes none of them away.
        page.get_by_label("Link").press("Enter")
        expect(files.get_by_role("link", name="cat.png")).to_be_visible()
        page.get_by_role("button", name="Hand in").click()
        expect(page.get_by_role("heading", name="Your work")).to_be_visible()
        picture = page.get_by_role("img", name="Picture 1 of this work")
        expect(picture).to_have_js_property("naturalWidth", 400)
    work = Submission.objects.get()
    assert (work.status, work.body) == ("submitted", "A text of mine.")
