"""Invitations and reminders: kindly, fairly, and not too often."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Notification, User
from reviews import assignment, invitations, reminders, waits
from reviews.models import ReviewCase
from submissions.models import Submission
from tests.factories import claim, make_challenge, make_goal, make_review, make_submission

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def waiting(bob: User, submission: Submission) -> Submission:
    """Alice's work, which has waited since the morning; bob learns in the same field."""
    make_goal(bob)
    User.objects.update(last_login=NOON - HOUR)
    ReviewCase.objects.update(waiting_since=NOON - 7 * HOUR)
    return submission


def test_bob_is_invited_once_a_day_by_mail_and_in_his_inbox(
    bob: User, waiting: Submission, posted: Callable[[], list[Any]]
) -> None:
    assert invitations.invite(now=NOON) == 1
    assert invitations.invite(now=NOON + HOUR) == 0
    line = bob.notifications.get(kind=Notification.Kind.REVIEW_INVITED)
    assert (line.subject, line.target) == ("1 work waits in Languages", "/reviews/")
    mails = posted()
    assert [one.to for one in mails] == [[bob.email]]
    assert "List-Unsubscribe" in mails[0].extra_headers


@pytest.mark.parametrize(
    "change",
    [
        {"wants_review_invitations": False},
        {"is_active": False},
        {"time_zone": "Pacific/Auckland"},
        {"last_login": NOON - timedelta(days=60)},
    ],
)
def test_nobody_is_invited_who_would_not_come(
    bob: User, waiting: Submission, change: dict[str, Any]
) -> None:
    User.objects.filter(pk=bob.pk).update(**change)
    assert invitations.invite(now=NOON) == 0


def test_nobody_is_invited_for_work_that_they_could_not_get(
    alice: User, bob: User, waiting: Submission
) -> None:
    assignment.claim_next(by=bob, now=NOON)
    assert invitations.invite(now=NOON) == 0


def test_what_waits_and_what_is_owed_is_told(
    client: Client, alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob)
    make_submission(make_challenge(make_goal(carol, category="music")))
    assert invitations.balance(alice).owed == 1
    client.force_login(alice)
    page = client.get("/reviews/").content.decode()
    assert "1 work waits in Music" in page and "received 1 reviews and gave 0" in page
    told = client.get("/api/reviews/queue").json()
    assert told["owed"] == 1 and told["waiting"][0]["category"] == "music"


def test_three_reminders_before_a_lease_ends(bob: User, submission: Submission) -> None:
    review = claim(submission, bob)
    type(review).objects.update(lease_until=NOON + 30 * HOUR)
    counts = []
    for hours_left in (26, 23, 22, 7, 6, 1.5, 1):
        now = NOON
        type(review).objects.update(lease_until=now + hours_left * HOUR)
        counts.append(reminders.remind(now=now))
    assert counts == [0, 1, 0, 1, 0, 1, 0]
    assert bob.notifications.filter(kind=Notification.Kind.REVIEW_DUE).count() == 3


def test_nobody_is_reminded_in_the_night(bob: User, submission: Submission) -> None:
    review = claim(submission, bob)
    type(review).objects.update(lease_until=NOON + 7 * HOUR)
    User.objects.update(time_zone="Pacific/Auckland")
    assert reminders.remind(now=NOON) == 0


def test_nor_of_work_that_is_settled(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    type(review).objects.filter(pk=review.pk).update(holds_seat=False)
    ReviewCase.objects.update(taken=0)
    make_review(submission, carol)
    make_review(submission, charlie)
    type(review).objects.filter(pk=review.pk).update(lease_until=NOON + 7 * HOUR)
    assert reminders.remind(now=NOON) == 0


def test_authors_are_told_the_median_of_four_weeks(submission: Submission) -> None:
    cache.clear()
    assert waits.usual() is None
    now = timezone.now()
    for hours in (10, 20, 30, 40, 1000):
        work = make_submission(make_challenge(submission.challenge.goal))
        ReviewCase.objects.filter(submission=work).update(
            waiting_since=now - hours * HOUR, full_at=now
        )
    cache.clear()
    assert waits.usual() == 30 * HOUR
    told = waits.of_work(submission)
    assert told is not None and (told.done, told.wanted, told.usual) == (0, 2, "30 hours")
    assert waits.in_words(timedelta(days=3)) == "3 days"
