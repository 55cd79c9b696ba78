"""What comes first: never in a circle, and it keeps the rest from being begun, not from view."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from challenges import authoring, prerequisites
from challenges.models import Challenge, Prerequisite
from goals.models import Goal
from learnquest.core.errors import Conflict, Invalid
from submissions import drafting
from tests.factories import make_challenge, make_goal


def make_plan(goal: Goal, count: int) -> list[Challenge]:
    return [make_challenge(goal, title=f"C{number}") for number in range(count)]


def has_circle(edges: list[tuple[int, int]]) -> bool:
    """Another way to look for circles: take away what needs nothing, until nothing is left."""
    left = set(edges)
    while True:
        blocked = {one for one, _need in left}
        kept = {(one, need) for one, need in left if need in blocked}
        if kept == left:
            return bool(left)
        left = kept


def test_a_circle_is_refused_by_its_titles_and_nothing_changes(alice: User, goal: Goal) -> None:
    one, two, three = make_plan(goal, 3)
    prerequisites.set_needs(challenge=two, needs=[one], by=alice)
    prerequisites.set_needs(challenge=three, needs=[two], by=alice)
    with pytest.raises(Invalid, match="“C0” → “C1” → “C2” → “C0”"):
        prerequisites.set_needs(challenge=one, needs=[three], by=alice)
    assert sorted(prerequisites.edges_of(goal)) == [(two.pk, one.pk), (three.pk, two.pk)]


def test_a_challenge_cannot_come_after_itself(alice: User, challenge: Challenge) -> None:
    with pytest.raises(Invalid, match="circle"):
        prerequisites.set_needs(challenge=challenge, needs=[challenge], by=alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Prerequisite.objects.create(challenge=challenge, needs=challenge)


def test_only_challenges_of_the_same_goal(alice: User, goal: Goal, challenge: Challenge) -> None:
    elsewhere = make_challenge(make_goal(alice, title="Another"))
    with pytest.raises(Invalid, match="of this goal"):
        prerequisites.set_needs(challenge=challenge, needs=[elsewhere], by=alice)


def test_ten_at_most(alice: User, goal: Goal) -> None:
    *first, last = make_plan(goal, 12)
    with pytest.raises(Invalid, match="10 others"):
        prerequisites.set_needs(challenge=last, needs=first, by=alice)


def test_charlie_cannot_change_what_alice_does_first(
    charlie: User, goal: Goal, challenge: Challenge
) -> None:
    with pytest.raises(Goal.DoesNotExist):
        prerequisites.set_needs(challenge=challenge, needs=[], by=charlie)


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    deeds=st.lists(
        st.tuples(st.integers(0, 5), st.sets(st.integers(0, 5), max_size=3)), max_size=12
    )
)
def test_no_sequence_of_deeds_makes_a_circle(
    deeds: list[tuple[int, set[int]]], alice: User
) -> None:
    goal = make_goal(alice)
    plan = make_plan(goal, 6)
    for which, needs in deeds:
        before = sorted(prerequisites.edges_of(goal))
        wanted = [edge for edge in before if edge[0] != plan[which].pk]
        wanted += [(plan[which].pk, plan[need].pk) for need in needs]
        try:
            prerequisites.set_needs(
                challenge=plan[which], needs=[plan[need] for need in needs], by=alice
            )
        except Invalid:
            assert has_circle(wanted), "refused without a circle"
            assert sorted(prerequisites.edges_of(goal)) == before
        else:
            assert sorted(prerequisites.edges_of(goal)) == sorted(wanted)
        assert not has_circle(prerequisites.edges_of(goal))


@pytest.mark.parametrize(
    ("status", "opens"),
    [
        ("todo", False),
        ("doing", False),
        ("returned", False),
        ("handed_in", True),
        ("accepted", True),
        ("skipped", True),
    ],
)
def test_a_challenge_opens_when_what_comes_first_is_handed_in(
    alice: User, goal: Goal, status: str, opens: bool
) -> None:
    first, second = make_plan(goal, 2)
    prerequisites.set_needs(challenge=second, needs=[first], by=alice)
    Challenge.objects.filter(pk=first.pk).update(status=status)
    assert Challenge.objects.with_lock().get(pk=second.pk).is_locked is not opens
    if opens:
        assert drafting.save_draft(challenge=second, by=alice, body="Begun").pk
    else:
        for deed in (
            lambda: drafting.save_draft(challenge=second, by=alice, body="Begun"),
            lambda: authoring.begin(challenge=second, by=alice),
        ):
            with pytest.raises(Conflict, match="First comes “C0”"):
                deed()


def test_what_was_begun_before_can_be_finished(alice: User, goal: Goal) -> None:
    first, second = make_plan(goal, 2)
    drafting.save_draft(challenge=second, by=alice, body="So far")
    prerequisites.set_needs(challenge=second, needs=[first], by=alice)
    assert drafting.save_draft(challenge=second, by=alice, body="And on").body == "And on"


def test_a_locked_challenge_can_be_looked_at_and_says_what_comes_first(
    client: Client, alice: User, goal: Goal
) -> None:
    first, second = make_plan(goal, 2)
    prerequisites.set_needs(challenge=second, needs=[first], by=alice)
    client.force_login(alice)
    page = client.get(f"/challenges/{second.pk}/").content.decode()
    assert "Something else comes first" in page and f'href="/challenges/{first.pk}/"' in page
    assert second.instructions in page and "Go to your work" not in page
    saved = client.post(f"/challenges/{second.pk}/work/save/", {"body": "x"})
    assert saved.status_code == 422 and "First comes" in saved.content.decode()
    assert "Opens the way to" in client.get(f"/challenges/{first.pk}/").content.decode()


def test_the_form_refuses_a_circle_at_its_field(client: Client, alice: User, goal: Goal) -> None:
    first, second = make_plan(goal, 2)
    prerequisites.set_needs(challenge=second, needs=[first], by=alice)
    client.force_login(alice)
    sent = {
        "title": "C0", "instructions": "Do it.", "difficulty": "2", "estimated_minutes": "30",
        "needs": [second.pk], "rubric-TOTAL_FORMS": "1", "rubric-INITIAL_FORMS": "0",
        "rubric-0-name": "Good", "rubric-0-weight": "100",
    }  # fmt: skip
    page = client.post(f"/challenges/{first.pk}/edit/", sent)
    assert page.status_code == 422 and "circle" in page.content.decode()
    assert client.post(f"/challenges/{first.pk}/edit/", {**sent, "needs": []}).status_code == 302


def test_the_api_names_the_circle(client: Client, alice: User, goal: Goal) -> None:
    first, second = make_plan(goal, 2)
    client.force_login(alice)
    url = "/api/challenges/{}/prerequisites"
    answer = client.put(
        url.format(second.pk), {"needs": [first.pk]}, content_type="application/json"
    )
    assert answer.json() == {"needs": [first.pk], "unlocks": [], "missing": [first.pk]}
    listed = client.get(f"/api/challenges/?goal={goal.pk}").json()["items"]
    assert [one["is_locked"] for one in listed] == [False, True]
    answer = client.put(
        url.format(first.pk), {"needs": [second.pk]}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/needs"
