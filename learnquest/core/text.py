"""Text that people can see: names and titles on one line, and what counts as empty.

The rule follows Unicode's own properties (UAX #44). Control characters (category Cc), format
characters (Cf: the marks that turn the direction of writing around among them) and the fillers
that are letters by category but drawn as nothing (`Default_Ignorable_Code_Point`) are not seen.
Joiners and variation selectors are not seen either, but Persian, Indic scripts and emoji are
written with them: they stay where something visible stands before them, joiners also after.
"""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

_JOINERS = frozenset("\u200c\u200d")
# They belong to the sign before them: selectors of its form, and the tags of regional flags.
_SELECTORS = frozenset(
    chr(code)
    for codes in (
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
        range(0xE0020, 0xE0080),
        (0x180B, 0x180C, 0x180D, 0x180F),
    )
    for code in codes
)
# Drawn as a space, though no space by category: Hangul fillers and the empty Braille cell.
_BLANKS = frozenset("\u3164\uffa0\u2800")
# Drawn as nothing, though letters or marks by category, and half a syllable where they belong.
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5")
# Format characters that are drawn: number signs and the like of Arabic, Syriac and Kaithi.
_DRAWN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)
_UNSEEN = _JOINERS | _SELECTORS | _BLANKS | _FILLERS


def one_line(text: str) -> str:
    """Return `text` on one line, as it is kept of names and titles.

    Composed (NFC); blanks and line breaks are one space each; what is not seen, and what turns
    the direction of writing around, is left out. It is empty where nothing can be seen.
    """
    kept: list[str] = []
    for sign in text:
        before = kept[-1] if kept else " "
        if sign.isspace() or sign in _BLANKS:
            _drop_joiner(kept)
            if kept and kept[-1] != " ":
                kept.append(" ")
        elif sign in _JOINERS | _SELECTORS:
            if before != " " and before not in _JOINERS:
                kept.append(sign)
        elif sign not in _FILLERS and not _is_format(sign):
            kept.append(sign)
    _drop_joiner(kept)
    line = unicodedata.normalize("NFC", "".join(kept).strip())
    return "" if is_blank(line) else line


def is_blank(text: str) -> bool:
    """Whether nothing of `text` can be seen: long texts are kept as they are, but not empty."""
    return not any(_is_visible(sign) for sign in text)


def visible_words(text: str) -> list[str]:
    """Return the words of `text` of which something can be seen."""
    return [word for word in text.split() if not is_blank(word)]


def clean_line(text: str) -> str:
    """Return `text` as `one_line` does; raises ValidationError for one that shows nothing."""
    line = one_line(text)
    if text and not line:
        raise ValidationError(_("Nothing of this can be seen. Write it in letters or signs."))
    return line


def _drop_joiner(kept: list[str]) -> None:
    while kept and kept[-1] in _JOINERS:
        kept.pop()


def _is_format(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf"} and sign not in _DRAWN


def _is_visible(sign: str) -> bool:
    """Whether a sign is drawn by itself: a letter, digit, point or symbol.

    A sign that Unicode gave away after this Python was made has no category yet: it is seen.
    """
    if sign in _UNSEEN:
        return False
    category = unicodedata.category(sign)
    if category == "Cn":
        return not _is_never_drawn(ord(sign))
    return category[0] in "LNPS" or category == "Co" or sign in _DRAWN


def _is_never_drawn(code: int) -> bool:
    """Whether an unassigned code is default-ignorable, or none that there ever will be."""
    is_reserved = code == 0x2065 or 0xFFF0 <= code <= 0xFFF8 or 0xE0000 <= code <= 0xE0FFF
    return is_reserved or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


if TYPE_CHECKING:
    _Char = models.CharField[str, str]
    _Text = models.TextField[str, str]
else:
    _Char, _Text = models.CharField, models.TextField


class LineField(_Char):
    """A name or title: validating a model brings it to one line that can be seen.

    To the database, and so to migrations, it is a CharField like any other.
    """

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if isinstance(value, str):
            value = clean_line(value)
        return super().clean(value, model_instance)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class ProseField(_Text):
    """A long text, kept as it was written; one of which nothing can be seen counts as empty."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if isinstance(value, str) and is_blank(value):
            value = ""
        return super().clean(value, model_instance)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
