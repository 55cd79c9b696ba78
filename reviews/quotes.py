"""Passages of the work with a comment each: the exact words, and where they stand.

Positions count in the text as a reader sees it, that is after Markdown; work in review does not
change, so they stay right.
"""

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from learnquest.core.markdown import render
from learnquest.core.text import is_blank

MOST_PASSAGES = 12
MOST_LETTERS = 500
COMMENT_LENGTH = 1000
FEWEST_LETTERS = 3

_TAG = re.compile(r"<[^>]*>")


class Passage(BaseModel):
    """A passage as it is stored; `start` is empty where the words are not in the work."""

    model_config = ConfigDict(extra="ignore")

    quote: str = ""
    comment: str = ""
    start: int | None = None
    end: int | None = None


def text_of(body: str) -> str:
    """Return work as its reader sees it, without the signs of Markdown."""
    return unescape(_TAG.sub("", render(body)))


def find(text: str, quote: str, near: int | None = None) -> tuple[int, int] | None:
    """Return where `quote` stands in `text`; of several places the one nearest to `near`.

    Letters and digits alone are compared, since browsers copy spaces and line ends differently.
    """
    places = [at for at, char in enumerate(text) for letter in char.casefold() if letter.isalnum()]
    letters = _letters(text)
    wanted = _letters(quote)
    if len(wanted) < FEWEST_LETTERS:
        return None
    found = []
    at = letters.find(wanted)
    while at >= 0:
        found.append((places[at], places[at + len(wanted) - 1] + 1))
        at = letters.find(wanted, at + 1)
    if not found:
        return None
    return min(found, key=lambda span: abs(span[0] - (near or 0)))


def anchored(given: Sequence[Mapping[str, Any]], body: str) -> list[dict[str, Any]]:
    """Return the passages as they are stored: with the words of the work, and their place.

    What is not found keeps the words as they were typed, without a place: a draft may be half a
    quote.
    """
    text = text_of(body) if given else ""
    kept = []
    for item in given:
        passage = Passage.model_validate(dict(item))
        quote, comment = passage.quote.strip(), passage.comment.strip()
        if not quote and not comment:
            continue
        span = find(text, quote, passage.start)
        start, end = span or (None, None)
        exact = text[start:end] if span else quote
        kept.append(Passage(quote=exact, comment=comment, start=start, end=end).model_dump())
    return kept


def too_long(passages: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what of a draft cannot be stored, by field."""
    errors: dict[str, list[str]] = {}
    if len(passages) > MOST_PASSAGES:
        errors["quotes"] = [_("Quote at most 12 passages: the most important ones.")]
    for number, passage in enumerate(passages):
        if len(passage["quote"]) > MOST_LETTERS:
            errors[f"quote_{number}"] = [_("Shorten the quote to 500 characters.")]
        if len(passage["comment"]) > COMMENT_LENGTH:
            errors[f"quote_comment_{number}"] = [_("Shorten this comment to 1000 characters.")]
    return errors


def incomplete(passages: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what keeps a review from being sent, by field."""
    errors: dict[str, list[str]] = {}
    for number, passage in enumerate(passages):
        if passage["start"] is None:
            errors[f"quote_{number}"] = [
                _("These words are not in the work. Copy them as they stand there.")
            ]
        elif is_blank(passage["comment"]):
            errors[f"quote_comment_{number}"] = [_("Say something about this passage.")]
    return errors


def _letters(text: str) -> str:
    return "".join(letter for char in text for letter in char.casefold() if letter.isalnum())
