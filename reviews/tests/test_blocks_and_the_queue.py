"""A block keeps people apart, and tells nobody whose work waits."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import blocks
from accounts.models import Block, User
from reviews import after, assignment, eligibility, tasks
from reviews.models import Answer, ReviewCase
from submissions.models import Submission
from tests.factories import make_challenge, make_goal, make_review, make_submission, make_user

HOUR = timedelta(hours=1)


@pytest.fixture
def public(alice: User) -> User:
    User.objects.update(is_profile_public=True)
    alice.refresh_from_db()
    return alice


def another(by: User) -> Submission:
    return make_submission(make_challenge(make_goal(by), title="One more"))


def waits(reviewer: User) -> set[int]:
    return set(assignment.waiting_for(reviewer).values_list("submission", flat=True))


def test_blocking_takes_nothing_out_of_ones_queue(
    alice: User, bob: User, submission: Submission
) -> None:
    block = blocks.block(person=alice, by=bob)
    assert waits(bob) == {submission.pk}
    blocks.unblock(block=block, by=bob)
    assert waits(bob) == {submission.pk}
    assert assignment.claim_next(by=bob) is not None


def test_what_is_handed_in_while_it_stands_never_comes(alice: User, bob: User) -> None:
    block = blocks.block(person=alice, by=bob)
    while_it_stood = another(alice)
    assert waits(bob) == set()
    blocks.unblock(block=block, by=bob)
    assert waits(bob) == set()
    afterwards = another(alice)
    assert waits(bob) == {afterwards.pk}
    blocks.block(person=alice, by=bob)
    assert waits(bob) == {afterwards.pk}
    assert while_it_stood.pk not in waits(bob)


def test_whom_the_author_blocks_is_kept_away_at_once(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    block = blocks.block(person=bob, by=alice)
    assert (waits(bob), waits(carol)) == (set(), {submission.pk})
    blocks.unblock(block=block, by=alice)
    assert waits(bob) == {submission.pk}


def test_where_both_block_both_rules_hold(alice: User, bob: User, submission: Submission) -> None:
    bobs = blocks.block(person=alice, by=bob)
    alices = blocks.block(person=bob, by=alice)
    assert waits(bob) == set()
    later = another(alice)
    blocks.unblock(block=alices, by=alice)
    assert waits(bob) == {submission.pk}
    blocks.unblock(block=bobs, by=bob)
    assert later.pk not in waits(bob)


def test_neither_door_tells_whose_work_waits(
    client: Client, public: User, bob: User, submission: Submission
) -> None:
    client.force_login(bob)

    def seen() -> tuple[Any, ...]:
        page = client.get("/reviews/").content.decode()
        return (
            client.get("/api/reviews/queue").json(),
            "1 work waits for you" in page,
            client.get("/api/progress/dashboard").json()["reviews_wait"],
            "Somebody would be glad of one" in client.get("/today/").content.decode(),
        )

    before = seen()
    assert before[0]["waiting"][0]["count"] == 1 and before[1] and before[2]
    assert client.post("/people/alice/block/").status_code == 302
    assert seen() == before
    assert client.delete("/api/auth/blocks/alice").status_code == 204
    assert seen() == before


def test_a_claim_in_hand_stays(alice: User, bob: User, submission: Submission) -> None:
    review = assignment.claim_next(by=bob)
    for one, other in ((alice, bob), (bob, alice)):
        blocks.block(person=other, by=one)
    assert assignment.claim_next(by=bob) == review


def test_blocking_names_does_not_find_the_other_side_of_a_talk(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = make_review(submission, bob)
    make_review(submission, carol)
    review.refresh_from_db()
    blocks.block(person=alice, by=bob)
    assert after.answer(review=review, by=bob, text="Who are you?").writer == bob
    # Whoever is blocked, and whoever blocks, is answered as if there were no block.
    held = after.answer(review=review, by=alice, text="Hello?")
    assert not held.is_delivered
    assert not Answer.objects.visible_to(bob).filter(pk=held.pk).exists()


def test_an_old_block_is_forgotten_once_nothing_waits_that_it_concerns(
    alice: User, bob: User, carol: User
) -> None:
    now = timezone.now()
    standing = blocks.block(person=carol, by=bob)
    Block.objects.create(
        blocker=carol, blocked=bob, created_at=now - 3 * HOUR, ended_at=now - 2 * HOUR
    )
    blocks.block(person=alice, by=bob)
    work = another(alice)
    ended = Block.objects.get(blocked=alice)
    blocks.unblock(block=ended, by=bob)
    assert eligibility.forget_ended_blocks(now=now) == 0
    later = now + eligibility.BLOCKS_KEPT + HOUR
    assert eligibility.forget_ended_blocks(now=later) == 1
    assert set(Block.objects.all()) == {standing, ended}
    ReviewCase.objects.filter(submission=work).update(closed_at=now, is_open=False)
    assert eligibility.forget_ended_blocks(now=later) == 1
    tasks.forget_ended_blocks.enqueue()
    assert list(Block.objects.all()) == [standing]


# --- Nobody chooses who reviews them ---


@pytest.fixture
def three_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_IN_REVIEWS", 3)


def test_of_an_authors_blocks_the_oldest_count_in_reviews(
    alice: User, submission: Submission, three_count: None
) -> None:
    others = [make_user() for _ in range(5)]
    made = [blocks.block(person=person, by=alice) for person in others]
    assert [bool(waits(person)) for person in others] == [False, False, False, True, True]
    apart = set(blocks.kept_apart_in_reviews(alice))
    assert apart == {person.pk for person in others[:3]}
    # The next one counts in the place of whom the author takes off.
    blocks.unblock(block=made[0], by=alice)
    assert [bool(waits(person)) for person in others] == [True, False, False, False, True]
    assert alice.pk in set(blocks.kept_apart_in_reviews(others[1]))


def test_nor_does_a_reviewer_choose_whose_work_comes(
    alice: User, bob: User, three_count: None
) -> None:
    authors = [make_user() for _ in range(5)]
    made = [blocks.block(person=person, by=bob) for person in authors]
    works = [another(person).pk for person in authors]
    assert waits(bob) == set(works[3:])
    # What waits is never moved by what the reviewer does.
    blocks.unblock(block=made[0], by=bob)
    assert waits(bob) == set(works[3:])
    later = [another(person).pk for person in authors]
    # The block that ended keeps its place among the three until it is forgotten.
    assert waits(bob) == {*works[3:], later[0], *later[3:]}


def test_beyond_them_a_block_does_all_else(
    client: Client, alice: User, public: User, three_count: None
) -> None:
    others = [make_user(is_profile_public=True) for _ in range(4)]
    for person in others:
        blocks.block(person=person, by=alice)
    client.force_login(others[3])
    assert client.get(f"/people/{alice.username}/").status_code == 404
    client.force_login(alice)
    page = client.get("/settings/blocked/").content.decode()
    assert "the 3 whom you have blocked longest count" in page
