"""From grades to a consensus, its error, and what is known of each grader.

Plain for now: the consensus is the mean of the peers' grades. Callers rely only on `fit`, behind
which the model of graders' biases and spreads (Piech et al. 2013, PG1) can take its place.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

# The spread of one grade around the truth before anything is known of the grader.
PRIOR_SPREAD = 12.0
# With how many grades the prior weighs, where a spread is estimated from few.
PRIOR_WEIGHT = 2.0


@dataclass(frozen=True)
class Grade[S: Hashable, G: Hashable]:
    """One grader's score, 0 to 100, for one submission."""

    submission: S
    grader: G
    score: float


@dataclass(frozen=True)
class Consensus:
    """The score of a submission, its standard error, and how many grades it rests on."""

    score: float
    stderr: float
    reviews: int


@dataclass(frozen=True)
class Grader:
    """What the grades tell of one grader; `quality` runs from 0 to 1."""

    bias: float
    sd: float
    quality: float
    reviews: int


@dataclass(frozen=True)
class Fit[S: Hashable, G: Hashable]:
    submissions: dict[S, Consensus]
    graders: dict[G, Grader]


def fit[S: Hashable, G: Hashable](grades: Iterable[Grade[S, G]]) -> Fit[S, G]:
    """Estimate all submissions' scores and all graders' ways together.

    The same grades in any order give the same answer.
    """
    by_submission: dict[S, list[Grade[S, G]]] = defaultdict(list)
    for grade in grades:
        by_submission[grade.submission].append(grade)
    consensus = {
        submission: _consensus([grade.score for grade in given])
        for submission, given in by_submission.items()
    }
    # A grader is compared with the others, never with themselves.
    apart: dict[G, list[float]] = defaultdict(list)
    for given in by_submission.values():
        total = sum(grade.score for grade in given)
        for grade in given:
            others = len(given) - 1
            apart[grade.grader].append(
                grade.score - (total - grade.score) / others if others else 0.0
            )
    return Fit(consensus, {grader: _grader(gaps) for grader, gaps in apart.items()})


def agreement(score: float, consensus: float) -> float:
    """Return how near a score lies to a consensus: 1 at no distance, 0 at 40 points or more."""
    return max(0.0, 1.0 - abs(score - consensus) / 40.0)


def _consensus(scores: list[float]) -> Consensus:
    mean = fmean(scores)
    count = len(scores)
    squares = sum((score - mean) ** 2 for score in scores)
    spread = sqrt((squares + PRIOR_WEIGHT * PRIOR_SPREAD**2) / (max(0, count - 1) + PRIOR_WEIGHT))
    return Consensus(score=mean, stderr=spread / sqrt(count), reviews=count)


def _grader(gaps: list[float]) -> Grader:
    count = len(gaps)
    bias = sum(gaps) / (count + PRIOR_WEIGHT)
    squares = sum((gap - bias) ** 2 for gap in gaps)
    spread = sqrt((squares + PRIOR_WEIGHT * PRIOR_SPREAD**2) / (count + PRIOR_WEIGHT))
    return Grader(bias=bias, sd=spread, quality=agreement(spread, 0.0), reviews=count)
