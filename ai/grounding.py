"""Feedback speaks only of what the learner wrote: a quote that is not there is dropped."""

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
