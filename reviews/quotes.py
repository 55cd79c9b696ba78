"""Passages of the work with a comment each: the exact words, and where they stand.

Positions count in the text as a reader sees it, that is after Markdown; work in review does not
change, so they stay right.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from learnquest.core.errors import Invalid
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


class _Letters:
    """The letters and digits of a text, each with its place in it.

    They alone are compared, since browsers copy spaces and line ends differently.
    """

    def __init__(self, text: str) -> None:
        pairs = [
            (at, one) for at, char in enumerate(text) for one in char.casefold() if one.isalnum()
        ]
        self._places = [at for at, _one in pairs]
        self._all = "".join(one for _at, one in pairs)

    def find(self, quote: str, near: int | None = None) -> tuple[int, int] | None:
        """Return where `quote` stands; of several places the one nearest to `near`.

        It takes two searches, however often the words come again.
        """
        wanted = _letters(quote)
        if len(wanted) < FEWEST_LETTERS:
            return None
        near = near or 0
        middle = bisect_left(self._places, near)
        found = (
            self._all.rfind(wanted, 0, max(0, middle - 1 + len(wanted))),
            self._all.find(wanted, middle),
        )
        spans = [
            (self._places[at], self._places[at + len(wanted) - 1] + 1) for at in found if at >= 0
        ]
        return min(spans, key=lambda span: abs(span[0] - near), default=None)


def find(text: str, quote: str, near: int | None = None) -> tuple[int, int] | None:
    """Return where `quote` stands in `text`; of several places the one nearest to `near`."""
    return _Letters(text).find(quote, near)


def anchored(given: Sequence[Mapping[str, Any]], body: str) -> list[dict[str, Any]]:
    """Return the passages as they are stored: with the words of the work, and their place.

    What is not found keeps the words as they were typed, without a place: a draft may be half a
    quote. Raises Invalid, by field, for more or longer ones than are stored, before it looks for
    any of them in a long work.
    """
    passages = []
    for item in given:
        passage = Passage.model_validate(dict(item))
        quote, comment = passage.quote.strip(), passage.comment.strip()
        if quote or comment:
            passages.append(Passage(quote=quote, comment=comment, start=passage.start))
    _refuse(too_long([passage.model_dump() for passage in passages]))
    text = text_of(body) if passages else ""
    letters = _Letters(text)
    for passage in passages:
        span = letters.find(passage.quote, passage.start)
        passage.start, passage.end = span or (None, None)
        if span:
            passage.quote = text[slice(*span)]
    kept = [passage.model_dump() for passage in passages]
    # With what stands between its letters, a passage may be longer than it was typed.
    _refuse(too_long(kept))
    return kept


def _refuse(errors: dict[str, list[str]]) -> None:
    if errors:
        raise Invalid(_("Some answers need another look."), errors=errors)


def too_long(passages: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return what of a draft cannot be stored, by field."""
    errors: dict[str, list[str]] = {}
    if len(passages) > MOST_PASSAGES:
        return {"quotes": [_("Quote at most 12 passages: the most important ones.")]}
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
    return "".join(letter for letter in text.casefold() if letter.isalnum())
