"""The model of graders: true scores, biases and spreads, estimated together.

A grade is the work's true score plus the grader's bias plus noise of the grader's own spread
(Piech et al. 2013, "Tuned models of peer assessment in MOOCs", model PG1). Three things are added
to it, each because graders do so:

- Spreads come from a grid whose weights are learned from the data (nonparametric empirical Bayes),
  since one family of distributions fits neither careful nor careless classes.
- Grades stop at 0 and 100. One at the end of the scale says "at least this much" (Tobin 1958).
- Some graders do not look at the work: they give nearly the same score to all, or any score.
  Both are hypotheses about a grader beside the spreads, learned in the same way.

The posterior is computed by expectation propagation (Minka 2001) over works; biases and the grid
are integrated exactly for each grader. The priors are fitted by EM on the way. All is NumPy over
blocks of graders, so that memory stays small however many grades there are.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import log, pi, sqrt

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
# What is believed before there are grades, worth as much as so many graders or works.
USUAL_SPREADS = np.array([0.02, 0.03, 0.06, 0.12, 0.20, 0.24, 0.16, 0.09, 0.04, 0.01, 0, 0, 0])
USUAL_SPREADS[-3:] = 0.01
USUAL_BIAS, USUAL_TALENT = 7.0, 13.0
GRADERS_BELIEVED, WORKS_BELIEVED = 10.0, 4.0

MOST_ROUNDS = 60
FEWEST_ROUNDS = 12
# Rounds end when scores move by less than this, in points, in root mean square.
SETTLED = 0.01
DAMPING = 0.7
# Grades looked at together: few enough for a processor's cache.
BLOCK = 8_192
# Fitted priors are taken as known, which makes errors a little too small (Laird and Louis 1987).
ERROR_OF_PRIORS = 1.05
_LOG_2PI = log(2 * pi)


@dataclass(frozen=True)
class Estimate:
    """What the grades tell, by number of work and of grader. Scores run from 0 to 100."""

    scores: Floats
    errors: Floats
    biases: Floats
    spreads: Floats
    # How likely a grader looks at the works at all.
    attention: Floats


@dataclass
class _Priors:
    """What is believed of all works and graders; fitted as the rounds go on."""

    mean: float
    talent: float
    bias: float
    kinds: Floats


@dataclass
class _Sites:
    """What each grade says of its work, as natural parameters of a Gaussian."""

    precision: Floats
    shift: Floats


@dataclass
class _Ends:
    """What each grade at an end of the scale says of its grader's bias, by spread."""

    at: Ints
    sign: Floats
    precision: Floats
    shift: Floats
    evidence: Floats


@dataclass(frozen=True)
class _Graders:
    """The posterior of a block's graders: of the kinds, and of the bias under each spread."""

    kinds: Floats
    precision: Floats
    shift: Floats


def estimate(works: Ints, graders: Ints, scores: Floats, *, open_ended: bool = True) -> Estimate:
    """Estimate all works and graders together.

    `works` and `graders` number each grade's work and grader from 0 without gaps; `scores` run
    from 0 to 100. The order of the grades does not matter beyond rounding. Unless `open_ended`, 0
    and 100 are taken at their word, as where a rubric's levels end there.
    """
    order = np.lexsort((works, graders))
    return _Fit(works[order], graders[order], scores[order], open_ended=open_ended).run()


