"""Streaks: one day off a week is rest; days are the learner's own, wherever and whenever."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from leaderboard import points, streaks
from leaderboard.activity import activity
from leaderboard.models import PointEntry

MONDAY = date(2026, 11, 23)


def week(marks: str) -> set[date]:
    """Days from a Monday on, as "x" for active and "." for not."""
    return {MONDAY + timedelta(days=at) for at, mark in enumerate(marks) if mark == "x"}


@pytest.mark.parametrize(
    ("marks", "length"),
    [
        ("", 0),
        ("x", 1),
        ("xxxxxxx", 7),
        ("xxx.xxx", 6),  # a rest day neither breaks it nor counts
        ("x.x.xxx", 4),  # a second one in the same week breaks it
        ("xxxxxx.xxxxxx", 12),  # one in each week
        ("xxxxx.x.xxxxx", 11),
        ("xxxx..x", 1),
        ("xxx.", 3),  # today without anything is not a day off yet
    ],
)
def test_one_day_off_a_week_is_rest(marks: str, length: int) -> None:
    today = MONDAY + timedelta(days=max(0, len(marks) - 1))
    assert streaks.length(week(marks), today) == length


@given(days=st.sets(st.dates(date(2024, 1, 1), date(2024, 4, 1))))
def test_more_days_never_make_a_shorter_streak(days: set[date]) -> None:
    today = date(2024, 4, 1)
    before = streaks.length(days, today)
    assert 0 <= before <= len(days)
    assert streaks.length(days | {today}, today) >= before


@pytest.mark.parametrize("zone", ["Pacific/Midway", "Pacific/Kiritimati", "Europe/Berlin"])
@pytest.mark.parametrize("last", [date(2028, 3, 2), date(2027, 3, 29), date(2027, 11, 1)])
def test_a_day_a_day_is_a_streak_over_leap_days_and_clock_changes(
    alice: User, zone: str, last: date
) -> None:
    alice.time_zone = zone
    alice.save()
    for back in range(6):
        day = last - timedelta(days=back)
        # By turns just after midnight and just before it, on the learner's own clock.
        hour, minute = (0, 1) if back % 2 else (23, 59)
        when = datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))
        points.award(
            user_id=alice.pk, amount=1, reason=PointEntry.Reason.PRACTICE, key=f"p{back}",
            verified=False, now=when.astimezone(UTC),
        )  # fmt: skip
    now = datetime(last.year, last.month, last.day, 23, 59, 30, tzinfo=ZoneInfo(zone))
    assert streaks.streak(user=alice, now=now) == 6
    year = activity(user=alice, now=now)
    assert (year.active_days, year.count, year.weeks[-1].days[-1].date) == (6, 6, last)
