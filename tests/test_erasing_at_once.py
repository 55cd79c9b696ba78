"""Accounts that are erased while reviews of, and by, these people are on their way."""

from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from leaderboard import recount
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict
from learnquest.pages import leaving
from reviews import peer_review, waiting
from reviews.models import PeerReview, ReviewCase
from submissions.models import Submission
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

ROUNDS = 6

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def send(review: PeerReview, by: User) -> bool:
    """Send a review; False where the work was gone before."""
    try:
        peer_review.submit_review(review=review, by=by, **answers(review.submission.challenge, 80))
    except Conflict:
        return False
    return True


def erase(user: User) -> bool:
    leaving.erase_now(user)
    return True


def given(user: User) -> int:
    return PointEntry.objects.filter(user=user, reason="review_given").count()


def test_an_author_is_erased_while_a_review_of_their_work_is_sent() -> None:
    for _ in range(ROUNDS):
        alice, bob, carol = make_user(), make_user(), make_user()
        work = make_submission(make_challenge(make_goal(alice)))
        make_review(work, bob)
        second = claim(work, carol)
        was_sent, _ok = all_at_once([partial(send, second, carol), partial(erase, alice)])
        assert not User.objects.filter(pk=alice.pk).exists()
        # The first is paid either way; the second where it came in time.
        assert (given(bob), given(carol)) == (1, int(was_sent))
    assert not list(recount.differences())


def test_a_reviewer_is_erased_while_the_other_review_settles_the_work() -> None:
    for _ in range(ROUNDS):
        alice, bob, carol = make_user(), make_user(), make_user()
        work = make_submission(make_challenge(make_goal(alice)))
        make_review(work, bob)
        second = claim(work, carol)
        sent = all_at_once([partial(send, second, carol), partial(erase, bob)])
        assert sent == [True, True]
        work.refresh_from_db()
        assert work.status == Submission.Status.ACCEPTED and given(carol) == 1
        assert not User.objects.filter(pk=bob.pk).exists()
    assert not list(recount.differences())


def test_two_who_reviewed_each_other_are_erased_while_both_works_settle() -> None:
    for _ in range(ROUNDS):
        alice, bob, carol, dora = (make_user() for _ in range(4))
        works = [make_submission(make_challenge(make_goal(who))) for who in (alice, bob)]
        # Nobody is given the work of whom they review, so this is of long ago.
        for work, who in zip(works, (bob, alice), strict=True):
            PeerReview.objects.create(
                submission=work, reviewer=who, author=work.author, status="submitted", score=80,
                scores=answers(work.challenge, 80)["scores"], submitted_at=timezone.now(),
                lease_until=timezone.now(),
            )  # fmt: skip
        held = [(claim(works[0], carol), carol), (claim(works[1], dora), dora)]
        deeds: list[Callable[[], bool]] = [partial(send, *pair) for pair in held]
        deeds += [partial(erase, alice), partial(erase, bob)]
        all_at_once(deeds)
        assert not User.objects.filter(pk__in=[alice.pk, bob.pk]).exists()
        ReviewCase.objects.update(is_open=False)
    assert not list(recount.differences())


def test_a_moderator_is_erased_while_works_whose_notes_they_read_settle() -> None:
    for _ in range(ROUNDS):
        mona = make_user(is_superuser=True)
        deeds = []
        for _work in range(2):
            bob, carol = make_user(), make_user()
            work = make_submission(make_challenge(make_goal(make_user())))
            noted = make_review(work, bob)
            PeerReview.objects.filter(pk=noted.pk).update(private_note="I saw this before.")
            waiting.mark_note_read(review=noted, by=mona)
            deeds.append(partial(send, claim(work, carol), carol))
        assert all_at_once([*deeds, partial(erase, mona)]) == [True, True, True]
        assert not PeerReview.objects.filter(note_read_by__isnull=False).exists()
        assert not Submission.objects.exclude(status="accepted").exists()
    assert PeerReview.objects.filter(note_read_at__isnull=False).count() == 2 * ROUNDS
