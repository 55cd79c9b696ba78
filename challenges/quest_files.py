"""LearnQuest's own quests, from the files in `quests/`, checked as they load.

A file is one quest, named by its key, in Markdown that people can read and mend:

    # Title | field | level | weeks | tag, tag
    What it leads to, in a sentence or two.
    > Milestone | day                      days are counted from the learner's start
    ## Challenge | difficulty | minutes | number of its milestone | day | after 1, 2
    What to do and what to hand in.
    * Criterion | weight | what good work shows
      100 what such work looks like        levels, where they help
      50 and such

What a challenge comes after may be left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from challenges.rubrics import key_for

FOLDER = Path(__file__).resolve().parent / "quests"


def load() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the key and the fields of each quest, in the order of their names.

    Raises ValueError, naming the file, for one that cannot be read.
    """
    for path in sorted(FOLDER.glob("*.md")):
        try:
            yield path.stem, read(path.read_text(encoding="utf-8"))
        except (ValueError, IndexError) as error:
            raise ValueError(f"{path.name}: {error}") from error


def read(text: str) -> dict[str, Any]:
    """Return the fields of the quest in `text`."""
    head, *challenges = re.split(r"^## ", text, flags=re.MULTILINE)
    first, *lines = head.strip().splitlines()
    title, category, level, weeks, tags = _cells(first.removeprefix("# "))
    milestones = [_cells(line[1:]) for line in lines if line.startswith(">")]
    return {
        "title": title,
        "category": category,
        "level": level,
        "weeks": int(weeks),
        "tags": [tag.strip() for tag in tags.split(",")],
        "summary": "\n".join(line for line in lines if not line.startswith(">")).strip(),
        "plan": {
            "milestones": [{"title": name, "day": int(day)} for name, day in milestones],
            "challenges": [_challenge(part) for part in challenges],
        },
    }


def _challenge(text: str) -> dict[str, Any]:
    first, *lines = text.strip().splitlines()
    title, difficulty, minutes, milestone, day, *after = _cells(first)
    instructions: list[str] = []
    rubric: list[dict[str, Any]] = []
    for line in lines:
        level = re.match(r"  (\d+) (.+)", line) if rubric else None
        if line.startswith("* "):
            name, weight, what = _cells(line[2:])
            key = key_for(name, {one["key"] for one in rubric})
            rubric.append(
                {"key": key, "name": name, "weight": int(weight), "description": what, "levels": []}
            )
        elif level:
            rubric[-1]["levels"].append({"score": int(level[1]), "text": level[2].strip()})
        else:
            instructions.append(line)
    return {
        "title": title,
        "instructions": "\n".join(instructions).strip(),
        "difficulty": int(difficulty),
        "minutes": int(minutes),
        "milestone": int(milestone) - 1,
        "day": int(day),
        "needs": [int(number) - 1 for number in re.findall(r"\d+", after[0])] if after else [],
        "rubric": rubric,
    }


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]
