"""Pages looked at in Chromium: axe finds nothing, nothing sticks out, in light and dark, at both
widths."""

from typing import Any, Literal

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axe_playwright_python.base import AXE_SCRIPT as AXE
from playwright.sync_api import Browser, Page, expect

from accounts import moderation
from accounts.models import Report, User
from ai import explaining
from ai.models import AIRequest, Transcript
from challenges import generation, replan_writing
from challenges.models import Proposal
from goals import milestones
from goals.models import Milestone
from reviews import ai_feedback, assignment, peer_review, waiting
from reviews.tests.test_nothing_left import send_all
from submissions import hints
from tests import journey
from tests.factories import (
    PASSWORD,
    answers,
    claim,
    make_challenge,
    make_copy,
    make_draft,
    make_flag,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.one_database("sqlite")]

VIOLATIONS = "rules => axe.run(document, rules).then(found => found.violations)"

PUBLIC = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
          "/accounts/password/reset/done/",
          "/accounts/confirm-email/", "/accounts/inactive/", "/points/",
          "/design/", "/api/docs", "/no/such/page/"]  # fmt: skip


def make_world() -> tuple[User, list[str]]:
    """Alice with everything, and the pages on which she sees it."""
    alice, bob, carol = (
        make_user(username=name, email=f"{name}@example.com", display_name=name.title())
        for name in ("alice", "bob", "carol")
    )
    goal = make_goal(alice, tags=["spanish"], description="Because *I want* to.")
    work = make_submission(make_challenge(goal))
    ai_feedback.write(work.ai_feedback.pk)
    make_review(work, bob)
    make_review(work, carol)
    waiting = make_submission(make_challenge(goal, title="Waits"))
    draft = make_draft(make_challenge(goal, title="Begun"))
    plan = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(plan.pk)
    pending = generation.request_plan(goal=goal, by=alice)
    # Not of bob or carol, who have reviewed hers.
    dora = make_user(username="dora", email="dora@example.com", display_name="Dora")
    theirs = make_submission(make_challenge(make_goal(dora)))
    review = claim(theirs, alice)
    proposal = Proposal.objects.filter(plan=plan).first()
    assert proposal is not None
    later = milestones.add_milestone(goal=goal, by=alice, title="Talk to Rosa")
    Milestone.objects.filter(pk=later.pk).update(due_date="2026-01-01")
    replan = replan_writing.request_replan(goal=goal, by=alice)
    replan_writing.write_replan(replan.pk)
    asked = explaining.request_explanation(by=alice, concept="the past tense", level="beginner")
    explaining.run(asked.pk)
    hints.request_hint(challenge=draft.challenge, by=alice)
    sent = AIRequest.objects.filter(user=alice)[0]
    Transcript.objects.create(request=sent, user=alice, sent="A goal", received='{"a": 1}')
    return alice, [
        "/today/",
        "/goals/",
        "/goals/new/",
        goal.get_absolute_url(),
        f"/goals/{goal.pk}/edit/",
        f"/goals/{goal.pk}/delete/",
        f"/goals/{goal.pk}/plan/",
        f"/goals/{goal.pk}/challenges/new/",
        plan.get_absolute_url(),
        pending.get_absolute_url(),
        f"/proposals/{proposal.pk}/edit/",
        f"/goals/{goal.pk}/replan/",
        f"/goals/{goal.pk}/replan/coach/",
        replan.get_absolute_url(),
        "/coach/explain/",
        f"/coach/explanations/{asked.pk}/",
        "/coach/sent/",
        draft.challenge.get_absolute_url(),
        f"/challenges/{draft.challenge_id}/work/",
        work.get_absolute_url(),
        waiting.get_absolute_url(),
        "/reviews/",
        review.get_absolute_url(),
        "/leaderboard/?period=all",
        "/notifications/",
        "/people/alice/",
        "/settings/",
        "/settings/privacy/",
        "/settings/mail/",
        "/settings/data/",
        "/accounts/reauthenticate/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/security/",
    ]


# Each width and each scheme once: contrast does not depend on width, nor order on colour. What axe
# says of names and roles it says once, at the width where menus are folded.
LOOKS: list[tuple[int, Literal["dark", "light"], dict[str, Any]]] = [
    (390, "dark", {}),
    (1440, "light", {"runOnly": ["color-contrast", "target-size", "scrollable-region-focusable"]}),
]


def troubles(page: Page, path: str) -> list[str]:
    """Return what axe finds and what sticks out of the page, in both looks."""
    page.goto(path)
    # Parts that load by themselves belong to the page.
    expect(page.locator("[hx-trigger=load]:empty, .htmx-request")).to_have_count(0)
    page.evaluate(AXE)
    found = []
    for width, scheme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        # Without motion, or a busy machine looks at buttons half way between two colours.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        look = f"{path} at {width} px, {scheme}"
        found += [
            f"{look}: {violation['id']}: {violation['nodes'][0]['html'][:120]}"
            for violation in page.evaluate(VIOLATIONS, {"resultTypes": ["violations"], **rules})
        ]
        wide, seen = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if wide > seen:
            found.append(f"{look}: {wide - seen} px stick out")
    return found


