import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from goals import milestones, ordering
from goals.models import Goal, Milestone
from learnquest.core.errors import Invalid
from tests.factories import make_goal, make_user


def titled(goal: Goal) -> list[str]:
    return list(goal.milestones.values_list("title", flat=True))


@pytest.fixture
def three(alice: User, goal: Goal) -> list[Milestone]:
    return [milestones.add_milestone(goal=goal, by=alice, title=t) for t in ("a", "b", "c")]


def test_alice_puts_them_into_another_order(
    alice: User, goal: Goal, three: list[Milestone]
) -> None:
    order = [three[2].pk, three[0].pk, three[1].pk]
    ordering.order_milestones(goal=goal, by=alice, milestones=order)
    assert titled(goal) == ["c", "a", "b"]


def test_one_is_moved_and_the_ends_hold_it(alice: User, goal: Goal, three: list[Milestone]) -> None:
    ordering.move_milestone(milestone=three[0], by=alice, to=99)
    assert titled(goal) == ["b", "c", "a"]
    ordering.move_milestone(milestone=three[0], by=alice, to=-1)
    assert titled(goal) == ["a", "b", "c"]


@pytest.mark.parametrize("wrong", [[], [0], "twice", "without one"])
def test_an_order_that_is_not_of_all_is_refused(
    alice: User, goal: Goal, three: list[Milestone], wrong: object
) -> None:
    ids = [one.pk for one in three]
    order = {"twice": [*ids, ids[0]], "without one": ids[1:]}.get(str(wrong), wrong)
    assert isinstance(order, list)
    with pytest.raises(Invalid, match="each milestone"):
        ordering.order_milestones(goal=goal, by=alice, milestones=order)
    assert titled(goal) == ["a", "b", "c"]


def test_charlie_cannot_move_alices(charlie: User, goal: Goal, three: list[Milestone]) -> None:
    with pytest.raises(Goal.DoesNotExist):
        ordering.move_milestone(milestone=three[0], by=charlie, to=1)
    with pytest.raises(Goal.DoesNotExist):
        ordering.order_milestones(goal=goal, by=charlie, milestones=[one.pk for one in three])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.just(0), st.just(0)),
        st.tuples(st.just("remove"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("move"), st.integers(0, 9), st.integers(-3, 12)),
        st.tuples(st.just("turn"), st.integers(0, 9), st.just(0)),
    ),
    max_size=14,
)


class AnyMoves(TestCase):
    @given(steps=STEPS)
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_no_order_of_moves_breaks_positions(self, steps: list[tuple[str, int, int]]) -> None:
        by = make_user(username=f"o{User.objects.count()}")
        goal = make_goal(by)
        expected: list[int] = []
        for what, which, to in steps:
            if what == "add":
                new = milestones.add_milestone(goal=goal, by=by, title="One")
                expected.append(new.pk)
            elif expected:
                pk = expected[which % len(expected)]
                one = Milestone.objects.get(pk=pk)
                if what == "remove":
                    milestones.remove_milestone(milestone=one, by=by)
                    expected.remove(pk)
                elif what == "move":
                    ordering.move_milestone(milestone=one, by=by, to=to)
                    expected.remove(pk)
                    expected.insert(max(0, min(to, len(expected))), pk)
                else:
                    expected = expected[which % len(expected) :] + expected[: which % len(expected)]
                    ordering.order_milestones(goal=goal, by=by, milestones=expected)
            rows = list(goal.milestones.values_list("pk", "position"))
            assert [pk for pk, _position in rows] == expected
            assert len({position for _pk, position in rows}) == len(rows)
