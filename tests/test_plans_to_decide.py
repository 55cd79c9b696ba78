"""A plan that the coach made is found from its goal, until all of it is decided on."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from challenges import generation
from challenges.models import Plan
from goals.models import Goal
from learnquest.pages import dashboard
from reviews.models import PeerReview
from tests.factories import claim, make_challenge, make_goal, make_submission

WAITS = "A plan waits for your decision"


@pytest.fixture
def tab(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def make_plan(goal: Goal) -> Plan:
    """A plan of the offline coach's, nothing of it decided on."""
    plan = generation.request_plan(goal=goal, by=goal.owner)
    generation.write_plan(plan.pk)
    plan.refresh_from_db()
    assert plan.status == Plan.Status.READY
    return plan


def page_of(tab: Client, goal: Goal) -> str:
    return tab.get(goal.get_absolute_url()).content.decode()


def form_of(tab: Client, goal: Goal) -> str:
    return tab.get(f"/goals/{goal.pk}/plan/").content.decode()


def test_the_goal_leads_to_what_the_coach_proposed(tab: Client, goal: Goal) -> None:
    assert WAITS not in page_of(tab, goal) and WAITS not in form_of(tab, goal)
    plan = make_plan(goal)
    count = plan.proposals.count()
    for text in (page_of(tab, goal), form_of(tab, goal)):
        assert WAITS in text and f'href="/plans/{plan.pk}/"' in text
        assert f"{count} challenges proposed on" in text
        assert "No plan yet" not in text


def test_what_is_left_of_a_plan_is_found_until_it_is_decided_on(
    tab: Client, alice: User, goal: Goal
) -> None:
    plan = make_plan(goal)
    first, *rest = plan.proposals.all()
    generation.accept_proposals(plan=plan, by=alice, only=[first.pk])
    for proposal in rest[1:]:
        generation.drop_proposal(proposal=proposal, by=alice)
    text = page_of(tab, goal)
    assert WAITS in text and "1 challenge proposed on" in text and first.title in text
    generation.drop_proposal(proposal=rest[0], by=alice)
    assert WAITS not in page_of(tab, goal)


def test_a_plan_that_failed_hides_none_that_waits(tab: Client, goal: Goal) -> None:
    waiting = make_plan(goal)
    failed = Plan.objects.create(goal=goal, status=Plan.Status.FAILED)
    for text in (page_of(tab, goal), form_of(tab, goal)):
        assert f'href="/plans/{waiting.pk}/"' in text and f'href="/plans/{failed.pk}/"' in text
    Plan.objects.filter(pk=failed.pk).update(status=Plan.Status.PENDING)
    assert "The coach is writing a plan" in form_of(tab, goal)


def test_an_archived_goal_asks_for_no_decision(tab: Client, goal: Goal) -> None:
    make_plan(goal)
    Goal.objects.update(status=Goal.Status.ARCHIVED)
    assert WAITS not in page_of(tab, goal)


def test_strangers_hear_of_no_plan(client: Client, charlie: User, goal: Goal) -> None:
    make_plan(goal)
    Goal.objects.update(visibility="public")
    client.force_login(charlie)
    assert WAITS not in page_of(client, goal)
    assert client.get("/api/ai/plans").json()["items"] == []


def test_many_plans_take_no_more_queries(tab: Client, goal: Goal) -> None:
    counts = []
    for _ in range(3):
        for address in (goal.get_absolute_url(), f"/goals/{goal.pk}/plan/"):
            with CaptureQueriesContext(connection) as queries:
                tab.get(address)
            counts.append(len(queries))
        make_plan(goal)
        Plan.objects.update(created_at=timezone.now() - timedelta(days=1))
        make_plan(goal)
    assert counts[2:4] == counts[4:6] and max(counts) <= 17


def test_the_api_lists_plans_and_those_to_decide_on(tab: Client, alice: User, goal: Goal) -> None:
    old, new = make_plan(goal), make_plan(make_goal(alice))
    generation.accept_proposals(plan=new, by=alice)

    def found(**query: str | int) -> list[int]:
        return [plan["id"] for plan in tab.get("/api/ai/plans", query).json()["items"]]

    assert found() == [new.pk, old.pk]
    assert found(goal=goal.pk) == found(undecided=True) == [old.pk]
    assert found(goal=new.goal_id, undecided=True) == []
    assert tab.get("/api/ai/plans", {"goal": "none"}).status_code == 422


def test_today_does_not_ask_to_make_a_plan_that_is_there(alice: User, goal: Goal) -> None:
    def kinds() -> list[str]:
        return [step.kind for step in dashboard.read(alice).steps]

    assert kinds() == ["make_plan"]
    plan = generation.request_plan(goal=goal, by=alice)
    assert kinds() == []
    generation.write_plan(plan.pk)
    assert kinds() == ["read_plan"]
    for proposal in plan.proposals.all():
        generation.drop_proposal(proposal=proposal, by=alice)
    assert kinds() == ["make_plan"]


def test_today_names_a_plan_for_each_goal(alice: User) -> None:
    plans = [make_plan(make_goal(alice, title=title)) for title in ("Swim", "Sew")]
    steps = dashboard.read(alice).steps
    assert {step.url for step in steps} == {plan.get_absolute_url() for plan in plans}
    assert len(steps) == 2


def test_nobody_waits_for_practice(alice: User, bob: User) -> None:
    review = claim(make_submission(make_challenge(make_goal(alice))), bob)
    step = dashboard.read(bob).steps[0]
    assert step.kind == "finish_review" and "Somebody is waiting" in step.why
    PeerReview.objects.filter(pk=review.pk).update(is_training=True)
    (step,) = (s for s in dashboard.read(bob).steps if s.kind == "finish_review")
    assert "nobody waits" in step.why and "Somebody" not in step.why and "hours left" in step.why
