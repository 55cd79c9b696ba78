"""What is believed of graders: how far off they tend to be, and by how much they vary.

A grade is the work's true score plus the grader's bias plus noise of the grader's own spread
(Piech et al. 2013, "Tuned models of peer assessment in MOOCs", model PG1). Spreads come from a
grid. Beside them stand two ways of grading without looking at the work: nearly the same score to
all, or any score.

All that grades tell of a grader is kept as sums, one term for each grade. So it can be added to
in any order, at once or bit by bit, and read under whatever is usual among graders by then.
"""

from dataclasses import dataclass
from math import log, pi
from typing import Self

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

LOWEST, HIGHEST = 0.0, 100.0
SPREADS = np.array([1.5, 2.5, 4.0, 6.0, 8.5, 12.0, 16.5, 22.0, 30.0, 42.0])
# Graders who give the same to all works, with this much of noise around it …
SAME_TO_ALL = (0.6, 5.0)
# … and where that same score lies, around the mean of all grades.
SAME_AROUND = 20.0
LOG_2PI = log(2 * pi)
# Scores are summed as distances from here, which keeps the sums small.
_MIDDLE = 70.0
_WIDTH = 3 * len(SPREADS) + 3


@dataclass(frozen=True)
class Population:
    """What is usual: the mean of true scores, their variance, that of biases, and the share of
    graders of each spread and of each way of not looking."""

    mean: float
    talent: float
    bias: float
    kinds: Floats

    def to_json(self) -> dict[str, float | list[float]]:
        kinds = [round(float(share), 6) for share in self.kinds]
        return {"mean": self.mean, "talent": self.talent, "bias": self.bias, "kinds": kinds}

    @classmethod
    def from_json(cls, told: dict[str, float | list[float]]) -> Self:
        kinds = np.asarray(told["kinds"], dtype=np.float64)
        mean, talent, bias = (float(told[name]) for name in ("mean", "talent", "bias"))  # type: ignore[arg-type]
        return cls(mean, talent, bias, kinds / kinds.sum())


_KINDS = np.array([0.02, 0.03, 0.06, 0.12, 0.20, 0.24, 0.16, 0.09, 0.04, 0.01, 0.01, 0.01, 0.01])
# What is believed before there are grades.
USUAL = Population(mean=70.0, talent=13.0**2, bias=7.0**2, kinds=_KINDS / _KINDS.sum())


@dataclass(frozen=True)
class Posterior:
    """How likely each way of grading is, by grader, and the bias under each spread."""

    kinds: Floats
    precision: Floats
    shift: Floats


@dataclass(frozen=True)
class Ways:
    """What to expect of graders, one number each; all in points but `attention`, a probability."""

    bias: Floats
    spread: Floats
    # How likely they look at the works at all.
    attention: Floats
    # Variance of a grade around the truth, once the bias is taken off, of somebody who looks.
    noise: Floats


