"""The texts of the demo community, from the files in `content/`, checked as they load.

A file is one field of learning, in Markdown that people can read and mend:

    # Goal | tag, tag | weeks
    Why, in the learner's words.
    > Milestone | week
    ## Challenge | difficulty | minutes | number of its milestone
    What to do and what to hand in.
    * Criterion | weight | what good work shows
    === strong                      handed-in work: strong, fair or weak
    The work, in Markdown.
    --- careful +3                  a review: careful, brief or vague, and how far its scores lean
    Criterion: a comment
    All in all.

`content/again/` holds second tries of weak work, under the titles of their challenges.
"""

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from challenges.rubrics import key_for

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
    body: str = Field(min_length=20)
    reviews: list[ReviewText] = Field(min_length=2, max_length=2)


class ChallengeText(Part):
    title: str
    instructions: str = Field(min_length=20)
    difficulty: int = Field(ge=1, le=5)
    minutes: int
    milestone: int
    rubric: list[dict[str, Any]]
    submissions: list[WorkText] = Field(min_length=3, max_length=3)
    again: WorkText | None = None


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


class FieldText(Part):
    category: str
    goals: list[GoalText]


def load() -> list[FieldText]:
    """Return all fields of learning, in the order of their names."""
    again = _second_tries()
    fields = [
        FieldText(category=path.stem, goals=_goals(path.read_text(encoding="utf-8"), again))
        for path in sorted(FOLDER.glob("*.md"))
    ]
    if again:
        raise ValueError(f"Second tries of no challenge: {', '.join(again)}")
    return fields


def _second_tries() -> dict[str, str]:
    tries: dict[str, str] = {}
    for path in sorted((FOLDER / "again").glob("*.md")):
        for part in _split(r"^## ", path.read_text(encoding="utf-8"))[1:]:
            title, text = part.split("\n", 1)
            tries[title.strip()] = f"fair\n{text}"
    return tries


def _goals(text: str, again: dict[str, str]) -> list[GoalText]:
    return [_goal(part, again) for part in _split(r"^# ", text)[1:]]


def _goal(text: str, again: dict[str, str]) -> GoalText:
    head, *challenges = _split(r"^## ", text)
    first, *lines = head.strip().splitlines()
    title, tags, weeks = _cells(first)
    milestones = [_cells(line[1:]) for line in lines if line.startswith(">")]
    return GoalText(
        title=title,
        description="\n".join(line for line in lines if not line.startswith(">")).strip(),
        tags=[tag.strip() for tag in tags.split(",")],
        weeks=int(weeks),
        milestones=[MilestoneText(title=name, week=int(week)) for name, week in milestones],
        challenges=[_challenge(part, again) for part in challenges],
    )


def _challenge(text: str, again: dict[str, str]) -> ChallengeText:
    head, *works = _split(r"^=== ", text)
    first, *lines = head.strip().splitlines()
    title, difficulty, minutes, milestone = _cells(first)
    criteria = [_cells(line[1:]) for line in lines if line.startswith("* ")]
    names = [name for name, _weight, _what in criteria]
    second = again.pop(title, None)
    return ChallengeText(
        title=title,
        instructions="\n".join(line for line in lines if not line.startswith("* ")).strip(),
        difficulty=int(difficulty),
        minutes=int(minutes),
        milestone=int(milestone) - 1,
        rubric=[
            {"key": key_for(name, set()), "name": name, "weight": int(weight), "description": what}
            for name, weight, what in criteria
        ],
        submissions=[_work(part, names) for part in works],
        again=_work(second, names) if second else None,
    )


def _work(text: str, names: list[str]) -> WorkText:
    head, *reviews = _split(r"^--- (?=careful|brief|vague)", text)
    strength, body = head.split("\n", 1)
    return WorkText.model_validate(
        {
            "strength": strength.strip(),
            "body": body.strip(),
            "reviews": [_review(part, names) for part in reviews],
        }
    )


def _review(text: str, names: list[str]) -> ReviewText:
    head, *lines = text.strip().splitlines()
    quality, shift = head.split()
    comments, overall = {}, []
    for line in lines:
        name, colon, comment = line.partition(": ")
        if colon and name in names:
            comments[key_for(name, set())] = comment.strip()
        else:
            overall.append(line)
    return ReviewText.model_validate(
        {
            "quality": quality,
            "score_shift": int(shift),
            "comments": comments,
            "overall": "\n".join(overall).strip(),
        }
    )


def _split(mark: str, text: str) -> list[str]:
    return re.split(mark, text, flags=re.MULTILINE)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]
