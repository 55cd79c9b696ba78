"""One text is work for one challenge: who hands their own in again elsewhere is told so."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from challenges.models import Challenge
from learnquest.core.errors import Invalid
from reviews import handin, withdrawal
from submissions import drafting
from submissions.models import Submission
from tests.factories import WORK, make_challenge, make_draft, make_file, make_goal, make_submission
from tests.test_concurrency import all_at_once

SHORT = "Here is the recording of my talk of this week."


@pytest.fixture
def other(alice: User) -> Challenge:
    return make_challenge(make_goal(alice, title="Read"), title="Read a letter")


def refused(challenge: Challenge, body: str = WORK, link: str = "") -> str:
    """Why the text cannot be handed in; empty where it can."""
    by = challenge.goal.owner
    draft = drafting.save_draft(challenge=challenge, by=by, body=body, link=link)
    try:
        handin.hand_in(submission=draft, by=by)
    except Invalid as refusal:
        errors = refusal.errors or {}
        return errors["body"][0]
    return ""


@pytest.mark.parametrize("status", ["submitted", "accepted"])
@pytest.mark.parametrize("change", [str, str.upper, lambda text: text.replace(" ", "  ")])
def test_the_same_text_is_refused_and_its_challenge_named(
    submission: Submission, other: Challenge, status: str, change: Any
) -> None:
    Submission.objects.filter(pk=submission.pk).update(status=status)
    assert "“Talk to a shopkeeper”" in refused(other, change(submission.body))


def test_neither_a_link_nor_a_file_makes_new_work_of_a_long_text(
    submission: Submission, other: Challenge
) -> None:
    make_file(make_draft(other))
    assert refused(other, link="https://example.com/any")


def test_what_came_back_or_was_taken_back_may_be_handed_in_elsewhere(
    alice: User, submission: Submission, other: Challenge
) -> None:
    withdrawal.withdraw(submission=submission, by=alice)
    assert refused(other) == ""
    third = make_challenge(make_goal(alice, title="Sing"))
    Submission.objects.filter(challenge=other).update(
        status="returned", settled_at=timezone.now(), score=10
    )
    assert refused(third) == ""


def test_a_few_words_may_be_the_same(alice: User, other: Challenge) -> None:
    make_submission(make_challenge(make_goal(alice)), "Forty-two, as always.")
    assert refused(other, "Forty-two, as always.") == ""


def test_more_words_may_where_they_come_with_what_is_new(alice: User, other: Challenge) -> None:
    first = make_challenge(make_goal(alice))
    assert refused(first, SHORT, "https://example.com/one") == ""
    assert refused(other, SHORT, "https://example.com/one")
    assert refused(other, SHORT, "https://example.com/two") == ""


def test_the_words_of_the_task_are_nobodys(alice: User) -> None:
    task = "I read the letter aloud and I understood each of its sentences."
    goal = make_goal(alice)
    one, two = (make_challenge(goal, instructions=f"Write: {task}") for _ in range(2))
    assert refused(one, task) == refused(two, task) == ""


def test_others_may_have_the_same_words(submission: Submission, bob: User) -> None:
    """It is looked at by moderators, and never told to whoever hands it in."""
    assert refused(make_challenge(make_goal(bob)), submission.body) == ""


def test_both_doors_say_so(
    client: Client, alice: User, submission: Submission, other: Challenge
) -> None:
    client.force_login(alice)
    page = client.post(f"/challenges/{other.pk}/hand-in/", {"body": WORK}, follow=True)
    assert "You handed this text in for “Talk to a shopkeeper”" in page.content.decode()
    answer = client.post(
        "/api/submissions/",
        {"challenge": other.pk, "body": WORK},
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert "Talk to a shopkeeper" in str(answer.json())
    assert not Submission.objects.filter(challenge=other).exclude(status="draft").exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_handed_in(alice: User) -> None:
    goal = make_goal(alice)
    drafts = [make_draft(make_challenge(goal)) for _ in range(4)]

    def hand_in(draft: Submission) -> bool:
        try:
            handin.hand_in(submission=draft, by=alice)
        except Invalid:
            return False
        return True

    assert sum(all_at_once([partial(hand_in, draft) for draft in drafts])) == 1