class _Fit:
    def __init__(self, works: Ints, graders: Ints, scores: Floats, *, open_ended: bool) -> None:
        self.open_ended = open_ended
        self.works, self.graders, self.scores = works, graders, scores
        self.work_count = int(works.max()) + 1
        self.first = np.searchsorted(graders, np.arange(int(graders.max()) + 2))
        self.priors = _Priors(
            mean=float(scores.mean()),
            talent=USUAL_TALENT**2,
            bias=USUAL_BIAS**2,
            kinds=USUAL_SPREADS / USUAL_SPREADS.sum(),
        )
        precision = np.full(len(scores), 1 / 400.0)
        self.sites = _Sites(precision, precision * (scores - self.priors.mean))
        self.blocks = list(self._blocks())
        self.ends = [self._ends(*block) for block in self.blocks]

    def run(self) -> Estimate:
        before = np.zeros(self.work_count)
        with ThreadPoolExecutor(min(len(self.blocks), os.cpu_count() or 1)) as pool:
            for round_ in range(MOST_ROUNDS):
                posteriors = self._round(pool)
                scores, variances = self._works()
                moved = sqrt(float(np.mean((scores - before) ** 2)))
                if round_ >= FEWEST_ROUNDS and moved < SETTLED:
                    break
                before = scores
                if round_ >= 3:
                    self._fit_priors(posteriors, scores, variances)
        scores, variances = self._works()
        biases, spreads, attention = _ways(posteriors)
        return Estimate(
            scores=np.clip(scores, LOWEST, HIGHEST),
            errors=ERROR_OF_PRIORS * np.sqrt(variances),
            biases=biases,
            spreads=spreads,
            attention=attention,
        )

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of graders with about BLOCK grades each."""
        start, count = 0, len(self.first) - 1
        while start < count:
            end = int(np.searchsorted(self.first, self.first[start] + BLOCK, side="right")) - 1
            end = min(max(end, start + 1), count)
            yield start, end
            start = end

    def _ends(self, start: int, end: int) -> _Ends:
        scores = self.scores[self.first[start] : self.first[end]]
        at = np.flatnonzero(self.open_ended & ((scores <= LOWEST) | (scores >= HIGHEST)))
        nothing = np.zeros((len(at), len(SPREADS)))
        sign = np.where(scores[at] >= HIGHEST, 1.0, -1.0)[:, None]
        return _Ends(at, sign, nothing, nothing.copy(), nothing.copy())

    def _round(self, pool: ThreadPoolExecutor) -> list[_Graders]:
        """Look at every block once; all see the works as the round before left them."""
        totals = self._totals()

        def look(block: tuple[int, int], ends: _Ends) -> _Graders:
            return self._look(block[0], block[1], ends, totals)

        return list(pool.map(look, self.blocks, self.ends))

    def _totals(self) -> _Sites:
        precision = np.bincount(self.works, self.sites.precision, self.work_count)
        shift = np.bincount(self.works, self.sites.shift, self.work_count)
        return _Sites(precision + 1 / self.priors.talent, shift)

    def _works(self) -> tuple[Floats, Floats]:
        """Return score and variance of each work."""
        totals = self._totals()
        return self.priors.mean + totals.shift / totals.precision, 1 / totals.precision

    def _look(self, start: int, end: int, ends: _Ends, totals: _Sites) -> _Graders:
        """Weigh what a block's graders say against what the other graders say of their works."""
        low, high = int(self.first[start]), int(self.first[end])
        part = slice(low, high)
        works, scores = self.works[part], self.scores[part]
        old_precision, old_shift = self.sites.precision[part], self.sites.shift[part]
        # Each work without this grade.
        precision = np.maximum(totals.precision[works] - old_precision, 1e-4)
        mean = (totals.shift[works] - old_shift) / precision
        variance = 1 / precision

        gap = (scores - self.priors.mean - mean)[:, None]
        noise = variance[:, None] + SPREADS**2
        bias_precision = 1 / noise
        bias_shift = gap * bias_precision
        evidence = -0.5 * (_LOG_2PI + np.log(noise) + gap * bias_shift)
        bias_precision[ends.at] = ends.precision
        bias_shift[ends.at] = ends.shift
        evidence[ends.at] = ends.evidence

        first = self.first[start:end] - low
        posterior = self._graders(first, scores, bias_precision, bias_shift, evidence)

        grader = self.graders[part] - start
        # Each grader without this grade.
        rest = np.maximum(posterior.precision[grader] - bias_precision, 1e-6)
        bias = (posterior.shift[grader] - bias_shift) / rest
        whole = noise + 1 / rest
        slope = (gap - bias) / whole
        curve = 1 / whole
        if len(ends.at):
            self._look_at_ends(ends, gap, bias, 1 / rest, whole, slope, curve)
        share = posterior.kinds[grader, : len(SPREADS)]
        pull = (share * slope).sum(1)
        bend = (share * (curve - slope**2)).sum(1) + pull**2
        new_variance = np.clip(variance - variance**2 * bend, 1e-2, variance * 0.9999)
        new_mean = mean + variance * pull
        self.sites.precision[part] += DAMPING * (1 / new_variance - precision - old_precision)
        self.sites.shift[part] += DAMPING * (new_mean / new_variance - mean * precision - old_shift)
        return posterior

    def _graders(
        self,
        first: Ints,
        scores: Floats,
        bias_precision: Floats,
        bias_shift: Floats,
        evidence: Floats,
    ) -> _Graders:
        prior = self.priors.bias
        precision = np.add.reduceat(bias_precision, first) + 1 / prior
        shift = np.add.reduceat(bias_shift, first)
        weight = (
            np.add.reduceat(evidence, first)
            + 0.5 * shift**2 / precision
            - 0.5 * np.log(prior * precision)
        )
        others = _without_looking(scores - self.priors.mean, first)
        weight = np.concatenate([weight, others], axis=1) + np.log(self.priors.kinds)
        weight -= weight.max(1, keepdims=True)
        kinds = np.exp(weight)
        return _Graders(kinds / kinds.sum(1, keepdims=True), precision, shift)

    def _look_at_ends(
        self,
        ends: _Ends,
        gap: Floats,
        bias: Floats,
        bias_variance: Floats,
        whole: Floats,
        slope: Floats,
        curve: Floats,
    ) -> None:
        """Take grades at an end of the scale as "beyond it", in `slope`, `curve` and `ends`."""
        at, sign = ends.at, ends.sign
        spread = np.sqrt(whole[at])
        z = sign * (bias[at] - gap[at]) / spread
        ratio, evidence = _tail(z)
        slope[at] = sign * ratio / spread
        curve[at] = ratio * (z + ratio) / whole[at]
        variance, mean = bias_variance[at], bias[at]
        new_variance = np.maximum(variance - variance**2 * curve[at], 1e-3)
        new_mean = mean + variance * slope[at]
        precision = np.maximum(1 / new_variance - 1 / variance, 1e-8)
        shift = new_mean / new_variance - mean / variance
        both = 1 / variance + precision
        evidence = evidence - (
            0.5 * (mean / variance + shift) ** 2 / both
            - 0.5 * mean**2 / variance
            - 0.5 * np.log(1 + variance * precision)
        )
        ends.precision += DAMPING * (precision - ends.precision)
        ends.shift += DAMPING * (shift - ends.shift)
        ends.evidence += DAMPING * (evidence - ends.evidence)

    def _fit_priors(self, posteriors: list[_Graders], scores: Floats, variances: Floats) -> None:
        """Take one step of EM; what is usual counts as much as a few graders and works."""
        mean = float(scores.mean())
        squares = float(((scores - mean) ** 2 + variances).sum())
        self.priors.mean = mean
        self.priors.talent = (squares + WORKS_BELIEVED * USUAL_TALENT**2) / (
            self.work_count + WORKS_BELIEVED
        )
        kinds = np.zeros(len(USUAL_SPREADS))
        biases, looking = 0.0, 0.0
        for block in posteriors:
            kinds += block.kinds.sum(0)
            share = block.kinds[:, : len(SPREADS)]
            second = (block.shift / block.precision) ** 2 + 1 / block.precision
            biases += float((share * second).sum())
            looking += float(share.sum())
        self.priors.bias = max(
            0.25,
            (biases + GRADERS_BELIEVED * USUAL_BIAS**2) / (looking + GRADERS_BELIEVED),
        )
        kinds += GRADERS_BELIEVED * USUAL_SPREADS / USUAL_SPREADS.sum()
        self.priors.kinds = kinds / kinds.sum()


