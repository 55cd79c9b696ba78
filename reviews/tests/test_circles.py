"""Work that a circle accepts is paid once a moderator has looked, as its reviews are."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import User
from leaderboard import fair_play, recount
from leaderboard.models import HeldPoints, PointEntry
from reviews import copies, peer_review
from reviews.models import PeerReview
from reviews.tests.test_appeals_stand import raise_to
from submissions.models import Submission
from tests.factories import (
    WORK,
    answers,
    make_challenge,
    make_copy,
    make_goal,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.django_db


def give(work: Submission, by: User, score: int) -> PeerReview:
    """A review whatever the queue says: it would not let the same people meet so often."""
    now = timezone.now()
    review = PeerReview.objects.create(
        submission=work, reviewer=by, author=work.author, claimed_at=now,
        lease_until=now + timedelta(hours=48),
    )  # fmt: skip
    return peer_review.submit_review(review=review, by=by, **answers(work.challenge, score))


def work_of(author: User, number: int) -> Submission:
    return make_submission(make_challenge(make_goal(author)), body=f"{WORK} Number {number}.")


def paid(user: User) -> list[int]:
    found = PointEntry.objects.filter(user=user, key__startswith="work-accepted:")
    return list(found.order_by("pk").values_list("amount", flat=True))


@pytest.fixture
def ring() -> list[User]:
    """Three who reviewed each other twice."""
    people: list[User] = [make_user() for _ in range(3)]
    for number in range(2):
        for author in people:
            work = work_of(author, number)
            for other in people:
                if other != author:
                    give(work, other, 100)
    return people


def accepted_by_ring(ring: list[User], score: int = 80) -> tuple[Submission, HeldPoints]:
    author, *others = ring
    work = work_of(author, 9)
    for other in others:
        give(work, other, score)
    work.refresh_from_db()
    assert work.status == "accepted"
    return work, HeldPoints.objects.get(key=f"work-accepted:{work.challenge_id}")


def test_it_waits_and_is_paid_as_of_then_when_it_is_released(ring: list[User], mona: User) -> None:
    before = paid(ring[0])
    work, held = accepted_by_ring(ring)
    assert paid(ring[0]) == before
    assert (held.user, held.reason, held.state) == (ring[0], "work_accepted", "waiting")
    assert held.user not in held.others.all() and held.others.exists()
    assert fair_play.waiting_of(ring[0]) >= held.amount > 0
    fair_play.release(held=held, by=mona)
    assert paid(ring[0]) == [*before, held.amount]
    # A score that moves from then on makes up the difference, in the same book.
    give(work, make_user(), 100)
    assert sum(paid(ring[0])) > sum(before) + held.amount
    assert list(recount.differences()) == []


def test_what_waits_follows_the_score_and_what_was_refused_stays_so(
    ring: list[User], mona: User
) -> None:
    work, held = accepted_by_ring(ring)
    give(work, make_user(), 100)
    was, before = held.amount, paid(ring[0])
    held.refresh_from_db()
    assert held.amount > was
    fair_play.refuse(held=held, by=mona)
    raise_to(work, mona, 100)
    work.refresh_from_db()
    assert work.score == Decimal(100) and paid(ring[0]) == before


def test_strangers_acceptance_pays_at_once(ring: list[User]) -> None:
    work = work_of(ring[0], 9)
    for _number in range(2):
        give(work, make_user(), 80)
    assert not HeldPoints.objects.filter(key=f"work-accepted:{work.challenge_id}").exists()
    assert PointEntry.objects.filter(key=f"work-accepted:{work.challenge_id}").exists()


def test_a_copy_lets_go_of_it_and_is_held_anew_when_that_is_taken_back(
    ring: list[User], mona: User
) -> None:
    work, held = accepted_by_ring(ring)
    copy = make_copy(work, make_submission(make_challenge(make_goal(make_user()))), mona)
    assert not HeldPoints.objects.filter(key=held.key).exists()
    copies.take_back(copy=copy, by=mona, reason="It is no copy after all.")
    assert HeldPoints.objects.get(key=held.key).amount == held.amount
