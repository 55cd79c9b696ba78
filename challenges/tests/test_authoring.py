from typing import Any

import pytest

from accounts.models import User
from challenges import authoring
from challenges.models import Challenge
from goals import milestones
from goals.models import Goal, Progress
from learnquest.core.errors import Conflict, Invalid
from submissions.models import Submission
from tests.factories import make_challenge, make_goal

RUBRIC = [
    {"name": "Clear", "description": "", "weight": 60},
    {"name": "Correct", "description": "", "weight": 40},
]


def test_a_challenge_comes_with_a_plain_rubric_and_after_the_others(goal: Goal) -> None:
    first, second = make_challenge(goal), make_challenge(goal)
    assert (first.position, second.position) == (0, 1)
    assert sum(criterion.weight for criterion in first.criteria) == 100
    assert Progress.objects.filter(kind="challenge_added").count() == 2


def test_criteria_get_keys_from_their_names(goal: Goal) -> None:
    challenge = make_challenge(goal, rubric=[{**RUBRIC[0], "weight": 50}] * 2)
    assert [criterion.key for criterion in challenge.criteria] == ["clear", "clear-2"]


@pytest.mark.parametrize(
    ("rubric", "problem"),
    [
        ([], "1 to 6 criteria"),
        ([{**RUBRIC[0], "weight": 30}, RUBRIC[1]], "add up to 70"),
        ([{**RUBRIC[0], "key": "Not a key!", "weight": 100}], "key"),
        ([{"weight": 100, "name": ""}], "name"),
        ("nonsense", "1 to 6 criteria"),
        ([{**RUBRIC[0], "weight": 100, "is_staff": True}], "is_staff"),
        ([{**RUBRIC[0], "key": "a", "weight": 50}] * 2, "same key"),
    ],
)
def test_a_bad_rubric_is_refused_and_nothing_is_kept(goal: Goal, rubric: Any, problem: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make_challenge(goal, rubric=rubric)
    assert problem in " ".join(refusal.value.errors["rubric"])
    assert not Challenge.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("difficulty", 0),
        ("difficulty", 6),
        ("estimated_minutes", 0),
        ("estimated_minutes", 99999),
        ("title", ""),
        ("instructions", "  "),
    ],
)
def test_a_bad_value_is_refused_at_its_field(goal: Goal, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        make_challenge(goal, **{field: value})
    assert field in refusal.value.errors


def test_a_milestone_of_another_goal_is_refused(alice: User, goal: Goal) -> None:
    other = milestones.add_milestone(goal=make_goal(alice), by=alice, title="Elsewhere")
    with pytest.raises(Invalid, match="milestone of this goal"):
        make_challenge(goal, milestone=other)


def test_a_challenge_can_be_changed_until_work_is_handed_in(
    alice: User, challenge: Challenge
) -> None:
    changed = authoring.update_challenge(challenge=challenge, by=alice, title="Talk to a baker")
    assert changed.title == "Talk to a baker"
    Challenge.objects.update(status="handed_in")
    with pytest.raises(Conflict, match="handed in"):
        authoring.update_challenge(challenge=challenge, by=alice, title="Another")


def test_a_skipped_challenge_can_be_taken_back(alice: User, challenge: Challenge) -> None:
    assert authoring.skip(challenge=challenge, by=alice).status == "skipped"
    assert authoring.resume(challenge=challenge, by=alice).status == "todo"


def test_a_challenge_with_a_draft_is_not_deleted(
    alice: User, challenge: Challenge, draft: Submission
) -> None:
    with pytest.raises(Conflict, match="Skip it instead"):
        authoring.delete_challenge(challenge=challenge, by=alice)
    assert Submission.objects.filter(pk=draft.pk).exists()


def test_a_challenge_without_work_is_deleted(alice: User, challenge: Challenge) -> None:
    authoring.delete_challenge(challenge=challenge, by=alice)
    assert not Challenge.objects.exists()


def test_charlie_cannot_touch_alices_challenge(charlie: User, challenge: Challenge) -> None:
    with pytest.raises(Challenge.DoesNotExist):
        authoring.update_challenge(challenge=challenge, by=charlie, title="Mine")
    for deed in (authoring.skip, authoring.resume, authoring.delete_challenge):
        with pytest.raises(Challenge.DoesNotExist):
            deed(challenge=challenge, by=charlie)
    with pytest.raises(Goal.DoesNotExist):
        authoring.create_challenge(
            goal=challenge.goal, by=charlie, title="Mine", instructions="Do it"
        )


@pytest.mark.parametrize("visibility", Goal.Visibility)
def test_the_list_and_the_object_rule_agree(
    visibility: str, alice: User, charlie: User, challenge: Challenge
) -> None:
    Goal.objects.update(visibility=visibility)
    challenge = Challenge.objects.select_related("goal").get()
    for viewer in (alice, charlie):
        listed = Challenge.objects.visible_to(viewer).exists()
        assert listed == challenge.is_visible_to(viewer)
