"""Reviewers contradict a difficulty: what it pays then, who is told what, and by which doors."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from challenges.models import Challenge
from goals.models import Goal
from leaderboard import points
from learnquest.core.errors import Invalid
from reviews import appeals, attempts, difficulty, peer_review, training
from reviews.models import PeerReview
from reviews.tests.test_desk import form
from reviews.tests.test_outcome import begin
from submissions.models import Submission
from tests.factories import answers, claim, make_challenge, make_submission


def send(work: Submission, person: User, level: int | None, *, score: int = 100) -> PeerReview:
    review = PeerReview.objects.filter(submission=work, reviewer=person).first()
    return peer_review.submit_review(
        review=review or begin(work, person),
        by=person,
        difficulty=level,
        **answers(work.challenge, score),
    )


def paid(work: Submission) -> int:
    return points.of_work(challenge_id=work.challenge_id, user=work.author)


def whole(level: int) -> int:
    return points.work_points(difficulty=level, score=100, pass_mark=60)


@pytest.fixture
def hello(goal: Goal) -> Submission:
    """Five minutes of work that its author calls a masterpiece."""
    return make_submission(make_challenge(goal, title="Say hello", difficulty=5))


@pytest.mark.parametrize(
    ("said", "middle"),
    [
        ([5], 5),
        ([1], 1),
        ([2, 5], 4),
        ([1, 2], 2),
        ([1, 5, 5], 5),
        ([1, 2, 5], 2),
        ([1, 1, 5, 5], 3),
    ],
)
def test_the_middle_is_rounded_up(said: list[int], middle: int) -> None:
    assert difficulty.middle(said) == middle


@pytest.mark.parametrize(
    ("first", "second", "level"),
    [(None, None, 5), (1, 1, 1), (1, 2, 2), (1, None, 3), (None, 2, 4), (5, 5, 5)],
)
def test_work_pays_as_the_middle_of_what_reviewers_say(
    first: int | None, second: int | None, level: int, hello: Submission, bob: User, carol: User
) -> None:
    send(hello, bob, first)
    send(hello, carol, second)
    hello.refresh_from_db()
    assert hello.status == "accepted" and paid(hello) == whole(level)


def test_nobody_makes_a_task_harder_than_stated(goal: Goal, bob: User, carol: User) -> None:
    work = make_submission(make_challenge(goal, difficulty=2))
    assert send(work, bob, 5).difficulty is None
    send(work, carol, 1)
    # Stated 2 and 1: rounded up to 2, and 5 does not count.
    assert paid(work) == whole(2)


def test_a_later_review_moves_it_by_a_counter_entry(
    hello: Submission, bob: User, carol: User, charlie: User
) -> None:
    send(hello, bob, None)
    send(hello, carol, 1)
    assert paid(hello) == whole(3)
    send(hello, charlie, 1)
    assert paid(hello) == whole(1)
    entries = hello.author.point_entries.filter(verified=True).order_by("pk")
    assert [entry.amount for entry in entries] == [whole(3), whole(1) - whole(3)]
    assert entries[1].reason == "correction"


def test_hidden_reviews_and_second_opinions_do_not_count(
    hello: Submission, bob: User, carol: User, charlie: User
) -> None:
    send(hello, bob, 1)
    send(hello, carol, 1)
    opinion = begin(hello, charlie)
    opinion.is_for_appeal = True
    opinion.save()
    assert difficulty.counted(hello, hello.challenge) == 1
    PeerReview.objects.filter(reviewer=bob).update(hidden_at=hello.submitted_at)
    PeerReview.objects.filter(reviewer=carol).update(is_for_appeal=True)
    assert difficulty.counted(hello, hello.challenge) == 5


def test_an_appeal_pays_by_the_same_difficulty(
    hello: Submission, alice: User, bob: User, carol: User, mona: User
) -> None:
    send(hello, bob, 2, score=75)
    send(hello, carol, 2, score=75)
    why = "They overlooked the second half of what I wrote."
    hello.refresh_from_db()
    appeal = appeals.appeal(work=hello, by=alice, reason=why)
    later = appeal.created_at + appeals.PATIENCE * 2
    appeals.decide(
        appeal=appeal, by=mona, decision="raised", reason=why, score=Decimal(100), now=later
    )
    assert sum(entry.amount for entry in attempts.paid_for(hello.challenge)) == whole(2)


def test_practice_takes_the_answer_and_pays_nothing_for_it(bob: User) -> None:
    review = training.begin(by=bob)
    assert review is not None
    before = review.submission.status
    sent = peer_review.submit_review(
        review=review, by=bob, difficulty=1, **answers(review.submission.challenge)
    )
    sent.submission.refresh_from_db()
    assert sent.submission.status == before
    assert (
        points.of_work(challenge_id=sent.submission.challenge_id, user=sent.submission.author) == 0
    )


@pytest.mark.parametrize("level", [0, 6, -1, 99])
def test_a_level_that_there_is_not_is_refused(level: int, hello: Submission, bob: User) -> None:
    with pytest.raises(Invalid) as refusal:
        send(hello, bob, level)
    assert list(refusal.value.errors) == ["difficulty"]


def test_the_database_refuses_it_too(hello: Submission, bob: User) -> None:
    review = begin(hello, bob)
    for level in (0, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            PeerReview.objects.filter(pk=review.pk).update(difficulty=level)


def test_the_desk_asks_offers_what_is_easier_and_keeps_the_answer(
    client: Client, hello: Submission, bob: User
) -> None:
    review = claim(hello, bob)
    client.force_login(bob)
    page = client.get(review.get_absolute_url()).content.decode()
    asked = re.findall(r'name="difficulty" value="(\d)"( checked)?', page)
    assert asked == [("1", ""), ("2", ""), ("3", ""), ("4", ""), ("5", " checked")]
    client.post(f"/reviews/{review.pk}/save/", form(review, difficulty="2"))
    page = client.get(review.get_absolute_url()).content.decode()
    assert 'name="difficulty" value="2" checked' in page
    review.refresh_from_db()
    assert review.difficulty == 2
    # What does not ask for it leaves it; what is stated takes it back.
    client.post(f"/reviews/{review.pk}/save/", form(review))
    review.refresh_from_db()
    assert review.difficulty == 2
    client.post(f"/reviews/{review.pk}/save/", form(review, difficulty="5"))
    review.refresh_from_db()
    assert review.difficulty is None


def test_the_desk_refuses_what_is_no_level(client: Client, hello: Submission, bob: User) -> None:
    review = claim(hello, bob)
    client.force_login(bob)
    for wrong in ("9", "easy", "-1"):
        answer = client.post(f"/reviews/{review.pk}/send/", form(review, difficulty=wrong))
        assert answer.status_code == 422
        assert 'id="difficulty_error"' in answer.content.decode()
    review.refresh_from_db()
    assert (review.status, review.difficulty) == ("claimed", None)


def test_it_is_sent_from_the_desk_and_told_to_the_reviewer_and_the_author(
    client: Client, alice: User, hello: Submission, bob: User, carol: User
) -> None:
    review = claim(hello, bob)
    client.force_login(bob)
    client.post(f"/reviews/{review.pk}/send/", form(review, difficulty="1") | {"anyway": "1"})
    assert "You found the task easier than stated: 1 of 5." in (
        client.get(review.get_absolute_url()).content.decode()
    )
    client.force_login(alice)
    assert "easier than stated" not in client.get(hello.get_absolute_url()).content.decode()
    send(hello, carol, 2)
    page = client.get(hello.get_absolute_url()).content.decode()
    assert "Your reviewers found it easier than stated: points as for 2 of 5." in page
    assert "1 of 5" not in page


def test_nothing_is_said_where_reviewers_agree(
    client: Client, alice: User, hello: Submission, bob: User, carol: User
) -> None:
    send(hello, bob, None)
    send(hello, carol, None)
    client.force_login(alice)
    assert "easier than stated" not in client.get(hello.get_absolute_url()).content.decode()
    assert client.get(f"/api/submissions/{hello.pk}").json()["paid_as_difficulty"] is None


def test_an_easiest_task_is_not_asked_about(client: Client, goal: Goal, bob: User) -> None:
    review = claim(make_submission(make_challenge(goal, difficulty=1)), bob)
    client.force_login(bob)
    assert 'name="difficulty"' not in client.get(review.get_absolute_url()).content.decode()


def put(client: Client, review: PeerReview, **body: Any) -> Any:
    given = answers(review.submission.challenge, 100) | body
    return client.put(f"/api/reviews/{review.pk}", given, content_type="application/json")


def test_the_api_takes_it_in_a_draft_and_sent(
    client: Client, alice: User, hello: Submission, bob: User, carol: User
) -> None:
    review = claim(hello, bob)
    client.force_login(bob)
    assert put(client, review, difficulty=3, send=False).json()["difficulty"] == 3
    assert put(client, review, send=False).json()["difficulty"] == 3
    assert put(client, review, difficulty=5, send=False).json()["difficulty"] is None
    assert put(client, review, difficulty=1).json()["difficulty"] == 1
    client.force_login(carol)
    assert put(client, begin(hello, carol), difficulty=1).status_code == 200
    client.force_login(alice)
    told = client.get(f"/api/submissions/{hello.pk}").json()
    assert told["paid_as_difficulty"] == 1
    assert not any("difficulty" in one for one in told["reviews"])


@pytest.mark.parametrize("send", [True, False])
@pytest.mark.parametrize("wrong", [0, 6, "2", True, 2.5])
def test_the_api_refuses_what_is_no_level(
    wrong: Any, send: bool, client: Client, hello: Submission, bob: User
) -> None:
    review = claim(hello, bob)
    client.force_login(bob)
    answer = put(client, review, difficulty=wrong, send=send)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/difficulty"


@pytest.mark.parametrize("send", [True, False])
@pytest.mark.parametrize("wrong", [True, False, "75", 75.0, None])
def test_a_score_is_a_whole_number_and_nothing_that_looks_like_one(
    wrong: Any, send: bool, client: Client, submission: Submission, bob: User
) -> None:
    review = claim(submission, bob)
    client.force_login(bob)
    scores = answers(submission.challenge)["scores"]
    key = next(iter(scores))
    for path in (f"/api/reviews/{review.pk}", f"/api/submissions/{submission.pk}/review"):
        body = answers(submission.challenge) | {"scores": {**scores, key: wrong}, "send": send}
        answer = client.put(path, body, content_type="application/json")
        assert answer.status_code == 422
        error = answer.json()["errors"][0]
        assert error["pointer"] == f"#/scores/{key}" and "whole number" in error["message"]
    review.refresh_from_db()
    assert (review.status, review.scores) == ("claimed", {})


def test_the_rules_say_so(client: Client, db: None) -> None:
    page = client.get("/points/").content.decode()
    assert "it pays as the middle of what they say" in page


def test_the_stated_difficulty_stays_what_it_is(hello: Submission, bob: User, carol: User) -> None:
    send(hello, bob, 1)
    send(hello, carol, 1)
    assert Challenge.objects.get(pk=hello.challenge_id).difficulty == 5
