"""How well feedback fits a labelled set of works, so that a model can be chosen by figures.

The works, their labels and the tasks are ours, one file of `ai/evaluation` for each challenge.
A label is the score, from 0 to 100, that a careful person would give by the rubric. The set was
labelled before any coach had read it; the offline coach was mended with it in view afterwards, so
that its own figures flatter it.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from statistics import StatisticsError, correlation, mean, median
from typing import Any

from pydantic import ValidationError

from accounts.models import User
from ai import gateway
from ai.exchange import Purpose, State
from ai.grounding import keep_quoted
from ai.outcomes import Outcome
from ai.privacy import scrubbed
from ai.schemas import Criterion, Feedback, FeedbackInputs

FILES = Path(__file__).parent / "evaluation"


@dataclass(frozen=True)
class Labelled:
    """A work of known strength."""

    field: str
    strength: str
    score: int
    inputs: FeedbackInputs


@dataclass(frozen=True)
class Judged:
    """What the coach made of a labelled work; no score where it gave no feedback."""

    work: Labelled
    outcome: Outcome[Feedback]
    score: float | None
    quotes: int
    grounded: int


@dataclass(frozen=True)
class Report:
    """The figures of one evaluation. None where there is too little to compute one from."""

    model: str
    prompt_version: int
    works: int
    answered: int
    failures: dict[str, int]
    rank_correlation: float | None
    mean_absolute_error: float | None
    mean_error: float | None
    quotes: int
    grounded_share: float | None
    tokens_in: int
    tokens_out: int
    cost: Decimal
    seconds: float
    median_seconds: float
    slowest_seconds: float
    by_strength: dict[str, dict[str, float]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"cost": str(self.cost)}


def labelled(fields: set[str] | None = None) -> list[Labelled]:
    """Return the shipped works, those of some fields alone where any are named."""
    found = []
    for path in sorted(FILES.glob("*.toml")):
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        if fields and told["field"] not in fields:
            continue
        rubric = [Criterion(key=f"c{at}", **one) for at, one in enumerate(told["rubric"])]
        for work in told["work"]:
            inputs = FeedbackInputs(
                challenge_title=told["title"],
                instructions=told["instructions"],
                rubric=rubric,
                body=work["body"].strip(),
            )
            found.append(Labelled(told["field"], work["strength"], work["score"], inputs))
    return found


def judge(works: list[Labelled], *, user: User) -> Iterator[Judged]:
    """Ask for feedback on each work, anew, on the budget of `user`; yields as answers come."""
    is_offline = gateway.is_offline(user)
    for work in works:
        outcome = gateway.complete(
            purpose=Purpose.FEEDBACK, inputs=work.inputs, user=user, fresh=True
        )
        answer = outcome.answer
        if outcome.offline and not is_offline:
            # The offline coach stepped in for a model out of budget: that says nothing of it.
            outcome = Outcome(state=State.OVER_BUDGET, message=outcome.message)
            answer = None
        quotes, grounded = _quotes(outcome, work, user)
        yield Judged(work, outcome, _overall(work, answer), quotes, grounded)


def report(judged: list[Judged]) -> Report:
    """Compute the figures."""
    pairs = [(one.score, one.work.score) for one in judged if one.score is not None]
    errors = [score - label for score, label in pairs]
    seconds = [one.outcome.latency_ms / 1000 for one in judged]
    quotes = sum(one.quotes for one in judged)
    models = [one.outcome.model for one in judged if one.outcome.model]
    return Report(
        model=models[0] if models else "",
        prompt_version=max((one.outcome.prompt_version for one in judged), default=0),
        works=len(judged),
        answered=len(pairs),
        failures=dict(
            Counter(one.outcome.state.value for one in judged if one.score is None).most_common()
        ),
        rank_correlation=_rank_correlation(pairs),
        mean_absolute_error=round(mean(map(abs, errors)), 1) if errors else None,
        mean_error=round(mean(errors), 1) if errors else None,
        quotes=quotes,
        grounded_share=round(sum(one.grounded for one in judged) / quotes, 3) if quotes else None,
        tokens_in=sum(one.outcome.tokens_in for one in judged),
        tokens_out=sum(one.outcome.tokens_out for one in judged),
        cost=sum((one.outcome.cost for one in judged), Decimal(0)),
        seconds=round(sum(seconds), 2),
        median_seconds=round(median(seconds), 3) if seconds else 0.0,
        slowest_seconds=round(max(seconds, default=0.0), 3),
        by_strength=_by_strength(judged),
    )


def _overall(work: Labelled, answer: Feedback | None) -> float | None:
    """Return the scores' mean by the weights of the rubric."""
    if answer is None:
        return None
    weights = {criterion.key: criterion.weight for criterion in work.inputs.rubric}
    total = sum(weights[score.key] * score.score for score in answer.scores)
    return total / sum(weights.values())


def _quotes(outcome: Outcome[Feedback], work: Labelled, user: User) -> tuple[int, int]:
    """Count the quotes of an answer as it came, before untrue ones were dropped, and true ones.

    The model saw the work without addresses, and can only quote what it saw.
    """
    try:
        said = Feedback.model_validate_json(outcome.raw)
    except ValidationError:
        return 0, 0
    seen = scrubbed(work.inputs, user)
    assert isinstance(seen, FeedbackInputs)
    points = [*said.strengths, *said.improvements]
    return len(points), len(keep_quoted(points, seen.body))


def _rank_correlation(pairs: list[tuple[float, int]]) -> float | None:
    """Return Spearman's rank correlation; ties share a rank."""
    try:
        return round(correlation(*zip(*pairs, strict=True), method="ranked"), 3)
    except (StatisticsError, TypeError):
        return None  # fewer than two answers, or all of them alike


def _by_strength(judged: list[Judged]) -> dict[str, dict[str, float]]:
    """Return, for each strength from the best down, its number, mean label and mean score."""
    groups: dict[str, list[Judged]] = {}
    for one in sorted(judged, key=lambda j: -j.work.score):
        if one.score is not None:
            groups.setdefault(one.work.strength, []).append(one)
    return {
        strength: {
            "works": len(group),
            "label": round(mean(one.work.score for one in group), 1),
            "score": round(mean(one.score or 0.0 for one in group), 1),
        }
        for strength, group in groups.items()
    }