@dataclass(frozen=True)
class Beliefs:
    """Sums over the grades of each grader, one row a grader.

    By spread: log evidence at no bias, and precision and precision times mean of the bias. For
    those who do not look: how many scores, their sum and the sum of their squares.
    """

    evidence: Floats
    precision: Floats
    shift: Floats
    scores: Floats

    @classmethod
    def none(cls, graders: int) -> Self:
        """Beliefs of graders of whom there are no grades yet."""
        by_spread = (graders, len(SPREADS))
        return cls(np.zeros(by_spread), np.zeros(by_spread), np.zeros(by_spread), _zeros(graders))

    @classmethod
    def from_rows(cls, rows: list[list[float]]) -> Self:
        """Read what `to_rows` made; an empty row is somebody of whom there are no grades."""
        table = np.array([row or [0.0] * _WIDTH for row in rows], dtype=np.float64)
        table = table.reshape(len(rows), _WIDTH)
        evidence, precision, shift, scores = np.split(table, np.arange(1, 4) * len(SPREADS), axis=1)
        return cls(evidence, precision, shift, scores)

    @classmethod
    def joined(cls, blocks: list[Self]) -> Self:
        """Return the graders of several blocks in one."""
        parts = ((b.evidence, b.precision, b.shift, b.scores) for b in blocks)
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def to_rows(self) -> list[list[float]]:
        """Return a list of numbers for each grader, for the database."""
        parts = [self.evidence, self.precision, self.shift, self.scores]
        table = np.concatenate(parts, axis=1)
        # Nine digits are more than the model knows, and half the room.
        digits: list[list[float]] = [[float(f"{x:.9g}") for x in row] for row in table.tolist()]
        return digits

    def part(self, which: slice | Ints) -> Self:
        cls = type(self)
        return cls(
            self.evidence[which], self.precision[which], self.shift[which], self.scores[which]
        )

    def __add__(self, more: Self) -> Self:
        return type(self)(
            self.evidence + more.evidence,
            self.precision + more.precision,
            self.shift + more.shift,
            self.scores + more.scores,
        )

    def posterior(self, usual: Population) -> Posterior:
        """Weigh the ways of grading against each other, the bias integrated out."""
        precision = self.precision + 1 / usual.bias
        weight = (
            self.evidence + 0.5 * self.shift**2 / precision - 0.5 * np.log(usual.bias * precision)
        )
        weight = np.concatenate([weight, self._without_looking(usual.mean)], axis=1)
        weight += np.log(np.maximum(usual.kinds, 1e-12))
        weight -= weight.max(1, keepdims=True)
        kinds = np.exp(weight)
        return Posterior(kinds / kinds.sum(1, keepdims=True), precision, self.shift)

    def ways(self, usual: Population, *, least_spread: Floats | float = 0.0) -> Ways:
        """Tell what to expect of each; no spread is taken to be below `least_spread`."""
        found = self.posterior(usual)
        looking = found.kinds[:, : len(SPREADS)]
        attention = looking.sum(1)
        share = looking / np.maximum(attention, 1e-12)[:, None]
        biases = found.shift / found.precision
        bias = (share * biases).sum(1)
        squares = at_least(SPREADS**2, np.broadcast_to(least_spread, attention.shape))
        noise = (share * (squares + (biases - bias[:, None]) ** 2 + 1 / found.precision)).sum(1)
        return Ways(bias, np.sqrt((share * squares).sum(1)), attention, noise)

    def _without_looking(self, mean: float) -> Floats:
        """Return the log evidence of the ways of grading that ignore the work."""
        counts, off = self.scores[:, 0], mean - _MIDDLE
        sums = self.scores[:, 1] - counts * off
        squares = self.scores[:, 2] - 2 * off * self.scores[:, 1] + counts * off**2
        columns = []
        for noise in SAME_TO_ALL:
            precision = counts / noise**2
            columns.append(
                -0.5 * counts * log(2 * pi * noise**2)
                - 0.5 * squares / noise**2
                + 0.5 * (sums / noise**2) ** 2 / (precision + 1 / SAME_AROUND**2)
                - 0.5 * np.log(1 + SAME_AROUND**2 * precision)
            )
        columns.append(-counts * log(HIGHEST - LOWEST))
        return np.stack(columns, axis=1)


def learn(scores: Floats, truths: Floats, errors: Floats, *, least_spread: float = 0.0) -> Beliefs:
    """Return what one grader's scores tell, given what all others say of the same works.

    `truths` and `errors` are the works' scores without this grader's, and their standard errors.
    The result is one row, to be added to what was believed before.
    """
    gap = (scores - truths)[:, None]
    squares = at_least(SPREADS**2, np.full(len(scores), least_spread))
    noise = errors[:, None] ** 2 + squares
    evidence = -0.5 * (LOG_2PI + np.log(noise) + gap**2 / noise)
    own = summed(scores, np.zeros(1, dtype=np.int64))
    terms = evidence.sum(0)[None], (1 / noise).sum(0)[None], (gap / noise).sum(0)[None]
    return Beliefs(*terms, own)


def summed(scores: Floats, first: Ints) -> Floats:
    """Return count, sum and squares of each grader's scores, which begin at `first`."""
    off = scores - _MIDDLE
    counts = np.diff(np.append(first, len(scores))).astype(np.float64)
    return np.stack([counts, np.add.reduceat(off, first), np.add.reduceat(off**2, first)], axis=1)


def at_least(squares: Floats, spread: Floats) -> Floats:
    """Return the squared spreads for each grader or grade, none below its own least one."""
    if not spread.any():
        return squares[None]
    floored: Floats = np.maximum(squares[None], spread[:, None] ** 2)
    return floored


def _zeros(graders: int) -> Floats:
    return np.zeros((graders, 3))
