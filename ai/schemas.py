"""What goes to a model and what must come back.

An answer's schema is sent as an OpenAI strict structured output: every field is required and
nothing else is allowed. The strict subset knows `minimum`, `maximum`, `minItems` and `maxItems`,
so those bounds are in the schema. It does not list `minLength` and `maxLength`, and rules that
tie fields together cannot be said at all; both are checked here after parsing.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from learnquest.core.text import one_line


def _sized(least: int, most: int, *, is_line: bool = False) -> Callable[[str], str]:
    """Return a check that trims a text and refuses it outside `least`..`most` characters.

    NUL, which JSON can hold and a database cannot, is left out; names and titles are one line.
    """

    def check(text: str) -> str:
        text = one_line(text) if is_line else text.replace("\x00", "").strip()
        if not least <= len(text) <= most:
            raise ValueError(f"must have {least} to {most} characters, has {len(text)}")
        return text

    return check


type Name = Annotated[
    str, AfterValidator(_sized(1, 80, is_line=True)), Field(description="At most 80 characters.")
]
type Title = Annotated[
    str, AfterValidator(_sized(3, 120, is_line=True)), Field(description="3 to 120 characters.")
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


def _balanced(rubric: list[PlanCriterion]) -> list[PlanCriterion]:
    """Return the criteria with weights that make 100, whatever a model had added up."""
    total = sum(criterion.weight for criterion in rubric)
    if total == 100:
        return rubric
    shares = [max(1, criterion.weight * 100 // total) for criterion in rubric]
    heaviest = shares.index(max(shares))
    shares[heaviest] += 100 - sum(shares)
    return [
        criterion.model_copy(update={"weight": share})
        for criterion, share in zip(rubric, shares, strict=True)
    ]


type PlanRubric = Annotated[
    list[PlanCriterion], Field(min_length=2, max_length=5), AfterValidator(_balanced)
]


class PlanChallenge(Strict):
    title: Title
    instructions: LongText
    difficulty: int = Field(ge=1, le=5)
    minutes: int = Field(ge=5, le=1200)
    milestone: int | None = Field(
        description="Index of the milestone it belongs to, counted from 0, or null."
    )
    rubric: PlanRubric


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
    """Feedback on one piece of work: a score per criterion, quoted points, one next step.

    The fields stand in the order in which a learner reads them while they are being written.
    """

    summary: Text
    strengths: list[QuotedPoint] = Field(max_length=5)
    improvements: list[QuotedPoint] = Field(max_length=5)
    next_step: Comment
    scores: list[CriterionScore] = Field(min_length=1, max_length=12)
    confidence: Literal["low", "medium", "high"]


# --- An explanation -----------------------------------------------------------


class Explanation(Strict):
    summary: Text
    explanation: LongText
    examples: list[Text] = Field(min_length=1, max_length=6)
    check_question: Comment


# --- Another proposal in the place of, or beside, one of a plan -----------------


class Variation(Strict):
    """One challenge like another, but easier, harder, or simply different."""

    title: Title
    instructions: LongText
    difficulty: int = Field(ge=1, le=5)
    minutes: int = Field(ge=5, le=1200)
    rubric: PlanRubric

    @model_validator(mode="after")
    def _criteria_differ(self) -> Self:
        if len({criterion.name.casefold() for criterion in self.rubric}) < len(self.rubric):
            raise ValueError("the criteria of a challenge need different names")
        return self


# --- A plan that has slipped, made to fit again -----------------------------------

type Days = Annotated[int, Field(ge=1, le=3650)]


class MilestoneChange(Strict):
    """Another day for a milestone, or none for it at all."""

    number: int = Field(description="The milestone's number, as given.")
    do: Literal["move", "drop"]
    due_in_days: Days | None = Field(description="With move: days from today; else null.")
    why: Comment

    @model_validator(mode="after")
    def _a_move_has_a_day(self) -> Self:
        if self.do == "move" and self.due_in_days is None:
            raise ValueError("due_in_days is needed with move")
        return self


class NewMilestone(Strict):
    title: Title
    due_in_days: Days
    why: Comment


class ChallengeChange(Strict):
    """What becomes of an open challenge. What is null stays as it is."""

    number: int = Field(description="The challenge's number, as given.")
    do: Literal["change", "drop"]
    title: Title | None
    instructions: LongText | None
    difficulty: Annotated[int, Field(ge=1, le=5)] | None
    minutes: Annotated[int, Field(ge=5, le=1200)] | None
    why: Comment

    @property
    def fields(self) -> dict[str, Any]:
        """What it changes, by the names of a challenge's fields."""
        told = {
            "title": self.title,
            "instructions": self.instructions,
            "difficulty": self.difficulty,
            "estimated_minutes": self.minutes,
        }
        return {name: value for name, value in told.items() if value is not None}

    @model_validator(mode="after")
    def _a_change_changes_something(self) -> Self:
        if self.do == "change" and not self.fields:
            raise ValueError("a change must say what is to change")
        return self


class NewChallenge(Strict):
    title: Title
    instructions: LongText
    difficulty: int = Field(ge=1, le=5)
    minutes: int = Field(ge=5, le=1200)
    milestone: int | None = Field(description="The number of a milestone that stays, or null.")
    before: int | None = Field(description="The number of the challenge it comes before, or null.")
    rubric: PlanRubric
    why: Comment


class Replan(Strict):
    """How a plan that has slipped can fit again. What is not named stays as it is."""

    summary: Text
    target_in_days: Days | None = Field(description="A new target date, or null to keep it.")
    milestones: list[MilestoneChange] = Field(max_length=50)
    new_milestones: list[NewMilestone] = Field(max_length=4)
    challenges: list[ChallengeChange] = Field(max_length=60)
    new_challenges: list[NewChallenge] = Field(max_length=4)


# --- A hint ---------------------------------------------------------------------


class Hint(Strict):
    """One nudge towards the learner's own answer."""

    hint: Comment
    question: Comment


# --- A check of a peer review before it is sent ------------------------------------


class Flag(Strict):
    """One comment that could be kinder or more exact. It holds no words of the model's own."""

    field: Name
    kind: Literal["vague", "unkind", "unfounded"]


class ReviewCheck(Strict):
    """What in a review needs another look; nothing when all is well."""

    flags: list[Flag] = Field(max_length=12)


type Answer = Plan | Variation | Replan | Feedback | Explanation | Hint | ReviewCheck

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


class VaryInputs(Inputs):
    """What another proposal is made from: the goal, and the challenge that it departs from."""

    goal: str
    description: str = ""
    category: str = ""
    level: str = ""
    title: str
    instructions: str
    difficulty: int
    minutes: int
    rubric: list[PlanCriterion]
    how: Literal["more", "easier", "harder", "again"]
    existing_titles: list[str] = []
    # What the learner dropped from this plan or had replaced.
    refused_titles: list[str] = []


class OpenMilestone(Inputs):
    number: int
    title: str
    due_date: date | None


class OpenChallenge(Inputs):
    number: int
    title: str
    instructions: str
    difficulty: int
    minutes: int
    milestone: int | None
    is_begun: bool


class ReplanInputs(Inputs):
    """What a new plan is made from: what is still open, by number, and what is done, by title."""

    title: str
    description: str = ""
    category: str = ""
    level: str = ""
    today: date
    target_date: date | None = None
    hours_per_week: float | None = None
    wish: str = ""
    milestones: list[OpenMilestone]
    challenges: list[OpenChallenge]
    done_titles: list[str] = []


class HintInputs(Inputs):
    """What a hint is made from. `step` counts from 1, the gentlest, to 3."""

    challenge_title: str
    instructions: str
    rubric: list[Criterion] = Field(min_length=1)
    draft: str = ""
    step: int = Field(ge=1, le=3)
    earlier_hints: list[str] = []


class ReviewInputs(Inputs):
    """What a check of a review reads: the reviewer's comments, by field."""

    challenge_title: str
    comments: dict[str, str]


type AnyInputs = (
    PlanInputs
    | VaryInputs
    | ReplanInputs
    | FeedbackInputs
    | ExplainInputs
    | HintInputs
    | ReviewInputs
)
