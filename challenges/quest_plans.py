"""The plan inside a quest: milestones and challenges with days counted from the start."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic import ValidationError as SchemaError

from challenges.rubrics import Rubric, parse_rubric

MOST_DAYS = 730
MOST_CHALLENGES = 100


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QuestMilestone(Part):
    title: str = Field(min_length=1, max_length=120)
    day: int | None = Field(default=None, ge=0, le=MOST_DAYS)


class QuestChallenge(Part):
    title: str = Field(min_length=1, max_length=120)
    instructions: str = Field(min_length=1, max_length=10_000)
    difficulty: int = Field(ge=1, le=5)
    minutes: int = Field(ge=5, le=1200)
    rubric: list[dict[str, Any]]
    milestone: int | None = Field(default=None, description="Which milestone, from 0.")
    day: int | None = Field(default=None, ge=0, le=MOST_DAYS)
    needs: list[int] = Field(default_factory=list, description="Which challenges, from 0.")
    min_words: int = Field(default=0, ge=0, le=5000)
    requires_link: bool = False
    requires_attachment: bool = False

    @property
    def criteria(self) -> Rubric:
        return parse_rubric(self.rubric)


class QuestPlan(Part):
    milestones: list[QuestMilestone] = Field(default_factory=list, max_length=50)
    challenges: list[QuestChallenge] = Field(min_length=1, max_length=MOST_CHALLENGES)

    @model_validator(mode="after")
    def _fits_together(self) -> "QuestPlan":
        for number, challenge in enumerate(self.challenges):
            if challenge.milestone is not None and not (
                0 <= challenge.milestone < len(self.milestones)
            ):
                raise ValueError(f"challenge {number + 1} leads to no milestone of this plan")
            # Only what stands before may be needed, so there can be no circle.
            if any(not 0 <= need < number for need in challenge.needs):
                raise ValueError(f"challenge {number + 1} needs what does not stand before it")
            parse_rubric(challenge.rubric)
        return self

    @property
    def minutes(self) -> int:
        return sum(challenge.minutes for challenge in self.challenges)

    @property
    def difficulty(self) -> int:
        """The difficulty of the plan: that of its challenges, by their time, rounded."""
        whole = sum(challenge.difficulty * challenge.minutes for challenge in self.challenges)
        return round(whole / self.minutes)

    @property
    def last_day(self) -> int:
        """The last day that anything is due, or 0."""
        dated: list[QuestMilestone | QuestChallenge] = [*self.milestones, *self.challenges]
        return max((part.day or 0 for part in dated), default=0)

    @property
    def sections(self) -> list[tuple[QuestMilestone | None, list[QuestChallenge]]]:
        """The milestones in order with their challenges, then those of none."""
        sections: list[tuple[QuestMilestone | None, list[QuestChallenge]]] = [
            (milestone, [one for one in self.challenges if one.milestone == number])
            for number, milestone in enumerate(self.milestones)
        ]
        loose = [one for one in self.challenges if one.milestone is None]
        return [*sections, (None, loose)] if loose else sections


def parse_plan(data: Any) -> QuestPlan:
    """Return the plan in `data`; raises ValidationError, in words for a person."""
    try:
        return QuestPlan.model_validate(data)
    except SchemaError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValidationError(
            _("The plan is not valid: %(where)s: %(what)s")
            % {"where": where or "plan", "what": first["msg"]}
        ) from error


def validate_plan(data: Any) -> None:
    """Refuse what `parse_plan` cannot read; a validator for model fields."""
    parse_plan(data)
