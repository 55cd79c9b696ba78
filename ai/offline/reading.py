"""What the offline coach can see in a text by itself, without knowing what it is about."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from ai.offline import prose
from ai.offline.asks import GENERIC, Ask, asks, is_answered
from ai.offline.words import STOP_WORDS, Sentence, sentences, stem, stems, words

DEFAULT_WORDS = 110
_EXPECTED = re.compile(r"(\d{2,4})\s*(?:to|-|–|—|and|or)?\s*(?:\d{2,4}\s*)?words", re.IGNORECASE)
_NUMBER = re.compile(r"\d")
_LIST = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+\S", re.MULTILINE)
_CODE = re.compile(
    r"```|^\s{4,}\S|\w\([^)]*\)|[=!<>]=|:=|=>|->|[{};]\s*$|^\s*(?:def|class|for|if|import|SELECT)\b",
    re.MULTILINE,
)
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_QUOTED = re.compile(r"[\"“«][^\"”»]{3,}[\"”»]|\bhttps?://\S+")

# Common words of other languages that are not English words as well.
_FOREIGN = frozenset(
    """
    el los las que por para con una del pero muy porque mi está le les des est et une dans pour
    avec mais nous vous je ich und der das nicht ist ein eine mit auf für wir sie il di che per
    non sono una della os não uma com het een van ik niet och att det som inte jag nie jest się
    """.split()
)

REASONS = {
    stem(word)
    for word in (
        "because since therefore hence thus why reason reasons means cause caused causes due so "
        "if then unless otherwise porque weil parce perché pourquoi daher donc"
    ).split()
}
EXAMPLES = {"example", "instance", "e.g", "eg", "such", "namely", "ejemplo", "beispiel", "exemple"}
REFLECTION = {
    stem(word)
    for word in (
        "learned learnt noticed realised realized mistake mistakes wrong better worse improve "
        "improved next time stuck hard harder easier first before after compared changed failed "
        "struggled corrected fixed surprised expected tomorrow week practise practice felt"
    ).split()
}
VAGUE = {
    stem(word)
    for word in (
        "stuff thing things nice good bad great ok okay whatever somehow etc maybe probably "
        "basically pretty lots lot idk dunno guess sorry fine interesting cool easy anyway "
        "mostly enough kinda sorta bit"
    ).split()
}


@dataclass(frozen=True)
class Reading:
    """A learner's work, read once. Each measure runs from 0 to 1."""

    body: str
    expected: int
    task_stems: frozenset[str]
    # The sentences that can be quoted, and what the instructions ask for.
    prose: tuple[Sentence, ...] = ()
    asks: tuple[Ask, ...] = ()
    has_link: bool = False
    # The share of the words as handed in that are the task's own.
    copied: float = 0.0

    @cached_property
    def sentences(self) -> list[Sentence]:
        return sentences(self.body)

    @cached_property
    def words(self) -> list[str]:
        return words(self.body)

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(stems(self.body))

    @cached_property
    def word_stems(self) -> frozenset[str]:
        """The stems of all words, of the small ones as well."""
        return frozenset(stem(word) for word in self.words)

    @cached_property
    def count(self) -> int:
        """Words; in scripts without blanks, two characters count as one."""
        ideographs = len(_IDEOGRAPH.findall(self.body))
        return max(len(self.words), ideographs // 2)

    @cached_property
    def length(self) -> float:
        return math.pow(min(1.0, self.count / self.expected), 0.8)

    @cached_property
    def is_english(self) -> bool:
        """Whether English words can be expected in it, so that missing ones mean something."""
        # Code and formulas are in no language: only sentences tell.
        spoken = [word for sentence in self.prose for word in sentence.words]
        if len(spoken) < 8:
            spoken = [] if self.has_code else self.words
        if len(spoken) < 8:
            return True
        spoken = [word for word in spoken if word[0].isalpha()]
        common = sum(word in STOP_WORDS for word in spoken)
        foreign = sum(word in _FOREIGN or not word.isascii() for word in spoken)
        if foreign >= 0.12 * len(spoken):
            # A letter in Spanish stays one, whatever is noted below it in English.
            return False
        if common >= 0.22 * len(spoken):
            return True
        # Notes have few common words, too; but none of another language.
        return foreign < 2 and (len(spoken) < 25 or common >= 0.06 * len(spoken))

    @cached_property
    def has_code(self) -> bool:
        return prose.has_code(self.body)

    @cached_property
    def unanswered(self) -> list[Ask]:
        """What the instructions ask for and the text seems to leave out."""
        left = [
            ask
            for ask in self.asks
            if not is_answered(ask, self.stems | self.word_stems, shows=self.shows)
        ]
        # What says most is least likely to be there in other words.
        return sorted(left, key=lambda ask: -len(ask.stems - self.stems))

    @cached_property
    def shows(self) -> frozenset[str]:
        """What the work shows, whatever it calls it."""
        found = {
            "code": self.has_code,
            "link": self.has_link,
            "output": self.has_code or "`" in self.body,
            "numbers": len(_NUMBER.findall(self.body)) >= 6,
            "quote": len(_QUOTED.findall(self.body)) >= 2,
        }
        return frozenset(kind for kind, is_there in found.items() if is_there)

    @cached_property
    def on_task(self) -> float:
        """How much of the instructions' words the text takes up."""
        if not self.task_stems:
            return 0.5
        return min(1.0, len(self.task_stems & self.stems) / (0.4 * len(self.task_stems)))

    @cached_property
    def is_off_topic(self) -> bool:
        """Whether next to nothing of what the task is about comes up in it."""
        named = self.task_stems - GENERIC
        if not self.is_english or self.has_code or len(named) < 5:
            return False
        return self.on_task < 0.4 and len(named & self.stems) <= 1

    @cached_property
    def detail(self) -> float:
        """Numbers, names, quotes and code: what cannot be said of just anything."""
        found = sum(bool(_NUMBER.search(word)) for word in self.words)
        found += sum(
            word[:1].isupper()
            for sentence in self.sentences
            for word in sentence.text.split()[1:]
            if word not in {"I", "I'm", "I've"}
        )
        found += len(_CODE.findall(self.body)) + 2 * len(_QUOTED.findall(self.body))
        return self._saturating(found, 12)

    @cached_property
    def reasons(self) -> float:
        return self._saturating(self._hits(REASONS) + 2 * self._hits(EXAMPLES), 5)

    @cached_property
    def reflection(self) -> float:
        return self._saturating(self._hits(REFLECTION), 7)

    @cached_property
    def code(self) -> float:
        return self._saturating(len(_CODE.findall(self.body)), 8)

    @cached_property
    def structure(self) -> float:
        """Several sentences of readable length, in paragraphs or lists."""
        lengths = [len(sentence.words) for sentence in self.sentences]
        if not lengths:
            return 0.0
        parts = len(re.findall(r"\n\s*\n", self.body)) + len(_LIST.findall(self.body))
        readable = sum(3 <= length <= 32 for length in lengths) / len(lengths)
        return 0.5 * min(1.0, len(lengths) / 6) + 0.25 * readable + 0.25 * min(1.0, parts / 3)

    @cached_property
    def variety(self) -> float:
        """Low when the same words come again and again."""
        if not self.words:
            return 0.0
        # Texts repeat more the longer they are (Herdan 1960): compare logarithms, not counts.
        ratio = math.log(1 + len(set(self.words))) / math.log(1 + len(self.words))
        return max(0.0, min(1.0, (ratio - 0.6) / 0.25))

    @cached_property
    def vagueness(self) -> float:
        return min(1.0, self._hits(VAGUE) / max(8.0, 0.12 * self.count))

    def _hits(self, wanted: set[str]) -> int:
        return sum(stem(word) in wanted or word in wanted for word in self.words)

    def _saturating(self, found: int, plenty: int) -> float:
        return math.pow(min(1.0, found / plenty), 0.7)


def read(body: str, *, title: str, instructions: str, given: str = "", link: str = "") -> Reading:
    """Read a text against the instructions.

    Sentences copied from them, or from the rubric (`given`), do not count, even where a word or
    two was changed.
    """
    task = f"{title}\n{instructions}"
    told = [sentence.words for sentence in sentences(f"{task}\n{given}")]
    copied = {
        sentence.text
        for sentence in [*sentences(body), *prose.quotable(body)]
        if len(sentence.words) > 4 and _is_copied(sentence.words, told)
    }
    own = body
    for text in sorted(copied, key=len, reverse=True):
        own = own.replace(text, " ")
    return Reading(
        body=own,
        expected=_expected_words(instructions),
        task_stems=frozenset(stems(task)),
        prose=tuple(s for s in prose.quotable(body) if s.text not in copied),
        asks=tuple(asks(instructions)),
        has_link=bool(link.strip()) or re.search(r"https?://|!\[", body) is not None,
        copied=1.0 - len(words(own)) / len(words(body)) if words(body) else 0.0,
    )


def _is_copied(said: tuple[str, ...], told: Sequence[tuple[str, ...]]) -> bool:
    """Whether three words in four of a sentence stand in one of the task's, in their order."""
    known = set(said)
    for line in told:
        # Counting is cheap and spares most of the comparing.
        if len(known.intersection(line)) < 0.6 * len(known):
            continue
        same = SequenceMatcher(None, said, line, autojunk=False).get_matching_blocks()
        if sum(block.size for block in same) >= 0.75 * len(said):
            return True
    return False


def _expected_words(instructions: str) -> int:
    """Return the least number of words that the instructions ask for, else a usual one."""
    asked: Sequence[str] = _EXPECTED.findall(instructions)
    return max(40, min(600, max((int(number) for number in asked), default=DEFAULT_WORDS)))
