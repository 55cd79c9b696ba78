"""From grades to a consensus, its error, and what is known of each grader.

Callers rely only on `fit`; the model of graders stands behind it in `grading_model`.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from reviews.grading_model import USUAL_TALENT, estimate


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


def fit[S: Hashable, G: Hashable](
    grades: Iterable[Grade[S, G]], *, open_ended: bool = True
) -> Fit[S, G]:
    """Estimate all submissions' scores and all graders' ways together.

    The same grades in any order give the same answer. With `open_ended`, 0 and 100 mean "at most"
    and "at least" this much.
    """
    works: dict[S, int] = {}
    graders: dict[G, int] = {}
    numbers, scores = [], []
    for grade in grades:
        numbers.append(
            (
                works.setdefault(grade.submission, len(works)),
                graders.setdefault(grade.grader, len(graders)),
            )
        )
        scores.append(grade.score)
    if not numbers:
        return Fit({}, {})
    of_work, of_grader = np.array(numbers, dtype=np.int64).T
    found = estimate(of_work, of_grader, np.array(scores, dtype=np.float64), open_ended=open_ended)
    per_work = np.bincount(of_work).tolist()
    per_grader = np.bincount(of_grader).tolist()
    # What share of a grade's variance comes from the work, for somebody who looks at it.
    reliability = USUAL_TALENT**2 / (USUAL_TALENT**2 + found.spreads**2)
    quality = found.attention * reliability
    return Fit(
        {
            work: Consensus(*told)
            for work, *told in zip(
                works, found.scores.tolist(), found.errors.tolist(), per_work, strict=True
            )
        },
        {
            grader: Grader(*told)
            for grader, *told in zip(
                graders,
                found.biases.tolist(),
                found.spreads.tolist(),
                quality.tolist(),
                per_grader,
                strict=True,
            )
        },
    )


def agreement(score: float, consensus: float) -> float:
    """Return how near a score lies to a consensus: 1 at no distance, 0 at 40 points or more."""
    return max(0.0, 1.0 - abs(score - consensus) / 40.0)
