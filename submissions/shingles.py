"""Texts as sets of short passages, and the few numbers by which alike sets are found.

MinHash with banding (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
chapter 3): 60 minima in 20 bands of 3. Two texts that share half of their passages share a band in
93 of 100 cases, at 60 % in 99; at 20 % in 15, which the exact count sorts out again.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from rensa import RMinHash

from challenges.models import Challenge

WORDS_PER_SHINGLE = 3
BANDS = 20
ROWS = 3
# A change of any of these numbers, or of how words are told apart, needs all marks made anew.
SEED = 1
# A word; of scripts without spaces between words, a sign.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]"
    r"|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]+"
)


@dataclass(frozen=True)
class Passage:
    """Some words in a row, and where in the text they stand."""

    words: str
    start: int
    end: int


def passages(text: str) -> Iterator[Passage]:
    """Yield each run of three words, plainly written."""
    found = list(_WORD.finditer(text))
    for at in range(len(found) - WORDS_PER_SHINGLE + 1):
        run = found[at : at + WORDS_PER_SHINGLE]
        yield Passage(_plain(run), run[0].start(), run[-1].end())


def shingles(text: str) -> set[str]:
    """Return the passages of a text without regard to case, accents' encoding, and signs."""
    return {passage.words for passage in passages(text)}


def of_task(challenge: Challenge) -> set[str]:
    """Return the passages that a task itself has: quoting it is no copying."""
    rubric = " ".join(f"{item.name} {item.description}" for item in challenge.criteria)
    return shingles(f"{challenge.instructions}\n\n{rubric}")


def marks(found: set[str]) -> list[int]:
    """Return the numbers under which a text with these passages is found, the same each time."""
    minhash = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    minhash.update(sorted(found))
    minima = minhash.digest()
    return [_number(band, minima[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS)]


def whole(text: str) -> int:
    """Return the one number that only a text with the same words and signs has."""
    return _hash(f"{SEED}:whole:{folded(text)}")


def folded(text: str) -> str:
    """Return a text without regard to case, spaces, lines and accents' encoding."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words_beside(text: str, found: set[str]) -> int:
    """Count the words of a text that stand in none of these passages."""
    words = list(_WORD.finditer(text))
    covered: set[int] = set()
    for at in range(len(words) - WORDS_PER_SHINGLE + 1):
        if _plain(words[at : at + WORDS_PER_SHINGLE]) in found:
            covered.update(range(at, at + WORDS_PER_SHINGLE))
    return len(words) - len(covered)


def likeness(one: set[str], other: set[str]) -> float:
    """Return the share of passages that both have among those that either has (Jaccard)."""
    return len(one & other) / len(one | other) if one | other else 0.0


def _plain(run: list[re.Match[str]]) -> str:
    return " ".join(unicodedata.normalize("NFKC", word[0]).casefold() for word in run)


def _number(band: int, minima: list[int]) -> int:
    return _hash(f"{SEED}:{band}:{minima}")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
