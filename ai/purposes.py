"""What each purpose is bound to: its inputs, its schema, its limits, and how it is checked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings

from ai import schemas
from ai.exchange import Purpose
from ai.grounding import check_enough, keep_quoted, normalised
from ai.schemas import Answer, AnyInputs, FeedbackInputs, ReplanInputs, ReviewInputs

# So many characters of our own words in a row are no coincidence.
LEAK = 60


@dataclass(frozen=True)
class Task:
    """What a purpose is bound to. `max_tokens` leaves room for a model that thinks first."""

    inputs: type[AnyInputs]
    schema: type[Answer]
    max_tokens: int


TASKS = {
    Purpose.PLAN: Task(schemas.PlanInputs, schemas.Plan, 20_000),
    Purpose.VARY: Task(schemas.VaryInputs, schemas.Variation, 8_000),
    Purpose.REPLAN: Task(schemas.ReplanInputs, schemas.Replan, 16_000),
    Purpose.FEEDBACK: Task(schemas.FeedbackInputs, schemas.Feedback, 12_000),
    Purpose.EXPLAIN: Task(schemas.ExplainInputs, schemas.Explanation, 12_000),
    Purpose.HINT: Task(schemas.HintInputs, schemas.Hint, 4_000),
    Purpose.REVIEW: Task(schemas.ReviewInputs, schemas.ReviewCheck, 4_000),
}

# An explanation says nothing about who asked; all else is one learner's own.
SHARED = {Purpose.EXPLAIN}


def task_for(purpose: Purpose, inputs: AnyInputs) -> Task:
    """Return what `purpose` is bound to. Raises TypeError for inputs of another purpose."""
    task = TASKS[purpose]
    if not isinstance(inputs, task.inputs):
        raise TypeError(f"{purpose} takes {task.inputs.__name__}, not {type(inputs).__name__}.")
    return task


def model_for(purpose: Purpose) -> str:
    """Return the model that answers this purpose."""
    return str(settings.AI_MODELS.get(purpose.value) or settings.AI_MODEL)


def settle_for(inputs: AnyInputs, system: str = "") -> Callable[[Answer], Answer]:
    """Return the check of an answer against these inputs and against our own instructions."""

    def settle(answer: Answer) -> Answer:
        _refuse_leak(answer, system)
        match inputs:
            case FeedbackInputs():
                return _settle_feedback(cast(schemas.Feedback, answer), inputs)
            case ReplanInputs():
                return _settle_replan(cast(schemas.Replan, answer), inputs)
            case ReviewInputs():
                return _settle_review(cast(schemas.ReviewCheck, answer), inputs)
            case _:
                return answer

    return settle


def _settle_feedback(feedback: schemas.Feedback, inputs: FeedbackInputs) -> schemas.Feedback:
    by_key = {score.key: score for score in feedback.scores}
    if len(by_key) < len(feedback.scores):
        raise ValueError("scores: each criterion key must come once")
    if missing := [c.key for c in inputs.rubric if c.key not in by_key]:
        raise ValueError(f"scores: these criterion keys are missing: {', '.join(missing)}")
    strengths = keep_quoted(feedback.strengths, inputs.body)
    improvements = keep_quoted(feedback.improvements, inputs.body)
    kept = len(strengths) + len(improvements)
    given = len(feedback.strengths) + len(feedback.improvements)
    check_enough(kept, given)
    # A model that misquotes is not to be believed when it says that it is sure.
    unsure = feedback.confidence == "high" and kept < given
    return feedback.model_copy(
        update={
            "scores": [by_key[criterion.key] for criterion in inputs.rubric],
            "strengths": strengths,
            "improvements": improvements,
            "confidence": "medium" if unsure else feedback.confidence,
        }
    )


def _settle_replan(answer: schemas.Replan, inputs: ReplanInputs) -> schemas.Replan:
    """Raise ValueError for what is done to things that there are not, or twice to one."""
    for what, changes, known in (
        ("milestones", answer.milestones, {one.number for one in inputs.milestones}),
        ("challenges", answer.challenges, {one.number for one in inputs.challenges}),
    ):
        numbers = [change.number for change in changes]
        if len(set(numbers)) < len(numbers):
            raise ValueError(f"{what}: each number must come once")
        if unknown := set(numbers) - known:
            raise ValueError(f"{what}: these numbers are not given: {sorted(unknown)}")
    return answer


def _settle_review(check: schemas.ReviewCheck, inputs: ReviewInputs) -> schemas.ReviewCheck:
    known = {(flag.field, flag.kind): flag for flag in check.flags if flag.field in inputs.comments}
    return check.model_copy(update={"flags": list(known.values())})


def _refuse_leak(answer: Answer, system: str) -> None:
    """Raise ValueError when an answer repeats what we told the model in confidence."""
    secrets = [line for line in map(normalised, system.splitlines()) if len(line) >= LEAK]
    if not secrets:
        return
    told = normalised("\n".join(_texts(answer.model_dump())))
    if any(_pieces(secret, told) for secret in secrets):
        raise ValueError("it repeats these instructions; answer the learner instead")


def _pieces(secret: str, told: str) -> bool:
    starts = range(0, len(secret) - LEAK + 1, 10)
    return any(secret[start : start + LEAK] in told for start in starts)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []
