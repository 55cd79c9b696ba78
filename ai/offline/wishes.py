"""What a learner wishes of a plan: "more speaking", "easier", "shorter"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ai.offline.words import stems, words

_LESS = {"less", "no", "not", "fewer", "without", "skip", "avoid", "hate", "dont", "don't"}
_EASIER = ("easi", "easy", "gentl", "simpl", "slow", "beginner")
_HARDER = ("hard", "difficult", "challeng", "tough", "ambitious", "advanced", "faster")
_SHORTER = ("short", "small", "quick", "busy", "little")


@dataclass(frozen=True)
class Heard:
    """One clause of a wish that was understood, and what it asks for by itself."""

    words: str
    tags: Mapping[str, int]
    difficulty: int
    shorter: bool


@dataclass(frozen=True)
class Wish:
    """A wish as numbers: a liking for each tag, a shift of difficulty, and what was heard."""

    text: str
    tags: Mapping[str, int]
    difficulty: int
    shorter: bool
    heard: tuple[Heard, ...]
    unheard: tuple[str, ...] = ()


def read_wish(text: str, tag_words: Mapping[str, tuple[str, ...]]) -> Wish:
    """Read a wish clause by clause; "less" and its like turn the clause around."""
    clauses = re.split(r"[,.;!\n]|\band\b|\bbut\b", text.casefold())
    heard = [one for clause in clauses if (one := _clause(clause, tag_words))]
    return Wish(
        text=text.strip(),
        tags={tag: sign for one in heard for tag, sign in one.tags.items()},
        difficulty=max(-1, min(1, sum(one.difficulty for one in heard))),
        shorter=any(one.shorter for one in heard),
        heard=tuple(heard),
        unheard=tuple(
            " ".join(clause.split())
            for clause in clauses
            if stems(clause) and not _clause(clause, tag_words)
        ),
    )


def _clause(clause: str, tag_words: Mapping[str, tuple[str, ...]]) -> Heard | None:
    """Read one clause; None where it says nothing that the coach can act on."""
    spoken = words(clause)
    sign = -1 if _LESS.intersection(spoken) else 1

    def speaks(beginnings: tuple[str, ...]) -> bool:
        return any(word.startswith(beginnings) for word in spoken)

    tags = {tag: sign for tag, starts in tag_words.items() if speaks((tag, *starts))}
    difficulty = sign * (speaks(_HARDER) - speaks(_EASIER))
    shorter = sign > 0 and speaks(_SHORTER)
    if not (tags or difficulty or shorter):
        return None
    return Heard(" ".join(clause.split()), tags, difficulty, shorter)
