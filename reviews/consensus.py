"""From the grades of one work to its score, so that its author can do the sum again.

The model of graders says how far off each grader tends to be and how much they vary. Here that
becomes a weighted mean of corrected grades: corrections are whole points, shares whole per cents.
Who is not known yet counts as they are, and as much as anybody else; where nobody is known the
score is the plain mean. How far the truth may lie from that score is read off the whole model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from reviews.grader_beliefs import HIGHEST, LOWEST, SPREADS, Beliefs, Floats, Population
from reviews.grading_model import ERROR_OF_PRIORS

# A grader of whom fewer grades are known is taken as usual: one shrinks to the plain mean.
FEW_GRADES = 5
# What is less than this, in points, is as likely chance as a habit.
LEAST_CORRECTION = 2.0
# The coach, of all graders together, counts for no more than this …
COACH_SHARE_MOST = 0.2
# … and is never believed to vary by less, in points: its errors are the same ones each time.
COACH_SPREAD_LEAST = 12.0
_TRUTHS = np.linspace(LOWEST, HIGHEST, 101)


@dataclass(frozen=True)
class Heard:
    """One grade, and the sums that are known of its grader (`Beliefs.to_rows`)."""

    score: float
    belief: list[float]
    grades_known: int = 0
    is_coach: bool = False

    @property
    def is_known(self) -> bool:
        return bool(self.belief) and self.grades_known >= FEW_GRADES


@dataclass(frozen=True)
class Part:
    """What one grade came to: corrected by whole points, and its share in whole per cents."""

    score: float
    correction: int
    share: int


@dataclass(frozen=True)
class Weighed:
    """A consensus with its standard error and the parts it was made of, in the order given."""

    score: float
    stderr: float
    parts: tuple[Part, ...]
    # Nobody's way of grading was known, so all count as they are.
    is_mean: bool

    @property
    def reviews(self) -> int:
        return len(self.parts)


def weigh(heard: Sequence[Heard], usual: Population) -> Weighed:
    """Return what the graders of one work agree on. The coach counts once it is known."""
    has_peers = any(not grade.is_coach for grade in heard)
    counts = [grade.is_known or not (grade.is_coach and has_peers) for grade in heard]
    counted = [grade for grade, does in zip(heard, counts, strict=True) if does]
    if not counted:
        raise ValueError("A consensus needs a grade.")
    scores = np.array([grade.score for grade in counted])
    beliefs = Beliefs.from_rows([grade.belief if grade.is_known else [] for grade in counted])
    coach = np.array([grade.is_coach for grade in counted])
    least = np.where(coach, COACH_SPREAD_LEAST, 0.0)
    known = np.array([grade.is_known for grade in counted])
    ways = beliefs.ways(usual, least_spread=least)
    # Rounded before they are used, so that what the page shows is what was reckoned with.
    is_off = known & (np.abs(ways.bias) >= LEAST_CORRECTION)
    corrections = np.where(is_off, -np.round(ways.bias), 0.0)
    shares = _hundred(_capped(ways.attention / ways.noise, coach))
    is_mean = not known.any()
    if is_mean:
        shares = np.full(len(scores), 100 // len(scores))
        score = float(scores.mean())
    else:
        score = float(((scores + corrections) * shares).sum() / 100)
    score = min(HIGHEST, max(LOWEST, score))
    told = iter(zip(corrections.tolist(), shares.tolist(), strict=True))
    parts = []
    for grade, does in zip(heard, counts, strict=True):
        correction, share = next(told) if does else (0, 0)
        parts.append(Part(grade.score, int(correction), int(share)))
    return Weighed(score, _error(score, scores, beliefs, least, usual), tuple(parts), is_mean)


def _capped(weights: Floats, coach: NDArray[np.bool_]) -> Floats:
    """Cut the coach's weight to its largest share of the whole."""
    of_peers = float(weights[~coach].sum())
    if of_peers:
        most = of_peers * COACH_SHARE_MOST / (1 - COACH_SHARE_MOST)
        return np.where(coach, np.minimum(weights, most), weights)
    return weights


def _hundred(weights: Floats) -> Floats:
    """Return the weights' shares in whole per cents that add up to 100."""
    exact = 100 * weights / weights.sum()
    whole = np.floor(exact)
    # The largest remainders go up; equal ones by size, so that no order of grades matters.
    order = np.lexsort((exact, -np.round(exact - whole, 9)))
    whole[order[: round(100 - whole.sum())]] += 1
    return whole


def _error(
    score: float, scores: Floats, beliefs: Beliefs, least: Floats, usual: Population
) -> float:
    """Return how far the truth lies from `score`, in root mean square, over all it may be."""
    chances = _chances(scores, beliefs, least, usual)
    return ERROR_OF_PRIORS * sqrt(float((chances * (_TRUTHS - score) ** 2).sum()))


def _chances(scores: Floats, beliefs: Beliefs, least: Floats, usual: Population) -> Floats:
    """Return how likely each true score is, by the whole model of graders."""
    found = beliefs.posterior(usual)
    squares = np.maximum(SPREADS[None] ** 2, least[:, None] ** 2)
    noise = squares + 1 / found.precision
    gaps = scores[:, None] - found.shift / found.precision
    looking = found.kinds[:, : len(SPREADS)]
    distance = (gaps[:, :, None] - _TRUTHS) ** 2
    of_looking = (
        np.exp(-0.5 * distance / noise[:, :, None]) / np.sqrt(2 * np.pi * noise)[:, :, None]
    )
    chance = (looking[:, :, None] * of_looking).sum(1)
    # Who does not look says nothing of the work.
    chance += (np.maximum(1 - looking.sum(1), 1e-9) / (HIGHEST - LOWEST))[:, None]
    # What other works are like says nothing here: a work far from them is not less certain.
    weight = np.log(chance).sum(0)
    weight = np.exp(weight - weight.max())
    chances: Floats = weight / weight.sum()
    return chances
