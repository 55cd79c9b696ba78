"""Where a text gives away who wrote it, said before it goes to people who are not to know.

A hint and no more: whoever means it sends it as it is. It looks for one's own name, username and
address alone; that somebody else is named is for reviewers and moderators to see.
"""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from accounts.models import User

# What the API says of such passages.
HINT = (
    "Passages in which you seem to name yourself to people who are not to know who you are. "
    "A hint: nothing is refused for it."
)
FEWEST_LETTERS = 3
MOST_PASSAGES = 5
# How much of the text stands around a name, on each side.
AROUND = 30

# Names that are words as well: alone they tell nothing.
COMMON = frozenset(
    """
    amber and angel anonymous april art august autumn bella bill blanca chase clara daisy dawn drew
    eve faith frank grace guest guy hello hope iris ivy jack joy june king learner lily luz mar mark
    may max me name nobody page paz pearl rich rosa rose ruby sky sol someone student summer sunny
    teacher test the user victor violet will winter you
    """.split()
)


def passages(text: str, person: User) -> list[str]:
    """Return the passages of `text` in which `person` names themselves, each with what is around.

    Whole words, without regard to case; of a name of several words each by itself, too, where it
    is written like that. Names of one or two letters, and those that are common words, are left
    out; an address is looked for as it is.
    """
    text = unicodedata.normalize("NFC", text)
    spans: list[tuple[int, int]] = []
    for pattern in _patterns(person):
        spans += [found.span() for found in pattern.finditer(text)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return [_around(text, start, end) for start, end in kept[:MOST_PASSAGES]]


def in_work(body: str, link: str, author: User) -> list[str]:
    """Return the passages of a work, its link with them, in which its author names themselves."""
    return [*passages(body, author), *passages(unquote(link), author)][:MOST_PASSAGES]


def _patterns(person: User) -> Iterator[re.Pattern[str]]:
    if person.email:
        yield _whole(person.email, re.IGNORECASE)
    for name in (person.username, person.display_name):
        if _tells(name):
            yield _whole(name, re.IGNORECASE)
    words = person.display_name.split()
    for word in words if len(words) > 1 else []:
        if _tells(word):
            yield _whole(word)


def _tells(name: str) -> bool:
    """Whether a name says who somebody is: not a sign or two, and no everyday word."""
    letters = sum(sign.isalnum() for sign in name)
    return letters >= FEWEST_LETTERS and name.casefold() not in COMMON


def _whole(name: str, flags: int = 0) -> re.Pattern[str]:
    name = r"\s+".join(re.escape(word) for word in unicodedata.normalize("NFC", name).split())
    return re.compile(rf"(?<![^\W_]){name}(?![^\W_])", flags)


def _around(text: str, start: int, end: int) -> str:
    begin, stop = max(0, start - AROUND), min(len(text), end + AROUND)
    words = " ".join(text[begin:stop].split())
    return f"{'…' if begin else ''}{words}{'…' if stop < len(text) else ''}"
