"""What a learner wishes of a plan: "more speaking", "easier", "shorter"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ai.offline.words import words

_LESS = {"less", "no", "not", "fewer", "without", "skip", "avoid", "hate", "dont", "don't"}
_EASIER = ("easi", "easy", "gentl", "simpl", "slow", "beginner")
_HARDER = ("hard", "difficult", "challeng", "tough", "ambitious", "advanced", "faster")
_SHORTER = ("short", "small", "quick", "busy", "little")


@dataclass(frozen=True)
class Wish:
    """A wish as numbers: a liking for each tag, a shift of difficulty, and what was heard."""

    text: str
    tags: Mapping[str, int]
    difficulty: int
    shorter: bool
    heard: tuple[str, ...]


def read_wish(text: str, tag_words: Mapping[str, tuple[str, ...]]) -> Wish:
    """Read a wish clause by clause; "less" and its like turn the clause around."""
    tags: dict[str, int] = {}
    heard: list[str] = []
    difficulty, shorter = 0, False
    for clause in re.split(r"[,.;!\n]|\band\b|\bbut\b", text.casefold()):
        spoken = words(clause)
        sign = -1 if _LESS.intersection(spoken) else 1
        before = (dict(tags), difficulty, shorter)
        for tag, beginnings in tag_words.items():
            if any(word.startswith((tag, *beginnings)) for word in spoken):
                tags[tag] = sign
        if any(word.startswith(_EASIER) for word in spoken):
            difficulty -= sign
        if any(word.startswith(_HARDER) for word in spoken):
            difficulty += sign
        if sign > 0 and any(word.startswith(_SHORTER) for word in spoken):
            shorter = True
        if before != (tags, difficulty, shorter):
            heard.append(" ".join(clause.split()))
    return Wish(
        text=text.strip(),
        tags=tags,
        difficulty=max(-1, min(1, difficulty)),
        shorter=shorter,
        heard=tuple(heard),
    )
