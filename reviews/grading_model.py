"""The model of graders: true scores, biases and spreads, estimated together.

What is believed of a grader stands in `grader_beliefs`. Three things are added there and here to
the model of Piech et al. (2013), each because graders do so:

- Spreads come from a grid whose weights are learned from the data (nonparametric empirical Bayes),
  since one family of distributions fits neither careful nor careless classes.
- Grades stop at 0 and 100. One at the end of the scale says "at least this much" (Tobin 1958).
- Some graders do not look at the work: they give nearly the same score to all, or any score.
  Both are hypotheses about a grader beside the spreads, learned in the same way.

The posterior is computed by expectation propagation (Minka 2001) over works; biases and the grid
are integrated exactly for each grader. What is usual is fitted by EM on the way. All is NumPy over
blocks of graders, so that memory stays small however many grades there are.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import pi, sqrt

import numpy as np

from reviews.grader_beliefs import (
    HIGHEST,
    LOG_2PI,
    LOWEST,
    SPREADS,
    USUAL,
    Beliefs,
    Floats,
    Ints,
    Population,
    Posterior,
    Ways,
    at_least,
    summed,
)

# What was usual before counts as much as so many graders or works.
GRADERS_BELIEVED, WORKS_BELIEVED = 10.0, 4.0
# A work whose true score is known, such as one for training, is known that well, in points.
KNOWN_WITHIN = 0.5


MOST_ROUNDS = 60
FEWEST_ROUNDS = 12
# Rounds end when scores move by less than this, in points, in root mean square.
SETTLED = 0.02
DAMPING = 0.7
# Grades looked at together: few enough for a processor's cache.
BLOCK = 8_192
# Fitted priors are taken as known, which makes errors a little too small (Laird and Louis 1987).
ERROR_OF_PRIORS = 1.05


@dataclass(frozen=True)
class Estimate:
    """What the grades tell, by number of work and of grader. Scores run from 0 to 100."""

    scores: Floats
    errors: Floats
    ways: Ways
    # What the next grades are added to, with what was known before.
    beliefs: Beliefs
    usual: Population


@dataclass(frozen=True)
class Before:
    """What is known before a fit: nothing, unless there is something."""

    beliefs: Beliefs | None = None
    usual: Population | None = None
    # True scores by work, not a number where unknown.
    known: Floats | None = None
    # The least spread that is believed, by grader.
    least_spread: Floats | None = None


@dataclass
class _Sites:
    """What each grade says of its work, as natural parameters of a Gaussian."""

    precision: Floats
    shift: Floats


@dataclass(frozen=True)
class _Block:
    """What a block's graders come to: their sums, and what EM needs of them."""

    beliefs: Beliefs
    kinds: Floats
    # Of those who look at the works: their squared biases, and how many they are.
    squared_biases: float
    looking: float


@dataclass
class _Ends:
    """What each grade at an end of the scale says of its grader's bias, by spread."""

    at: Ints
    sign: Floats
    precision: Floats
    shift: Floats
    evidence: Floats


def estimate(
    works: Ints,
    graders: Ints,
    scores: Floats,
    *,
    open_ended: bool = True,
    before: Before | None = None,
) -> Estimate:
    """Estimate all works and graders together.

    `works` and `graders` number each grade's work and grader from 0 without gaps; `scores` run
    from 0 to 100. The order of the grades does not matter beyond rounding. Unless `open_ended`, 0
    and 100 are taken at their word, as where a rubric's levels end there.
    """
    order = np.lexsort((works, graders))
    fit = _Fit(works[order], graders[order], scores[order], open_ended, before or Before())
    return fit.run()


