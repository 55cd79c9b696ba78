"""The nightly fit: what it reads, what it writes, and that it may run again."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from accounts.models import User
from challenges.models import Challenge
from reviews import learning
from reviews.consensus import COACH_SPREAD_LEAST
from reviews.models import AIFeedback, GraderStanding, GradingFit, PeerReview
from submissions.models import Submission
from tests.factories import make_user

STRICT, LAZY, FAIR = range(3)


@pytest.fixture
def class_of_graders(alice: User, challenge: Challenge) -> list[User]:
    """Sixty works with three grades each, stored in bulk: one grader is strict, one lazy."""
    rng = np.random.default_rng(11)
    people = [make_user(username=f"grader{n}") for n in range(8)]
    now = timezone.now()
    works = Submission.objects.bulk_create(
        Submission(
            challenge=challenge,
            author=alice,
            attempt=n + 2,
            status=Submission.Status.RETURNED,
            submitted_at=now,
        )
        for n in range(60)
    )
    truths = rng.normal(68, 12, 60).clip(5, 95)
    reviews = []
    for work, truth in zip(works, truths, strict=True):
        for number in rng.permutation(8)[:3]:
            score = truth + rng.normal(0, 6) - 12 * (number == STRICT)
            reviews.append(
                PeerReview(
                    submission=work,
                    reviewer=people[number],
                    author=alice,
                    status=PeerReview.Status.SUBMITTED,
                    lease_until=now,
                    submitted_at=now,
                    score=85 if number == LAZY else round(float(np.clip(score, 0, 100)), 2),
                )
            )
    PeerReview.objects.bulk_create(reviews)
    AIFeedback.objects.bulk_create(
        AIFeedback(
            submission=work,
            status=AIFeedback.Status.READY,
            is_offline=True,
            scores=[
                {"key": c["key"], "score": round(min(100, truth + 9)), "comment": ""}
                for c in challenge.rubric
            ],
        )
        for work, truth in zip(works, truths, strict=True)
    )
    return people


def ways(people: list[User]) -> list[tuple[float, float, float]]:
    standings = {s.reviewer_id: s for s in GraderStanding.objects.all()}
    found = [standings[person.pk] for person in people]
    return [(s.bias, s.spread, s.attention) for s in found]


def test_the_fit_finds_out_how_everybody_grades(class_of_graders: list[User]) -> None:
    fit = learning.fit_all()
    assert fit is not None and fit.finished_at is not None
    assert (fit.works, fit.graders, fit.grades) == (60, 9, 240)
    found = ways(class_of_graders)
    assert found[STRICT][0] < -7
    assert found[LAZY][2] < 0.1 and found[FAIR][2] > 0.9
    coach = GraderStanding.objects.get(coach="offline")
    assert coach.bias > 4 and coach.spread >= COACH_SPREAD_LEAST and not coach.is_trusted


def test_running_it_again_comes_to_the_same(class_of_graders: list[User]) -> None:
    learning.fit_all()
    once = ways(class_of_graders)
    learning.fit_all()
    assert ways(class_of_graders) == once
    assert GraderStanding.objects.count() == 9


def test_windows_come_near_the_whole(class_of_graders: list[User]) -> None:
    learning.fit_all()
    whole = ways(class_of_graders)
    fit = learning.fit_all(window=60)
    assert fit is not None and (fit.works, fit.grades) == (60, 240)
    for (bias, _s, heed), (bias_then, _t, heed_then) in zip(
        whole, ways(class_of_graders), strict=True
    ):
        assert bias_then == pytest.approx(bias, abs=3)
        assert heed_then == pytest.approx(heed, abs=0.2)


def test_two_do_not_run_at_once(class_of_graders: list[User]) -> None:
    now = timezone.now()
    running = GradingFit.objects.create(started_at=now, since=now)
    assert learning.fit_all() is None
    # One that was lost does not stop the next.
    GradingFit.objects.filter(pk=running.pk).update(started_at=now - timedelta(hours=7))
    assert learning.fit_all() is not None


def test_old_grades_are_left_out(class_of_graders: list[User]) -> None:
    PeerReview.objects.update(submitted_at=timezone.now() - timedelta(days=200))
    fit = learning.fit_all()
    assert fit is not None and fit.grades == 0 and not GraderStanding.objects.exists()


def test_reviewers_whose_accounts_are_gone_are_heard_and_forgotten(
    class_of_graders: list[User],
) -> None:
    PeerReview.objects.filter(reviewer=class_of_graders[FAIR]).update(reviewer=None)
    fit = learning.fit_all()
    assert fit is not None and fit.grades == 240
    assert GraderStanding.objects.exclude(reviewer=None).count() == 7


def test_a_work_with_known_marks_teaches_at_once(bob: User, submission: Submission) -> None:
    review = PeerReview(submission=submission, reviewer=bob, score=90)
    for _ in range(6):
        learning.learn_known(review=review, truth=70.0, now=timezone.now())
    standing: Any = GraderStanding.objects.get(reviewer=bob)
    assert standing.grades == 6 and standing.bias > 8
