"""What grades tell of graders: a little whenever a work settles, and all anew each night."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from challenges.models import Challenge
from reviews import anchors
from reviews.consensus import COACH_SPREAD_LEAST
from reviews.grader_beliefs import USUAL, Beliefs, Floats, Population, Ways, learn
from reviews.grading_model import KNOWN_WITHIN, Before, Estimate, estimate
from reviews.hearing import Hearing, name_of
from reviews.hearing import usual as usual_now
from reviews.models import AIFeedback, GraderStanding, GradingFit, PeerReview
from submissions.models import Submission

# The fit reads the grades of this long, in windows of so many, so that its memory is bounded.
REACH = timedelta(days=183)
WINDOW = 200_000
# A fit that has not finished by then was lost, and another may begin.
LOST_AFTER = timedelta(hours=6)
ROWS_AT_ONCE = 2_000

type Row = tuple[int, int, float]


@transaction.atomic
def learn_from(hearing: Hearing, *, of: Iterable[PeerReview], now: datetime) -> None:
    """Add what a work tells of its reviewers: how far each was from what all others say.

    The coach, whom all works share, learns at night alone: its row would be a queue.
    """
    told = {
        review.reviewer_id: (float(review.score or 0), others)
        for review in of
        if review.reviewer_id is not None and (others := hearing.without(review)) is not None
    }
    for standing in _locked(told, now=now):
        assert standing.reviewer_id is not None
        score, others = told[standing.reviewer_id]
        _add(standing, score, others.score, others.stderr, hearing.usual, now)


@transaction.atomic
def learn_known(*, review: PeerReview, truth: float, now: datetime) -> None:
    """Add what a review of a work with known marks tells of its reviewer."""
    if review.reviewer_id is None:
        return
    for standing in _locked([review.reviewer_id], now=now):
        _add(standing, float(review.score or 0), truth, KNOWN_WITHIN, usual_now(), now)


def lock_reviewers_of(challenge: Challenge, *, now: datetime) -> None:
    """Lock what is known of all who reviewed a challenge, in the order in which everybody does.

    All attempts at it, and also hidden reviews: what follows of one may value another anew. Who
    values more than one review calls this before, so that no grader is locked out of order.
    """
    submitted = PeerReview.objects.filter(
        submission__challenge=challenge, status=PeerReview.Status.SUBMITTED
    )
    _locked(set(submitted.order_by().values_list("reviewer", flat=True)), now=now)


def _locked(reviewers: Iterable[int | None], *, now: datetime) -> list[GraderStanding]:
    """Return the reviewers' standings, locked, always in the same order.

    First those that are missing are written, then all are locked: who waits for a new one has
    locked none of the others yet. So this comes once in a transaction for all it will need.
    """
    ids = sorted(pk for pk in reviewers if pk is not None)
    GraderStanding.objects.bulk_create(
        [GraderStanding(reviewer_id=pk, updated_at=now) for pk in ids], ignore_conflicts=True
    )
    standings = GraderStanding.objects.select_for_update(no_key=True).filter(reviewer__in=ids)
    return list(standings.order_by("reviewer"))


def _add(
    standing: GraderStanding,
    score: float,
    truth: float,
    error: float,
    usual: Population,
    now: datetime,
) -> None:
    new = learn(np.array([score]), np.array([truth]), np.array([error]))
    beliefs = Beliefs.from_rows([standing.belief]) + new
    _tell(standing, beliefs.to_rows()[0], beliefs.ways(usual), 0)
    standing.grades += 1
    standing.updated_at = now
    standing.save(update_fields=["belief", "grades", "bias", "spread", "attention", "updated_at"])


def _tell(standing: GraderStanding, belief: list[float], ways: Ways, number: int) -> None:
    standing.belief = belief
    standing.bias = round(float(ways.bias[number]), 2)
    standing.spread = round(float(ways.spread[number]), 2)
    standing.attention = round(float(ways.attention[number]), 4)


def fit_all(*, now: datetime | None = None, window: int = WINDOW) -> GradingFit | None:
    """Estimate all graders anew from the grades of half a year; None while another fit runs.

    Works come in the order in which they were begun, a window at a time; what one window tells of
    a grader is where the next begins. So memory does not grow with the site, and running it twice
    comes to the same. What comes in meanwhile is counted the night after.
    """
    now = now or timezone.now()
    if GradingFit.objects.filter(finished_at=None, started_at__gt=now - LOST_AFTER).exists():
        return None
    fit = GradingFit.objects.create(started_at=now, since=now - REACH)
    usual = USUAL
    last, is_over = 0, False
    while not is_over:
        rows, last, is_over = _window(since=fit.since, after=last, size=window)
        if rows:
            usual = _fit_window(rows, fit, usual if fit.grades else None)
    fit.usual = usual.to_json()
    fit.finished_at = timezone.now()
    fit.save()
    return fit


def _window(*, since: datetime, after: int, size: int) -> tuple[list[Row], int, bool]:
    """Return the grades of the next works, the last of them, and whether that was all.

    All of peers' works; of those with known marks what takes part in the model.
    """
    found = (
        PeerReview.objects.sent()
        .filter(submitted_at__gte=since, submission__gt=after)
        .order_by("submission", "pk")
        .values_list("submission", "reviewer", "pk", "score")
    )
    read = list(found[:size])
    last = read[-1][0] if read else after
    is_over = len(read) < size
    if not is_over:
        # A work that may go on in the next window is left to that, unless it is all there is.
        read = [row for row in read if row[0] != last] or read
        last = read[-1][0]
    of_known = PeerReview.objects.of_known_work().sent().filter(submission__lte=last)
    known = set(of_known.filter(submission__gt=after).values_list("pk", flat=True))
    counted = anchors.of_reviewers({who for _w, who, pk, _s in read if who and pk in known})
    # Reviewers whose accounts are gone are still somebody each.
    rows = [
        (work, who or -pk, float(score or 0))
        for work, who, pk, score in read
        if pk not in known or pk in counted
    ]
    return rows, last, is_over


def _fit_window(rows: list[Row], fit: GradingFit, usual: Population | None) -> Population:
    coaches: dict[str, int] = {}
    works = {row[0] for row in rows}
    graded = list(rows)
    # Coaches have no number of their own: here they get one beyond all people.
    first_coach = max(row[1] for row in rows) + 1
    for work, name, score in _of_coaches(min(works), max(works)):
        if work in works:
            number = first_coach + coaches.setdefault(name, len(coaches))
            graded.append((work, number, score))
    work_ids, of_work = np.unique([row[0] for row in graded], return_inverse=True)
    grader_ids, of_grader = np.unique([row[1] for row in graded], return_inverse=True)
    is_coach = grader_ids >= first_coach
    names = {first_coach + number: name for name, number in coaches.items()}
    found = estimate(
        of_work,
        of_grader,
        np.array([row[2] for row in graded]),
        # The levels of a rubric end at 0 and 100.
        open_ended=False,
        before=Before(
            beliefs=_beliefs_of(grader_ids.tolist(), names, fit),
            usual=usual,
            known=_known_scores(work_ids.tolist()),
            least_spread=np.where(is_coach, COACH_SPREAD_LEAST, 0.0),
        ),
    )
    fit.grades += len(graded)
    fit.works += len(work_ids)
    fit.graders += _keep(found, grader_ids.tolist(), names, fit)
    return found.usual


def _of_coaches(first: int, last: int) -> Iterator[tuple[int, str, float]]:
    """Yield the coach's score of each work in a range of ids that it has judged in full."""
    feedback = AIFeedback.objects.filter(
        status=AIFeedback.Status.READY, submission__gte=first, submission__lte=last
    ).only("submission", "status", "scores", "model", "is_offline")
    rubrics = feedback.values_list("pk", "submission__challenge__rubric")
    weights = {pk: {c["key"]: c["weight"] for c in rubric} for pk, rubric in rubrics}
    for one in feedback.iterator(chunk_size=ROWS_AT_ONCE):
        given = {score["key"]: score["score"] for score in one.scores}
        of = weights.get(one.pk, {})
        if of and of.keys() <= given.keys():
            total = sum(weight * given[key] for key, weight in of.items())
            yield one.submission_id, name_of(one), total / sum(of.values())


