"""Whether peer review treats people alike: waits, load, agreement, fields, and rings.

All of it comes from two queries, over the reviews that were sent lately, and NumPy. Beside it
stands who gives work back often, and whose reviews come from one or two people
(`reviews/concentration.py`). Works whose marks are known are nobody's wait, and second opinions
on an appeal come after the outcome: neither counts.

A **ring** is a group whose members review each other more often than chance explains. By chance
means: each reviewer's k reviews fall on authors in proportion to how many reviews each author got,
as in the configuration model of a random graph (Newman, Strogatz and Watts, "Random graphs with
arbitrary degree distributions and their applications", Phys. Rev. E 64, 026118, 2001), which a
bipartite graph of reviewers and works keeps in the same way (Saracco et al., "Randomizing bipartite
networks: the case of the World Trade Web", Sci. Rep. 5, 10595, 2015). The number of reviews that a
gives b is then close to Poisson with the mean

    given(a) · received(b) / all reviews of works that are not a's own.

The two directions are independent under that hypothesis, so the chance of at least as many in both
is the product of two Poisson tails. Every pair of people could have stood out, so the chance must
be below 1 % after Bonferroni's correction for all pairs. "Review next" lets no pair review each
other within 30 days, so honest pairs meet even more seldom than the hypothesis says: the test errs
on the side of silence. Pairs that stand out and share a member are one ring. Beside each stands its
favour: by how much its members' grades for each other lie above what others gave the same works. A
ring is a reason to look, never a proof.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from accounts.models import User
from goals.models import Category
from reviews import concentration, giving_back
from reviews.concentration import FewReviewers
from reviews.giving_back import GivesBackOften
from reviews.models import PeerReview
from submissions.models import Submission

WINDOW = timedelta(days=90)
# Of all pairs together: one honest community in a hundred sees a ring where there is none.
CHANCE = 0.01
# Fewer than this in each direction is no pattern, whatever the numbers say.
LEAST_EACH_WAY = 2
AGREED_WITHIN = 10.0
MOST_RINGS = 20
REVIEWS_NEEDED = 2

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Waits:
    """Hours from handing in to the second review; for what still waits, until now."""

    works: int
    median: float
    p90: float
    longest: float
    # Handed in, short of reviews, and for how long already.
    waiting: int
    longest_waiting: float


@dataclass(frozen=True)
class Load:
    reviewers: int
    reviews: int
    busiest_tenth: float
    gini: float
    most: int


@dataclass(frozen=True)
class Agreement:
    """How far a grade lies from the mean of the others on the same work, in points."""

    grades: int
    mean_gap: float
    within: float


@dataclass(frozen=True)
class FieldBias:
    """How reviewers grade in one field, against what the same people give elsewhere."""

    category: str
    label: str
    reviews: int
    mean_score: float
    shift: float
    error: float

    @property
    def stands_out(self) -> bool:
        return self.error > 0 and abs(self.shift) > 2 * self.error


@dataclass(frozen=True)
class Ring:
    members: tuple[str, ...]
    # The smallest chance of one of its pairs, before the correction.
    chance: float
    reviews: int
    favour: float


@dataclass(frozen=True)
class Report:
    since: datetime
    until: datetime
    waits: Waits
    load: Load
    agreement: Agreement
    fields: list[FieldBias] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)
    few_reviewers: list[FewReviewers] = field(default_factory=list)
    give_backs: list[GivesBackOften] = field(default_factory=list)


@dataclass(frozen=True)
class Grades:
    """The reviews of the window, a position in each array for each."""

    works: Ints
    reviewers: Ints
    authors: Ints
    scores: Floats
    categories: NDArray[np.str_]
    sent: Floats
    handed_in: Floats

    def __len__(self) -> int:
        return len(self.works)


def report(*, now: datetime | None = None, window: timedelta = WINDOW) -> Report:
    """Return the report on the reviews sent within `window`, in a few queries."""
    now = now or timezone.now()
    grades = _read(now - window)
    gaps = _gaps(grades)
    return Report(
        since=now - window,
        until=now,
        waits=_waits(grades, now),
        load=_load(grades),
        agreement=_agreement(gaps),
        fields=_fields(grades),
        rings=_rings(grades, gaps),
        few_reviewers=concentration.found_in(_given(grades), chance=CHANCE),
        give_backs=giving_back.often(now=now),
    )


def rows_of(report: Report) -> Iterable[tuple[str, str, str]]:
    """Yield the report as lines of a table: part, measure, value."""
    for part, thing in (
        ("waits", report.waits),
        ("load", report.load),
        ("agreement", report.agreement),
    ):
        for name, value in vars(thing).items():
            yield part, name, _shown(value)
    for one in report.fields:
        for name in ("reviews", "mean_score", "shift", "error"):
            yield f"field {one.category}", name, _shown(getattr(one, name))
    for number, ring in enumerate(report.rings, start=1):
        yield f"ring {number}", "members", " ".join(ring.members)
        for name in ("chance", "reviews", "favour"):
            yield f"ring {number}", name, _shown(getattr(ring, name))
    for author in report.few_reviewers:
        yield "few reviewers", author.username, " ".join(author.reviewers)
        for name in ("reviews", "share", "blocks"):
            yield f"few reviewers {author.username}", name, _shown(getattr(author, name))
    for person in report.give_backs:
        yield "gives back often", person.username, str(person.times)


def _given(grades: Grades) -> Iterable[concentration.Given]:
    columns = grades.authors.tolist(), grades.reviewers.tolist(), grades.categories.tolist()
    return zip(*columns, strict=True)


def _shown(value: float) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _read(since: datetime) -> Grades:
    rows = list(
        PeerReview.objects.of_peers()
        .sent()
        .filter(submitted_at__gte=since, is_for_appeal=False)
        .values_list(
            "submission_id",
            "reviewer_id",
            "id",
            "author_id",
            "score",
            "submission__challenge__goal__category",
            "submitted_at",
            "submission__submitted_at",
        )
    )
    columns = list(zip(*rows, strict=True)) or [()] * 8
    works, reviewers, ids, authors, scores, categories, sent, handed_in = columns
    # Reviewers whose accounts are gone are still different people.
    people = [person or -id_ for person, id_ in zip(reviewers, ids, strict=True)]
    return Grades(
        works=np.array(works, dtype=np.int64),
        reviewers=np.array(people, dtype=np.int64),
        authors=np.array(authors, dtype=np.int64),
        scores=np.array([float(score) for score in scores], dtype=np.float64),
        categories=np.array(categories, dtype=np.str_),
        sent=np.array([when.timestamp() for when in sent], dtype=np.float64),
        handed_in=np.array([when.timestamp() for when in handed_in], dtype=np.float64),
    )


def _waits(grades: Grades, now: datetime) -> Waits:
    """Measure works whose second review came within the window, and what still lacks one."""
    hours = np.array([], dtype=np.float64)
    if len(grades):
        order = np.lexsort((grades.sent, grades.works))
        works = grades.works[order]
        starts = np.flatnonzero(np.r_[True, works[1:] != works[:-1]])
        counts = np.diff(np.r_[starts, len(works)])
        second = order[starts[counts >= REVIEWS_NEEDED] + REVIEWS_NEEDED - 1]
        hours = (grades.sent[second] - grades.handed_in[second]) / 3600
    waiting = list(
        Submission.objects.filter(status=Submission.Status.SUBMITTED, hidden_at=None)
        .filter(author__is_active=True, author__erase_at=None)
        .order_by("submitted_at")
        .values_list("submitted_at", flat=True)
    )
    oldest = waiting[0] if waiting else None
    return Waits(
        works=len(hours),
        median=_quantile(hours, 0.5),
        p90=_quantile(hours, 0.9),
        longest=_quantile(hours, 1.0),
        waiting=len(waiting),
        longest_waiting=(now - oldest).total_seconds() / 3600 if oldest else 0.0,
    )


def _quantile(values: Floats, share: float) -> float:
    return float(np.quantile(values, share)) if len(values) else 0.0


def _load(grades: Grades) -> Load:
    """Measure how work is spread over those who reviewed at all."""
    _people, counts = np.unique(grades.reviewers, return_counts=True)
    if not len(counts):
        return Load(0, 0, 0.0, 0.0, 0)
    ordered = np.sort(counts)
    total, people = int(ordered.sum()), len(ordered)
    tenth = math.ceil(people / 10)
    # The Gini coefficient of sorted values: 0 is an equal share for all, near 1 one does it all.
    ranks = np.arange(1, people + 1)
    gini = float((2 * ranks - people - 1) @ ordered) / (people * total)
    return Load(
        reviewers=people,
        reviews=total,
        busiest_tenth=float(ordered[-tenth:].sum()) / total,
        gini=gini,
        most=int(ordered[-1]),
    )


def _gaps(grades: Grades) -> Floats:
    """Return how far each grade lies above the mean of the others on its work; NaN where alone."""
    _works, at, counts = np.unique(grades.works, return_inverse=True, return_counts=True)
    sums = np.bincount(at, weights=grades.scores, minlength=len(counts))
    others = counts[at] - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_of_others = (sums[at] - grades.scores) / others
    return np.where(others > 0, grades.scores - mean_of_others, np.nan)


def _agreement(gaps: Floats) -> Agreement:
    known = np.abs(gaps[~np.isnan(gaps)])
    if not len(known):
        return Agreement(0, 0.0, 0.0)
    return Agreement(len(known), float(known.mean()), float((known <= AGREED_WITHIN).mean()))


def _fields(grades: Grades) -> list[FieldBias]:
    """Compare what people give in a field with what the same people give in all other fields.

    Each reviewer with reviews in and out of the field is one observation, so that a busy one does
    not decide alone; the standard error is that of their mean. Work may differ between fields, so
    this says where to look, not who is at fault.
    """
    if not len(grades):
        return []
    names = {str(value): str(label) for value, label in Category.choices}
    people, at = np.unique(grades.reviewers, return_inverse=True)
    size = len(people)
    all_counts = np.bincount(at, minlength=size)
    all_sums = np.bincount(at, weights=grades.scores, minlength=size)
    found = []
    for category in sorted(set(grades.categories.tolist())):
        inside = grades.categories == category
        counts = np.bincount(at[inside], minlength=size)
        sums = np.bincount(at[inside], weights=grades.scores[inside], minlength=size)
        both = (counts > 0) & (all_counts > counts)
        elsewhere = (all_sums[both] - sums[both]) / (all_counts[both] - counts[both])
        shifts = sums[both] / counts[both] - elsewhere
        known = len(shifts) > 1
        found.append(
            FieldBias(
                category=category,
                label=names.get(category, category),
                reviews=int(inside.sum()),
                mean_score=float(grades.scores[inside].mean()),
                shift=float(shifts.mean()) if known else 0.0,
                error=float(shifts.std(ddof=1) / math.sqrt(len(shifts))) if known else 0.0,
            )
        )
    return found


def _rings(grades: Grades, gaps: Floats) -> list[Ring]:
    """Find groups that review each other far more often than chance; see the module's words."""
    total = len(grades)
    if not total:
        return []
    given = dict(zip(*(part.tolist() for part in _counted(grades.reviewers)), strict=True))
    got = dict(zip(*(part.tolist() for part in _counted(grades.authors)), strict=True))
    pairs = np.stack([grades.reviewers, grades.authors], axis=1)
    edges, at, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    times = {
        (int(a), int(b)): int(n)
        for (a, b), n in zip(edges.tolist(), counts.tolist(), strict=True)
        if n >= LEAST_EACH_WAY
    }
    people = len(given.keys() | got.keys())
    limit = CHANCE / max(1, people * (people - 1) / 2)
    suspicious: dict[tuple[int, int], float] = {}
    for (a, b), there in times.items():
        back = times.get((b, a), 0)
        if a < b and back:
            chance = _tail(there, given[a] * got[b] / max(1, total - got.get(a, 0))) * _tail(
                back, given[b] * got[a] / max(1, total - got.get(b, 0))
            )
            if chance < limit:
                suspicious[a, b] = chance
    if not suspicious:
        return []
    favours = np.bincount(at.ravel(), weights=np.nan_to_num(gaps), minlength=len(edges))
    known = np.bincount(at.ravel(), weights=~np.isnan(gaps), minlength=len(edges))
    place = {(int(a), int(b)): number for number, (a, b) in enumerate(edges.tolist())}
    rings = []
    for group in _groups(suspicious):
        inside = [
            place[pair] for pair in _both_ways(suspicious) if pair[0] in group and pair in place
        ]
        seen = float(known[inside].sum())
        rings.append(
            (
                group,
                min(chance for pair, chance in suspicious.items() if pair[0] in group),
                int(counts[inside].sum()),
                float(favours[inside].sum()) / seen if seen else 0.0,
            )
        )
    rings.sort(key=lambda ring: ring[1])
    return _named(rings[:MOST_RINGS])


