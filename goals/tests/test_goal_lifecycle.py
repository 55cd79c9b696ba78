from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from goals import lifecycle, milestones, progress_log
from goals.models import Goal, Progress
from learnquest.core.errors import Conflict, Invalid
from reviews.models import PeerReview
from submissions.models import Submission
from tests.factories import make_goal


def test_a_title_is_enough_to_set_a_goal(alice: User) -> None:
    goal = lifecycle.create_goal(by=alice, title="  Play a song by heart  ")
    assert goal.title == "Play a song by heart"
    assert (goal.status, goal.visibility) == ("active", "private")
    entry = Progress.objects.get(goal=goal)
    assert (entry.kind, entry.user, entry.percent_after) == ("goal_created", alice, 0)


def test_a_goal_without_a_title_leaves_nothing_behind(alice: User) -> None:
    with pytest.raises(Invalid) as refusal:
        lifecycle.create_goal(by=alice, title="   ")
    assert "title" in refusal.value.errors
    assert not Goal.objects.exists() and not Progress.objects.exists()


def test_the_target_cannot_lie_before_the_start(alice: User) -> None:
    with pytest.raises(Invalid) as refusal:
        lifecycle.create_goal(
            by=alice, title="Run", start_date=date(2026, 5, 2), target_date=date(2026, 5, 1)
        )
    assert refusal.value.errors == {"target_date": ["The target date cannot be before the start."]}


def test_tags_are_kept_once_in_lower_case(alice: User) -> None:
    goal = lifecycle.create_goal(by=alice, title="Run", tags=["#Trail", "trail", " 10k "])
    assert goal.tags == ["trail", "10k"]


def test_nine_tags_are_too_many(alice: User) -> None:
    with pytest.raises(Invalid) as refusal:
        lifecycle.create_goal(by=alice, title="Run", tags=[str(n) for n in range(9)])
    assert "tags" in refusal.value.errors


def test_alice_pauses_and_resumes_her_goal(alice: User, goal: Goal) -> None:
    assert lifecycle.move(goal=goal, to=Goal.Status.PAUSED, by=alice).status == "paused"
    assert lifecycle.move(goal=goal, to=Goal.Status.ACTIVE, by=alice).status == "active"


def test_a_completed_goal_remembers_when_until_it_is_reopened(alice: User, goal: Goal) -> None:
    done = lifecycle.move(goal=goal, to=Goal.Status.COMPLETED, by=alice)
    assert done.completed_at is not None
    assert lifecycle.move(goal=goal, to=Goal.Status.ACTIVE, by=alice).completed_at is None


@pytest.mark.parametrize("now", Goal.Status)
@pytest.mark.parametrize("to", Goal.Status)
def test_only_the_moves_in_the_table_are_made(
    alice: User, goal: Goal, now: Goal.Status, to: Goal.Status
) -> None:
    Goal.objects.update(status=now)
    if to in lifecycle.MOVES[now]:
        assert lifecycle.move(goal=goal, to=to, by=alice).status == to
    else:
        with pytest.raises(Conflict):
            lifecycle.move(goal=goal, to=to, by=alice)
        goal.refresh_from_db()
        assert goal.status == now


def test_charlie_cannot_move_or_change_alices_goal(charlie: User, goal: Goal) -> None:
    with pytest.raises(Goal.DoesNotExist):
        lifecycle.move(goal=goal, to=Goal.Status.PAUSED, by=charlie)
    with pytest.raises(Goal.DoesNotExist):
        lifecycle.update_goal(goal=goal, by=charlie, title="Mine now")
    with pytest.raises(Goal.DoesNotExist):
        lifecycle.delete_goal(goal=goal, by=charlie)


def test_only_editable_fields_can_be_changed(alice: User, goal: Goal) -> None:
    with pytest.raises(TypeError, match="status"):
        lifecycle.update_goal(goal=goal, by=alice, status="completed")


def test_a_goal_without_work_is_deleted_with_all_of_it(alice: User, goal: Goal) -> None:
    lifecycle.delete_goal(goal=goal, by=alice)
    assert not Goal.objects.exists() and not Progress.objects.exists()


def test_a_goal_with_work_stays_and_says_what_to_do(
    alice: User, goal: Goal, submission: Submission
) -> None:
    with pytest.raises(Conflict, match="Archive it instead"):
        lifecycle.delete_goal(goal=goal, by=alice)
    assert Submission.objects.filter(pk=submission.pk).exists()


