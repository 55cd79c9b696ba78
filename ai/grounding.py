"""Feedback speaks only of what the learner wrote: a quote that is not there is dropped.

Where fewer than half of the quotes are true, the whole answer is not believed.
"""

import re
import unicodedata
from collections.abc import Iterable

from ai.schemas import QuotedPoint

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "\u00ad": "",
        "\u200b": "",
    }
)


class Ungrounded(ValueError):
    """Too little of an answer stands on what the learner wrote."""


def normalised(text: str) -> str:
    """Return `text` without regard to white space, case, and typographic quotes and dashes."""
    text = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    return re.sub(r"\s+", " ", text).strip().casefold()


def keep_quoted(points: Iterable[QuotedPoint], body: str) -> list[QuotedPoint]:
    """Return the points whose quote is found in `body`, in their order."""
    there = normalised(body)
    kept = []
    for point in points:
        # Models like to wrap a quote in marks of their own.
        quote = normalised(point.quote).strip("\"' ")
        if quote and quote in there:
            kept.append(point)
    return kept


def check_enough(kept: int, given: int) -> None:
    """Raise Ungrounded, in words for the model, when most of its quotes were not true."""
    if given and kept * 2 < given:
        raise Ungrounded(
            f"only {kept} of {given} quotes stand in the learner's work; copy each quote word for "
            "word from the learner's work, or leave the point out"
        )