class _Fit:
    def __init__(
        self, works: Ints, graders: Ints, scores: Floats, open_ended: bool, before: Before
    ) -> None:
        self.open_ended = open_ended
        self.works, self.graders, self.scores = works, graders, scores
        self.work_count = int(works.max()) + 1
        self.grader_count = int(graders.max()) + 1
        self.first = np.searchsorted(graders, np.arange(self.grader_count + 1))
        self.before = before.beliefs or Beliefs.none(self.grader_count)
        none = np.zeros(self.grader_count)
        self.least = none if before.least_spread is None else before.least_spread
        # All is reckoned as distances from here.
        self.middle = float(scores.mean())
        self.usual_before = before.usual or USUAL
        self.usual = before.usual or replace(USUAL, mean=self.middle)
        known = np.full(self.work_count, np.nan) if before.known is None else before.known
        self.is_known = ~np.isnan(known)
        self.known_precision = np.where(self.is_known, 1 / KNOWN_WITHIN**2, 0.0)
        self.known_shift = np.nan_to_num(known - self.middle) * self.known_precision
        precision = np.full(len(scores), 1 / 400.0)
        self.sites = _Sites(precision, precision * (scores - self.middle))
        self.blocks = list(self._blocks())
        self.ends = [self._ends(*block) for block in self.blocks]

    def run(self) -> Estimate:
        before = np.zeros(self.work_count)
        with ThreadPoolExecutor(min(len(self.blocks), os.cpu_count() or 1)) as pool:
            for round_ in range(MOST_ROUNDS):
                blocks = self._round(pool)
                scores, variances = self._works()
                moved = sqrt(float(np.mean((scores - before) ** 2)))
                if round_ >= FEWEST_ROUNDS and moved < SETTLED:
                    break
                before = scores
                if round_ >= 3:
                    self._fit_usual(blocks, scores, variances)
        scores, variances = self._works()
        after = Beliefs.joined([block.beliefs for block in blocks])
        return Estimate(
            scores=np.clip(scores, LOWEST, HIGHEST),
            errors=ERROR_OF_PRIORS * np.sqrt(variances),
            ways=after.ways(self.usual, least_spread=self.least),
            beliefs=after,
            usual=self.usual,
        )

    def _blocks(self) -> Iterator[tuple[int, int]]:
        """Yield ranges of graders with about BLOCK grades each."""
        start, count = 0, self.grader_count
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

    def _round(self, pool: ThreadPoolExecutor) -> list[_Block]:
        """Look at every block once; all see the works as the round before left them."""
        totals = self._totals()

        def look(block: tuple[int, int], ends: _Ends) -> _Block:
            return self._look(block[0], block[1], ends, totals)

        return list(pool.map(look, self.blocks, self.ends))

    def _totals(self) -> _Sites:
        precision = np.bincount(self.works, self.sites.precision, self.work_count)
        shift = np.bincount(self.works, self.sites.shift, self.work_count)
        return _Sites(
            precision + self.known_precision + 1 / self.usual.talent,
            shift + self.known_shift + (self.usual.mean - self.middle) / self.usual.talent,
        )

    def _works(self) -> tuple[Floats, Floats]:
        """Return score and variance of each work."""
        totals = self._totals()
        return self.middle + totals.shift / totals.precision, 1 / totals.precision

    def _look(self, start: int, end: int, ends: _Ends, totals: _Sites) -> _Block:
        """Weigh what a block's graders say against what the other graders say of their works."""
        low, high = int(self.first[start]), int(self.first[end])
        part = slice(low, high)
        works, scores = self.works[part], self.scores[part]
        grader = self.graders[part] - start
        old_precision, old_shift = self.sites.precision[part], self.sites.shift[part]
        # Each work without this grade.
        precision = np.maximum(totals.precision[works] - old_precision, 1e-4)
        mean = (totals.shift[works] - old_shift) / precision
        variance = 1 / precision

        gap = (scores - self.middle - mean)[:, None]
        squares = at_least(SPREADS**2, self.least[start:end])
        noise = variance[:, None] + (squares if len(squares) == 1 else squares[grader])
        bias_precision = 1 / noise
        bias_shift = gap * bias_precision
        evidence = -0.5 * (LOG_2PI + np.log(noise) + gap * bias_shift)
        bias_precision[ends.at] = ends.precision
        bias_shift[ends.at] = ends.shift
        evidence[ends.at] = ends.evidence

        first = self.first[start:end] - low
        told = Beliefs(
            np.add.reduceat(evidence, first),
            np.add.reduceat(bias_precision, first),
            np.add.reduceat(bias_shift, first),
            summed(scores, first),
        )
        beliefs = self.before.part(slice(start, end)) + told
        posterior = beliefs.posterior(self.usual)

        # Each grader without this grade. `take` is a good deal faster than an index.
        rest = np.take(posterior.precision, grader, axis=0) - bias_precision
        np.maximum(rest, 1e-6, out=rest)
        bias = (np.take(posterior.shift, grader, axis=0) - bias_shift) / rest
        whole = noise + 1 / rest
        slope = (gap - bias) / whole
        curve = 1 / whole
        if len(ends.at):
            _look_at_ends(ends, gap, bias, 1 / rest, whole, slope, curve)
        share = np.take(posterior.kinds[:, : len(SPREADS)], grader, axis=0)
        pull = np.einsum("ij,ij->i", share, slope)
        bend = np.einsum("ij,ij->i", share, curve - slope**2) + pull**2
        new_variance = np.clip(variance - variance**2 * bend, 1e-2, variance * 0.9999)
        new_mean = mean + variance * pull
        self.sites.precision[part] += DAMPING * (1 / new_variance - precision - old_precision)
        self.sites.shift[part] += DAMPING * (new_mean / new_variance - mean * precision - old_shift)
        return _summed_up(beliefs, posterior)

    def _fit_usual(self, blocks: list[_Block], scores: Floats, variances: Floats) -> None:
        """Take one step of EM; what was usual counts as much as a few graders and works."""
        usual, free = self.usual_before, ~self.is_known
        if free.any():
            scores, variances = scores[free], variances[free]
        mean = float(scores.mean())
        squares = float(((scores - mean) ** 2 + variances).sum())
        talent = (squares + WORKS_BELIEVED * usual.talent) / (len(scores) + WORKS_BELIEVED)
        kinds = GRADERS_BELIEVED * usual.kinds
        biases, looking = 0.0, 0.0
        for block in blocks:
            kinds = kinds + block.kinds
            biases += block.squared_biases
            looking += block.looking
        bias = (biases + GRADERS_BELIEVED * usual.bias) / (looking + GRADERS_BELIEVED)
        self.usual = Population(mean, talent, max(0.25, bias), kinds / kinds.sum())


def _summed_up(beliefs: Beliefs, posterior: Posterior) -> _Block:
    share = posterior.kinds[:, : len(SPREADS)]
    second = (posterior.shift / posterior.precision) ** 2 + 1 / posterior.precision
    squared_biases = float(np.einsum("ij,ij->", share, second))
    return _Block(beliefs, posterior.kinds.sum(0), squared_biases, float(share.sum()))


def _look_at_ends(
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
        -0.5 * depth**2 - np.log(-depth) - 0.5 * LOG_2PI,
        np.log(np.maximum(below, 1e-300)),
    )
    return ratio, evidence
