"""Works with known marks: announced to those who are new, unannounced now and then."""

import re
from collections import Counter
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from challenges.rubrics import weighted_score
from goals.models import Category
from learnquest.demo import content, people
from reviews import known_works, next_work, peer_review, training
from reviews.models import PeerReview, ReviewCase
from submissions.models import Submission
from tests.factories import answers, make_goal


@pytest.fixture
def first_two(settings: Any) -> None:
    settings.REVIEW_TRAINING_FIRST = 2


def send(review: PeerReview, by: User, score: int = 75) -> PeerReview:
    return peer_review.submit_review(
        review=review, by=by, **answers(review.submission.challenge, score)
    )


def test_there_are_four_works_for_each_field() -> None:
    fields = [work.category for work in known_works.read()]
    assert Counter(fields) == {field: 4 for field in Category.values if field != "other"}


def test_each_work_is_one_of_its_kind() -> None:
    works = known_works.read()
    for part in ("key", "title", "instructions", "body"):
        assert len({getattr(work, part) for work in works}) == len(works)
    goals = [goal for field in content.load() for goal in field.goals]
    theirs = {challenge.title for goal in goals for challenge in goal.challenges}
    assert not theirs & {work.title for work in works}


def test_they_ask_for_the_whole_scale() -> None:
    works = known_works.read()
    scores = sorted(weighted_score(work.criteria, work.marks) for work in works)
    assert scores[0] < 35 and scores[-1] > 95
    assert 8 <= sum(score < known_works.PASS_MARK for score in scores) <= 16
    assert {work.difficulty for work in works} == {1, 2, 3, 4, 5}
    assert {len(work.criteria) for work in works} == {2, 3, 4}


def test_nobody_in_them_is_of_the_demo() -> None:
    names = {name for name, *_rest in people.PEOPLE}
    for work in known_works.read():
        words = set(re.findall(r"\w+", f"{work.title} {work.instructions} {work.body}"))
        assert not words & names, work.key


def test_loading_twice_loads_once(db: None) -> None:
    assert training.load() == len(known_works.read())
    assert training.load() == 0
    assert not ReviewCase.objects.exists()


def test_who_is_new_practises_twice_before_the_first_peer(
    client: Client, bob: User, submission: Submission, first_two: None
) -> None:
    client.force_login(bob)
    for words in ("First, two for practice", "One more for practice"):
        html = client.get("/reviews/").content.decode()
        assert words in html and "not as points" in html
        review = next_work.next_for(by=bob)
        assert review is not None and review.is_training
        assert next_work.next_for(by=bob) == review
        send(review, bob)
    assert "for practice</h2>" not in client.get("/reviews/").content.decode()
    third = next_work.next_for(by=bob)
    assert third is not None and third.submission == submission


def test_practice_is_in_ones_own_field(bob: User, first_two: None) -> None:
    make_goal(bob, category="maths")
    review = next_work.next_for(by=bob)
    assert review is not None and review.submission.challenge.goal.category == "maths"


def test_the_comparison_is_shown_once_it_is_sent(client: Client, bob: User) -> None:
    review = training.begin(by=bob)
    assert review is not None and training.comparison(review) == []
    client.force_login(bob)
    page = client.get(review.get_absolute_url()).content.decode()
    assert "one of ours" in page and "How yours compares" not in page
    sent = send(review, bob)
    assert sent.quality is not None
    page = client.get(review.get_absolute_url()).content.decode()
    assert "How yours compares" in page
    for mark in training.comparison(sent):
        assert f"we gave {mark.known}" in page
    detail = client.get(f"/api/reviews/{review.pk}").json()
    assert len(detail["comparison"]) == len(training.comparison(sent))
    # Nobody handed it in and nothing was settled, so nothing is told of that.
    assert "What happened" not in page
    assert client.get(f"/api/submissions/{review.submission_id}/steps").json() == []


def test_practice_counts_for_oneself_and_not_on_the_board(client: Client, bob: User) -> None:
    assert "A review for practice" in client.get("/points/").content.decode()
    review = training.begin(by=bob)
    assert review is not None
    send(review, bob)
    assert not bob.point_entries.filter(verified=True).exists()
    assert bob.point_entries.get(reason="review_given").amount == 5


def test_a_known_work_comes_by_without_saying_so(
    client: Client, bob: User, submission: Submission, settings: Any
) -> None:
    settings.REVIEW_KNOWN_EVERY = 1
    review = next_work.next_for(by=bob)
    assert review is not None and training.is_known(review) and not review.is_training
    client.force_login(bob)
    page = client.get(review.get_absolute_url()).content.decode()
    told = client.get(f"/api/reviews/{review.pk}").json()
    assert "one of ours" not in page and "Practice" not in page and training.HOUSE not in page
    assert told["comparison"] == [] and not told["is_training"]
    send(review, bob)
    assert "unannounced" in client.get(review.get_absolute_url()).content.decode()
    assert bob.point_entries.filter(verified=True).count() == 2


def test_where_nothing_waits_nothing_known_comes_by(bob: User, settings: Any) -> None:
    settings.REVIEW_KNOWN_EVERY = 1
    assert next_work.next_for(by=bob) is None


def test_the_known_score_is_read_like_any_grade(bob: User) -> None:
    review = training.begin(by=bob)
    assert review is not None
    send(review, bob, 80)
    row = PeerReview.objects.of_known_work().sent().select_related("submission").get()
    assert (row.score, row.submission.score is not None) == (80, True)
    row.submission.refresh_from_db()
    assert row.submission.status in {"accepted", "returned"}


def test_nothing_waits_so_one_may_practise(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert "Practise" in client.get("/reviews/").content.decode()
    answer = client.post("/reviews/practise/")
    assert answer.status_code == 302 and PeerReview.objects.get().is_training
    assert client.post("/api/reviews/practise").json()["is_training"]
