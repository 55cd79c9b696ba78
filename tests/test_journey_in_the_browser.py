"""Once round the loop in Chromium, with and without scripts, as its users go."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_httpserver import HTTPServer

from ai.tests.stub import StubModelServer
from challenges.models import Challenge
from leaderboard.models import Standing
from reviews.models import AIFeedback
from submissions.models import Submission
from tests import journey
from tests.factories import make_challenge, make_goal, make_submission, make_user

pytestmark = pytest.mark.browser
# The whole way is gone on both databases, once with scripts and once without.
ON_POSTGRESQL = pytest.mark.one_database("postgresql")
ON_SQLITE = pytest.mark.one_database("sqlite")


def pick_up(page: Page) -> None:
    """Begin the first challenge of the plan on the goal's page."""
    page.get_by_role("link", name=re.compile("^(Begin|Go on)$")).click()


@pytest.mark.parametrize(
    "javascript",
    [
        pytest.param(True, id="htmx", marks=ON_POSTGRESQL),
        pytest.param(False, id="no-js", marks=ON_SQLITE),
    ],
)
def test_two_learners_go_once_round_the_loop(
    live_server: Any, browser: Browser, javascript: bool
) -> None:
    url = live_server.url
    with journey.person(browser, url, javascript=javascript) as page:
        journey.sign_up(page, "Alice")
        journey.set_goal(page, "Hold a ten-minute conversation in Spanish")
        journey.ask_for_plan(page)
        expect(page.get_by_text("The coach is working on it")).to_be_visible()
        journey.run_worker()
        if not javascript:
            page.reload()
        expect(page.get_by_text("Offline coach").first).to_be_visible()
        take_and_leave_proposals(page)
        write_a_challenge(page)
        page.goto("/today/")
        page.get_by_role("link", name=re.compile("Begin")).first.click()
        page.get_by_role("link", name=re.compile("(Begin|Go to) your work")).click()
        write_and_hand_in(page, javascript=javascript)
        expect(page.get_by_text("Reading your work")).to_be_visible()
        journey.run_worker()
        if not javascript:
            page.reload()
        expect(page.get_by_role("heading", name="What works")).to_be_visible()
        expect(page.get_by_text("Waiting for reviewers")).to_be_visible()
        work = Submission.objects.get()

        clear = "You describe it clearly; write down one whole sentence she said."
        good = "Good verbs in the past; the next time ask a second question."
        for name, words, told in (
            ("Bob", clear, "5 points come with the outcome."),
            ("Carol", good, "You have earned 5 points."),
        ):
            with journey.person(browser, url, javascript=javascript) as reviewer:
                journey.sign_up(reviewer, name)
                journey.review(reviewer, words=words, told=told)

        page.goto(f"/submissions/{work.pk}/")
        expect(page.get_by_role("heading", name="Accepted")).to_be_visible()
        expect(page.get_by_text("write down one whole sentence she said")).to_be_visible()
        page.get_by_role("button", name="Helpful").first.click()
        expect(page.get_by_role("button", name="Helpful").first).to_have_attribute(
            "aria-pressed", "true"
        )
        page.goto("/leaderboard/")
        for name in ("Alice", "Bob", "Carol"):
            expect(page.get_by_role("row", name=re.compile(name))).to_be_visible()
        page.get_by_role("link", name="All time").click()
        expect(page.get_by_text("You are 3rd")).to_be_visible()
        page.goto("/notifications/")
        expect(page.get_by_role("link", name=re.compile("Your work was accepted"))).to_be_visible()
    assert Standing.objects.filter(scope="everyone", period="all").count() == 3