def test_pages_are_open_to_everybody(live_server: Any, browser: Browser) -> None:
    alice, private = make_world()
    # Without motion, since a colour on its way to the next has the contrast of neither.
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    page = context.new_page()
    found = [trouble for path in PUBLIC for trouble in troubles(page, path)]
    journey.sign_in(page, alice.display_name)
    found += [trouble for path in private for trouble in troubles(page, path)]
    context.close()
    assert found == []


def test_pages_of_the_second_step_are_open_to_everybody(live_server: Any, browser: Browser) -> None:
    with journey.person(browser, live_server.url) as page:
        journey.sign_up(page, "Dora")
        page.goto("/accounts/2fa/totp/activate/")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        found = troubles(page, "/accounts/2fa/totp/activate/")
        found += troubles(page, "/accounts/2fa/webauthn/add/")
        dora = User.objects.get(display_name="Dora")
        TOTP.activate(dora, generate_totp_secret())
        RecoveryCodes.activate(dora)
        found += troubles(page, "/accounts/2fa/recovery-codes/")
        found += troubles(page, "/accounts/2fa/totp/deactivate/")
        found += troubles(page, "/accounts/security/")
    with journey.person(browser, live_server.url) as page:
        page.goto("/accounts/login/")
        page.get_by_label("Email").fill("dora@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/accounts/2fa/authenticate/")
        found += troubles(page, "/accounts/2fa/authenticate/")
    assert found == []


def test_pages_about_a_copy_are_open_to_everybody(live_server: Any, browser: Browser) -> None:
    alice, bob = (
        make_user(username=name, email=f"{name}@example.com", display_name=name.title())
        for name in ("alice", "bob")
    )
    mona = make_user(email="mona@example.com", display_name="Mona", is_superuser=True)
    original, waiting, copied = (
        make_submission(make_challenge(make_goal(person))) for person in (bob, alice, alice)
    )
    flag = make_flag(waiting, original)
    copy = make_copy(copied, original, mona)
    decided, work = f"/moderation/similar/{copy.flag_id}/", copied.get_absolute_url()
    found = []
    for person, paths in (
        (alice, [work, "/notifications/"]),
        (mona, ["/moderation/similar/", flag.get_absolute_url(), decided, work]),
    ):
        with journey.person(browser, live_server.url) as page:
            journey.sign_in(page, person.display_name)
            found += [trouble for path in paths for trouble in troubles(page, path)]
    assert found == []


def test_pages_about_what_waits_for_moderators_are_open_to_everybody(
    live_server: Any, browser: Browser
) -> None:
    alice, bob, carol = (make_user() for _ in range(3))
    mona = make_user(email="mona@example.com", display_name="Mona", is_superuser=True)
    work = make_submission(make_challenge(make_goal(alice)))
    assignment.release(
        review=claim(work, bob), by=bob, reason="reported", note="The second half is hateful."
    )
    review = claim(work, carol)
    peer_review.submit_review(
        review=review, by=carol, private_note="I know it.", **answers(work.challenge)
    )
    waiting.mark_note_read(review=review, by=mona)
    of_mona = make_review(make_submission(make_challenge(make_goal(mona))), bob)
    moderation.report(kind="review", target_id=of_mona.pk, by=mona, reason="unfair")
    list_of_them = "/moderation/waiting/"
    paths = [
        list_of_them,
        f"{list_of_them}?show=notes",
        f"{list_of_them}?show=read",
        f"{list_of_them}{work.review_case.pk}/",
        work.get_absolute_url(),
        # One that she decides, and her own, which another does.
        *(f"/moderation/{found.pk}/" for found in Report.objects.order_by("pk")),
    ]
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, mona.display_name)
        assert [trouble for path in paths for trouble in troubles(page, path)] == []


def test_the_queue_with_nothing_left_is_open_to_everybody(
    live_server: Any, browser: Browser
) -> None:
    bob = make_user(email="bob@example.com", display_name="Bob")
    send_all(bob)
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, bob.display_name)
        found = troubles(page, "/reviews/")
        make_goal(bob)
        found += troubles(page, "/reviews/")
        page.goto("/reviews/")
        page.get_by_role("link", name="Change this").click()
        page.get_by_label("Ask me when work in my fields waits").uncheck()
        page.locator("main").get_by_role("button", name="Save").click()
        found += troubles(page, "/reviews/")
        assert page.get_by_text("You chose not to be asked").is_visible()
        page.get_by_role("link", name="Go on with your own work").click()
        page.wait_for_url("**/today/")
    assert found == []


def test_the_loop_can_be_walked_by_keyboard(live_server: Any, browser: Browser) -> None:
    alice, _ = make_world()
    with journey.person(browser, live_server.url) as page:
        journey.sign_in(page, alice.display_name)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        menu = page.locator("header .menu > summary")
        menu.focus()
        page.keyboard.press("Enter")
        assert page.get_by_role("link", name="Settings").is_visible()
        page.keyboard.press("Escape")
        assert not page.get_by_role("link", name="Settings").is_visible()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
