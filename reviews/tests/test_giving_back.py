"""Giving back is always allowed, and not a way to pick."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from learnquest.core.errors import Conflict
from reviews import assignment, fairness, giving_back, invitations, next_work, peer_review, training
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

HOUR = timedelta(hours=1)
NOW = timezone.now()


@pytest.fixture
def works(alice: User) -> list[Submission]:
    goal = make_goal(alice)
    return [make_submission(make_challenge(goal, title=f"Step {n}")) for n in range(6)]


def give_back(by: User, times: int, *, reason: str = "", now: Any = None) -> None:
    for _turn in range(times):
        review = assignment.claim_next(by=by, now=now)
        assert review is not None
        note = "Look." if reason else ""
        assignment.release(review=review, by=by, reason=reason, note=note, now=now)


@pytest.mark.parametrize("reason", ["", "no_time", "cannot_judge", "knows_author"])
def test_after_three_in_a_day_there_is_no_new_work(
    bob: User, works: list[Submission], reason: str
) -> None:
    give_back(bob, 1, reason=reason, now=NOW)
    give_back(bob, 2, reason=reason, now=NOW + HOUR)
    later = NOW + 2 * HOUR
    for deed in (assignment.claim_next, next_work.next_for, training.begin):
        with pytest.raises(Conflict, match="You gave back 3 works within a day"):
            deed(by=bob, now=later)
    assert giving_back.paused_until(bob, now=later) == NOW + giving_back.DAY
    # When the first is a day old there is one more, and then a pause again.
    give_back(bob, 1, now=NOW + giving_back.DAY)
    with pytest.raises(Conflict):
        assignment.claim_next(by=bob, now=NOW + giving_back.DAY)


def test_the_sentence_says_when_on_the_reviewers_clock(bob: User) -> None:
    bob.time_zone = "Asia/Tokyo"
    until = datetime(2026, 11, 29, 20, 5, tzinfo=UTC)
    assert "from 30 Nov, 05:05 on" in giving_back.words(bob, until)


def test_reports_and_lapsed_leases_and_leaving_do_not_count(
    bob: User, works: list[Submission]
) -> None:
    give_back(bob, 2, reason="reported")
    assignment.claim_next(by=bob)
    assignment.release_all(by=bob)
    assignment.claim_next(by=bob)
    PeerReview.objects.filter(status="claimed").update(lease_until=timezone.now())
    assignment.expire_leases()
    assert not PeerReview.objects.exclude(given_back_at=None).exists()
    assert assignment.claim_next(by=bob) is not None


def test_what_is_in_hand_stays_and_may_be_given_back(bob: User, works: list[Submission]) -> None:
    give_back(bob, 2)
    held = assignment.claim_next(by=bob)
    assert held is not None
    # As if a third had been given back meanwhile, before the site lowered the number.
    PeerReview.objects.filter(status="released").update(given_back_at=timezone.now())
    assert assignment.claim_next(by=bob) == held
    released = assignment.release(review=held, by=bob)
    assert released.status == "released" and giving_back.paused_until(bob)


def test_the_site_may_set_no_limit(bob: User, works: list[Submission], settings: Any) -> None:
    settings.REVIEW_GIVE_BACKS_A_DAY = 0
    give_back(bob, 5)
    assert assignment.claim_next(by=bob) is not None
    assert giving_back.paused_until(bob) is None


def test_a_claim_takes_no_more_queries_for_it(
    bob: User, works: list[Submission], django_assert_max_num_queries: Any
) -> None:
    give_back(bob, 2)
    # Held and given back are asked in one; PostgreSQL also asks whether the author is idle.
    with django_assert_max_num_queries(9 if connection.vendor == "postgresql" else 8):
        assignment.claim_next(by=bob)


def test_the_page_shows_the_pause(client: Client, bob: User, works: list[Submission]) -> None:
    client.force_login(bob)
    assert "A pause before" not in client.get("/reviews/").content.decode()
    for _turn in range(3):
        client.post("/reviews/next/")
        review = PeerReview.objects.get(status="claimed")
        desk = client.get(review.get_absolute_url()).content.decode()
        assert "After 3 within 24 hours you get no new work" in desk
        client.post(f"{review.get_absolute_url()}release/", {"reason": "no_time"})
    page = client.get("/reviews/").content.decode()
    assert "A pause before the next work" in page and "You gave back 3 works" in page
    assert "/reviews/next/" not in page
    for path in ("/reviews/next/", "/reviews/practise/"):
        answer = client.post(path, follow=True)
        assert "There is new work for you from" in answer.content.decode()
    assert not PeerReview.objects.filter(status="claimed").exists()


def test_the_api_says_conflict_and_when(client: Client, bob: User, works: list[Submission]) -> None:
    client.force_login(bob)
    assert client.get("/api/reviews/queue").json()["paused_until"] is None
    for _turn in range(3):
        claimed = client.post("/api/reviews/next").json()
        assert (
            client.post(
                f"/api/reviews/{claimed['id']}/release", {}, content_type="application/json"
            ).status_code
            == 200
        )
    assert client.get("/api/reviews/queue").json()["paused_until"] is not None
    for path in ("/api/reviews/next", "/api/reviews/practise"):
        answer = client.post(path)
        assert answer.status_code == 409 and "new work for you from" in str(answer.json())


def test_who_has_to_wait_is_not_invited(bob: User, works: list[Submission]) -> None:
    noon = timezone.now().replace(hour=12)
    User.objects.filter(pk=bob.pk).update(last_login=noon)
    make_goal(bob)
    ReviewCase.objects.update(waiting_since=noon - 7 * HOUR)
    give_back(bob, 3, now=noon - HOUR)
    assert invitations.invite(now=noon) == 0
    PeerReview.objects.filter(status="released").update(given_back_at=None)
    assert invitations.invite(now=noon) == 1


def test_moderators_see_who_gives_back_often(
    client: Client, alice: User, bob: User, carol: User, mona: User
) -> None:
    challenge = make_challenge(make_goal(alice))
    for first, who, times in ((1, bob, 11), (21, carol, 10)):
        for n in range(times):
            work = Submission.objects.create(
                challenge=challenge,
                author=alice,
                attempt=first + n,
                status="submitted",
                submitted_at=NOW,
            )
            PeerReview.objects.create(
                submission=work, reviewer=who, author=alice, status="released",
                lease_until=NOW, given_back_at=timezone.now() - n * 12 * HOUR,
            )  # fmt: skip
    found = fairness.report().give_backs
    assert [(one.username, one.times) for one in found] == [("bob", 11)]
    client.force_login(mona)
    page = client.get("/moderation/fairness/").content.decode()
    assert "11 works given back" in page and "@carol" not in page
    told = client.get("/api/moderation/fairness").json()
    assert told["give_backs"] == [{"username": "bob", "times": 11}]
    table = client.get("/moderation/fairness.csv").content.decode()
    assert "gives back often,bob,11" in table


# --- "I cannot judge this" ---


def test_two_who_never_judged_do_not_take_work_out_of_the_queue(
    submission: Submission,
) -> None:
    for who in (make_user(), make_user()):
        assignment.release(review=claim(submission, who), by=who, reason="cannot_judge")
    assert not ReviewCase.objects.for_moderators().exists()


def test_nor_do_two_who_only_practised(submission: Submission, settings: Any) -> None:
    settings.REVIEW_TRAINING_FIRST = 2
    for who in (make_user(), make_user()):
        for _turn in range(2):
            practice = next_work.next_for(by=who)
            assert practice is not None and practice.is_training
            peer_review.submit_review(
                review=practice, by=who, **answers(practice.submission.challenge)
            )
        assignment.release(review=claim(submission, who), by=who, reason="cannot_judge")
    assert not ReviewCase.objects.for_moderators().exists()


def test_nor_does_one_whose_practice_is_owed(
    alice: User, bob: User, carol: User, settings: Any
) -> None:
    earlier = make_submission(make_challenge(make_goal(alice)))
    for who in (bob, carol):
        make_review(earlier, who)
    work = make_submission(make_challenge(make_goal(alice)))
    settings.REVIEW_TRAINING_FIRST = 2
    for who in (bob, carol):
        assignment.release(review=claim(work, who), by=who, reason="cannot_judge")
    assert not ReviewCase.objects.for_moderators().exists()
