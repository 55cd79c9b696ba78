"""The order of a plan: whatever is done to it, positions stay whole and nothing is lost."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from challenges import authoring, bulk, ordering, prerequisites
from challenges.models import Challenge
from goals import milestones
from goals.models import Goal, Milestone
from learnquest.core.errors import Conflict, Invalid
from submissions.models import Submission
from tests.factories import make_challenge, make_draft, make_goal


def titles(goal: Goal) -> list[str]:
    return list(Challenge.objects.filter(goal=goal).values_list("title", flat=True))


@pytest.fixture
def plan(goal: Goal) -> list[Challenge]:
    return [make_challenge(goal, title=title) for title in "abcd"]


@pytest.fixture
def milestone(alice: User, goal: Goal) -> Milestone:
    return milestones.add_milestone(goal=goal, by=alice, title="First")


def test_the_order_is_the_one_given(alice: User, goal: Goal, plan: list[Challenge]) -> None:
    order = [plan[at].pk for at in (2, 0, 3, 1)]
    ordering.reorder(goal=goal, order=order, by=alice)
    assert titles(goal) == list("cadb")


def test_an_order_of_another_plan_is_refused(
    alice: User, goal: Goal, plan: list[Challenge]
) -> None:
    ids = [one.pk for one in plan]
    for wrong in (ids[1:], [*ids, ids[0]], [*ids[1:], 999_999]):
        with pytest.raises(Conflict, match="changed meanwhile"):
            ordering.reorder(goal=goal, order=wrong, by=alice)
    assert titles(goal) == list("abcd")


def test_up_and_down_stay_within_a_milestone(
    alice: User, goal: Goal, plan: list[Challenge], milestone: Milestone
) -> None:
    bulk.move(goal=goal, ids=[plan[0].pk, plan[2].pk], milestone=milestone, by=alice)
    ordering.shift(challenge=plan[2], step=-1, by=alice)
    assert titles(goal) == list("cbad")
    ordering.shift(challenge=plan[2], step=-1, by=alice)  # it is the first there already
    assert titles(goal) == list("cbad")


def test_a_dropped_challenge_lands_before_the_other(
    alice: User, goal: Goal, plan: list[Challenge], milestone: Milestone
) -> None:
    ordering.place(challenge=plan[3], milestone=milestone, before=plan[1], by=alice)
    assert titles(goal) == list("adbc")
    assert Challenge.objects.get(title="d").milestone == milestone
    elsewhere = make_challenge(make_goal(alice, title="Another"))
    with pytest.raises(Invalid, match="of this goal"):
        ordering.place(challenge=plan[3], milestone=None, before=elsewhere, by=alice)


type Deed = tuple[str, int, int]
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["add", "copy", "delete", "up", "down", "place", "turn"]),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    max_size=14,
)


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=DEEDS)
def test_no_order_of_moves_breaks_positions(deeds: list[Deed], alice: User) -> None:
    goal = make_goal(alice)
    model: list[int] = [make_challenge(goal).pk for _ in range(3)]
    for deed, one, other in deeds:
        _both(goal, alice, model, deed, one, other)
        rows = list(Challenge.objects.filter(goal=goal).order_by("position"))
        assert [row.pk for row in rows] == model, deed
        assert len({row.position for row in rows}) == len(rows)


def _both(goal: Goal, by: User, model: list[int], deed: str, one: int, other: int) -> None:
    """Do a deed to the plan, and what it should do to a plain list."""
    if deed == "add" or not model:
        model.append(make_challenge(goal).pk)
        return
    at, to = one % len(model), other % len(model)
    challenge = Challenge.objects.get(pk=model[at])
    if deed == "copy":
        model.insert(at + 1, authoring.duplicate(challenge=challenge, by=by).pk)
    elif deed == "delete":
        authoring.delete_challenge(challenge=challenge, by=by)
        model.pop(at)
    elif deed in {"up", "down"}:
        step = -1 if deed == "up" else 1
        ordering.shift(challenge=challenge, step=step, by=by)
        if 0 <= at + step < len(model):
            model[at], model[at + step] = model[at + step], model[at]
    elif deed == "place":
        before = Challenge.objects.get(pk=model[to]) if to != at else None
        ordering.place(challenge=challenge, milestone=None, before=before, by=by)
        model.remove(challenge.pk)
        model.insert(model.index(before.pk) if before else len(model), challenge.pk)
    else:
        model.reverse()
        ordering.reorder(goal=goal, order=model, by=by)


def test_a_copy_is_fresh_and_stands_right_after(
    alice: User, goal: Goal, plan: list[Challenge], milestone: Milestone
) -> None:
    bulk.move(goal=goal, ids=[plan[1].pk], milestone=milestone, by=alice)
    prerequisites.set_needs(challenge=plan[1], needs=[plan[0]], by=alice)
    Challenge.objects.filter(pk=plan[1].pk).update(status="accepted")
    copy = authoring.duplicate(challenge=plan[1], by=alice)
    copy.refresh_from_db()
    assert titles(goal) == ["a", "b", "b (again)", "c", "d"]
    assert (copy.status, copy.milestone, copy.rubric) == ("todo", milestone, plan[1].rubric)
    assert list(copy.needs.all()) == [plan[0]]


def test_many_are_changed_together_or_not_at_all(
    alice: User, goal: Goal, plan: list[Challenge]
) -> None:
    ids = [one.pk for one in plan]
    Challenge.objects.filter(pk=ids[3]).update(status="accepted")
    with pytest.raises(Conflict):
        bulk.skip(goal=goal, ids=ids, by=alice)
    assert not Challenge.objects.filter(status="skipped").exists()
    assert [one.status for one in bulk.skip(goal=goal, ids=ids[:2], by=alice)] == ["skipped"] * 2
    assert [one.status for one in bulk.resume(goal=goal, ids=ids[:2], by=alice)] == ["todo"] * 2
    make_draft(plan[0])
    with pytest.raises(Conflict, match="work on this challenge"):
        bulk.delete(goal=goal, ids=ids[:2], by=alice)
    assert bulk.delete(goal=goal, ids=ids[1:3], by=alice) == 2
    assert titles(goal) == list("ad") and Submission.objects.count() == 1


def test_many_of_another_goal_are_refused(
    alice: User, charlie: User, goal: Goal, plan: list[Challenge]
) -> None:
    elsewhere = make_challenge(make_goal(alice, title="Another"))
    for ids in ([], [plan[0].pk, elsewhere.pk]):
        with pytest.raises(Invalid, match="of this goal"):
            bulk.skip(goal=goal, ids=ids, by=alice)
    with pytest.raises(Goal.DoesNotExist):
        bulk.skip(goal=goal, ids=[plan[0].pk], by=charlie)


def test_the_page_arranges_without_scripts_and_with_htmx(
    client: Client, alice: User, goal: Goal, plan: list[Challenge], milestone: Milestone
) -> None:
    client.force_login(alice)
    page = client.get(f"/goals/{goal.pk}/arrange/").content.decode()
    assert page.index(">a</a>") < page.index(">b</a>")
    moved = client.post(f"/challenges/{plan[0].pk}/shift/", {"way": "down"})
    assert moved["Location"] == f"/goals/{goal.pk}/arrange/" and titles(goal) == list("bacd")
    panel = client.post(
        f"/challenges/{plan[3].pk}/place/",
        {"milestone": milestone.pk, "before": plan[1].pk},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "<h1>" not in panel and titles(goal) == list("dbac")
    many = f"/goals/{goal.pk}/arrange/many/"
    sent: dict[str, Any] = {"deed": "skip", "ids": [plan[1].pk, plan[2].pk]}
    client.post(many, sent)
    assert Challenge.objects.filter(status="skipped").count() == 2
    for wrong in ({"deed": "burn", "ids": [plan[0].pk]}, {"deed": "skip"}):
        refused = client.post(many, wrong, headers={"HX-Request": "true"}).content.decode()
        assert "There is no such deed" in refused or "Choose challenges" in refused


def test_three_hundred_take_no_more_queries_and_stay_readable(
    client: Client, alice: User, goal: Goal, django_assert_max_num_queries: Any
) -> None:
    first = make_challenge(goal)
    Challenge.objects.bulk_create(
        Challenge(
            goal=goal,
            title=f"C{position}",
            instructions="Do it.",
            rubric=first.rubric,
            status="accepted" if position < 200 else "todo",
            position=position,
        )
        for position in range(1, 300)
    )
    client.force_login(alice)
    for path in (f"/goals/{goal.pk}/", f"/goals/{goal.pk}/arrange/"):
        with django_assert_max_num_queries(20):
            page = client.get(path).content.decode()
    page = client.get(f"/goals/{goal.pk}/").content.decode()
    assert "199 finished or skipped" in page and "81 more to do" in page


def test_the_api_orders_copies_and_changes_many(
    client: Client, alice: User, goal: Goal, plan: list[Challenge]
) -> None:
    client.force_login(alice)

    def send(method: str, path: str, **body: Any) -> Any:
        return client.generic(
            method, f"/api/challenges/{path}", json.dumps(body), "application/json"
        )

    order = [one.pk for one in reversed(plan)]
    answer = send("PUT", "order", goal=goal.pk, order=order)
    assert [one["id"] for one in answer.json()] == order
    assert send("PUT", "order", goal=goal.pk, order=order[1:]).status_code == 409
    copied = send("POST", f"{plan[0].pk}/duplicate").json()
    assert (copied["title"], copied["position"]) == ("a (again)", 4)
    changed = send("POST", "bulk", goal=goal.pk, ids=order[:2], deed="skip").json()
    assert {one["status"] for one in changed} == {"skipped"}
    assert send("POST", "bulk", goal=goal.pk, ids=[0], deed="skip").status_code == 422
    patched = send("PATCH", f"{plan[0].pk}", due_date="2027-01-31")
    assert (patched.json()["due_date"], patched.json()["title"]) == ("2027-01-31", "a")
    placed = send("POST", f"{plan[0].pk}/place", before=plan[3].pk)
    assert placed.json()["position"] == 0


def test_enter_in_a_field_saves_and_takes_no_preset(
    client: Client, alice: User, goal: Goal, challenge: Challenge
) -> None:
    client.force_login(alice)
    for path in (f"/goals/{goal.pk}/challenges/new/", f"/challenges/{challenge.pk}/edit/"):
        page = client.get(path).text
        buttons = re.findall(r'<button [^>]*type="submit"[^>]*>', page.partition("<main")[2])
        # A browser presses the first one of the form for Enter.
        assert buttons[0] == '<button type="submit" hidden>'
        assert any("use_preset" in button for button in buttons[1:])


def test_the_preset_button_fills_the_rubric_and_keeps_what_was_typed(
    client: Client, alice: User, goal: Goal
) -> None:
    client.force_login(alice)
    sent = {"title": "Half", "instructions": "", "use_preset": "1", "preset": "code"}
    page = client.post(f"/goals/{goal.pk}/challenges/new/", sent)
    text = page.content.decode()
    assert page.status_code == 200 and 'value="Half"' in text and "Can be trusted" in text
    assert not Challenge.objects.exists()


def test_levels_are_written_kept_and_dropped(client: Client, alice: User, goal: Goal) -> None:
    rubric = [
        {"key": "good", "name": "Good", "weight": 100,
         "levels": [{"score": 100, "text": "All"}, {"score": 60, "text": "Some"}]}
    ]  # fmt: skip
    challenge = make_challenge(goal, rubric=rubric)
    client.force_login(alice)
    page = client.get(f"/challenges/{challenge.pk}/edit/").content.decode()
    assert 'name="rubric-0-level_100" value="All"' in page
    sent = {
        "title": "T", "instructions": "Do it.", "difficulty": "2", "estimated_minutes": "30",
        "rubric-TOTAL_FORMS": "1", "rubric-INITIAL_FORMS": "0", "rubric-0-key": "good",
        "rubric-0-name": "Good", "rubric-0-weight": "100", "rubric-0-level_100": "",
        "rubric-0-level_50": "Half",
    }  # fmt: skip
    assert client.post(f"/challenges/{challenge.pk}/edit/", sent).status_code == 302
    challenge.refresh_from_db()
    # The level of a score for which the form has no field is not lost.
    assert challenge.rubric[0]["levels"] == [
        {"score": 50, "text": "Half"}, {"score": 60, "text": "Some"},
    ]  # fmt: skip


def test_ticked_proposals_alone_are_accepted(client: Client, alice: User, goal: Goal) -> None:
    from challenges import generation

    plan = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(plan.pk)
    chosen = [one.pk for one in plan.proposals.all()[:2]]
    client.force_login(alice)
    client.post(f"/plans/{plan.pk}/accept/", {"selected": "1", "only": chosen})
    assert Challenge.objects.filter(goal=goal).count() == 2
    page = client.post(f"/plans/{plan.pk}/accept/", {"selected": "1"}, follow=True)
    assert "Tick the challenges" in page.content.decode()
    assert Challenge.objects.filter(goal=goal).count() == 2
