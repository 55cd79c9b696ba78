"""How near the consensus comes to the truth, beside other ways to make one of the same grades.

    .venv/bin/python benchmarks/peer_grading.py [--seeds 20] [--learners 1000]

Classes are drawn with seeds fixed in advance. True scores are N(70, 12²), biases N(0, 8²),
spreads log-uniform or uniform from 2 to 30; all grades end at 0 and 100. In hostile classes 8 %
give 85 to all, 5 % any score, 8 % are generous to all, and 4 % grade each other's work in rings
of five with 92 to 100. Small classes have 20 learners.

Beside the mean and the median stand two others, each written from what is published of it:

- Vancouver: L. de Alfaro and M. Shavlovsky, "CrowdGrader: a tool for crowdsourcing the evaluation
  of homework assignments" (SIGCSE 2014) and their technical report of 2013. Graders' variances and
  works' grades are passed as messages along the graph, each leaving out whom it goes to.
- Moodle Workshop: its documentation ("Using Workshop") makes a submission's grade the mean of its
  assessments, weighted by what the teacher set, which is 1 for students; "comparison with the best
  assessment" grades the graders and leaves the submissions' grades as they are. Grades are shown in
  whole points, as its setting "decimal places in grades" has it by default.

Printed are root-mean-square errors, how much lower ours is, and how often the truth lies within two
stated standard errors. The second table is the live site: a work settles on two or three reviews,
weighed by what is known of their graders from some grades each before.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reviews.consensus import Heard, weigh
from reviews.grader_beliefs import USUAL, Population
from reviews.grading_model import estimate

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass
class Class:
    truth: Floats
    works: Ints
    graders: Ints
    scores: Floats


def assign(count: int, each: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Let everybody grade `each` works of others, and every work get as many grades."""
    order = rng.permutation(count)
    shifts = rng.choice(np.arange(1, count), size=each, replace=False)
    return np.concatenate([np.roll(order, s) for s in shifts]), np.tile(order, each)


def honest(seed: int, count: int, each: int, spreads: str) -> Class:
    """Draw a class from the model."""
    rng = np.random.default_rng(seed)
    truth = np.clip(rng.normal(70, 12, count), 0, 100)
    works, graders = assign(count, each, rng)
    bias = np.zeros(count) if spreads == "equal" else rng.normal(0, 8, count)
    low, high = np.log(2), np.log(30)
    spread = np.exp(rng.uniform(low, high, count))
    if spreads != "log-uniform":
        spread = np.full(count, 10.0) if spreads == "equal" else rng.uniform(2, 30, count)
    scores = truth[works] + bias[graders] + rng.normal(size=len(works)) * spread[graders]
    return Class(truth, works, graders, np.clip(scores, 0, 100))


def hostile(seed: int, count: int, each: int, spreads: str) -> Class:
    """Draw a class in which a quarter does not grade in good faith."""
    drawn = honest(seed, count, each, spreads)
    rng = np.random.default_rng(seed + 1_000_000)
    share = rng.permutation(count)[drawn.graders] / count
    scores = drawn.scores
    scores[share < 0.08] = 85
    random = (share >= 0.08) & (share < 0.13)
    scores[random] = rng.uniform(0, 100, random.sum())
    generous = (share >= 0.13) & (share < 0.21)
    scores[generous] = np.clip(rng.normal(93, 4, generous.sum()), 0, 100)
    members = np.unique(drawn.graders[(share >= 0.21) & (share < 0.25)])
    for start in range(0, len(members) - 4, 5):
        _make_ring(drawn, members[start : start + 5], each, rng)
    return drawn