def _counted(values: Ints) -> tuple[Ints, Ints]:
    found, counts = np.unique(values, return_counts=True)
    return found, counts


def _tail(at_least: int, mean: float) -> float:
    """Return the chance that a Poisson number with this mean is `at_least` or more."""
    # Summed from there upwards: 1 minus the rest would lose small chances to rounding.
    term = math.exp(-mean + at_least * math.log(mean) - math.lgamma(at_least + 1))
    total, k = 0.0, at_least
    while term > total * 1e-12:
        total += term
        k += 1
        term *= mean / k
    return min(1.0, total)


def _both_ways(pairs: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    for a, b in pairs:
        yield a, b
        yield b, a


def _groups(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return who hangs together over these pairs."""
    groups: list[set[int]] = []
    for a, b in pairs:
        touched = [group for group in groups if a in group or b in group]
        merged = {a, b}.union(*touched)
        groups = [group for group in groups if group not in touched] + [merged]
    return groups


def _named(rings: list[tuple[set[int], float, int, float]]) -> list[Ring]:
    """Put usernames in place of ids, in one query."""
    ids = {person for members, *_rest in rings for person in members}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))
    return [
        Ring(tuple(sorted(names.get(person, "–") for person in members)), chance, reviews, favour)
        for members, chance, reviews, favour in rings
    ]
