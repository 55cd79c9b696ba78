"""A review as the browser sends it."""

from typing import Any

from django.http import QueryDict

from challenges.rubrics import Rubric
from reviews.quotes import MOST_PASSAGES


def answers(data: QueryDict, rubric: Rubric) -> dict[str, Any]:
    """Return what the deeds take; what is no number stays for them to say.

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
    return {
        "scores": scores,
        "comments": comments,
        "overall": _text(data, "overall"),
        "quotes": _passages(data),
        "private_note": _text(data, "private_note") if "private_note" in data else None,
        "difficulty": _difficulty(data.get("difficulty", "")),
        "version": data.get("version"),
    }


def _difficulty(chosen: str) -> int | None:
    """Return the level that was chosen; 0, which the deed refuses, for what is none."""
    if not chosen:
        return None
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 4 else 0


def _passages(data: QueryDict) -> list[dict[str, Any]] | None:
    """Return the passages with their comments; None where the page that sent this has none."""
    if "quote_0" not in data:
        return None
    found = []
    # A script may have added rows; more than are stored say so there.
    for number in range(MOST_PASSAGES + 5):
        at = data.get(f"quote_at_{number}", "")
        is_place = at.isascii() and at.isdigit() and len(at) < 7
        found.append(
            {
                "quote": _text(data, f"quote_{number}"),
                "comment": _text(data, f"quote_comment_{number}"),
                "start": int(at) if is_place else None,
            }
        )
    return [one for one in found if one["quote"] or one["comment"]]


def _text(data: QueryDict, name: str) -> str:
    """Return a text without NUL, which no database keeps."""
    return data.get(name, "").replace("\x00", "").strip()
