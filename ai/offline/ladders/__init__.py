"""Ladders: for each field of learning, challenges from a first step to proof of the goal."""

from ai.offline.ladders import fitness, languages, maths, music, other, programming, writing
from ai.offline.ladders.shape import Ladder, Step

_LADDERS: dict[str, Ladder] = {
    "languages": languages.LADDER,
    "programming": programming.LADDER,
    "music": music.LADDER,
    "fitness": fitness.LADDER,
    "writing": writing.LADDER,
    "maths": maths.LADDER,
}


def ladder_for(category: str) -> Ladder:
    """Return the ladder of a goal's category; fields without their own share one."""
    return _LADDERS.get(category.strip().casefold(), other.LADDER)


def steps_anywhere(ladder: Ladder) -> tuple[Step, ...]:
    """Return steps of the shared ladder that read well beside any other's own."""
    return () if ladder is other.LADDER else other.ANYWHERE