def _make_ring(drawn: Class, ring: Ints, each: int, rng: np.random.Generator) -> None:
    """Let members trade works until more than half of what they grade is their mates'."""
    for member in ring:
        mates = ring[ring != member][: each // 2 + 1]
        for mine, mate in zip(np.flatnonzero(drawn.graders == member), mates, strict=False):
            others = np.flatnonzero((drawn.works == mate) & ~np.isin(drawn.graders, ring))
            if not len(others):
                continue
            other = others[0]
            was, drawn.works[mine] = drawn.works[mine], mate
            drawn.works[other] = was
            error = drawn.scores[other] - drawn.truth[mate]
            drawn.scores[other] = np.clip(drawn.truth[was] + error, 0, 100)
            drawn.scores[mine] = rng.uniform(92, 100)


def averages(drawn: Class) -> tuple[Floats, Floats]:
    """Return the mean and the median of each work's grades."""
    count = len(drawn.truth)
    mean = np.bincount(drawn.works, drawn.scores, count) / np.bincount(drawn.works, minlength=count)
    order = np.argsort(drawn.works, kind="stable")
    parts = np.split(drawn.scores[order], np.searchsorted(drawn.works[order], np.arange(1, count)))
    return mean, np.array([np.median(part) for part in parts])


VANCOUVER_ROUNDS = 20
# A grader who hits the others' grades by chance would count for all: no variance is below this.
VANCOUVER_LEAST = 1.0


def vancouver(drawn: Class) -> Floats:
    """Return the Vancouver algorithm's grades, by messages along the edges of the graph."""
    works, graders, scores = drawn.works, drawn.graders, drawn.scores
    variance = np.ones(len(scores))
    for _ in range(VANCOUVER_ROUNDS):
        # To each grader: what the work's other graders make of it, and how surely.
        weight = 1 / variance
        sums = np.bincount(works, weight)[works] - weight
        grade = (np.bincount(works, weight * scores)[works] - weight * scores) / sums
        # To each work: how far its grader was off on all other works.
        off = (scores - grade) ** 2
        total = np.bincount(graders, sums)[graders] - sums
        variance = (np.bincount(graders, sums * off)[graders] - sums * off) / total
        variance = np.maximum(variance, VANCOUVER_LEAST)
    last = np.bincount(graders, sums * off) / np.bincount(graders, sums)
    weight = 1 / np.maximum(last, VANCOUVER_LEAST)[graders]
    graded: Floats = np.bincount(works, weight * scores) / np.bincount(works, weight)
    return graded


def moodle(drawn: Class) -> Floats:
    """Return the grades of Moodle's Workshop: the mean, in whole points."""
    return np.round(averages(drawn)[0])


def error(found: Floats, truth: Floats) -> float:
    return float(np.sqrt(np.mean((found - truth) ** 2)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--learners", type=int, default=1000)
    options = parser.parse_args()
    classes(options.seeds, options.learners)
    site(options.seeds, options.learners)
    speed()


def classes(seeds: int, learners: int) -> None:
    print(
        "class             k    mean  median  Moodle  Vancouver    ours"
        "  under mean  under median  within 2 errors"
    )
    cases = [(name, each, learners) for name, each in LARGE]
    cases += [(name, 3, 20) for name in ("log-uniform", "equal")]
    for name, each, count in cases:
        rows = []
        # Small classes differ more from one another: there are ten times as many of them.
        for seed in range(seeds if count > 100 else 10 * seeds):
            draw, spreads = (hostile, "log-uniform") if name == "hostile" else (honest, name)
            drawn = draw(seed, count, each, spreads)
            found = estimate(drawn.works, drawn.graders, drawn.scores)
            mean, median = averages(drawn)
            within = np.mean(np.abs(found.scores - drawn.truth) <= 2 * found.errors)
            all_found = (mean, median, moodle(drawn), vancouver(drawn), found.scores)
            rows.append([error(x, drawn.truth) for x in all_found] + [float(within)])
        mean, median, workshop, messages, ours, within = np.mean(rows, axis=0)
        label = name if count == learners else f"{name}, {count}"
        print(
            f"{label:<16}{each:>3}{mean:>8.2f}{median:>8.2f}{workshop:>8.2f}{messages:>11.2f}"
            f"{ours:>8.2f}{1 - ours / mean:>12.1%}{1 - ours / median:>14.1%}{within:>17.1%}",
            flush=True,
        )


LARGE = [("log-uniform", k) for k in (3, 4, 5, 8)] + [("uniform", 4), ("equal", 4), ("hostile", 4)]


def site(seeds: int, learners: int) -> None:
    print("\nsite              known  reviews    mean    ours  under mean  within 2 errors")
    for spreads in ("log-uniform", "uniform", "equal"):
        for known, each in ((0, 2), (5, 2), (10, 2), (10, 3), (30, 2)):
            rows = [site_once(seed, learners, known, each, spreads) for seed in range(seeds)]
            mean, ours, within = np.mean(rows, axis=0)
            print(
                f"{spreads:<16}{known:>7}{each:>9}{mean:>8.2f}{ours:>8.2f}"
                f"{1 - ours / mean:>12.1%}{within:>17.1%}",
                flush=True,
            )


def site_once(
    seed: int, count: int, known: int, each: int, spreads: str
) -> tuple[float, float, float]:
    """Fit a class's grades, then settle new works of the same graders one by one."""
    drawn = honest(seed, count, known + each, spreads)
    # The last grades of each grader are of other works than the ones before.
    later = np.arange(len(drawn.works)) >= known * count
    beliefs: list[list[float]] = [[] for _ in range(count)]
    usual: Population = USUAL
    if known:
        before = ~later
        found = estimate(
            drawn.works[before], drawn.graders[before], drawn.scores[before], open_ended=False
        )
        beliefs, usual = found.beliefs.to_rows(), found.usual
    order = np.argsort(drawn.works[later], kind="stable")
    graders = drawn.graders[later][order].reshape(count, each)
    scores = drawn.scores[later][order].reshape(count, each)
    told = [
        weigh([Heard(float(s), beliefs[g], known) for s, g in zip(*row, strict=True)], usual)
        for row in zip(scores, graders, strict=True)
    ]
    ours = np.array([one.score for one in told])
    errors = np.array([one.stderr for one in told])
    within = np.mean(np.abs(ours - drawn.truth) <= 2 * errors)
    return error(scores.mean(1), drawn.truth), error(ours, drawn.truth), float(within)


def speed() -> None:
    drawn = honest(1, 250_000, 4, "log-uniform")
    start, used = time.perf_counter(), time.process_time()
    estimate(drawn.works, drawn.graders, drawn.scores)
    print(
        f"1,000,000 grades: {time.perf_counter() - start:.0f} s, "
        f"{time.process_time() - used:.0f} s of processor time"
    )


if __name__ == "__main__":
    main()