def _known_scores(works: Sequence[int]) -> Floats | None:
    """Return the true scores of works with known marks, not a number for all others."""
    if "training_work" not in {relation.name for relation in Submission._meta.related_objects}:
        return None
    # By name, since the works with known marks belong to training, which rests on this module.
    is_known: dict[str, Any] = {"training_work__isnull": False}
    known: dict[int, Any] = {}
    for some in batched(works, ROWS_AT_ONCE):
        of_known = Submission.objects.filter(pk__in=some, **is_known)
        known |= dict(of_known.values_list("pk", "score"))
    return np.array([float(known.get(work, np.nan)) for work in works])


def _beliefs_of(graders: list[int], names: dict[int, str], fit: GradingFit) -> Beliefs:
    """Return what this fit's earlier windows told of these graders."""
    people: dict[int, list[float]] = {}
    for some in batched([pk for pk in graders if pk > 0 and pk not in names], ROWS_AT_ONCE):
        rows = GraderStanding.objects.filter(fit=fit, reviewer__in=some)
        people |= {
            pk: belief for pk, belief in rows.values_list("reviewer_id", "belief") if pk is not None
        }
    of_coaches = GraderStanding.objects.of_coaches().filter(fit=fit)
    coaches = dict(of_coaches.values_list("coach", "belief"))
    return Beliefs.from_rows(
        [coaches.get(names[pk], []) if pk in names else people.get(pk, []) for pk in graders]
    )


