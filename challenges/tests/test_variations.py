"""Another proposal: the same one made easier or harder, or one that was not there before."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from ai import gateway
from ai.gateway import Outcome
from ai.gateway import State as AIState
from ai.schemas import Variation as Answer
from ai.schemas import VaryInputs
from challenges import generation, variation
from challenges.models import Plan, Proposal, Variation
from goals.models import Goal

type Vary = Callable[[Proposal, str], Variation]


@pytest.fixture
def plan(alice: User) -> Plan:
    goal = Goal.objects.create(
        owner=alice, title="Run 10 kilometres", category="fitness", level="beginner"
    )
    asked = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(asked.pk)
    return Plan.objects.get(pk=asked.pk)


@pytest.fixture
def vary(alice: User) -> Vary:
    def ask(proposal: Proposal, how: str) -> Variation:
        asked = variation.request_variation(proposal=proposal, by=alice, how=how)
        variation.write_variation(asked.pk)
        proposal.refresh_from_db()
        return Variation.objects.get(pk=asked.pk)

    return ask


def named(plan: Plan, title: str) -> Proposal:
    return plan.proposals.get(title=title)


def bare(title: str) -> str:
    return re.sub(r" \((?:easier|harder)(?: still)?\)$", "", title)


@pytest.mark.django_db
@pytest.mark.parametrize(("how", "mark"), [("easier", "(easier)"), ("harder", "(harder)")])
def test_easier_and_harder_keep_the_challenge(plan: Plan, vary: Vary, how: str, mark: str) -> None:
    sign = -1 if how == "easier" else 1
    for proposal in plan.proposals.all():
        before = Proposal.objects.get(pk=proposal.pk)
        assert vary(proposal, how).status == Variation.Status.READY
        assert proposal.title == f"{before.title} {mark}"
        assert proposal.instructions.endswith(before.instructions)
        assert proposal.instructions.startswith(f"{how.capitalize()} than it says below: ")
        assert (proposal.estimated_minutes - before.estimated_minutes) * sign > 0
        assert (proposal.difficulty - before.difficulty) * sign >= 0
        assert [c.name for c in proposal.criteria] == [c.name for c in before.criteria]


@pytest.mark.django_db
def test_harder_after_easier_is_the_challenge_as_it_was(plan: Plan, vary: Vary) -> None:
    proposal = named(plan, "One movement, done well")
    before = Proposal.objects.get(pk=proposal.pk)
    vary(proposal, "easier")
    vary(proposal, "harder")
    assert (proposal.title, proposal.instructions) == (before.title, before.instructions)
    assert abs(proposal.estimated_minutes - before.estimated_minutes) <= 5


@pytest.mark.django_db
def test_at_the_easiest_level_the_coach_says_so_and_changes_nothing(plan: Plan, vary: Vary) -> None:
    proposal = named(plan, "One movement, done well")
    vary(proposal, "easier")
    assert vary(proposal, "easier").status == Variation.Status.READY
    assert proposal.title == "One movement, done well (easier still)"
    before = Proposal.objects.get(pk=proposal.pk)
    refused = vary(proposal, "easier")
    assert refused.status == Variation.Status.FAILED
    assert "no further" in refused.message
    assert (proposal.title, proposal.estimated_minutes, proposal.difficulty) == (
        before.title,
        before.estimated_minutes,
        before.difficulty,
    )


@pytest.mark.django_db
def test_what_was_replaced_or_dropped_never_comes_back(plan: Plan, vary: Vary, alice: User) -> None:
    """Press “Another one” until nothing is left, on several proposals in turn."""
    generation.drop_proposal(proposal=named(plan, "Three sessions in one week"), by=alice)
    seen = [proposal.title for proposal in plan.proposals.all()]
    vary(named(plan, "A week that fits your life"), "harder")
    turns = list(plan.proposals.filter(state="open")[:3])
    for turn in range(30):
        proposal = turns[turn % 3]
        asked = vary(proposal, "again")
        if asked.status == Variation.Status.FAILED:
            assert "nothing left that you have not seen" in asked.message
            break
        assert bare(proposal.title) not in seen
        seen.append(bare(proposal.title))
    else:
        pytest.fail("the coach never ran out of other challenges")
    assert turn >= 4
    assert not plan.proposals.filter(title__contains="round").exists()


@pytest.mark.django_db
def test_more_like_this_stands_beside_it_and_is_new(plan: Plan, vary: Vary, alice: User) -> None:
    proposal = named(plan, "One movement, done well")
    vary(named(plan, "A week that fits your life"), "again")
    dropped = plan.proposals.filter(state="open").last()
    assert dropped is not None
    generation.drop_proposal(proposal=dropped, by=alice)
    before = {bare(p.title) for p in plan.proposals.all()} | {"A week that fits your life"}
    for _turn in range(3):
        assert vary(proposal, "more").status == Variation.Status.READY
        newest = plan.proposals.order_by("position").last()
        assert newest is not None
        assert newest.title not in before
        before.add(newest.title)
    assert proposal.title == "One movement, done well"


@pytest.mark.django_db
def test_whoever_answers_is_told_what_was_refused_and_held_to_it(
    plan: Plan, vary: Vary, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = named(plan, "Three sessions in one week")
    generation.drop_proposal(proposal=dropped, by=alice)
    proposal = named(plan, "A week that fits your life")
    vary(proposal, "again")
    asked: list[VaryInputs] = []

    def stubborn(_purpose: object, inputs: VaryInputs, _user: User) -> Outcome[Answer]:
        asked.append(inputs)
        fields = inputs.model_dump(include=set(Answer.model_fields))
        title = "THREE sessions in one week"
        return Outcome(
            state=AIState.OK, answer=Answer.model_validate(fields | {"title": title}), message=""
        )

    monkeypatch.setattr(gateway, "ask", stubborn)
    before = Proposal.objects.get(pk=proposal.pk).title
    assert vary(proposal, "again").status == Variation.Status.FAILED
    assert proposal.title == before
    assert asked[0].refused_titles == ["A week that fits your life", "Three sessions in one week"]
    assert "Three sessions in one week" not in asked[0].existing_titles


@pytest.mark.django_db
def test_the_page_and_the_summary_agree_after_a_variation(
    plan: Plan,
    alice: User,
    client: Client,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(alice)
    count = plan.proposals.count()
    proposal = named(plan, "One movement, done well")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/proposals/{proposal.pk}/vary/", {"how": "more"})
    Variation.objects.update(created_at=timezone.now())
    variation.write_variation(Variation.objects.get().pk)
    page = client.get(plan.get_absolute_url()).content.decode()
    hours = round(sum(p.estimated_minutes for p in plan.proposals.all()) / 60)
    assert f"{count + 1} challenges" in page
    assert f"about {hours} hours in all" in page
    assert not re.search(r"\d+ (?:challenges|hours)", plan.summary)
