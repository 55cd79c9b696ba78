"""Deeds on the reviews of one work take their locks in one order, so that none waits in a ring."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event
from time import sleep

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import moderation
from accounts.models import Report, User
from leaderboard import recount
from reviews import assignment, attempts, cases, learning, peer_review, taking_up
from reviews.models import PeerReview, ReviewCase
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_goal,
    make_review,
    make_submission,
    make_user,
)
from tests.test_concurrency import all_at_once

ROUNDS = 8

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


class Late:
    """Settled work of which somebody holds a review that comes late."""

    def __init__(self, *scores: int) -> None:
        # What an earlier round left behind is not claimed instead.
        ReviewCase.objects.update(is_open=False)
        self.author: User = make_user()
        self.work = make_submission(make_challenge(make_goal(self.author)))
        self.late = claim(self.work, make_user())
        past = timezone.now() - timedelta(hours=30)
        PeerReview.objects.filter(pk=self.late.pk).update(lease_until=past, seat_until=past)
        assignment.free_seats()
        self.sent = [make_review(self.work, make_user(), score) for score in scores]
        self.late.refresh_from_db()

    def send(self, score: int = 20) -> Callable[[], object]:
        assert self.late.reviewer is not None
        given = answers(self.work.challenge, score)
        return partial(peer_review.submit_review, review=self.late, by=self.late.reviewer, **given)

    def mark(self, number: int) -> Callable[[], object]:
        review = self.sent[number]
        return partial(peer_review.mark_helpful, review=review, by=self.author, helpful=True)

    def hidden(self, mona: User) -> Callable[[], object]:
        report = moderation.report(
            kind="review", target_id=self.sent[0].pk, by=self.author, reason="unfair", note="x"
        )
        report = moderation.claim(report=report, by=mona)
        reason = "The work was not read."
        return partial(moderation.decide, report=report, by=mona, decision="hidden", reason=reason)


def test_authors_mark_while_a_late_review_comes() -> None:
    for _ in range(ROUNDS):
        late = Late(80, 82)
        all_at_once([late.send(), late.mark(0), late.mark(1)])
        for review in late.sent:
            review.refresh_from_db()
            assert review.is_helpful and review.quality_parts["helpful"] is not None
    assert list(recount.differences()) == []


def test_authors_take_something_up_while_a_late_review_comes() -> None:
    for _ in range(ROUNDS):
        late = Late(50, 52)
        criterion = late.work.challenge.criteria[0].key
        up = partial(taking_up.mark_addressed, by=late.author, criterion=criterion, addressed=True)
        deeds: list[Callable[[], object]] = [partial(up, review=one) for one in late.sent]
        all_at_once([late.send(), *deeds])
    assert list(recount.differences()) == []


def test_a_moderator_hides_a_review_while_others_come_and_are_marked() -> None:
    mona: User = make_user(is_superuser=True)
    for _ in range(ROUNDS // 2):
        late = Late(80, 45)
        all_at_once([late.hidden(mona), late.send(), late.mark(1)])
        undo = partial(moderation.undo, report=Report.objects.latest("pk"), by=mona)
        deeds: list[Callable[[], object]] = [undo, late.mark(1), learning.fit_all]
        all_at_once(deeds)
    assert list(recount.differences()) == []


def test_hiding_waits_for_who_has_the_case_and_goes_on_to_the_review() -> None:
    late, has_case = Late(80, 82), Event()
    review = late.sent[0]
    decide = late.hidden(make_user(is_superuser=True))

    def settle() -> None:
        with transaction.atomic():
            attempts.lock(late.work.pk)
            cases.recount(submission_id=late.work.pk)
            has_case.set()
            sleep(1)
            PeerReview.objects.filter(pk=review.pk).update(quality_parts={})

    def hide() -> object:
        assert has_case.wait(timeout=30)
        return decide()

    deeds: list[Callable[[], object]] = [settle, hide]
    all_at_once(deeds)
    review.refresh_from_db()
    assert review.is_hidden


def test_the_nightly_fit_while_reviews_come() -> None:
    for _ in range(ROUNDS):
        works = [Late(60, 62) for _ in range(2)]
        # Of some graders nothing is known yet: their rows are new.
        sent = [work.send() for work in works]
        deeds: list[Callable[[], object]] = [learning.fit_all, *sent, works[0].mark(0)]
        all_at_once(deeds)
    assert list(recount.differences()) == []
