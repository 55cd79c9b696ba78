"""The calendar feed, read by a parser other than the one that wrote it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
import vobject  # type: ignore[import-untyped]  # it ships no types
from django.test import Client

from accounts.models import User
from goals import calendar_feed, lifecycle, milestones
from goals.models import Goal, Milestone
from tests.factories import make_challenge, make_goal, make_user


def address(user: User) -> str:
    return f"/calendar/{calendar_feed.token_of(calendar_feed.renew(by=user))}.ics"


def events(text: str) -> dict[str, Any]:
    calendar = vobject.readOne(text)
    calendar.validate()
    return {event.summary.value: event for event in getattr(calendar, "vevent_list", [])}


@pytest.fixture
def milestone(alice: User, goal: Goal) -> Milestone:
    return milestones.add_milestone(
        goal=goal, by=alice, title="Order; a coffee, “¡por favor!”", due_date=date(2026, 3, 29)
    )


def test_another_programs_parser_reads_it(milestone: Milestone, alice: User) -> None:
    answer = Client().get(address(alice))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    found = events(answer.content.decode())
    event = found["Order; a coffee, “¡por favor!”"]
    assert event.uid.value == f"milestone-{milestone.pk}@learnquest"
    assert event.url.value.endswith(f"/goals/{milestone.goal_id}/")
    assert event.dtstamp.value.tzinfo is not None
    assert event.description.value == milestone.goal.title


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Pacific/Pago_Pago", "Pacific/Kiritimati"]
)
@pytest.mark.parametrize(
    "day", [date(2026, 3, 29), date(2026, 10, 25), date(2028, 2, 29), date(2026, 12, 31)]
)
def test_a_day_is_that_day_in_every_zone(db: None, zone: str, day: date) -> None:
    learner = make_user(time_zone=zone)
    goal = make_goal(learner, start_date=date(2026, 1, 1))
    milestones.add_milestone(goal=goal, by=learner, title="Day", due_date=day)
    text = Client().get(address(learner)).content.decode()
    event = events(text)["Day"]
    assert event.dtstart.value == day and event.dtend.value == day + timedelta(days=1)
    assert type(event.dtstart.value) is date
    assert "TZID" not in text and "VTIMEZONE" not in text


def test_only_what_goes_on_is_in_it(alice: User, goal: Goal, milestone: Milestone) -> None:
    url = address(alice)
    milestones.add_milestone(goal=goal, by=alice, title="Without a date")
    paused = make_goal(alice)
    milestones.add_milestone(goal=paused, by=alice, title="Paused", due_date=date(2026, 5, 1))
    lifecycle.move(goal=paused, to=Goal.Status.PAUSED, by=alice)
    make_user()
    assert len(events(Client().get(url).content.decode())) == 1
    milestones.complete_milestone(milestone=milestone, by=alice)
    assert list(events(Client().get(url).content.decode())) == [f"✓ {milestone.title}"]


def test_due_challenges_are_in_it_and_move_with_a_pause(alice: User, goal: Goal) -> None:
    make_challenge(goal, title="Talk", due_date=date(2026, 6, 1))
    for to, day in ((Goal.Status.PAUSED, 3), (Goal.Status.ACTIVE, 8)):
        lifecycle.move(goal=goal, to=to, by=alice, now=datetime(2026, 5, day, 12, tzinfo=UTC))
    event = events(Client().get(address(alice)).content.decode())["Talk"]
    assert event.dtstart.value == date(2026, 6, 6)


def test_a_calendar_that_has_it_already_gets_no_more(alice: User, milestone: Milestone) -> None:
    url = address(alice)
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False) as clock:
        first = Client().get(url)
        assert "max-age=900" in first["Cache-Control"] and "private" in first["Cache-Control"]
        clock.shift(timedelta(hours=1))
        same = Client().get(url, headers={"If-None-Match": first["ETag"]})
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
        milestones.update_milestone(milestone=milestone, by=alice, title="Other")
        changed = Client().get(url, headers={"If-None-Match": first["ETag"]})
    event = events(changed.content.decode())["Other"]
    assert event.uid.value == f"milestone-{milestone.pk}@learnquest"
    assert event.sequence.value == "1"


def test_a_new_address_ends_the_old_one(client: Client, alice: User) -> None:
    old = address(alice)
    client.force_login(alice)
    page = client.post("/calendar/new-address/", follow=True).content.decode()
    new = address_on(page)
    assert Client().get(old).status_code == 404 and Client().get(new).status_code == 200
    client.post("/calendar/close/")
    assert Client().get(new).status_code == 404
    assert "no calendar address" in client.get("/calendar/").content.decode()


def address_on(page: str) -> str:
    begin = page.index("/calendar/", page.index('id="address"'))
    return page[begin : page.index(".ics", begin) + 4]


@pytest.mark.parametrize("token", ["x", "00000000000000000000000000000000.abc", "a.b.c"])
def test_a_made_up_address_opens_nothing(db: None, token: str) -> None:
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_somebody_who_left_has_no_calendar(alice: User) -> None:
    url = address(alice)
    alice.is_active = False
    alice.save()
    assert Client().get(url).status_code == 404


def test_a_longer_plan_takes_no_more_queries(
    alice: User, goal: Goal, django_assert_max_num_queries: Any
) -> None:
    for at in range(12):
        milestones.add_milestone(goal=goal, by=alice, title=str(at), due_date=date(2026, 5, 1))
    url = address(alice)
    with django_assert_max_num_queries(5):
        assert Client().get(url).status_code == 200
