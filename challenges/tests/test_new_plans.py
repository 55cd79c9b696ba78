"""A plan that has slipped: the coach proposes changes, alice takes or leaves each."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notification, User
from ai.offline.replan import replan as offline_replan
from ai.schemas import OpenChallenge, OpenMilestone, ReplanInputs
from ai.tests.conftest import model_server, stub_model  # noqa: F401 - fixtures
from ai.tests.stub import StubModelServer
from challenges import replan_taking, replan_writing
from challenges.models import Challenge, Replan, ReplanLine
from goals import lifecycle, milestones
from goals.models import Goal, Milestone
from learnquest.core.errors import Conflict
from tests.factories import make_challenge, make_draft, make_goal, make_submission

TODAY = timezone.localdate()


@pytest.fixture
def slipped(alice: User) -> Goal:
    """A goal whose first milestone is overdue; some of it is handed in."""
    goal = make_goal(alice, target_date=TODAY + timedelta(days=40))
    first = milestones.add_milestone(goal=goal, by=alice, title="Order a coffee")
    second = milestones.add_milestone(
        goal=goal, by=alice, title="Talk to Rosa", due_date=TODAY + timedelta(days=3)
    )
    Milestone.objects.filter(pk=first.pk).update(due_date=TODAY - timedelta(days=9))
    make_submission(make_challenge(goal, title="Handed in", milestone=first))
    make_challenge(goal, title="Ask for the bill", milestone=first, estimated_minutes=60)
    make_challenge(goal, title="Tell a story", milestone=second, estimated_minutes=120)
    return goal


def plan_anew(goal: Goal, **wishes: Any) -> Replan:
    replan = replan_writing.request_replan(goal=goal, by=goal.owner, **wishes)
    replan_writing.write_replan(replan.pk)
    replan.refresh_from_db()
    return replan


def line(replan: Replan, **fields: Any) -> ReplanLine:
    return ReplanLine.objects.create(replan=replan, position=replan.lines.count(), **fields)


def take(replan: Replan, *lines: ReplanLine) -> list[ReplanLine]:
    only = [one.pk for one in lines] or None
    return replan_taking.take_lines(replan=replan, by=replan.goal.owner, only=only)


def test_the_offline_coach_moves_what_is_late_and_offers_a_way_back(slipped: Goal) -> None:
    replan = plan_anew(slipped, wish="I was ill.")
    assert (replan.status, replan.is_offline) == ("ready", True)
    told = [(one.kind, one.action, one.title) for one in replan.lines.all()]
    assert told == [
        ("milestone", "change", "Order a coffee"),
        ("milestone", "change", "Talk to Rosa"),
        ("challenge", "add", "A short way back in"),
    ]
    days = [one.new_day for one in replan.lines.filter(kind="milestone")]
    assert days[0] and days[1] and TODAY < days[0] < days[1] == slipped.target_date
    news = Notification.objects.get(user=slipped.owner, target=replan.get_absolute_url())
    assert news.kind == Notification.Kind.PLAN_READY


def test_what_is_taken_is_done_and_what_is_left_is_not(slipped: Goal, alice: User) -> None:
    replan = plan_anew(slipped)
    first, second, added = replan.lines.all()
    replan_taking.leave_line(line=second, by=alice)
    take(replan)
    late, next_one = slipped.milestones.all()
    assert late.due_date == first.new_day
    assert next_one.due_date == TODAY + timedelta(days=3)
    titles = list(Challenge.objects.filter(goal=slipped).values_list("title", flat=True))
    # The way back stands before what is open, and after what was handed in.
    assert titles == ["Handed in", "A short way back in", "Ask for the bill", "Tell a story"]
    added.refresh_from_db()
    assert added.challenge is not None and added.challenge.source == "ai"
    replan_taking.restore_line(line=second, by=alice)
    take(replan, second)
    next_one.refresh_from_db()
    assert next_one.due_date == second.new_day


def test_finished_work_is_never_touched_whatever_a_line_says(slipped: Goal, alice: User) -> None:
    replan = plan_anew(slipped)
    replan.lines.all().delete()
    handed_in = Challenge.objects.get(title="Handed in")
    before = Challenge.objects.filter(pk=handed_in.pk).values().get()
    reached = milestones.add_milestone(goal=slipped, by=alice, title="Reached")
    milestones.complete_milestone(milestone=reached, by=alice)
    lines = [
        line(replan, kind="challenge", action="change", challenge=handed_in,
             new={"title": "Something else", "estimated_minutes": 5}),
        line(replan, kind="challenge", action="drop", challenge=handed_in),
        line(replan, kind="milestone", action="change", milestone=reached,
             new={"day": TODAY.isoformat()}),
        line(replan, kind="milestone", action="drop", milestone=reached),
        line(replan, kind="milestone", action="drop", milestone=handed_in.milestone),
    ]  # fmt: skip
    taken = take(replan, *lines)
    assert [one.state for one in taken] == ["gone"] * 5
    assert all(one.message for one in taken)
    assert Challenge.objects.filter(pk=handed_in.pk).values().get() == before
    reached.refresh_from_db()
    assert reached.due_date is None and reached.completed_at is not None


def test_work_handed_in_after_the_coach_looked_stays(slipped: Goal, alice: User) -> None:
    replan = plan_anew(slipped)
    challenge = Challenge.objects.get(title="Tell a story")
    drop = line(replan, kind="challenge", action="drop", challenge=challenge, title="Tell a story")
    make_submission(challenge)
    (told,) = take(replan, drop)
    assert (told.state, "Handed in" in told.message) == ("gone", True)
    challenge.refresh_from_db()
    assert challenge.status == Challenge.Status.HANDED_IN


def test_each_kind_of_change_does_what_it_says(slipped: Goal, alice: User) -> None:
    replan = plan_anew(slipped)
    replan.lines.all().delete()
    story, bill = (
        Challenge.objects.get(title="Tell a story"),
        Challenge.objects.get(title="Ask for the bill"),
    )
    draft = make_draft(bill)
    target = TODAY + timedelta(days=90)
    rosa = slipped.milestones.get(title="Talk to Rosa")
    line(replan, kind="target", action="change", new={"day": target.isoformat()})
    line(replan, kind="milestone", action="add", title="Half way", new={"day": target.isoformat()})
    line(replan, kind="challenge", action="change", challenge=story,
         new={"title": "Tell a short story", "estimated_minutes": 40, "difficulty": 2})  # fmt: skip
    line(replan, kind="challenge", action="drop", challenge=bill)
    line(replan, kind="milestone", action="drop", milestone=rosa)
    assert {one.state for one in take(replan)} == {"accepted"}
    slipped.refresh_from_db()
    assert slipped.target_date == target
    assert [one.title for one in slipped.milestones.all()] == ["Order a coffee", "Half way"]
    story.refresh_from_db()
    assert (story.title, story.estimated_minutes, story.difficulty) == ("Tell a short story", 40, 2)
    assert story.milestone is None
    bill.refresh_from_db()
    # Left out, not deleted: its draft is still there.
    assert bill.status == Challenge.Status.SKIPPED
    draft.refresh_from_db()
    with pytest.raises(Conflict):
        take(replan)


def test_one_line_that_cannot_be_does_not_hold_the_others_up(slipped: Goal) -> None:
    replan = plan_anew(slipped)
    impossible = line(replan, kind="challenge", action="change", title="Gone", new={"title": "X"})
    states = {one.pk: one.state for one in take(replan)}
    assert states.pop(impossible.pk) == "gone"
    assert set(states.values()) == {"accepted"}


def test_a_goal_that_rests_or_has_nothing_open_gets_none(alice: User, slipped: Goal) -> None:
    with pytest.raises(Conflict, match="Nothing is left"):
        replan_writing.request_replan(goal=make_goal(alice), by=alice)
    lifecycle.move(goal=slipped, to=Goal.Status.PAUSED, by=alice)
    with pytest.raises(Conflict, match="active"):
        replan_writing.request_replan(goal=slipped, by=alice)


def test_asking_twice_asks_once_and_a_failure_can_be_tried_again(
    slipped: Goal,
    alice: User,
    stub_model: StubModelServer,  # noqa: F811
) -> None:
    first = replan_writing.request_replan(goal=slipped, by=alice)
    assert replan_writing.request_replan(goal=slipped, by=alice) == first
    stub_model.refuses()
    replan_writing.write_replan(first.pk)
    first.refresh_from_db()
    assert first.status == "failed" and "declined" in first.message
    stub_model.heals()
    again = replan_writing.retry_replan(replan=first, by=alice)
    replan_writing.write_replan(again.pk)
    again.refresh_from_db()
    assert (again.status, again.is_offline) == ("ready", False)
    told = [(one.kind, one.action) for one in again.lines.all()]
    assert told == [
        ("target", "change"), ("milestone", "change"), ("milestone", "add"),
        ("challenge", "change"),
    ]  # fmt: skip
    system, user = stub_model.last_prompt
    assert "Ask for the bill" in user and "Ask for the bill" not in system
    assert "Handed in" in user


def test_a_lost_worker_loses_no_new_plan(slipped: Goal, alice: User) -> None:
    replan = replan_writing.request_replan(goal=slipped, by=alice)
    later = timezone.now() + timedelta(minutes=10)
    assert replan_writing.recover(now=later) == 1
    Replan.objects.filter(pk=replan.pk).update(attempts=3, lease_until=later)
    replan_writing.recover(now=later + timedelta(seconds=1))
    replan.refresh_from_db()
    assert replan.status == "failed" and "interrupted" in replan.message


class TestTheOfflineCoach:
    def inputs(self, minutes: list[int], days: int | None, **fields: Any) -> ReplanInputs:
        return ReplanInputs(
            title="Learn chess",
            today=TODAY,
            target_date=TODAY + timedelta(days=days) if days is not None else None,
            hours_per_week=2,
            milestones=[OpenMilestone(number=1, title="Play", due_date=None)],
            challenges=[
                OpenChallenge(
                    number=number, title=f"Step {number}", instructions="Do it.", difficulty=2,
                    minutes=each, milestone=1, is_begun=number == 1,
                )
                for number, each in enumerate(minutes, 1)
            ],
            **fields,
        )  # fmt: skip

    def test_it_leaves_out_the_biggest_where_time_is_short_but_not_the_proof(self) -> None:
        answer = offline_replan(self.inputs([300, 60, 90, 30, 240], days=30))
        assert [(c.number, c.do) for c in answer.challenges] == [(2, "drop"), (3, "drop")]
        # What is begun and what proves the goal stays, and that is still too much.
        assert answer.target_in_days == 34

    def test_it_names_a_date_that_fits_once_the_old_one_has_passed(self) -> None:
        answer = offline_replan(self.inputs([120, 120], days=-4))
        assert answer.target_in_days == 14
        assert answer.milestones[0].due_in_days == 14
        assert [new.title for new in answer.new_challenges] == ["A short way back in"]

    def test_without_a_date_it_sets_none_and_without_a_slip_it_adds_nothing(self) -> None:
        answer = offline_replan(self.inputs([600], days=None))
        assert answer.target_in_days is None
        assert answer.milestones[0].due_in_days == 35
        assert answer.new_challenges == []


class TestThePages:
    def test_alice_asks_takes_one_and_leaves_one_without_scripts(
        self, client: Client, alice: User, slipped: Goal
    ) -> None:
        client.force_login(alice)
        dates = client.get(f"/goals/{slipped.pk}/replan/").content.decode()
        assert f'href="/goals/{slipped.pk}/replan/coach/"' in dates
        answer = client.post(f"/goals/{slipped.pk}/replan/coach/", {"wish": "Too much work."})
        replan = Replan.objects.get()
        assert answer.headers["Location"] == replan.get_absolute_url()
        assert "looking at your plan" in client.get(replan.get_absolute_url()).content.decode()
        replan_writing.write_replan(replan.pk)
        page = client.get(replan.get_absolute_url()).content.decode()
        assert "A short way back in" in page and "2 things stay as they are" in page
        first, second, third = replan.lines.all()
        client.post(f"/replans/lines/{first.pk}/leave/")
        client.post(f"/replans/lines/{second.pk}/take/")
        client.post(f"/replans/{replan.pk}/take/", {"selected": "1", "only": [third.pk]})
        assert [one.state for one in replan.lines.all()] == ["dropped", "accepted", "accepted"]

    def test_htmx_gets_the_panel_with_the_news(
        self, client: Client, alice: User, slipped: Goal
    ) -> None:
        client.force_login(alice)
        replan = plan_anew(slipped)
        answer = client.post(
            f"/replans/{replan.pk}/take/", headers={"HX-Request": "true"}
        ).content.decode()
        assert "<h1>" not in answer and 'id="replan"' in answer
        assert "3 changes are made." in answer

    def test_a_failure_is_told_with_what_happens_next(
        self,
        client: Client,
        alice: User,
        slipped: Goal,
        stub_model: StubModelServer,  # noqa: F811
    ) -> None:
        stub_model.refuses()
        client.force_login(alice)
        page = client.get(plan_anew(slipped).get_absolute_url()).content.decode()
        assert "declined" in page and "Your plan is as it was" in page and "Try again" in page

    def test_what_a_model_wrote_is_text(self, client: Client, alice: User, slipped: Goal) -> None:
        replan = plan_anew(slipped)
        Replan.objects.update(summary="<script>alert(1)</script>")
        line(replan, kind="milestone", action="add", title="<b>x</b>", why="<img src=x>")
        client.force_login(alice)
        page = client.get(replan.get_absolute_url()).content.decode()
        assert "<script>alert" not in page and "<b>x" not in page and "<img src=x" not in page

    def test_the_page_takes_the_same_queries_however_many_lines(
        self, client: Client, alice: User, slipped: Goal, django_assert_max_num_queries: Any
    ) -> None:
        replan = plan_anew(slipped)
        story = Challenge.objects.get(title="Tell a story")
        for _ in range(20):
            line(replan, kind="challenge", action="change", challenge=story, new={"difficulty": 1})
        client.force_login(alice)
        with django_assert_max_num_queries(12):
            client.get(replan.get_absolute_url())


def test_the_api_asks_reads_and_takes(client: Client, alice: User, slipped: Goal) -> None:
    client.force_login(alice)
    asked = client.post(
        "/api/ai/replan", {"goal": slipped.pk, "wish": "I was ill."}, "application/json"
    )
    assert asked.status_code == 202
    where = asked.headers["Location"]
    replan_writing.write_replan(asked.json()["id"])
    told = client.get(where).json()
    assert (told["status"], len(told["lines"])) == ("ready", 3)
    first, second, _ = told["lines"]
    left = client.post(f"/api/ai/replan-lines/{first['id']}/drop")
    assert (left.status_code, left.json()["state"]) == (200, "dropped")
    taken = client.post(f"{where}/accept", {"only": [second["id"]]}, "application/json")
    assert [one["state"] for one in taken.json()["lines"]] == ["dropped", "accepted", "open"]
    again = client.post(f"{where}/accept", {"only": [second["id"]]}, "application/json")
    assert again.status_code == 409


def test_a_milestone_without_challenges_gets_its_share_of_the_days() -> None:
    today = timezone.localdate()
    inputs = ReplanInputs(
        title="Bake bread",
        today=today,
        target_date=today + timedelta(days=90),
        milestones=[OpenMilestone(number=n, title=f"Part {n}", due_date=None) for n in (1, 2, 3)],
        challenges=[
            OpenChallenge(
                number=1, title="Bake", instructions="Bake.", difficulty=2, minutes=300,
                milestone=3, is_begun=False,
            )
        ],
    )  # fmt: skip
    moved = {change.number: change.due_in_days for change in offline_replan(inputs).milestones}
    assert moved == {1: 30, 2: 60, 3: 90}
