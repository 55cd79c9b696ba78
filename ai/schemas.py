"""What goes to a model and what must come back.

An answer's schema is sent as an OpenAI strict structured output: every field is required and
nothing else is allowed. The strict subset knows `minimum`, `maximum`, `minItems` and `maxItems`,
so those bounds are in the schema. It does not list `minLength` and `maxLength`, and rules that
tie fields together cannot be said at all; both are checked here after parsing.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _sized(least: int, most: int) -> Callable[[str], str]:
    """Return a check that trims a text and refuses it outside `least`..`most` characters."""

    def check(text: str) -> str:
        text = text.strip()
        if not least <= len(text) <= most:
            raise ValueError(f"must have {least} to {most} characters, has {len(text)}")
        return text

    return check


type Name = Annotated[
    str, AfterValidator(_sized(1, 80)), Field(description="At most 80 characters.")
]
type Title = Annotated[
    str, AfterValidator(_sized(3, 120)), Field(description="3 to 120 characters.")
]
type Comment = Annotated[
    str, AfterValidator(_sized(1, 800)), Field(description="At most 800 characters.")
]
type Text = Annotated[
    str, AfterValidator(_sized(1, 2_000)), Field(description="At most 2000 characters.")
]
type LongText = Annotated[
    str, AfterValidator(_sized(1, 8_000)), Field(description="At most 8000 characters.")
]
type Quote = Annotated[
    str,
    AfterValidator(_sized(1, 600)),
    Field(description="Copied word for word from the learner's work, at most 600 characters."),
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


# --- Rubrics ------------------------------------------------------------------


class Level(Strict):
    """One step of a criterion: what work at this score looks like."""

    score: int = Field(ge=0, le=100)
    text: Annotated[str, AfterValidator(_sized(1, 300))]


class Criterion(Strict):
    """One line of a challenge's rubric, as it is stored with the challenge."""

    key: Annotated[str, AfterValidator(_sized(1, 60))]
    name: Name
    description: Annotated[str, AfterValidator(_sized(0, 800))] = ""
    weight: int = Field(ge=1, le=100)
    levels: list[Level] = Field(default_factory=list, max_length=6)


# --- A plan -------------------------------------------------------------------


class PlanCriterion(Strict):
    name: Name
    description: Annotated[
        str, AfterValidator(_sized(1, 500)), Field(description="At most 500 characters.")
    ]
    weight: int = Field(ge=1, le=100)


class PlanChallenge(Strict):
    title: Title
    instructions: LongText
    difficulty: int = Field(ge=1, le=5)
    minutes: int = Field(ge=5, le=1200)
    milestone: int | None = Field(
        description="Index of the milestone it belongs to, counted from 0, or null."
    )
    rubric: list[PlanCriterion] = Field(min_length=2, max_length=5)


class PlanMilestone(Strict):
    title: Title
    due_in_days: int = Field(ge=1, le=3650)


class Plan(Strict):
    """A proposed way to a goal: milestones in order, and challenges in order."""

    summary: Text
    milestones: list[PlanMilestone] = Field(min_length=1, max_length=6)
    challenges: list[PlanChallenge] = Field(min_length=3, max_length=12)

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        count = len(self.milestones)
        for challenge in self.challenges:
            if challenge.milestone is not None and not 0 <= challenge.milestone < count:
                raise ValueError(f"milestone must be null or an index from 0 to {count - 1}")
            names = {criterion.name.casefold() for criterion in challenge.rubric}
            if len(names) < len(challenge.rubric):
                raise ValueError("the criteria of a challenge need different names")
        if len({c.title.casefold() for c in self.challenges}) < len(self.challenges):
            raise ValueError("the challenges need different titles")
        return self


# --- Feedback -----------------------------------------------------------------


class CriterionScore(Strict):
    key: Annotated[str, AfterValidator(_sized(1, 60))]
    score: int = Field(ge=0, le=100)
    comment: Comment


class QuotedPoint(Strict):
    quote: Quote
    comment: Comment


class Feedback(Strict):
    """Feedback on one piece of work: a score per criterion, quoted points, one next step."""

    scores: list[CriterionScore] = Field(min_length=1, max_length=12)
    strengths: list[QuotedPoint] = Field(max_length=5)
    improvements: list[QuotedPoint] = Field(max_length=5)
    next_step: Comment
    summary: Text


# --- An explanation -----------------------------------------------------------


class Explanation(Strict):
    summary: Text
    explanation: LongText
    examples: list[Text] = Field(min_length=1, max_length=6)
    check_question: Comment


type Answer = Plan | Feedback | Explanation

# --- Inputs: never a name, an address or an id of a person ----------------------


class Inputs(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanInputs(Inputs):
    """What a plan is made from. `today` is the learner's local day."""

    title: str
    description: str = ""
    category: str = ""
    level: str = ""
    today: date
    target_date: date | None = None
    hours_per_week: float | None = None
    wish: str = ""
    existing_titles: list[str] = []


class FeedbackInputs(Inputs):
    """What feedback is made from: the challenge, its rubric and the learner's work."""

    challenge_title: str
    instructions: str
    rubric: list[Criterion] = Field(min_length=1)
    body: str
    link: str = ""


class ExplainInputs(Inputs):
    """What an explanation is made from."""

    concept: str
    level: str = ""
    context: str = ""


type AnyInputs = PlanInputs | FeedbackInputs | ExplainInputs