def take_and_leave_proposals(page: Page) -> None:
    page.get_by_role("link", name="Edit", exact=True).first.click()
    page.get_by_label("title").fill("Say hello at the bakery")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Say hello at the bakery")).to_be_visible()
    page.get_by_role("button", name="Accept", exact=True).first.click()
    expect(page.get_by_text("Accepted", exact=True)).to_be_visible()
    page.get_by_role("button", name="Drop").first.click()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    page.get_by_role("button", name=re.compile("Accept (all|the open)")).click()
    expect(page.get_by_text("on your plan now")).to_be_visible()


def write_a_challenge(page: Page) -> None:
    page.get_by_role("link", name="Write a challenge").click()
    page.get_by_label("title").fill("Tell a joke")
    page.get_by_label("what to do and what to hand in").fill("Tell a joke; hand it in.")
    page.get_by_label("Weight in %").nth(0).fill("60")
    page.get_by_role("button", name="Put it on the plan").click()
    expect(page.get_by_text("make them add up to 100")).to_be_visible()
    expect(page.get_by_label("title")).to_have_value("Tell a joke")
    page.get_by_label("Weight in %").nth(0).fill("40")
    page.get_by_role("button", name="Put it on the plan").click()
    expect(page.get_by_role("heading", name="Tell a joke")).to_be_visible()


