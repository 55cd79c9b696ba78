from datetime import date

import pytest

from accounts.models import User
from goals import milestones
from goals.models import Goal, Milestone, Progress
from learnquest.core.errors import Conflict, Invalid


def test_milestones_keep_the_order_in_which_they_were_added(alice: User, goal: Goal) -> None:
    for title in ("Order a coffee", "Talk for a minute", "Talk for ten"):
        milestones.add_milestone(goal=goal, by=alice, title=title)
    assert [(m.position, m.title) for m in goal.milestones.all()] == [
        (0, "Order a coffee"),
        (1, "Talk for a minute"),
        (2, "Talk for ten"),
    ]


def test_a_milestone_needs_a_title(alice: User, goal: Goal) -> None:
    with pytest.raises(Invalid) as refusal:
        milestones.add_milestone(goal=goal, by=alice, title=" ")
    assert "title" in refusal.value.errors


def test_reaching_a_milestone_twice_counts_once(alice: User, goal: Goal) -> None:
    milestone = milestones.add_milestone(goal=goal, by=alice, title="Order a coffee")
    first = milestones.complete_milestone(milestone=milestone, by=alice)
    again = milestones.complete_milestone(milestone=milestone, by=alice)
    assert first.completed_at == again.completed_at is not None
    assert Progress.objects.filter(kind="milestone_completed").count() == 1
    assert alice.point_entries.filter(reason="milestone").count() == 1


def test_without_challenges_progress_is_the_share_of_milestones(alice: User, goal: Goal) -> None:
    first = milestones.add_milestone(goal=goal, by=alice, title="One")
    milestones.add_milestone(goal=goal, by=alice, title="Two")
    milestones.complete_milestone(milestone=first, by=alice)
    assert Progress.objects.get(kind="milestone_completed").percent_after == 50


def test_a_milestone_can_be_changed_reopened_and_removed(alice: User, goal: Goal) -> None:
    milestone = milestones.add_milestone(goal=goal, by=alice, title="One")
    milestones.complete_milestone(milestone=milestone, by=alice)
    milestones.reopen_milestone(milestone=milestone, by=alice)
    changed = milestones.update_milestone(
        milestone=milestone, by=alice, title="Uno", due_date=date(2027, 1, 1)
    )
    assert (changed.title, changed.completed_at) == ("Uno", None)
    milestones.remove_milestone(milestone=milestone, by=alice)
    assert not Milestone.objects.exists()


def test_charlie_cannot_touch_alices_milestone(alice: User, charlie: User, goal: Goal) -> None:
    milestone = milestones.add_milestone(goal=goal, by=alice, title="One")
    for deed in (
        milestones.complete_milestone,
        milestones.reopen_milestone,
        milestones.remove_milestone,
    ):
        with pytest.raises(Milestone.DoesNotExist):
            deed(milestone=milestone, by=charlie)


def test_the_fifty_first_milestone_is_one_too_many(alice: User, goal: Goal) -> None:
    Milestone.objects.bulk_create(
        Milestone(goal=goal, title=str(n), position=n) for n in range(milestones.MOST_MILESTONES)
    )
    with pytest.raises(Conflict, match="50 milestones"):
        milestones.add_milestone(goal=goal, by=alice, title="More")
