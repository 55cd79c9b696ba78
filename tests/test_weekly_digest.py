"""The weekly digest: to whom, when, what it says, and at what cost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import call_command

from accounts.models import OutgoingMail, User, WeeklyDigest
from goals import progress_log
from learnquest.pages import digest
from reviews import assignment, outcome
from tests.factories import make_challenge, make_goal, make_review, make_submission, make_user

# Monday, 8:30 in London; 17:30 in Tokyo; still Sunday evening in Los Angeles: 00:30.
MONDAY = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
Posted = Callable[[], list[Any]]


@pytest.fixture
def learner(alice: User) -> User:
    """Alice, who has something to do."""
    make_challenge(make_goal(alice), title="Order a coffee")
    return alice


@time_machine.travel(MONDAY - timedelta(days=3))
def test_it_tells_of_the_week_and_of_the_next_step(
    posted: Posted, alice: User, bob: User, carol: User
) -> None:
    goal = make_goal(alice)
    work = make_submission(make_challenge(goal))
    make_review(work, bob)
    progress_log.log_practice(goal=goal, by=alice, minutes=25, note="Verbs")
    make_challenge(goal, title="Order a coffee")
    posted().clear()
    OutgoingMail.objects.all().delete()
    assert digest.send_due(now=MONDAY) >= 1
    [got] = [got for got in posted_today(posted) if got.to == [alice.email]]
    assert got.subject == "Your week on LearnQuest"
    text, html = got.body, got.alternatives[0].content
    for part in (text, html):
        assert "25 minutes" in part and "Order a coffee" in part and "1 review" in part
        assert "Waiting for a review" in part and "Unsubscribe" in part
    assert got.extra_headers["List-Unsubscribe"].strip("<>") in html
    assert got.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def posted_today(posted: Posted) -> list[Any]:
    # They were written for next Monday, and the sweep reads the clock.
    OutgoingMail.objects.update(next_try=datetime.now(UTC))
    return posted()


def test_a_claim_of_ones_own_is_recalled(alice: User, bob: User) -> None:
    make_submission(make_challenge(make_goal(alice)))
    assert assignment.claim_next(by=bob) is not None
    now = datetime.now(UTC)
    week = digest.read([bob], zone=ZoneInfo("UTC"), now=now)[bob.pk]
    assert week.claims == 1 and not week.is_empty


@pytest.mark.parametrize(
    ("zone", "at", "is_sent"),
    [
        ("Europe/London", MONDAY, True),
        ("Asia/Tokyo", MONDAY, False),
        ("America/Los_Angeles", MONDAY, False),
        ("Asia/Tokyo", MONDAY - timedelta(hours=9), True),
        ("America/Los_Angeles", MONDAY + timedelta(hours=8), True),
        ("Europe/London", MONDAY - timedelta(hours=2), False),
        ("Europe/London", MONDAY + timedelta(days=1), False),
    ],
)
def test_it_comes_on_the_learners_own_monday_morning(
    learner: User, zone: str, at: datetime, is_sent: bool
) -> None:
    User.objects.filter(pk=learner.pk).update(time_zone=zone)
    assert digest.send_due(now=at) == is_sent


def test_it_comes_once_a_week_however_often_it_is_asked_for(learner: User) -> None:
    assert digest.send_due(now=MONDAY) == 1
    assert digest.send_due(now=MONDAY + timedelta(hours=1)) == 0
    assert digest.send_due(now=MONDAY + timedelta(days=7)) == 1
    weeks = WeeklyDigest.objects.order_by("week").values_list("week", flat=True)
    assert list(weeks) == ["2026-W49", "2026-W50"]


def test_two_runs_at_once_send_one(learner: User) -> None:
    weeks = digest.read([learner], zone=ZoneInfo("UTC"), now=MONDAY)
    assert digest._send(learner, weeks[learner.pk], "2026-W49", MONDAY)
    assert not digest._send(learner, weeks[learner.pk], "2026-W49", MONDAY)
    assert OutgoingMail.objects.filter(template="weekly_digest").count() == 1


@pytest.mark.parametrize("change", [{"wants_digest_mail": False}, {"is_active": False}])
def test_who_does_not_want_it_gets_none(learner: User, change: dict[str, bool]) -> None:
    User.objects.filter(pk=learner.pk).update(**change)
    assert digest.send_due(now=MONDAY) == 0


def test_an_address_that_nobody_confirmed_gets_none(settings: Any, learner: User) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    assert digest.send_due(now=MONDAY) == 0
    EmailAddress.objects.create(user=learner, email=learner.email, primary=True, verified=True)
    assert digest.send_due(now=MONDAY) == 1


def test_who_has_nothing_here_is_left_in_peace(alice: User) -> None:
    assert digest.send_due(now=MONDAY) == 0
    assert not WeeklyDigest.objects.exists()


def test_many_learners_cost_as_many_reads_as_one(
    learner: User, django_assert_num_queries: Any
) -> None:
    zone = ZoneInfo("UTC")
    with django_assert_num_queries(7):
        digest.read([learner], zone=zone, now=MONDAY)
    others = [make_user() for _ in range(5)]
    for other in others:
        make_challenge(make_goal(other))
    with django_assert_num_queries(7):
        weeks = digest.read([learner, *others], zone=zone, now=MONDAY)
    assert all(week.challenge for week in weeks.values())


def test_work_that_came_back_is_the_next_step(alice: User, bob: User, carol: User) -> None:
    goal = make_goal(alice)
    make_challenge(goal, title="Something new")
    work = make_submission(make_challenge(goal, title="Something returned"))
    make_review(work, bob, score=10)
    make_review(work, carol, score=12)
    outcome.settle(submission_id=work.pk)
    work.challenge.refresh_from_db()
    assert work.challenge.status == "returned"
    week = digest.read([alice], zone=ZoneInfo("UTC"), now=datetime.now(UTC))[alice.pk]
    assert week.challenge == work.challenge and week.received == 2


def test_the_command_says_how_many(learner: User, capsys: Any) -> None:
    call_command("send_digests")
    assert capsys.readouterr().out.endswith("digests on their way.\n")
