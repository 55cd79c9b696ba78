"""A learner's rank over the days as a line for an SVG; the first rank is at the top."""

from dataclasses import dataclass
from itertools import groupby
from math import log

from leaderboard.history import Then

WIDTH, HEIGHT = 300, 100


@dataclass(frozen=True)
class RankChart:
    """The lines, one for each run of days with a rank, in a box of WIDTH by HEIGHT."""

    lines: list[str]
    days: list[Then]
    best: int
    worst: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def newest_first(self) -> list[Then]:
        return self.days[::-1]


def rank_chart(days: list[Then]) -> RankChart | None:
    """Return the chart, or None with fewer than two days with a rank.

    Heights go by the logarithm: from 20th to 10th is as far as from 2,000th to 1,000th.
    """
    ranks = [day.rank for day in days if day.rank is not None]
    if len(ranks) < 2:
        return None
    best, worst = min(ranks), max(ranks)
    span = log(worst) - log(best)

    def y(rank: int) -> float:
        return round(HEIGHT * (log(rank) - log(best)) / span, 1) if span else HEIGHT / 2

    lines = []
    for has_rank, run in groupby(enumerate(days), key=lambda one: one[1].rank is not None):
        if has_rank:
            spots = [
                (round(WIDTH * number / (len(days) - 1), 1), y(day.rank or 1))
                for number, day in run
            ]
            lines.append(" ".join(f"{x:g},{height:g}" for x, height in spots))
    return RankChart(lines, days, best, worst)
