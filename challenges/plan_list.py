"""A plan as a list that stays readable, with three challenges or three hundred."""

from collections.abc import Iterable
from dataclasses import dataclass

from challenges.models import Challenge

# Beyond these, what is left to do waits behind "more"; but each milestone shows its next ones.
MOST_SHOWN, LEAST_SHOWN = 20, 3
FINISHED = {Challenge.Status.ACCEPTED, Challenge.Status.SKIPPED}


@dataclass(frozen=True)
class Group:
    """Challenges of one milestone: the next to do, those after them, and the finished ones."""

    open: list[Challenge]
    later: list[Challenge]
    finished: list[Challenge]

    def __bool__(self) -> bool:
        return bool(self.open or self.later or self.finished)


def group(challenges: Iterable[Challenge], *, shown: int = 0) -> Group:
    """Return the challenges in their order, what is finished apart. `shown` says how many of
    those to do the list shows already, under the milestones before."""
    left: list[Challenge] = []
    finished: list[Challenge] = []
    for challenge in challenges:
        (finished if challenge.status in FINISHED else left).append(challenge)
    most = max(LEAST_SHOWN, MOST_SHOWN - shown)
    return Group(left[:most], left[most:], finished)
