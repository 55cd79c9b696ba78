"""A known work that a moderator hid is nobody's practice, and keeps nobody from other work."""

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from reviews import assignment, next_work, training
from reviews.models import PeerReview, TrainingWork
from submissions.models import Submission


@pytest.fixture(autouse=True)
def practice_first(db: None, settings: LazySettings) -> None:
    settings.REVIEW_TRAINING_FIRST = 2
    training.load()


def hide(works: list[int]) -> None:
    Submission.objects.filter(pk__in=works).update(hidden_at=timezone.now())


def test_it_comes_neither_announced_nor_unannounced(bob: User) -> None:
    hide(list(TrainingWork.objects.values_list("submission", flat=True)))
    assert not training.left(bob).exists() and not training.left(bob, announced=False).exists()
    assert not training.is_left(bob) and training.begin(by=bob) is None


def test_the_next_one_that_can_be_seen_comes_instead(client: Client, bob: User) -> None:
    first = training.left(bob).first()
    assert first is not None
    hide([first.submission_id])
    client.force_login(bob)
    answer = client.post("/reviews/next/")
    assert client.get(answer.headers["Location"]).status_code == 200
    assert PeerReview.objects.get().submission_id != first.submission_id


def test_one_that_is_hidden_as_it_is_claimed_is_in_nobodys_way(bob: User) -> None:
    jam = training.begin(by=bob)
    assert jam is not None
    hide([jam.submission_id])
    assert assignment.open_claim(bob) is None
    for give in (next_work.next_for, training.begin):
        found = give(by=bob)
        assert found is not None and found.submission_id != jam.submission_id
