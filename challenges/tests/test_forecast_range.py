"""Progress and forecast, whatever the plan: as properties, and at odd places of the calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from challenges import burnup, forecast, progress
from challenges.models import Challenge
from goals.models import Goal
from tests.factories import make_challenge, make_goal

SLOW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PLANS = st.lists(
    st.tuples(st.integers(5, 1200), st.sampled_from(Challenge.Status.values)), max_size=8
)


def fill(goal: Goal, plan: list[tuple[int, str]]) -> None:
    rubric = [{"key": "good", "name": "Good", "weight": 100}]
    Challenge.objects.bulk_create(
        Challenge(goal=goal, title="C", instructions="Do.", rubric=rubric, position=position,
                  estimated_minutes=minutes, status=status)
        for position, (minutes, status) in enumerate(plan)
    )  # fmt: skip


@SLOW
@given(plan=PLANS)
def test_progress_is_between_0_and_100_and_the_same_however_rows_were_made(
    plan: list[tuple[int, str]], alice: User
) -> None:
    one, other = make_goal(alice), make_goal(alice)
    fill(one, plan)
    for minutes, status in reversed(plan):
        challenge = make_challenge(other, estimated_minutes=minutes)
        Challenge.objects.filter(pk=challenge.pk).update(status=status)
    percent = progress.percent(one)
    assert 0 <= percent <= 100
    assert progress.percents([other, one]) == {other.pk: percent, one.pk: percent}


@SLOW
@given(plan=PLANS)
def test_progress_never_falls_when_something_is_completed(
    plan: list[tuple[int, str]], alice: User
) -> None:
    goal = make_goal(alice)
    fill(goal, plan)
    before = progress.percent(goal)
    for challenge in Challenge.objects.filter(goal=goal).exclude(status="skipped"):
        Challenge.objects.filter(pk=challenge.pk).update(status="accepted")
        assert progress.percent(goal) >= before
        before = progress.percent(goal)


@given(
    left=st.integers(1, 100_000),
    paces=st.lists(st.integers(0, 3000), min_size=4, max_size=4).filter(any),
    age=st.integers(-30, 2000),
    finished=st.integers(1, 20),
    today=st.dates(date(2000, 1, 1), date(2080, 1, 1)),
)
def test_a_forecast_never_lies_in_the_past(
    left: int, paces: list[int], age: int, finished: int, today: date
) -> None:
    goal = Goal(start_date=today - timedelta(days=age))
    row = {"left": left, "lately": sum(paces), "finished": finished}
    row |= {f"week_{number}": pace for number, pace in enumerate(paces)}
    future = forecast.extend(goal, row, today)
    if future is None:
        return
    assert future.on > today
    if future.earliest is not None:
        assert today <= future.earliest <= future.on
        assert future.latest is None or future.latest >= future.on


def test_even_weeks_have_a_narrow_range_and_uneven_ones_a_wide_one() -> None:
    assert forecast.weeks_left(300, [100, 100, 100, 100]) == (3.0, 3.0)
    soon, late = forecast.weeks_left(300, [120, 90, 110, 80])
    assert soon < 3 and late is not None and late > 3
    assert forecast.weeks_left(300, [400, 0, 0, 0])[1] is None


@pytest.mark.parametrize(
    ("late", "latest", "outlook", "words"),
    [
        (-9, 9, "in_time", ": in time"),
        (-9, 10, "probably_in_time", ": probably in time"),
        (-9, None, "too_early", ": too early to say whether in time"),
        (0, 0, "in_time", ": in time"),
        (1, 5, "late", ": 1 day after your date"),
        (None, 5, None, "At this pace: "),
    ],
)
def test_the_words_promise_no_more_than_the_range(
    late: int | None, latest: int | None, outlook: str | None, words: str
) -> None:
    """`latest` lies that many days after the middle of the range, the target `late` before it."""
    on = date(2026, 12, 10)
    end = None if latest is None else on + timedelta(days=latest)
    future = forecast.Forecast(on, late, on - timedelta(days=3), end)
    assert future.outlook == outlook
    context = {"forecast": future, "goal": Goal(), "with_range": True}
    assert words in render_to_string("components/forecast.html", context)


def test_without_a_range_nobody_is_told_in_time() -> None:
    future = forecast.Forecast(date(2026, 12, 10), -30)
    assert future.outlook == forecast.Outlook.TOO_EARLY


def test_the_page_and_the_api_say_it(client: Client, alice: User) -> None:
    today = timezone.localdate()
    target = today + timedelta(days=40)
    goal = make_goal(alice, start_date=today - timedelta(days=60), target_date=target)
    for days, minutes in ((1, 60), (8, 10), (15, 80), (22, 90)):
        done = make_challenge(goal, estimated_minutes=minutes)
        Challenge.objects.filter(pk=done.pk).update(
            status="accepted", finished_at=timezone.now() - timedelta(days=days)
        )
    make_challenge(goal, estimated_minutes=240)
    client.force_login(alice)
    said = client.get(f"/api/progress/goals/{goal.pk}").json()["forecast"]
    assert said["days_late"] < 0 and said["latest"] > target.isoformat()
    assert said["outlook"] == "probably_in_time"
    for address in (goal.get_absolute_url(), "/today/"):
        text = client.get(address).content.decode()
        assert ": probably in time" in text and ": in time" not in text


def test_too_little_data_gives_a_date_and_no_range(alice: User) -> None:
    now = timezone.now()
    goal = make_goal(alice, start_date=now.date() - timedelta(days=60))
    fill(goal, [(60, "accepted"), (60, "accepted"), (120, "todo")])
    done = Challenge.objects.filter(status="accepted")
    done.filter(position=0).update(finished_at=now - timedelta(days=3))
    first = forecast.forecast(goal, now=now)
    assert first is not None and not first.has_range
    done.filter(position=1).update(finished_at=now - timedelta(days=10))
    second = forecast.forecast(goal, now=now)
    assert second is not None and second.has_range


@pytest.mark.parametrize("zone", ["Pacific/Midway", "Pacific/Kiritimati", "Europe/Berlin"])
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2028, 2, 29, 10, 30, tzinfo=UTC),  # a leap day
        datetime(2027, 3, 28, 0, 59, tzinfo=UTC),  # clocks go forward in Berlin a minute later
        datetime(2027, 10, 31, 1, 30, tzinfo=UTC),  # and back
        datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
    ],
)
def test_days_are_the_learners_own(
    client: Client, alice: User, zone: str, moment: datetime
) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone=zone)
    local = moment.astimezone(ZoneInfo(zone)).date()
    with time_machine.travel(moment - timedelta(days=60)):
        goal = make_goal(alice, start_date=local - timedelta(days=60))
        fill(goal, [(60, "accepted"), (60, "todo")])
    Challenge.objects.filter(status="accepted").update(finished_at=moment - timedelta(days=1))
    with time_machine.travel(moment, tick=False):
        client.force_login(alice)
        for path in ("/today/", "/activity/", f"/goals/{goal.pk}/"):
            assert client.get(path).status_code == 200
        answer = client.get(f"/api/progress/goals/{goal.pk}").json()
    assert answer["forecast"]["on"] == str(local + timedelta(days=28))
    assert answer["burn_up"][0]["ends"] == str(local)
    assert (answer["burn_up"][0]["done"], answer["burn_up"][0]["scope"]) == (60, 120)


def test_the_chart_stays_in_its_box(alice: User) -> None:
    today = timezone.localdate()
    goal = make_goal(alice, start_date=today - timedelta(days=40))
    assert burnup.burn_up(goal, [], today=today) is None
    fill(goal, [(60, "accepted"), (90, "accepted"), (30, "skipped"), (50, "todo")])
    Challenge.objects.filter(status="accepted").update(finished_at=timezone.now())
    future = forecast.Forecast(today + timedelta(days=9), None, today, None)
    chart = burnup.burn_up(
        goal, list(Challenge.objects.filter(goal=goal)), today=today, forecast=future
    )
    assert chart is not None and (chart.weeks[0].done, chart.weeks[0].scope) == (150, 200)
    for line in (chart.scope, chart.done, chart.area, chart.ahead, chart.early):
        for point in line.split():
            x, y = (float(part) for part in point.split(","))
            assert 0 <= x <= burnup.WIDTH and 0 <= y <= burnup.HEIGHT
