"""How near the consensus comes to the truth, beside the mean and the median of the grades.

    .venv/bin/python benchmarks/peer_grading.py [--seeds 20] [--learners 1000]

Classes are drawn with seeds fixed in advance. True scores are N(70, 12²), biases N(0, 8²),
spreads log-uniform or uniform from 2 to 30; all grades end at 0 and 100. In hostile classes 8 %
give 85 to all, 5 % any score, 8 % are generous to all, and 4 % grade each other's work in rings
of five with 92 to 100. Printed are root-mean-square errors, how much lower ours is, and how often
the truth lies within two stated standard errors.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

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


def error(found: Floats, truth: Floats) -> float:
    return float(np.sqrt(np.mean((found - truth) ** 2)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--learners", type=int, default=1000)
    options = parser.parse_args()
    print("class             k    mean  median    ours  under mean  under median  within 2 errors")
    cases = [("log-uniform", k) for k in (3, 4, 5, 8)] + [("uniform", 4), ("equal", 4)]
    cases += [("hostile", 4)]
    for name, each in cases:
        rows = []
        for seed in range(options.seeds):
            draw, spreads = (hostile, "log-uniform") if name == "hostile" else (honest, name)
            drawn = draw(seed, options.learners, each, spreads)
            found = estimate(drawn.works, drawn.graders, drawn.scores)
            mean, median = averages(drawn)
            within = np.mean(np.abs(found.scores - drawn.truth) <= 2 * found.errors)
            rows.append(
                [error(x, drawn.truth) for x in (mean, median, found.scores)] + [float(within)]
            )
        mean, median, ours, within = np.mean(rows, axis=0)
        print(
            f"{name:<16}{each:>3}{mean:>8.2f}{median:>8.2f}{ours:>8.2f}"
            f"{1 - ours / mean:>12.1%}{1 - ours / median:>14.1%}{within:>17.1%}",
            flush=True,
        )
    speed()


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
