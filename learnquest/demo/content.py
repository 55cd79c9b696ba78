"""The texts of the demo community, from the files beside this module, checked as they load."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).resolve().parent / "content"


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReviewText(Part):
    quality: Literal["careful", "brief", "vague"]
    score_shift: int
    comments: dict[str, str]
    overall: str


class WorkText(Part):
    strength: Literal["strong", "fair", "weak"]
    body: str
    reviews: list[ReviewText] = Field(min_length=2, max_length=2)


class ChallengeText(Part):
    title: str
    instructions: str
    difficulty: int
    minutes: int
    milestone: int
    rubric: list[dict[str, Any]]
    submissions: list[WorkText] = Field(min_length=3, max_length=3)


class MilestoneText(Part):
    title: str
    week: int


class GoalText(Part):
    title: str
    description: str
    tags: list[str]
    weeks: int
    milestones: list[MilestoneText]
    challenges: list[ChallengeText]


class Field_(Part):  # noqa: N801 - "Field" is Pydantic's
    category: str
    goals: list[GoalText]


def load() -> list[Field_]:
    """Return all fields of learning, in the order of their names."""
    return [
        Field_.model_validate(json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.json"))
    ]
