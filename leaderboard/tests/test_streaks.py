"""Streaks: one day off a week is rest; days are the learner's own, wherever and whenever."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts import profile
from accounts.models import User
from leaderboard import outages, points, streaks
from leaderboard.activity import activity
from leaderboard.models import Outage, PointEntry, ZoneMove

MONDAY = date(2026, 11, 23)


def week(marks: str) -> set[date]:
    """Days from a Monday on, as "x" for active and "." for not."""
    return {MONDAY + timedelta(days=at) for at, mark in enumerate(marks) if mark == "x"}


def settle(user: User, zone: str) -> None:
    """Let somebody have lived in a time zone always, whatever day it is today."""
    user.time_zone = zone
    user.save()
    ZoneMove.objects.filter(user=user).delete()


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
    settle(alice, zone)
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


def test_ten_days_earn_a_freeze_that_is_used_by_itself() -> None:
    ten = "xxxxxxxxxx"  # Monday to the second Wednesday
    found = streaks.measure(streaks.Days(week(ten)), MONDAY + timedelta(days=9))
    assert (found.length, found.freezes, found.days_to_freeze) == (10, 1, 10)
    # Thursday is the week's rest day, Friday takes the freeze, a third day off would break it.
    found = streaks.measure(streaks.Days(week(ten + "..x")), MONDAY + timedelta(days=12))
    assert (found.length, found.freezes) == (11, 0)
    assert found.rested == (MONDAY + timedelta(days=10),)
    assert found.frozen == (MONDAY + timedelta(days=11),)
    assert streaks.length(week(ten + "...x"), MONDAY + timedelta(days=13)) == 1


def test_no_more_than_three_freezes_are_in_store() -> None:
    found = streaks.measure(streaks.Days(week("x" * 77)), MONDAY + timedelta(days=76))
    assert (found.length, found.freezes, found.longest) == (77, 3, 77)


def test_the_longest_streak_is_kept_in_mind_when_one_broke() -> None:
    found = streaks.measure(streaks.Days(week("x" * 9 + "......xx")), MONDAY + timedelta(days=16))
    assert (found.length, found.longest) == (2, 9)


@given(
    days=st.sets(st.integers(0, 80), max_size=70),
    more=st.sets(st.integers(0, 80), max_size=10),
    excused=st.sets(st.integers(0, 80), max_size=10),
)
def test_nothing_done_and_nothing_excused_ever_shortens_a_streak(
    days: set[int], more: set[int], excused: set[int]
) -> None:
    def on(numbers: set[int]) -> set[date]:
        return {MONDAY + timedelta(days=number) for number in numbers}

    today = MONDAY + timedelta(days=80)
    plain = streaks.measure(streaks.Days(on(days)), today)
    kinder = streaks.measure(streaks.Days(on(days), frozenset(on(excused))), today)
    busier = streaks.measure(streaks.Days(on(days | more)), today)
    assert 0 <= plain.length <= plain.longest <= len(days)
    assert kinder.length >= plain.length and busier.length >= plain.length
    assert kinder.longest >= plain.longest and busier.longest >= plain.longest


def practise(user: User, *moments: datetime) -> None:
    for moment in moments:
        points.award(
            user_id=user.pk, amount=1, reason=PointEntry.Reason.PRACTICE,
            key=f"p:{moment.isoformat()}", verified=False, now=moment.astimezone(UTC),
        )  # fmt: skip


def evenings(zone: str, first: date, count: int) -> list[datetime]:
    return [
        datetime(day.year, day.month, day.day, 21, 30, tzinfo=ZoneInfo(zone))
        for day in (first + timedelta(days=number) for number in range(count))
    ]


def move(user: User, to: str, at: datetime) -> None:
    """Change the zone in the settings at some moment."""
    with time_machine.travel(at, tick=False):
        profile.update_profile(user=user, time_zone=to)
    user.refresh_from_db()


@pytest.mark.parametrize("first", [date(2026, 11, 2), date(2026, 10, 19), date(2028, 2, 21)])
@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Pacific/Honolulu", "Pacific/Kiritimati"),  # the same clock, a day later
        ("America/Los_Angeles", "Asia/Tokyo"),
        ("Europe/London", "Pacific/Auckland"),
        ("Pacific/Kiritimati", "Pacific/Honolulu"),  # the same day once more
        ("Asia/Tokyo", "America/New_York"),
        ("Europe/Berlin", "Europe/London"),
    ],
)
def test_a_journey_around_the_world_breaks_no_streak(
    alice: User, here: str, there: str, first: date
) -> None:
    settle(alice, here)
    before = evenings(here, first, 7)  # a whole week from Monday: no rest day is used
    practise(alice, *before)
    left = before[-1] + timedelta(minutes=30)
    move(alice, there, left)
    # Ten hours on the way; then every evening where they are now, but for the first.
    landed = (left + timedelta(hours=10)).astimezone(ZoneInfo(there))
    practise(alice, *evenings(there, landed.date() + timedelta(days=1), 5))
    now = evenings(there, landed.date() + timedelta(days=5), 1)[0] + timedelta(minutes=5)
    found = streaks.streak_of(user=alice, now=now)
    # Going west, an evening can fall on a date that has been lived before.
    assert found.length in {11, 12} and found.longest == found.length
    assert len(found.rested) <= 1 and not found.frozen


def test_the_days_before_a_move_stay_the_days_that_they_were(alice: User) -> None:
    """Late evenings in Los Angeles are the next afternoon in Tokyo: two may fall on one day."""
    settle(alice, "America/Los_Angeles")
    first = date(2026, 11, 2)
    at = [(0, 1), (23, 59), (0, 1), (23, 59), (0, 1), (23, 59), (12, 0)]
    practise(
        alice,
        *(
            datetime(2026, 11, 2 + number, *when, tzinfo=ZoneInfo("America/Los_Angeles"))
            for number, when in enumerate(at)
        ),
    )
    now = datetime(2026, 11, 8, 20, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert streaks.streak(user=alice, now=now) == 7
    move(alice, "Asia/Tokyo", now)
    assert streaks.streak(user=alice, now=now + timedelta(minutes=1)) == 7
    assert min(streaks.active_days(user=alice, now=now + timedelta(minutes=1))) == first


def test_moving_every_day_is_no_way_to_keep_a_streak(alice: User) -> None:
    settle(alice, "UTC")
    practise(alice, *evenings("UTC", date(2026, 11, 2), 7))
    for number in range(10):
        at = datetime(2026, 11, 9 + number, 12, tzinfo=UTC)
        move(alice, "Asia/Tokyo" if number % 2 == 0 else "UTC", at)
    assert streaks.streak(user=alice, now=datetime(2026, 11, 19, 12, tzinfo=UTC)) == 0


def test_an_outage_of_ours_breaks_no_streak(alice: User, bob: User) -> None:
    practise(alice, *evenings("UTC", date(2026, 11, 2), 8))  # to the second Monday
    practise(alice, *evenings("UTC", date(2026, 11, 13), 2))  # and from its Friday on
    now = datetime(2026, 11, 14, 22, tzinfo=UTC)
    assert streaks.streak(user=alice, now=now) == 2
    Outage.objects.create(
        starts_at=datetime(2026, 11, 10, 9, tzinfo=UTC),
        ends_at=datetime(2026, 11, 11, 23, 30, tzinfo=UTC),
    )
    found = streaks.streak_of(user=alice, now=now)
    assert found.length == 10 and found.rested == (date(2026, 11, 12),)
    assert found.excused == (date(2026, 11, 10), date(2026, 11, 11))
    # Who was not there for longer than we were not, has no streak for it.
    practise(bob, *evenings("UTC", date(2026, 11, 2), 5))
    assert streaks.streak(user=bob, now=now) == 0


def test_the_site_notices_by_itself_that_it_was_down(alice: User) -> None:
    def at(hours: float) -> datetime:
        return datetime(2026, 11, 10, tzinfo=UTC) + timedelta(hours=hours)

    assert outages.beat(now=at(0)) is None
    assert outages.beat(now=at(0.2)) is None
    found = outages.beat(now=at(9))
    assert found is not None and (found.starts_at, found.ends_at) == (at(0.2), at(9))
    assert found.is_detected
    # A clock that goes backwards, or a second worker at once, says nothing.
    assert outages.beat(now=at(8)) is None and outages.beat(now=at(9)) is None
    # The worker stood still, but people could learn.
    practise(alice, at(12))
    assert outages.beat(now=at(20)) is None
    # A machine that was off for weeks was not meant to be there.
    assert outages.beat(now=at(500)) is None
    assert Outage.objects.count() == 1


def test_the_badges_page_shows_the_freezes_used(client: Client, alice: User) -> None:
    today = date(2026, 11, 14)
    practise(alice, *evenings("UTC", MONDAY - timedelta(weeks=3), 10))  # 2 to 11 November
    practise(alice, *evenings("UTC", today, 1))  # after a rest day and a freeze
    with time_machine.travel(datetime(2026, 11, 14, 22, tzinfo=UTC), tick=False):
        client.force_login(alice)
        page = client.get("/badges/").content.decode()
    assert "Freezes used:" in page and "13 Nov" in page and "0 freezes in store" in page


def test_a_new_zone_is_written_down_once(alice: User) -> None:
    alice.save()
    profile.update_profile(user=alice, bio="Hello")
    assert not ZoneMove.objects.exists()
    profile.update_profile(user=alice, time_zone="Asia/Tokyo")
    move_ = ZoneMove.objects.get()
    assert (move_.before, move_.after) == ("UTC", "Asia/Tokyo")


def test_many_streaks_take_as_many_queries_as_one(
    alice: User, bob: User, carol: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for user in (alice, bob):
        practise_at = datetime(2026, 11, 10, 12, user.pk % 60, tzinfo=UTC)
        practise(user, practise_at)
    now = datetime(2026, 11, 10, 13, tzinfo=UTC)
    with django_assert_num_queries(2):
        streaks.streaks(user_ids=[alice.pk, bob.pk, carol.pk], zone=ZoneInfo("UTC"), now=now)
