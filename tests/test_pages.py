"""Pages as they are served: query counts, doors of the loop's deeds, and what a reader sees."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from challenges import generation
from challenges.models import Challenge, Proposal
from goals import progress_log
from goals.models import Goal
from leaderboard import points
from leaderboard.models import PointEntry
from reviews import ai_feedback, assignment
from reviews.models import AIFeedback, PeerReview
from submissions.models import Submission
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_draft,
    make_goal,
    make_review,
    make_submission,
)


def fill(person: User, other: User) -> None:
    """Give `person` one more of everything that pages list."""
    goal = make_goal(person, visibility="public")
    progress_log.log_practice(goal=goal, by=person, minutes=10)
    make_draft(make_challenge(goal))
    work = make_submission(make_challenge(goal))
    ai_feedback.write(work.ai_feedback.pk)
    plan = generation.request_plan(goal=goal, by=person)
    generation.write_plan(plan.pk)
    theirs = make_submission(make_challenge(make_goal(other)))
    for reviewer, by in ((person, person), (other, other)):
        review = assignment.claim_next(by=reviewer)
        if review is not None:
            from reviews import peer_review

            peer_review.submit_review(review=review, by=by, **answers(review.submission.challenge))
    assert theirs.pk


@pytest.mark.parametrize(
    "path",
    [
        "/today/",
        "/goals/",
        "/reviews/",
        "/leaderboard/?period=all",
        "/notifications/",
        "/points/",
        "/people/alice/",
    ],
)
def test_a_fuller_page_takes_no_more_queries(
    path: str, client: Client, alice: User, bob: User
) -> None:
    fill(alice, bob)
    fill(alice, bob)
    client.force_login(alice)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
        fill(alice, bob)
    assert counts[0] == counts[1], path
    assert counts[0] <= 25


def test_a_goal_with_a_longer_plan_takes_no_more_queries(
    client: Client, alice: User, goal: Goal
) -> None:
    make_challenge(goal)
    client.force_login(alice)
    client.get(f"/goals/{goal.pk}/")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/goals/{goal.pk}/")
        counts.append(len(queries))
        for _ in range(5):
            make_challenge(goal)
    assert counts[0] == counts[1]


def test_a_plan_with_proposals_takes_no_query_for_each(
    client: Client, alice: User, goal: Goal
) -> None:
    plan = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(plan.pk)
    client.force_login(alice)
    client.get(plan.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        client.get(plan.get_absolute_url())
    before = len(queries)
    Proposal.objects.filter(plan=plan, position__gt=0).delete()
    with CaptureQueriesContext(connection) as queries:
        client.get(plan.get_absolute_url())
    assert len(queries) == before


def test_a_plan_says_how_long_what_is_not_dropped_takes(
    client: Client, alice: User, goal: Goal
) -> None:
    plan = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(plan.pk)
    Proposal.objects.filter(plan=plan).update(estimated_minutes=50)
    kept = list(Proposal.objects.filter(plan=plan).order_by("position")[:2])
    Proposal.objects.filter(plan=plan).exclude(pk__in=[one.pk for one in kept]).update(
        state=Proposal.State.DROPPED
    )
    client.force_login(alice)
    assert "2 challenges · about 2 hours in all" in client.get(plan.get_absolute_url()).text
    Proposal.objects.filter(pk=kept[0].pk).update(state=Proposal.State.DROPPED)
    assert "1 challenge · 50 minutes in all" in client.get(plan.get_absolute_url()).text


# --- Doors: success is told in the browser's journey; here are refusals and bad input ---


def test_a_refused_goal_keeps_what_was_typed(client: Client, alice: User) -> None:
    client.force_login(alice)
    sent = {
        "title": "Swim",
        "category": "fitness",
        "level": "beginner",
        "visibility": "private",
        "start_date": "2026-11-24",
        "target_date": "2026-11-01",
        "tags": "water, cold",
    }
    page = client.post("/goals/new/", sent)
    assert page.status_code == 422
    text = page.content.decode()
    assert text.count("cannot be before the start") == 1
    assert 'id="id_target_date_error"' in text
    assert 'value="Swim"' in text and 'value="water, cold"' in text
    assert not Goal.objects.exists()


def test_a_goal_with_work_says_why_it_stays(client: Client, submission: Submission) -> None:
    client.force_login(submission.author)
    page = client.post(f"/goals/{submission.challenge.goal_id}/delete/")
    assert page.status_code == 409 and "Archive it instead" in page.content.decode()
    assert Goal.objects.exists()


def test_work_in_review_cannot_be_overwritten_from_an_old_tab(
    client: Client, submission: Submission
) -> None:
    client.force_login(submission.author)
    save = f"/challenges/{submission.challenge_id}/work/save/"
    panel = client.post(save, {"body": "other"}, headers={"HX-Request": "true"})
    assert panel.status_code == 422 and "in review" in panel.content.decode()
    page = client.post(save, {"body": "other"})
    assert page.status_code == 422 and "other" in page.content.decode()
    submission.refresh_from_db()
    assert submission.body != "other"


def version_on(page: str) -> str:
    """What the tab sends when it saves by itself."""
    found = re.search(r'<input type="hidden" name="version" value="([^"]*)">', page)
    assert found
    return found[1]


def test_two_tabs_do_not_overwrite_each_other_silently(
    client: Client, alice: User, challenge: Challenge
) -> None:
    client.force_login(alice)
    work = f"/challenges/{challenge.pk}/work/"
    opened = version_on(client.get(work).content.decode())
    assert opened == ""
    htmx = {"HX-Request": "true"}

    def save(body: str, *versions: str) -> Any:
        return client.post(f"{work}save/", {"body": body, "version": versions}, headers=htmx)

    panel = save("Tab one", opened).content.decode()
    # The panel brings the version on which the same tab saves next.
    panel = save("Tab one, more", version_on(panel)).content.decode()
    assert "Saved at" in panel
    newest = version_on(panel)

    refused = save("Tab two", opened)
    text = refused.content.decode()
    assert refused.status_code == 409 and "Another tab saved a newer text" in text
    assert "Tab one, more" in text and "Use the newer text" in text and "Keep mine" in text
    # Going on to type is refused again: only the button knows the newer version.
    assert version_on(text) == opened and f'value="{newest}"' in text
    assert Submission.objects.get().body == "Tab one, more"

    kept = save("Tab two", opened, newest)  # in this order, as the form sends them
    assert kept.status_code == 200 and version_on(kept.content.decode()) > newest
    assert Submission.objects.get().body == "Tab two"
    assert save("Tab one, more", newest).status_code == 409


@pytest.mark.parametrize("address", ["work/save/", "hand-in/"])
def test_without_scripts_an_older_tab_shows_both_texts(
    client: Client, alice: User, challenge: Challenge, address: str
) -> None:
    make_draft(challenge, "Tab <one>")
    client.force_login(alice)
    sent = {"body": "Tab two", "link": "", "version": ""}
    answer = client.post(f"/challenges/{challenge.pk}/{address}", sent)
    page = answer.content.decode()
    assert answer.status_code == 409 and version_on(page) == ""
    assert "Tab &lt;one&gt;" in page and "Tab two</textarea>" in page and "Keep mine" in page
    assert (Submission.objects.get().body, Submission.objects.get().status) == (
        "Tab <one>",
        "draft",
    )


def test_a_preview_does_not_make_an_old_tab_new(
    client: Client, alice: User, challenge: Challenge
) -> None:
    draft = make_draft(challenge, "Tab one")
    client.force_login(alice)
    work = f"/challenges/{challenge.pk}/work/"
    page = client.post(f"{work}preview/", {"body": "Tab two", "version": ""})
    assert version_on(page.content.decode()) == ""
    # A refused hand-in has kept the text, so its page is as new as that.
    sent = {"body": "Mine", "link": "no link", "version": draft.saved_at.isoformat()}
    page = client.post(f"/challenges/{challenge.pk}/hand-in/", sent)
    draft.refresh_from_db()
    assert draft.body == "Mine"
    assert version_on(page.content.decode()) == draft.saved_at.isoformat()


def test_a_link_that_is_none_is_named_and_the_draft_kept(
    client: Client, alice: User, challenge: Challenge
) -> None:
    client.force_login(alice)
    page = client.post(
        f"/challenges/{challenge.pk}/hand-in/", {"body": "My work", "link": "no link"}
    )
    assert page.status_code == 422 and "begin with https://" in page.content.decode()
    assert (Submission.objects.get().body, Submission.objects.get().status) == ("My work", "draft")


def test_two_clicks_hand_in_once(client: Client, alice: User, challenge: Challenge) -> None:
    client.force_login(alice)
    answers = [
        client.post(f"/challenges/{challenge.pk}/hand-in/", {"body": "My work", "link": ""})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Submission.objects.count() == 1


def test_a_review_without_words_or_levels_says_what_is_missing(
    client: Client, bob: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    client.force_login(bob)
    page = client.post(f"/reviews/{review.pk}/send/", {"score_complete": "75", "overall": "ok"})
    text = page.content.decode()
    assert page.status_code == 422
    # Once where the page begins, with the way there, and once at the place itself.
    assert text.count("Choose a level for") == 2 * 2 and "Say at least in a sentence" in text
    assert PeerReview.objects.get().status == "claimed"


@pytest.mark.parametrize("score", ["101", "-1", "seventy", "1e2", "٧٥"])
def test_a_score_that_is_none_is_refused(
    client: Client, bob: User, submission: Submission, score: str
) -> None:
    review = claim(submission, bob)
    client.force_login(bob)
    sent = {"score_complete": score, "overall": "Five words are enough here."}
    assert client.post(f"/reviews/{review.pk}/send/", sent).status_code == 422
    assert client.post(f"/reviews/{review.pk}/save/", sent).status_code == 422
    review.refresh_from_db()
    assert review.scores == {}


def test_neither_side_learns_a_name(
    client: Client, alice: User, bob: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    client.force_login(bob)
    desk = client.get(f"/reviews/{review.pk}/").content.decode()
    assert "alice" not in desk.lower()
    client.post(
        f"/reviews/{review.pk}/send/",
        {
            **{f"score_{c.key}": "75" for c in submission.challenge.criteria},
            "overall": "Clear and complete; say more about the oven.",
        },
    )
    client.force_login(alice)
    page = client.get(f"/submissions/{submission.pk}/").content.decode()
    assert "say more about the oven" in page and "bob" not in page.lower()


def test_what_learners_write_cannot_run(
    client: Client, alice: User, bob: User, challenge: Challenge
) -> None:
    body = "<script>alert(1)</script> [x](javascript:alert(1)) ![i](https://example.org/i.png)"
    work = make_submission(challenge, body)
    review = claim(work, bob)
    client.force_login(bob)
    desk = client.get(f"/reviews/{review.pk}/").content.decode()
    assert "<script>alert" not in desk and 'href="javascript' not in desk and "<img" not in desk


def test_the_board_shows_ones_own_row_without_points_too(
    client: Client, alice: User, bob: User
) -> None:
    points.award(
        user_id=bob.pk,
        amount=5,
        reason=PointEntry.Reason.REVIEW_GIVEN,
        key="review-given:1",
        verified=True,
    )
    client.force_login(alice)
    page = client.get("/leaderboard/").content.decode()
    assert page.count('<tr class="is-me">') == 1 and "(you)" in page
    client.force_login(bob)
    assert client.get("/leaderboard/").content.decode().count('class="is-me"') == 1


def test_accepted_work_says_what_it_earned(
    client: Client, alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob)
    make_review(submission, carol)
    earned = PointEntry.objects.get(reason=PointEntry.Reason.WORK_ACCEPTED).amount
    client.force_login(alice)
    assert f"+{earned} points" in client.get(submission.get_absolute_url()).content.decode()
    # An earlier attempt at the same challenge earned nothing.
    Submission.objects.filter(pk=submission.pk).update(status=Submission.Status.RETURNED)
    assert f"+{earned} points" not in client.get(submission.get_absolute_url()).content.decode()


def test_without_scripts_the_page_looks_again_while_the_coach_reads(
    client: Client, submission: Submission
) -> None:
    client.force_login(submission.author)
    again = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
    page = client.get(submission.get_absolute_url()).content.decode()
    assert again in page.partition("</head>")[0]
    AIFeedback.objects.update(status=AIFeedback.Status.READY)
    assert again not in client.get(submission.get_absolute_url()).content.decode()


def test_work_is_not_called_optional_and_a_link_is(
    client: Client, alice: User, challenge: Challenge
) -> None:
    client.force_login(alice)
    page = client.get(f"/challenges/{challenge.pk}/work/").content.decode()
    assert "Your work</label>" in page
    assert 'Link <span class="field__optional">(optional)</span></label>' in page


def test_the_board_shows_ones_own_row_and_falls_back_on_nonsense(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    page = client.get("/leaderboard/?period=never&scope=nothing&page=x")
    assert page.status_code == 200 and "Nobody has points here yet" in page.content.decode()


def test_the_theme_is_remembered_and_leads_nowhere_else(client: Client) -> None:
    answer = client.post("/theme/", {"theme": "dark", "next": "https://example.org/"})
    assert answer["Location"] == "/"
    assert 'data-theme="dark"' in client.get("/accounts/login/").content.decode()


def test_a_refused_username_leaves_the_page_as_it_is(
    client: Client, alice: User, bob: User
) -> None:
    client.force_login(alice)
    sent: dict[str, Any] = {"display_name": "New", "username": "BOB", "time_zone": "UTC"}
    page = client.post("/settings/", sent)
    assert page.status_code == 422 and "This username is taken." in page.content.decode()
    alice.refresh_from_db()
    assert alice.display_name == "Alice"


def test_an_unknown_address_gets_a_page_that_helps(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/no/such/page/")
    assert page.status_code == 404 and "Go to the start page" in page.content.decode()


def test_a_form_that_is_too_old_says_what_to_do(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.post("/goals/new/", {"title": "Swim"})
    assert page.status_code == 403 and "This form is too old" in page.content.decode()
    part = client.post("/goals/new/", {"title": "Swim"}, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Retarget"]) == (403, "#toasts")
    assert "Copy what you wrote" in part.content.decode()


def test_what_is_gone_is_said_beside_the_page_and_not_in_it(client: Client, alice: User) -> None:
    client.force_login(alice)
    part = client.post("/milestones/9/complete/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Retarget"]) == (404, "#toasts")
    assert "not there any more" in part.content.decode() and "<html" not in part.content.decode()
    assert "<html" in client.post("/milestones/9/complete/").content.decode()