def write_and_hand_in(page: Page, *, javascript: bool) -> None:
    # Nothing was lost yet, so nothing is offered, with or without scripts.
    expect(page.get_by_text("This browser holds a newer text")).to_be_hidden()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Write something")).to_be_visible()
    page.get_by_label("Your work").fill(journey.WORK)
    if javascript:
        expect(page.get_by_text("Saved at")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview strong", has_text="levadura")).to_be_visible()
    if not javascript:
        expect(page.get_by_label("Your work")).to_have_value(journey.WORK)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in.")).to_be_visible()


@pytest.fixture
def stub(
    live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StubModelServer]:
    """A model server over real HTTP, with the site pointing at it."""
    monkeypatch.setattr("ai.conversation.sleep", lambda seconds: None)
    with HTTPServer(host="127.0.0.1", threaded=True) as http:
        server = StubModelServer(http)
        settings.OPENAI_BASE_URL = server.base_url
        settings.OPENAI_API_KEY = "key-for-the-stub"
        settings.AI_MODEL = "stub-1"
        settings.AI_TIMEOUT_SECONDS = 5
        yield server


@ON_SQLITE
def test_a_model_servers_answers_appear(
    live_server: Any, browser: Browser, stub: StubModelServer
) -> None:
    stub.answers_everything()
    make_user(username="alice", email="alice@example.com", display_name="Alice")
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Alice")
        journey.set_goal(page, "Bake rye bread")
        journey.ask_for_plan(page)
        journey.run_worker()
        expect(page.get_by_text("A plan by the stub model.")).to_be_visible()
        expect(page.get_by_text("AI coach · stub-1")).to_be_visible()
        page.get_by_role("button", name="Accept all 3").click()
        pick_up(page)
        page.get_by_label("Your work").fill("I baked a loaf and wrote down the times.")
        page.get_by_role("button", name="Hand in").click()
        journey.run_worker()
        expect(page.get_by_text("Feedback by the stub model.")).to_be_visible()
        expect(page.locator("blockquote").first).to_have_text(
            "I baked a loaf and wrote down the times."
        )
    assert len(stub.requests) == 2


TROUBLES = {
    "500": "cannot be reached",
    "nonsense": "could not be read",
    "429": "asked us to slow down",
}


@ON_SQLITE
def test_when_the_model_fails_the_page_says_so_and_nothing_is_lost(
    live_server: Any, browser: Browser, stub: StubModelServer
) -> None:
    make_user(username="alice", email="alice@example.com", display_name="Alice")
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Alice")
        journey.set_goal(page, "Bake rye bread")
        journey.ask_for_plan(page)
        fail_in_each_way(page, stub, place="main")
        journey.run_worker()
        expect(page.get_by_text("A plan by the stub model.")).to_be_visible()
        page.get_by_role("button", name="Accept all 3").click()
        pick_up(page)
        page.get_by_label("Your work").fill("I baked a loaf.")
        page.get_by_role("button", name="Hand in").click()
        fail_in_each_way(page, stub, place="#feedback")
        expect(page.locator(".prose").get_by_text("I baked a loaf.")).to_be_visible()
        expect(page.get_by_text("Reading your work")).to_be_visible()
        journey.run_worker()
        expect(page.get_by_text("Feedback by the stub model.")).to_be_visible()
    assert AIFeedback.objects.get().status == "ready"
    assert Challenge.objects.count() == 3


def fail_in_each_way(page: Page, stub: StubModelServer, *, place: str) -> None:
    """Let the server fail in one way after the other; the learner asks again each time."""
    for trouble, words in TROUBLES.items():
        stub._planned.clear()
        if trouble == "nonsense":
            stub.answers("this is no plan at all")
        else:
            stub.fails(int(trouble))
        journey.run_worker()
        expect(page.locator(place).get_by_text(words)).to_be_visible()
        heal(stub)
        page.locator(place).get_by_role("button", name="Try again").click()
        expect(page.locator(place).get_by_text(words)).to_be_hidden()


def heal(stub: StubModelServer) -> None:
    stub._planned.clear()
    stub.answers_everything()


@ON_SQLITE
def test_a_draft_survives_a_lost_connection(live_server: Any, browser: Browser) -> None:
    alice = make_user(username="alice", email="alice@example.com", display_name="Alice")
    challenge = make_challenge(make_goal(alice))
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Alice")
        page.goto(f"/challenges/{challenge.pk}/work/")
        page.context.set_offline(True)
        page.get_by_label("Your work").fill("Written in a tunnel.")
        expect(page.get_by_text("Not saved: no connection")).to_be_visible()
        page.context.set_offline(False)
        page.goto(f"/challenges/{challenge.pk}/work/")
        expect(page.get_by_label("Your work")).to_have_value("")
        page.get_by_role("button", name="Use it").click()
        expect(page.get_by_label("Your work")).to_have_value("Written in a tunnel.")
        expect(page.get_by_text("Saved at")).to_be_visible()
    assert Submission.objects.get().body == "Written in a tunnel."


@ON_SQLITE
@pytest.mark.parametrize("is_known", [True, False], ids=["offline", "unreachable"])
def test_sending_without_a_connection_stays_on_the_page(
    live_server: Any, browser: Browser, is_known: bool
) -> None:
    """Whether the browser knows that it is offline, or only the last autosave failed."""
    alice = make_user(username="alice", email="alice@example.com", display_name="Alice")
    challenge = make_challenge(make_goal(alice))
    words = "Written in a tunnel, and handed in there."
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Alice")
        page.goto(f"/challenges/{challenge.pk}/work/")
        if is_known:
            page.context.set_offline(True)
        else:
            page.route("**/*", lambda route: route.abort())
        page.get_by_label("Your work").fill(words)
        status = page.get_by_text("Not saved: no connection")
        expect(status).to_be_visible()
        for button in ("Save", "Hand in"):
            # So that it is this click that says it.
            status.evaluate("line => { line.textContent = ''; }")
            page.get_by_role("button", name=button, exact=True).click()
            expect(status).to_be_visible()
            expect(page.get_by_label("Your work")).to_have_value(words)
        assert not Submission.objects.exists()
        page.context.set_offline(False)
        page.unroute("**/*")
        page.get_by_role("button", name="Hand in", exact=True).click()
        expect(page.get_by_text("Handed in. The coach is reading it now.")).to_be_visible()
    assert Submission.objects.get().body == words


def saved(text: str) -> Callable[[], bool]:
    return Submission.objects.filter(body=text).exists


@ON_SQLITE
def test_what_another_tab_wrote_survives_and_one_chooses(
    live_server: Any, browser: Browser
) -> None:
    alice = make_user(username="alice", email="alice@example.com", display_name="Alice")
    challenge = make_challenge(make_goal(alice))
    work = f"/challenges/{challenge.pk}/work/"

    def slowly(route: Route) -> None:
        answer = route.fetch()
        page.wait_for_timeout(1300)
        route.fulfill(response=answer)

    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Alice")
        page.goto(work)
        other = page.context.new_page()
        other.goto(work)
        page.get_by_label("Your work").fill("From the first tab.")
        expect(page.get_by_text("Saved at")).to_be_visible()
        # The line is slow: what is typed meanwhile is no conflict of a tab with itself.
        page.route("**/work/save/", slowly)
        for word in (" And", " some", " more."):
            page.get_by_label("Your work").press_sequentially(word, delay=20)
            page.wait_for_timeout(1000)
        expect(page.get_by_text("Another tab")).to_be_hidden()
        journey.eventually(page, saved("From the first tab. And some more."))
        page.wait_for_timeout(1500)
        expect(page.get_by_text("Another tab")).to_be_hidden()

        other.get_by_label("Your work").fill("From the second tab.")
        expect(other.get_by_text("Another tab saved a newer text")).to_be_visible()
        other.get_by_text("The text saved at").click()
        expect(other.get_by_text("From the first tab. And some more.")).to_be_visible()
        other.get_by_label("Link").press("Enter")
        assert Submission.objects.get().body == "From the first tab. And some more."
        other.get_by_role("button", name="Keep mine").click()
        expect(other.get_by_text(re.compile("^Saved at"))).to_be_visible()
        expect(other.get_by_text("Another tab")).to_be_hidden()
        assert Submission.objects.get().body == "From the second tab."
        other.get_by_label("Your work").fill("From the second tab, again.")
        journey.eventually(other, saved("From the second tab, again."))
        other.get_by_role("button", name="Hand in").click()
        expect(other.get_by_text("Handed in.")).to_be_visible()


@ON_SQLITE
def test_a_deed_that_cannot_be_undone_asks_first(live_server: Any, browser: Browser) -> None:
    alice = make_user(username="alice", email="alice@example.com", display_name="Alice")
    work = make_submission(make_challenge(make_goal(alice)))
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Alice")
        page.goto(work.get_absolute_url())
        page.get_by_role("button", name="Take it back").click()
        page.get_by_role("button", name="No, go back").click()
        work.refresh_from_db()
        assert work.status == "submitted"
        page.get_by_role("button", name="Take it back").click()
        page.get_by_role("button", name="Yes, go on").click()
        page.wait_for_url("**/work/")
    work.refresh_from_db()
    assert work.status == "draft"


@ON_SQLITE
def test_a_review_is_given_back_with_a_reason(live_server: Any, browser: Browser) -> None:
    alice = make_user(username="alice", email="alice@example.com", display_name="Alice")
    bob = make_user(username="bob", email="bob@example.com", display_name="Bob")
    make_submission(make_challenge(make_goal(alice)))
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Bob")
        page.goto("/reviews/")
        page.get_by_role("button", name="Review next").click()
        page.get_by_text("Give it back, or report it").click()
        page.get_by_label("I cannot judge").check()
        page.get_by_role("button", name="Give it back").click()
        page.wait_for_url("**/reviews/")
    review = bob.peer_reviews.get()
    assert (review.status, review.released_for) == ("released", "cannot_judge")


@ON_SQLITE
def test_signing_out_leaves_no_words_in_the_browser(live_server: Any, browser: Browser) -> None:
    make_user(username="alice", email="alice@example.com", display_name="Alice")
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, "Alice")
        page.evaluate("localStorage.setItem('learnquest:work-1', '{}')")
        page.evaluate("localStorage.setItem('of-another', '1')")
        page.locator("[data-menu] > summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("link", name="Sign up").first).to_be_visible()
        assert page.evaluate("Object.keys(localStorage)") == ["of-another"]
