"""A goal that stands still, wherever and whenever its learner lives."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from goals import lifecycle, milestones, pausing
from goals.models import Goal, Milestone
from tests.factories import make_goal, make_user

PAUSED, ACTIVE = Goal.Status.PAUSED, Goal.Status.ACTIVE
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Pago_Pago", "Pacific/Kiritimati"]


def plan(by: User, start: date) -> Goal:
    """A goal of a hundred days with one milestone reached and one ahead."""
    goal = make_goal(by, start_date=start, target_date=start + timedelta(days=100))
    for days, title in ((5, "Reached"), (50, "Ahead")):
        milestones.add_milestone(
            goal=goal, by=by, title=title, due_date=start + timedelta(days=days)
        )
    milestones.complete_milestone(milestone=goal.milestones.get(title="Reached"), by=by)
    milestones.add_milestone(goal=goal, by=by, title="Some day")
    return goal


def due(goal: Goal, title: str) -> date | None:
    return goal.milestones.get(title=title).due_date


def test_what_is_ahead_moves_by_the_days_it_stood_still(alice: User) -> None:
    start = date(2026, 5, 1)
    goal = plan(alice, start)
    lifecycle.move(goal=goal, to=PAUSED, by=alice, now=datetime(2026, 5, 10, 12, tzinfo=UTC))
    goal = lifecycle.move(goal=goal, to=ACTIVE, by=alice, now=datetime(2026, 5, 20, 9, tzinfo=UTC))
    assert goal.target_date == start + timedelta(days=110)
    assert due(goal, "Ahead") == start + timedelta(days=60)
    assert due(goal, "Reached") == start + timedelta(days=5)
    assert due(goal, "Some day") is None
    assert goal.paused_on is None


def test_a_goal_archived_while_it_was_paused_stands_still_all_the_time(alice: User) -> None:
    goal = plan(alice, date(2026, 5, 1))
    for to, day in ((PAUSED, 10), (Goal.Status.ARCHIVED, 15), (ACTIVE, 20)):
        goal = lifecycle.move(goal=goal, to=to, by=alice, now=datetime(2026, 5, day, tzinfo=UTC))
    assert goal.target_date == date(2026, 5, 1) + timedelta(days=110)


def test_what_was_reached_is_not_moved_by_reopening(alice: User) -> None:
    goal = plan(alice, date(2026, 5, 1))
    for to, day in ((Goal.Status.COMPLETED, 10), (ACTIVE, 20)):
        goal = lifecycle.move(goal=goal, to=to, by=alice, now=datetime(2026, 5, day, tzinfo=UTC))
    assert goal.target_date == date(2026, 5, 1) + timedelta(days=100)


def test_upper_layers_move_their_dates_along(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, timedelta]] = []
    monkeypatch.setattr(pausing, "_shifts", [lambda goal, by: told.append((goal.pk, by))])
    goal = plan(alice, date(2026, 5, 1))
    for to, day in ((PAUSED, 10), (ACTIVE, 13)):
        goal = lifecycle.move(goal=goal, to=to, by=alice, now=datetime(2026, 5, day, tzinfo=UTC))
    assert told == [(goal.pk, timedelta(days=3))]


def test_a_pause_of_an_hour_moves_nothing(alice: User) -> None:
    goal = plan(alice, date(2026, 5, 1))
    lifecycle.move(goal=goal, to=PAUSED, by=alice, now=datetime(2026, 5, 10, 12, tzinfo=UTC))
    goal = lifecycle.move(goal=goal, to=ACTIVE, by=alice, now=datetime(2026, 5, 10, 13, tzinfo=UTC))
    assert goal.target_date == date(2026, 5, 1) + timedelta(days=100)


@pytest.mark.parametrize(
    ("zone", "paused", "resumed", "days"),
    [
        # The night of 23 hours in spring and of 25 in autumn are one night each.
        ("Europe/Berlin", "2026-03-28 23:30", "2026-03-29 23:30", 1),
        ("Europe/Berlin", "2026-10-24 23:30", "2026-10-25 23:30", 1),
        ("America/New_York", "2026-10-31 00:30", "2026-11-02 00:10", 2),
        ("Europe/Berlin", "2028-02-28 12:00", "2028-03-01 12:00", 2),
        ("Europe/Berlin", "2027-02-28 12:00", "2027-03-01 12:00", 1),
        # Two minutes apart, and yet another day where she lives; UTC's day is the same.
        ("Pacific/Pago_Pago", "2026-06-01 23:59", "2026-06-02 00:01", 1),
        ("Pacific/Kiritimati", "2026-06-01 23:59", "2026-06-02 00:01", 1),
        # A whole day apart for UTC, and the same day there.
        ("Pacific/Kiritimati", "2026-06-02 00:30", "2026-06-02 23:30", 0),
    ],
)
def test_days_are_counted_where_the_learner_lives(
    db: None, zone: str, paused: str, resumed: str, days: int
) -> None:
    learner = make_user(time_zone=zone)
    goal = plan(learner, date(2026, 1, 1))
    for to, at in ((PAUSED, paused), (ACTIVE, resumed)):
        now = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone))
        goal = lifecycle.move(goal=goal, to=to, by=learner, now=now)
    assert due(goal, "Ahead") == date(2026, 1, 1) + timedelta(days=50 + days)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Pago_Pago", date(2028, 2, 28)), ("Pacific/Kiritimati", date(2028, 3, 1))],
)
def test_a_new_goal_begins_on_the_learners_own_day(db: None, zone: str, day: date) -> None:
    learner = make_user(time_zone=zone)
    with time_machine.travel(datetime(2028, 2, 29, 10, 30, tzinfo=UTC), tick=False):
        assert make_goal(learner).start_date == day


class AnyPauses(TestCase):
    @given(
        zone=st.sampled_from(ZONES),
        begin=st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)),  # noqa: DTZ001 - UTC below
        hours=st.lists(st.integers(0, 24 * 60), min_size=2, max_size=6),
    )
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_dates_move_by_exactly_the_days_stood_still(
        self, zone: str, begin: datetime, hours: list[int]
    ) -> None:
        learner = make_user(username=f"p{User.objects.count()}", time_zone=zone)
        now = begin.replace(tzinfo=UTC)
        goal = plan(learner, learner.today(now))
        before = due(goal, "Ahead")
        assert before is not None
        stood = 0
        to = PAUSED
        for pause in hours:
            earlier, now = learner.today(now), now + timedelta(hours=pause)
            if to == ACTIVE:
                stood += (learner.today(now) - earlier).days
            goal = lifecycle.move(goal=goal, to=to, by=learner, now=now)
            to = ACTIVE if to == PAUSED else PAUSED
        if goal.status == PAUSED:
            goal = lifecycle.move(goal=goal, to=ACTIVE, by=learner, now=now)
        assert due(goal, "Ahead") == before + timedelta(days=stood)
        assert goal.target_date == goal.start_date + timedelta(days=100 + stood)
        reached = Milestone.objects.get(goal=goal, title="Reached")
        assert reached.due_date == goal.start_date + timedelta(days=5)