def _without_looking(gaps: Floats, first: Ints) -> Floats:
    """Return the log evidence, by grader, of the ways of grading that ignore the work."""
    counts = np.diff(np.append(first, len(gaps)))
    sums, squares = np.add.reduceat(gaps, first), np.add.reduceat(gaps**2, first)
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


def _ways(posteriors: list[_Graders]) -> tuple[Floats, Floats, Floats]:
    """Return bias, spread and attention of each grader."""
    biases, spreads, attention = [], [], []
    for block in posteriors:
        looking = block.kinds[:, : len(SPREADS)]
        heed = looking.sum(1)
        share = looking / np.maximum(heed, 1e-12)[:, None]
        biases.append((share * block.shift / block.precision).sum(1))
        spreads.append(np.sqrt((share * SPREADS**2).sum(1)))
        attention.append(heed)
    return np.concatenate(biases), np.concatenate(spreads), np.concatenate(attention)


def _tail(z: Floats) -> tuple[Floats, Floats]:
    """Return φ(z)/Φ(z) and log Φ(z) of the standard normal distribution.

    Φ by Abramowitz and Stegun 26.2.17 (error below 7.5e-8), its asymptote far in the tail.
    """
    far = z < -5.0
    near = np.where(far, 0.0, z)
    t = 1 / (1 + 0.2316419 * np.abs(near))
    density = np.exp(-0.5 * near**2) / sqrt(2 * pi)
    upper = (
        density
        * t
        * (
            0.319381530
            + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
        )
    )
    below = np.where(near > 0, 1 - upper, upper)
    depth = np.where(far, z, -5.0)
    ratio = np.where(far, -depth - 1 / depth + 2 / depth**3, density / np.maximum(below, 1e-300))
    evidence = np.where(
        far,
        -0.5 * depth**2 - np.log(-depth) - 0.5 * _LOG_2PI,
        np.log(np.maximum(below, 1e-300)),
    )
    return ratio, evidence
