from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from goals import milestones, replanning
from goals.models import Goal, Milestone
from learnquest.core.errors import Invalid
from tests.factories import make_goal

TODAY = date(2026, 11, 25)


def ahead(*days: int | None) -> list[Milestone]:
    return [
        Milestone(pk=at, title=str(at), due_date=None if d is None else TODAY + timedelta(days=d))
        for at, d in enumerate(days)
    ]


def test_the_days_to_the_target_are_shared_evenly() -> None:
    proposals = replanning.spread(
        ahead(-20, -10, None), today=TODAY, until=TODAY + timedelta(days=30)
    )
    assert [(p.new - TODAY).days for p in proposals] == [10, 20, 30]
    assert proposals[0].old == TODAY - timedelta(days=20) and proposals[2].old is None


def test_moving_all_on_keeps_their_distances() -> None:
    proposals = replanning.shift(ahead(-20, -10, None, 5), today=TODAY)
    assert [(p.new - TODAY).days for p in proposals] == [7, 17, 32]


def test_where_nothing_is_overdue_nothing_moves_on() -> None:
    assert replanning.shift(ahead(0, 5), today=TODAY) == []


@given(
    days=st.lists(st.none() | st.integers(-400, 400), min_size=1, max_size=20),
    until=st.integers(-400, 2000),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_proposal_is_never_in_the_past_and_never_out_of_order(
    days: list[int | None], until: int
) -> None:
    spread = replanning.spread(ahead(*days), today=TODAY, until=TODAY + timedelta(days=until))
    assert all(p.new > TODAY for p in spread)
    assert [p.new for p in spread] == sorted(p.new for p in spread)
    if until > 0:
        assert spread[-1].new == TODAY + timedelta(days=until)
    late = replanning.shift(ahead(*days), today=TODAY)
    assert all(p.new > TODAY for p in late)


def test_new_dates_are_taken_and_what_is_reached_stays(alice: User, goal: Goal) -> None:
    first, second = (
        milestones.add_milestone(goal=goal, by=alice, title=t, due_date=TODAY) for t in "ab"
    )
    milestones.complete_milestone(milestone=first, by=alice)
    new = TODAY + timedelta(days=9)
    replanning.replan(goal=goal, by=alice, dates={first.pk: new, second.pk: new})
    assert list(goal.milestones.values_list("due_date", flat=True)) == [TODAY, new]


def test_another_goals_milestone_is_refused(alice: User, goal: Goal) -> None:
    other = milestones.add_milestone(goal=make_goal(alice), by=alice, title="Elsewhere")
    with pytest.raises(Invalid, match="no longer there"):
        replanning.replan(goal=goal, by=alice, dates={other.pk: TODAY})


def test_charlie_cannot_replan_alices_goal(charlie: User, goal: Goal) -> None:
    with pytest.raises(Goal.DoesNotExist):
        replanning.replan(goal=goal, by=charlie, dates={})
