"""Models are compared by figures: a labelled set, and what a coach's scores have to do with it."""

import json
from collections import Counter
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from ai import evaluating
from ai.evaluating import labelled
from ai.models import AIRequest
from ai.offline.feedback import feedback
from ai.schemas import CriterionScore, Feedback, QuotedPoint
from ai.tests.stub import StubModelServer, block, prompt_of
from tests.factories import make_user

FIELDS = {"languages", "programming", "music", "fitness", "writing", "maths"}


@pytest.fixture
def admin(db: None) -> User:
    return make_user(username="root", is_superuser=True, is_staff=True)


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    call_command("evaluate_feedback", "--json", *arguments)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_set_holds_works_of_all_fields_and_strengths() -> None:
    works = labelled()
    assert len({work.inputs.body for work in works}) == len(works) >= 40
    assert {work.field for work in works} == FIELDS
    for title in {work.inputs.challenge_title for work in works}:
        of_one = [work for work in works if work.inputs.challenge_title == title]
        assert {"weak", "middling", "good", "excellent"} <= {work.strength for work in of_one}
    odd = Counter(work.strength for work in works)
    assert odd["off-topic"] >= 6
    assert odd["copied instructions"] >= 5


def test_the_offline_coach_ranks_the_works_much_as_their_labels_do(
    admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    found = evaluated(capsys)
    assert (found["model"], found["answered"], found["failures"]) == ("offline-coach", 49, {})
    assert found["rank_correlation"] >= 0.6
    assert found["mean_absolute_error"] <= 20
    assert found["grounded_share"] == 1.0
    assert found["cost"] == "0"
    assert found["by_strength"]["excellent"]["works"] == 8


def test_no_work_that_falls_short_is_left_without_a_word_on_where_to_begin() -> None:
    for work in labelled():
        answer = feedback(work.inputs)
        assert answer.improvements or max(score.score for score in answer.scores) >= 60


def test_a_models_scores_quotes_cost_and_failures_are_counted(
    admin: User, stub_model: StubModelServer, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.AI_PRICES = {"stub-1": "1/10"}
    labels = {work.inputs.body[:60]: work for work in labelled({"maths"})}

    def judged(request: dict[str, Any]) -> Feedback | str:
        body = block(prompt_of(request)[1], "body")
        work = labels[body[:60]]
        if work.strength == "off-topic":
            return "no JSON"
        points = [
            QuotedPoint(quote=body[:30], comment="Here."),
            QuotedPoint(quote="?!", comment="x"),
        ]
        return Feedback(
            summary="s",
            strengths=points,
            improvements=[],
            next_step="n",
            scores=[
                CriterionScore(key=c.key, score=min(100, work.score + 4), comment="c")
                for c in work.inputs.rubric
            ],
            confidence="high",
        )

    stub_model.answers_by(judged)
    found = evaluated(capsys, "--field", "maths")
    assert (found["works"], found["answered"], found["failures"]) == (6, 5, {"invalid": 1})
    assert found["rank_correlation"] == 1.0
    assert (found["mean_absolute_error"], found["mean_error"]) == (4.0, 4.0)
    assert (found["quotes"], found["grounded_share"]) == (10, 0.5)
    assert found["cost"] == "0.006440"  # seven requests of 120 tokens in and 80 out
    asked = len(stub_model.requests)
    evaluated(capsys, "--field", "maths")
    assert len(stub_model.requests) == 2 * asked


def test_what_the_offline_coach_said_for_a_model_out_of_budget_is_not_the_models(
    admin: User, stub_model: StubModelServer, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.AI_OFFLINE_FALLBACK = True
    settings.AI_BUDGETS = settings.AI_BUDGETS | {"admin": {"calls": 0.0}}
    found = evaluated(capsys, "--field", "music")
    assert (found["answered"], found["failures"]) == (0, {"over_budget": 6})
    assert found["rank_correlation"] is None


def test_the_figures_are_told_in_words_and_never_called_accuracy(
    admin: User, alice: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("evaluate_feedback", "--field", "fitness", "--as", alice.email)
    told = capsys.readouterr()
    assert "Rank correlation with the labels (Spearman)" in told.out
    assert "Share of grounded quotes                      100.0% of" in told.out
    assert "6/6  fitness, copied instructions" in told.err
    assert "accuracy" not in told.out.lower()
    assert set(AIRequest.objects.values_list("user", flat=True)) == {alice.pk}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no administrator"),
        (["--as", "nobody@example.com"], "Nobody"),
        (["--field", "x"], "no works"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], words: str, alice: User) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("evaluate_feedback", *arguments)


def test_too_few_answers_have_no_rank() -> None:
    assert evaluating.report([]).rank_correlation is None
