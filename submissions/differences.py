"""What changed between two texts, for people to read: lines first, then the words within them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# Comparing takes the square of this; what is longer is shown as gone and as new as a whole.
MOST_PARTS = 1500
# Long passages that are the same are folded down to this much around what changed.
CONTEXT = 240
SHORT = 3

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A run of text: "same", "gone", "new", or "folded" for what was left out."""

    kind: str
    text: str


def compare(before: str, after: str) -> list[Piece]:
    """Return the pieces of which both texts are made, in reading order."""
    old, new = _lines(before), _lines(after)
    return list(_folded(_joined(_smoothed(_joined(_by_line(old, new))))))


def is_same(pieces: Iterable[Piece]) -> bool:
    return all(piece.kind in {"same", "folded"} for piece in pieces)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").splitlines(keepends=True)


def _by_line(old: list[str], new: list[str]) -> Iterator[Piece]:
    for kind, gone, fresh in _opcodes(old, new):
        if kind == "equal":
            yield Piece("same", "".join(gone))
        elif kind == "replace":
            yield from _by_word("".join(gone), "".join(fresh))
        else:
            yield Piece("gone", "".join(gone))
            yield Piece("new", "".join(fresh))


def _by_word(gone: str, fresh: str) -> Iterator[Piece]:
    for kind, old, new in _opcodes(_WORDS.findall(gone), _WORDS.findall(fresh)):
        if kind == "equal":
            yield Piece("same", "".join(old))
        else:
            yield Piece("gone", "".join(old))
            yield Piece("new", "".join(new))


def _opcodes(old: list[str], new: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield what `SequenceMatcher` finds between the parts that both begin and end with."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    yield "equal", old[:start], old[:start]
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(a), len(b)) > MOST_PARTS:
        yield "delete", a, []
        yield "insert", [], b
    else:
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b).get_opcodes():
            yield tag, a[i1:i2], b[j1:j2]
    yield "equal", old[len(old) - end :], []


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join neighbours of a kind."""
    last: Piece | None = None
    for piece in pieces:
        if not piece.text:
            continue
        if last is not None and last.kind == piece.kind:
            last = Piece(last.kind, last.text + piece.text)
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last


def _smoothed(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Let a space or a short word between two changes change with them: that is read more easily.

    What is gone stands before what is new in its place.
    """
    gone = new = held = ""
    for piece in pieces:
        if piece.kind != "same":
            gone, new, held = gone + held, new + held, ""
            gone += piece.text if piece.kind == "gone" else ""
            new += piece.text if piece.kind == "new" else ""
        elif (gone or new) and not held and len(piece.text.strip()) <= SHORT:
            held = piece.text
        else:
            yield from (Piece("gone", gone), Piece("new", new), Piece("same", held), piece)
            gone = new = held = ""
    yield from (Piece("gone", gone), Piece("new", new), Piece("same", held))


def _folded(pieces: Iterable[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        if piece.kind != "same" or len(piece.text) <= 3 * CONTEXT:
            yield piece
            continue
        yield Piece("same", piece.text[:CONTEXT])
        yield Piece("folded", "")
        yield Piece("same", piece.text[-CONTEXT:])