def _keep(found: Estimate, graders: list[int], names: dict[int, str], fit: GradingFit) -> int:
    """Write the graders of a window, some at a time; returns how many."""
    numbers = {pk: number for number, pk in enumerate(graders) if pk > 0}
    return sum(
        _keep_some({pk: numbers[pk] for pk in some}, found, names, fit)
        for some in batched(sorted(numbers), ROWS_AT_ONCE)
    )


@transaction.atomic
def _keep_some(
    numbers: dict[int, int], found: Estimate, names: dict[int, str], fit: GradingFit
) -> int:
    """Write some graders in a transaction of their own, for `_locked` comes once in each."""
    here = set(User.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    # Somebody may have left since.
    numbers = {pk: number for pk, number in numbers.items() if pk in names or pk in here}
    now = timezone.now()
    _locked([pk for pk in numbers if pk not in names], now=now)
    beliefs = found.beliefs.part(np.array(list(numbers.values()), dtype=int)).to_rows()
    standings = []
    for (pk, number), belief in zip(numbers.items(), beliefs, strict=True):
        of_whom = {"coach": names[pk]} if pk in names else {"reviewer_id": pk}
        standing = GraderStanding(**of_whom, fit=fit, updated_at=now)
        _tell(standing, belief, found.ways, number)
        # The first of the three sums of scores is their count.
        standing.grades = round(belief[-3])
        standings.append(standing)
    people = [standing for standing in standings if not standing.coach]
    fields = ["belief", "grades", "bias", "spread", "attention", "fit", "updated_at"]
    GraderStanding.objects.bulk_create(
        people, update_conflicts=True, unique_fields=["reviewer"], update_fields=fields
    )
    for coach in standings:
        if coach.coach:
            values = {name: getattr(coach, name) for name in fields}
            GraderStanding.objects.update_or_create(coach=coach.coach, defaults=values)
    return len(standings)
