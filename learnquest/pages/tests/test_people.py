"""A person's page: what it tells, to whom, on both doors."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from leaderboard import points
from leaderboard.activity import activity, calendar
from leaderboard.models import PointEntry
from tests.factories import make_goal

Reason = PointEntry.Reason
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday


def earn(user: User, when: datetime, reason: PointEntry.Reason = Reason.PRACTICE) -> None:
    number = PointEntry.objects.count()
    points.award(
        user_id=user.pk, amount=5, reason=reason, key=f"k{number}", verified=False, now=when
    )


def test_a_year_is_53_weeks_that_begin_on_monday_and_end_today(alice: User) -> None:
    earn(alice, NOW)
    earn(alice, NOW)
    earn(alice, NOW - timedelta(days=1))
    earn(alice, NOW - timedelta(weeks=52, days=2))
    earn(alice, NOW - timedelta(weeks=52, days=3))
    shown = activity(user=alice, now=NOW)
    assert len(shown.weeks) == 53
    assert [len(week.days) for week in shown.weeks] == [7] * 52 + [3]
    assert all(week.begins.weekday() == 0 for week in shown.weeks)
    assert [day.count for day in shown.weeks[-1].days] == [0, 1, 2]
    assert (shown.count, shown.active_days) == (4, 3), "the day before the first Monday is past"
    assert shown.weeks[-1].days[-1].date == date(2026, 11, 25)


def test_days_are_the_persons_own(alice: User) -> None:
    alice.time_zone = "Asia/Tokyo"
    earn(alice, datetime(2026, 11, 24, 16, tzinfo=UTC))
    last = activity(user=alice, now=NOW).weeks[-1]
    assert [day.count for day in last.days] == [0, 0, 1]
    alice.time_zone = "America/Los_Angeles"
    last = activity(user=alice, now=NOW).weeks[-1]
    assert [day.count for day in last.days] == [0, 1, 0]


def test_what_others_did_is_no_activity(alice: User) -> None:
    for reason in (Reason.WORK_ACCEPTED, Reason.REVIEW_QUALITY, Reason.CORRECTION):
        earn(alice, NOW, reason)
    assert activity(user=alice, now=NOW).count == 0
    assert activity(user=alice, now=NOW).active_weeks == []


def test_more_done_is_a_deeper_shade() -> None:
    first = date(2026, 11, 16)
    counts = {first + timedelta(days=n): n for n in range(7)}
    (week,) = calendar(counts, first=first, last=first + timedelta(days=6)).weeks
    assert [day.shade for day in week.days] == [0, 1, 2, 2, 3, 3, 4]


def test_the_heatmap_takes_one_query(alice: User) -> None:
    for day in range(30):
        earn(alice, NOW - timedelta(days=day))
    with CaptureQueriesContext(connection) as queries:
        activity(user=alice, now=NOW)
    assert len(queries) == 1


def test_the_page_tells_level_activity_and_public_goals_alone(
    client: Client, alice: User, charlie: User
) -> None:
    make_goal(alice, title="Open to all", visibility="public")
    make_goal(alice, title="My secret")
    earn(alice, datetime.now(UTC))
    User.objects.filter(pk=alice.pk).update(is_profile_public=True)
    client.force_login(charlie)
    page = client.get("/people/alice/").content.decode()
    assert "Level 1" in page and "Open to all" in page and "My secret" not in page
    assert "1 thing done on 1 day in a year" in page and "Show as a table" in page
    assert alice.email not in page and "style=" not in page


def test_the_api_tells_the_same(client: Client, alice: User, charlie: User) -> None:
    make_goal(alice, title="Open to all", visibility="public")
    make_goal(alice, title="My secret")
    earn(alice, datetime.now(UTC))
    client.force_login(charlie)
    assert client.get("/api/users/alice").status_code == 404
    User.objects.filter(pk=alice.pk).update(is_profile_public=True)
    told: dict[str, Any] = client.get("/api/users/ALICE").json()
    assert [goal["title"] for goal in told["goals"]] == ["Open to all"]
    assert (told["level"], len(told["activity"]), told["avatar"]) == (1, 1, None)
    assert told["activity"][0]["count"] == 1
    assert "email" not in told


@pytest.mark.parametrize("path", ["/people/%00/", "/api/users/%00", "/people/nobody/"])
def test_a_name_that_nobody_can_have_is_nobodys(path: str, client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/people/alice/", "/api/users/alice"])
def test_nobody_reads_a_profile_without_signing_in(path: str, client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_profile_public=True)
    assert client.get(path).status_code in {302, 401}