def test_an_account_goes_with_its_work(
    alice: User, bob: User, goal: Goal, submission: Submission
) -> None:
    alice.delete()
    assert not Submission.objects.exists() and not PeerReview.objects.exists()


@pytest.mark.parametrize("visibility", Goal.Visibility)
@pytest.mark.parametrize("status", Goal.Status)
def test_the_list_and_the_object_rule_agree(
    visibility: str, status: str, alice: User, charlie: User, mona: User, goal: Goal
) -> None:
    Goal.objects.update(visibility=visibility, status=status)
    goal.refresh_from_db()
    for viewer in (alice, charlie, mona):
        listed = Goal.objects.visible_to(viewer).filter(pk=goal.pk).exists()
        assert listed == goal.is_visible_to(viewer)


def test_a_draft_is_for_its_owner_alone_until_it_starts(alice: User, charlie: User) -> None:
    goal = lifecycle.create_goal(by=alice, title="Swim", visibility="public", draft=True)
    assert goal.status == "draft" and not goal.is_visible_to(charlie)
    goal = lifecycle.move(goal=goal, to=Goal.Status.ACTIVE, by=alice)
    assert goal.is_visible_to(charlie)


def test_a_goal_gets_a_new_link_each_time_it_becomes_unlisted(alice: User, goal: Goal) -> None:
    keys = []
    for visibility in ("unlisted", "private", "unlisted"):
        goal = lifecycle.update_goal(goal=goal, by=alice, visibility=visibility)
        keys.append(goal.share_key)
    assert keys[1] == "" and len(keys[0]) >= 20 and keys[0] != keys[2]
    assert lifecycle.update_goal(goal=goal, by=alice, title="Other").share_key == keys[2]


def test_a_goal_shows_the_icon_of_its_field_until_one_is_chosen(alice: User, goal: Goal) -> None:
    assert goal.mark == "chat"
    assert lifecycle.update_goal(goal=goal, by=alice, icon="leaf").mark == "leaf"
    with pytest.raises(Invalid) as refusal:
        lifecycle.update_goal(goal=goal, by=alice, icon="dragon", colour="red")
    assert {"icon", "colour"} <= set(refusal.value.errors)


def test_each_change_is_a_new_version(alice: User, goal: Goal) -> None:
    one = lifecycle.update_goal(goal=goal, by=alice, title="Other")
    two = lifecycle.move(goal=goal, to=Goal.Status.PAUSED, by=alice)
    assert (goal.version, one.version, two.version) == (1, 2, 3)


def test_practice_is_logged_and_earns_effort_that_does_not_rank(alice: User, goal: Goal) -> None:
    entry = progress_log.log_practice(goal=goal, by=alice, minutes=25, note="Verbs")
    assert (entry.kind, entry.minutes, entry.note) == ("practice", 25, "Verbs")
    earned = alice.point_entries.get()
    assert (earned.amount, earned.verified) == (5, False)
    assert not alice.standings.exists()


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_practice_of_no_time_or_more_than_a_day_is_refused(
    alice: User, goal: Goal, minutes: int
) -> None:
    with pytest.raises(Invalid):
        progress_log.log_practice(goal=goal, by=alice, minutes=minutes)
    assert not Progress.objects.filter(kind="practice").exists()


def test_the_first_day_is_today_in_the_learners_zone(alice: User) -> None:
    assert abs(make_goal(alice).start_date - timezone.now().date()) <= timedelta(days=1)
    assert make_goal(alice).start_date == timezone.localdate()


def test_an_archived_goal_stays_as_it_was(client: Client, alice: User) -> None:
    goal = make_goal(alice)
    goal = lifecycle.move(goal=goal, to=Goal.Status.ARCHIVED, by=alice)
    before = Progress.objects.count()
    for deed in (
        lambda: progress_log.log_practice(goal=goal, by=alice, minutes=30),
        lambda: milestones.add_milestone(goal=goal, by=alice, title="Late"),
    ):
        with pytest.raises(Conflict, match="archived"):
            deed()
    client.force_login(alice)
    page = client.get(goal.get_absolute_url()).content.decode()
    assert "Log practice" not in page and "Add milestone" not in page and "What happened" in page
    body = {"goal": goal.pk, "minutes": 30}
    answer = client.post("/api/progress/", body, content_type="application/json")
    assert answer.status_code == 409
    assert Progress.objects.count() == before and not goal.milestones.exists()
