"""The known works, from the files beside this one, checked as they are read.

A file is one field of learning, in Markdown that people can read and mend:

    # key | Title of the challenge | difficulty
    What was to do and to hand in.
    * Criterion | weight | what good work shows
    === work
    The work, in Markdown.
    --- marks
    Criterion | the score that we gave | why
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from challenges.rubrics import Rubric, key_for, parse_rubric

FOLDER = Path(__file__).resolve().parent
PASS_MARK = 60


class KnownWork(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z0-9-]{3,60}$")
    category: str
    title: str
    difficulty: int = Field(ge=1, le=5)
    instructions: str = Field(min_length=20)
    rubric: list[dict[str, Any]]
    body: str = Field(min_length=100)
    marks: dict[str, int]
    reasons: dict[str, str]

    @model_validator(mode="after")
    def _marks_fit_the_rubric(self) -> "KnownWork":
        keys = {criterion.key for criterion in self.criteria}
        if self.marks.keys() != keys or self.reasons.keys() != keys:
            raise ValueError(f"{self.key}: each criterion needs a mark and a reason")
        return self

    @property
    def criteria(self) -> Rubric:
        return parse_rubric(self.rubric)


@cache
def read() -> list[KnownWork]:
    """Return all known works, by field and in the order of their file."""
    return [
        _work(part, path.stem)
        for path in sorted(FOLDER.glob("*.md"))
        for part in re.split(r"^# ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    ]


def _work(text: str, category: str) -> KnownWork:
    task, rest = text.split("\n=== work\n")
    body, marks = rest.split("\n--- marks\n")
    first, *lines = task.splitlines()
    key, title, difficulty = _cells(first)
    rubric = [
        {"key": key_for(name, set()), "name": name, "weight": int(weight), "description": what}
        for name, weight, what in (_cells(line[2:]) for line in lines if line.startswith("* "))
    ]
    given = [_cells(line) for line in marks.strip().splitlines()]
    return KnownWork(
        key=key,
        category=category,
        title=title,
        difficulty=int(difficulty),
        instructions="\n".join(line for line in lines if not line.startswith("* ")).strip(),
        rubric=rubric,
        body=body.strip(),
        marks={key_for(name, set()): int(score) for name, score, _why in given},
        reasons={key_for(name, set()): why for name, _score, why in given},
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]
