from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from challenges import forecast, progress
from challenges.models import Challenge
from goals import milestones
from goals.models import Goal
from tests.factories import make_challenge, make_goal


def finish(challenge: Challenge, *, days_ago: int = 0) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(
        status="accepted", finished_at=timezone.now() - timedelta(days=days_ago)
    )


def test_progress_weighs_challenges_by_their_minutes(goal: Goal) -> None:
    finish(make_challenge(goal, estimated_minutes=30))
    make_challenge(goal, estimated_minutes=90)
    assert progress.percent(goal) == Decimal("25.00")


def test_skipped_challenges_do_not_count(goal: Goal) -> None:
    finish(make_challenge(goal))
    Challenge.objects.filter(pk=make_challenge(goal).pk).update(status="skipped")
    assert progress.percent(goal) == 100


def test_an_empty_goal_is_at_the_start(goal: Goal) -> None:
    assert progress.percent(goal) == 0


def test_many_goals_take_as_many_queries_as_one(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    goals = [make_goal(alice) for _ in range(5)]
    for goal in goals[:3]:
        finish(make_challenge(goal))
    milestones.add_milestone(goal=goals[3], by=alice, title="One")
    with django_assert_num_queries(2):
        percents = progress.percents(goals)
    assert [percents[goal.pk] for goal in goals] == [100, 100, 100, 0, 0]


def test_the_forecast_extends_the_pace_of_four_weeks(alice: User) -> None:
    today = timezone.localdate()
    goal = make_goal(
        alice, start_date=today - timedelta(days=60), target_date=today + timedelta(days=20)
    )
    finish(make_challenge(goal, estimated_minutes=60), days_ago=3)
    make_challenge(goal, estimated_minutes=60)
    result = forecast.forecast(goal)
    assert result is not None
    assert result.on == today + timedelta(days=28)
    assert result.days_late == 8


def test_a_young_goal_is_measured_by_its_own_age(alice: User) -> None:
    today = timezone.localdate()
    goal = make_goal(alice, start_date=today - timedelta(days=10))
    finish(make_challenge(goal, estimated_minutes=60), days_ago=1)
    make_challenge(goal, estimated_minutes=120)
    result = forecast.forecast(goal)
    assert result is not None and result.on == today + timedelta(days=20)
    assert result.days_late is None


@pytest.mark.parametrize("days_ago", [None, 40])
def test_no_recent_work_means_no_forecast(alice: User, days_ago: int | None) -> None:
    goal = make_goal(alice)
    if days_ago is not None:
        finish(make_challenge(goal), days_ago=days_ago)
    make_challenge(goal)
    assert forecast.forecast(goal) is None
