"""A plan as a list that stays readable, with three challenges or three hundred."""

from collections.abc import Iterable
from dataclasses import dataclass

from challenges.models import Challenge

# Beyond these, what is left to do under one milestone waits behind "more".
MOST_SHOWN = 20
FINISHED = {Challenge.Status.ACCEPTED, Challenge.Status.SKIPPED}


@dataclass(frozen=True)
class Group:
    """Challenges of one milestone: the next to do, those after them, and the finished ones."""

    open: list[Challenge]
    later: list[Challenge]
    finished: list[Challenge]

    def __bool__(self) -> bool:
        return bool(self.open or self.later or self.finished)


def group(challenges: Iterable[Challenge]) -> Group:
    """Return the challenges in their order, what is finished apart."""
    left: list[Challenge] = []
    finished: list[Challenge] = []
    for challenge in challenges:
        (finished if challenge.status in FINISHED else left).append(challenge)
    return Group(left[:MOST_SHOWN], left[MOST_SHOWN:], finished)
