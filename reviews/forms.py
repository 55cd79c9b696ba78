"""A review as the browser sends it."""

from typing import Any

from django.http import QueryDict

from challenges.rubrics import Rubric


def answers(data: QueryDict, rubric: Rubric) -> dict[str, Any]:
    """Return scores, comments and the overall text; what is no number stays for the deed to say.

    Criteria without a chosen level are left out of the scores.
    """
    scores: dict[str, Any] = {}
    comments: dict[str, str] = {}
    for criterion in rubric:
        chosen = data.get(f"score_{criterion.key}", "")
        if chosen:
            is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < 4
            scores[criterion.key] = int(chosen) if is_number else chosen
        comment = _text(data, f"comment_{criterion.key}")
        if comment:
            comments[criterion.key] = comment
    return {"scores": scores, "comments": comments, "overall": _text(data, "overall")}


def _text(data: QueryDict, name: str) -> str:
    """Return a text without NUL, which no database keeps."""
    return data.get(name, "").replace("\x00", "").strip()
