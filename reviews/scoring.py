"""From grades to a consensus, its error, and what is known of each grader.

Callers rely only on `fit`; the model of graders stands behind it in `grading_model`.
"""

from array import array
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reviews.grader_beliefs import USUAL
from reviews.grading_model import Before, estimate


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
    grades: Iterable[Grade[S, G]],
    *,
    open_ended: bool = True,
    known: Mapping[S, float] | None = None,
) -> Fit[S, G]:
    """Estimate all submissions' scores and all graders' ways together.

    The same grades in any order give the same answer. With `open_ended`, 0 and 100 mean "at most"
    and "at least" this much. `known` holds the true scores of works for training: they tell how
    their graders grade.
    """
    works: dict[S, int] = {}
    graders: dict[G, int] = {}
    # Arrays of the standard library: a third of the room of lists.
    work_numbers, grader_numbers, scores = array("q"), array("q"), array("d")
    for grade in grades:
        work_numbers.append(works.setdefault(grade.submission, len(works)))
        grader_numbers.append(graders.setdefault(grade.grader, len(graders)))
        scores.append(grade.score)
    if not scores:
        return Fit({}, {})
    of_work, of_grader = np.array(work_numbers), np.array(grader_numbers)
    found = estimate(
        of_work,
        of_grader,
        np.array(scores),
        open_ended=open_ended,
        before=Before(known=_known(works, known or {})),
    )
    per_work = np.bincount(of_work).tolist()
    per_grader = np.bincount(of_grader).tolist()
    # What share of a grade's variance comes from the work, for somebody who looks at it.
    ways = found.ways
    quality = ways.attention * USUAL.talent / (USUAL.talent + ways.spread**2)
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
                ways.bias.tolist(),
                ways.spread.tolist(),
                quality.tolist(),
                per_grader,
                strict=True,
            )
        },
    )


def _known[S: Hashable](works: Mapping[S, int], known: Mapping[S, float]) -> NDArray[np.float64]:
    """Return the known true scores by number of work, not a number where there is none."""
    found = np.full(len(works), np.nan)
    for work, score in known.items():
        if work in works:
            found[works[work]] = score
    return found


def agreement(score: float, consensus: float) -> float:
    """Return how near a score lies to a consensus: 1 at no distance, 0 at 40 points or more."""
    return max(0.0, 1.0 - abs(score - consensus) / 40.0)
