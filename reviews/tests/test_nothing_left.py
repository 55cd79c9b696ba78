"""Where nothing waits and all practice is done: why, how one hears of more, and where to go on."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from reviews import assignment, known_works, next_work, training
from reviews.models import PeerReview, TrainingWork
from submissions.models import Submission
from tests.factories import make_challenge, make_goal, make_review, make_submission, make_user

QUEUE = "/api/reviews/queue"
DONE = "Nothing is left to review right now"
ALL_HAD = "you have had all works that there are for practice"


def send_all(by: User) -> None:
    """Have `by` review all known works."""
    training.load()
    now = timezone.now()
    works = TrainingWork.objects.exclude(submission__peer_reviews__reviewer=by)
    PeerReview.objects.bulk_create(
        PeerReview(
            submission=work.submission, reviewer=by, author=work.submission.author,
            status="submitted", score=60, is_training=True, submitted_at=now, lease_until=now,
        )
        for work in works.select_related("submission__author")
    )  # fmt: skip


@pytest.fixture
def done(client: Client, bob: User) -> Client:
    """Bob, who has a goal and has sent all known works."""
    make_goal(bob)
    send_all(bob)
    client.force_login(bob)
    return client


def page_of(client: Client) -> str:
    return client.get("/reviews/").content.decode()


# --- The page ---


def test_the_page_leads_on(done: Client) -> None:
    page = page_of(done)
    assert DONE in page and ALL_HAD in page
    assert 'class="button button--primary" href="/today/"' in page
    assert 'class="button" href="/reviews/standing/"' in page
    assert "/reviews/practise/" not in page and "/reviews/next/" not in page
    for path in ("/today/", "/reviews/standing/", "/settings/mail/", "/goals/new/"):
        assert done.get(path).status_code == 200


def test_who_takes_invitations_may_be_asked(done: Client) -> None:
    page = page_of(done)
    assert "we may ask you by mail and in your inbox, at most once a day" in page
    assert '<a href="/settings/mail/">Change this</a>' in page


def test_who_turned_them_off_is_told_so(done: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(wants_review_invitations=False)
    page = page_of(done)
    assert "You chose not to be asked" in page and "we may ask you" not in page
    assert '<a href="/settings/mail/">Change this</a>' in page


def test_who_has_no_goal_is_promised_nothing(client: Client, bob: User) -> None:
    send_all(bob)
    client.force_login(bob)
    page = page_of(client)
    assert "you have no goal" in page and "we may ask you" not in page
    assert '<a href="/goals/new/">Set a goal</a>' in page


def test_it_is_not_said_too_early(client: Client, bob: User) -> None:
    send_all(bob)
    client.force_login(bob)
    PeerReview.objects.filter(reviewer=bob).last().delete()  # type: ignore[union-attr]
    assert DONE not in page_of(client) and "/reviews/practise/" in page_of(client)
    client.post("/reviews/practise/")
    assert DONE not in page_of(client) and "In your hands" in page_of(client)


def test_nor_while_work_waits_or_is_held(done: Client, bob: User, submission: Submission) -> None:
    assert DONE not in page_of(done) and "1 work waits for you" in page_of(done)
    assert done.get(QUEUE).json()["nothing_left"] is None
    assert assignment.claim_next(by=bob) is not None
    assert DONE not in page_of(done)
    assert done.get(QUEUE).json()["nothing_left"] is None


def test_nor_in_a_pause(done: Client, bob: User, settings: Any, submission: Submission) -> None:
    settings.REVIEW_GIVE_BACKS_A_DAY = 1
    review = assignment.claim_next(by=bob)
    assert review is not None
    assignment.release(review=review, by=bob)
    assert DONE not in page_of(done) and "A pause before the next work" in page_of(done)
    assert done.get(QUEUE).json()["nothing_left"] is None


def test_asking_all_the_same_promises_no_practice(done: Client, bob: User) -> None:
    page = done.post("/reviews/next/", follow=True).content.decode()
    assert "Nothing waits for you right now." in page and DONE in page
    assert "practise meanwhile" not in page
    page = done.post("/reviews/practise/", follow=True).content.decode()
    assert "You have had all works that there are for practice." in page and DONE in page
    assert next_work.next_for(by=bob) is None


@pytest.mark.parametrize("path", ["/reviews/", QUEUE])
def test_it_takes_as_many_queries_however_much_there_is(done: Client, bob: User, path: str) -> None:
    done.get(path)
    with CaptureQueriesContext(connection) as few:
        done.get(path)
    for _turn in range(4):
        make_goal(bob)
        make_review(make_submission(make_challenge(make_goal(make_user()))), bob)
    with CaptureQueriesContext(connection) as many:
        answer = done.get(path)
    assert len(many) == len(few) and ALL_HAD in answer.content.decode()


# --- The API ---


def test_the_api_says_the_same(done: Client, bob: User) -> None:
    for door in ("next", "practise"):
        answer = done.post(f"/api/reviews/{door}")
        assert (answer.status_code, answer.content) == (204, b"")
    told = done.get(QUEUE).json()
    assert told["waiting"] == [] and not told["can_practise"]
    assert told["nothing_left"]["invitations"] == "on"
    page = page_of(done)
    assert told["nothing_left"]["why"] in page and told["nothing_left"]["told"] in page
    User.objects.filter(pk=bob.pk).update(wants_review_invitations=False)
    told = done.get(QUEUE).json()["nothing_left"]
    assert told["invitations"] == "off" and told["told"] in page_of(done)


def test_the_api_says_that_one_can_practise(client: Client, bob: User) -> None:
    client.force_login(bob)
    told = client.get(QUEUE).json()
    assert told["can_practise"] and told["nothing_left"] is None


# --- New works ---


@pytest.fixture
def old_site(bob: User, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A site that has half of the works, all of which bob sent; returns their submissions."""
    works = known_works.read()
    with monkeypatch.context() as before:
        before.setattr(known_works, "read", lambda: works[::2])
        send_all(bob)
        assert not training.is_left(bob)
    return list(TrainingWork.objects.order_by("pk").values_list("submission", flat=True))


def test_new_works_reach_who_has_sent_all_old_ones(
    client: Client, bob: User, old_site: list[int]
) -> None:
    client.force_login(bob)
    assert "/reviews/practise/" in page_of(client) and client.get(QUEUE).json()["can_practise"]
    client.post("/reviews/practise/")
    review = PeerReview.objects.get(reviewer=bob, status="claimed")
    assert review.submission_id not in old_site


def test_loading_adds_what_is_new_and_touches_nothing(old_site: list[int]) -> None:
    before = list(Submission.objects.filter(pk__in=old_site).order_by("pk").values())
    count = len(known_works.read())
    assert training.load() == count - len(old_site) and training.load() == 0
    assert TrainingWork.objects.count() == count
    assert list(Submission.objects.filter(pk__in=old_site).order_by("pk").values()) == before
    assert User.objects.filter(username=training.HOUSE).count() == 1
    titles = TrainingWork.objects.values_list("submission__challenge__title", flat=True)
    assert len(set(titles)) == count
