"""Words, stems and sentences: the little linguistics that the offline coach needs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

WORD = re.compile(r"[^\W_]+(?:['’.+#-][^\W_]+)*[+#]{0,2}", re.UNICODE)

STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being
    below between both but by can could did do does doing down during each either else etc ever
    every everything few for from further get gets getting give given go goes going got had has have
    having he her here hers him his how however i if in instead into is it its itself just least let
    like made make makes making many may me might mine more most much must my myself need needed
    needs no nor not nothing now of off often on once one only onto or other others our out over own
    per please put quite rather really say says see set shall she should since so some somebody
    someone something still such take takes than that the their theirs them themselves then there
    these they thing things this those through to too toward towards two under until up upon us use
    used uses using very via want wants was way ways we well were what when where whether which
    while who whom whose why will with within without would yes yet you your yours yourself i'm
    it's don't i've didn't can't that's
    """.split()
)

_ENDINGS = (
    "izations", "ization", "fulness", "iveness", "ations", "nesses", "ingly", "edly", "ation",
    "ments", "ities", "ment", "ness", "ings", "able", "ible", "ally", "ious", "ing", "ies", "ied",
    "ers", "est", "ity", "ous", "ive", "ion", "ful", "ed", "es", "ly", "er", "al", "s", "e", "y",
)  # fmt: skip


def words(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return [match.group().casefold() for match in WORD.finditer(text)]


def stem(word: str) -> str:
    """Return a light stem, so that `testing`, `tests` and `tested` count as one term."""
    word = word.casefold().removesuffix("'s").removesuffix("’s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word


def stems(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in their order."""
    return [stem(word) for word in words(text) if is_term(word)]


def is_term(word: str) -> bool:
    """Whether a word carries meaning by itself."""
    return len(word) > 2 and word not in STOP_WORDS and not word.isdigit()


def terms(text: str) -> dict[str, str]:
    """Return the words of a text that carry meaning: stem to the word as first written."""
    found: dict[str, str] = {}
    for word in words(text):
        if is_term(word):
            found.setdefault(stem(word), word)
    return found


def phrases(text: str, *, skip: Iterable[str] = ()) -> list[str]:
    """Return runs of up to three meaningful words, as written, the fullest first."""
    skipped = {stem(word) for word in skip}
    found: dict[str, int] = {}
    for part in re.split(r"[.,;:!?()\[\]\"“”\n]|\s[-–—]\s", text):
        run: list[str] = []
        for word in [*(match.group() for match in WORD.finditer(part)), ""]:
            low = word.casefold()
            if word and len(run) < 3 and is_term(low) and stem(low) not in skipped:
                run.append(word)
                continue
            if run:
                found.setdefault(" ".join(run), len(run))
            run = [word] if word and is_term(low) and stem(low) not in skipped else []
    return sorted(found, key=lambda phrase: -found[phrase])


@dataclass(frozen=True)
class Sentence:
    """A sentence as it stands in a text, with its words and stems.

    `has_address` tells of a link, an e-mail address or a phone number in it.
    """

    text: str
    words: tuple[str, ...]
    stems: frozenset[str]
    has_address: bool = False


_END = re.compile(r"(?<=[.!?。！？…])[\"'”’)\]]*\s+|\n+")
_MARKER = re.compile(r"^\s*(?:[-*+>#|]+|\d{1,3}[.)])\s+")


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text, each a piece of it word for word."""
    found = []
    start = 0
    ends = [(match.start(), match.end()) for match in _END.finditer(text)]
    for end, following in [*ends, (len(text), len(text))]:
        piece = _MARKER.sub("", text[start:end]).strip()
        start = following
        if piece and not piece.startswith("```"):
            found.append(Sentence(piece, tuple(words(piece)), frozenset(stems(piece))))
    return found
