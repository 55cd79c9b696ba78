"""Practice is done when it is sent, and nothing tells an unannounced known work from another."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import moderation
from accounts.models import Report, User
from learnquest.core.errors import NotFound
from learnquest.pages import export_sections
from reviews import assignment, cases, known_works, next_work, peer_review, training, work_numbers
from reviews.models import PeerReview, ReviewCase, TrainingWork
from submissions.models import Submission
from tests.factories import answers, claim, make_challenge, make_goal, make_submission

HOUR = timedelta(hours=1)
MONTH = training.COMES_AGAIN + HOUR


@pytest.fixture
def first_two(settings: Any) -> None:
    settings.REVIEW_TRAINING_FIRST = 2
    settings.REVIEW_GIVE_BACKS_A_DAY = 0


@pytest.fixture
def known(settings: Any, bob: User, submission: Submission) -> PeerReview:
    """An unannounced known work in bob's hands, in the place of alice's."""
    settings.REVIEW_KNOWN_EVERY = 1
    review = next_work.next_for(by=bob)
    assert review is not None and training.is_known(review) and not review.is_training
    return review


def send(review: PeerReview, by: User) -> PeerReview:
    return peer_review.submit_review(review=review, by=by, **answers(review.submission.challenge))


# --- Practice ---


def test_practice_that_is_given_back_leads_to_no_peer(
    bob: User, submission: Submission, first_two: None
) -> None:
    count = len(known_works.read())
    had = []
    for turn in range(count + 3):
        at = timezone.now() + turn * HOUR
        review = next_work.next_for(by=bob, now=at)
        assert review is not None and review.is_training
        had.append(review.submission_id)
        assignment.release(review=review, by=bob, now=at)
    # Another one first while there is one, then again in the same order.
    assert len(set(had[:count])) == count and had[count:] == had[:3]
    for _turn in range(2):
        review = next_work.next_for(by=bob)
        assert review is not None and review.is_training
        send(review, bob)
    third = next_work.next_for(by=bob)
    assert third is not None and third.submission == submission


def test_practice_whose_lease_is_over_comes_again_with_its_words(
    bob: User, first_two: None
) -> None:
    review = training.begin(by=bob)
    assert review is not None
    peer_review.save_draft(review=review, by=bob, scores={}, comments={}, overall="So far")
    others = TrainingWork.objects.exclude(submission=review.submission_id)
    PeerReview.objects.bulk_create(
        PeerReview(
            submission=one.submission, reviewer=bob, author=one.submission.author,
            status="submitted", score=1, submitted_at=timezone.now(), lease_until=timezone.now(),
        )
        for one in others
    )  # fmt: skip
    later = timezone.now() + assignment.LEASE + HOUR
    assignment.expire_leases(now=later)
    again = training.begin(by=bob, now=later)
    assert again == review and again.status == "claimed" and again.overall == "So far"
    sent = peer_review.submit_review(
        review=again, by=bob, now=later, **answers(again.submission.challenge)
    )
    assert sent.status == "submitted" and training.begin(by=bob, now=later) is None


def test_both_doors_give_practice_again(client: Client, bob: User, first_two: None) -> None:
    client.force_login(bob)
    for _turn in range(len(known_works.read())):
        client.post("/reviews/next/")
        review = PeerReview.objects.get(status="claimed")
        page = client.get(review.get_absolute_url()).content.decode()
        assert "Practice comes again until you have sent it" in page
        client.post(f"{review.get_absolute_url()}release/")
    assert "First, two for practice" in client.get("/reviews/").content.decode()
    assert client.get("/api/reviews/queue").json()["needs_training"]
    assert client.post("/api/reviews/next").json()["is_training"]


# --- Unannounced ---


def test_what_was_given_back_comes_again_after_a_month(
    bob: User, carol: User, known: PeerReview
) -> None:
    peer_review.save_draft(review=known, by=bob, scores={}, comments={}, overall="Mine")
    assignment.release(review=known, by=bob)
    now = timezone.now()
    work = known.submission.training_work
    assert work not in training.left(bob, announced=False, now=now)
    assert work not in training.left(bob, now=now)
    assert work in training.left(bob, announced=False, now=now + MONTH)
    # All others are had: this one comes, as a new review without the old words.
    make_submission(make_challenge(make_goal(carol)))
    PeerReview.objects.filter(pk=known.pk).update(claimed_at=now - MONTH, given_back_at=None)
    others = TrainingWork.objects.exclude(pk=work.pk)
    PeerReview.objects.bulk_create(
        PeerReview(
            submission=one.submission, reviewer=bob, author=one.submission.author,
            status="expired", lease_until=now,
        )
        for one in others
    )  # fmt: skip
    again = training.begin_unannounced(by=bob)
    assert again is not None and again.submission == known.submission
    assert again.pk != known.pk and again.overall == "" and not again.is_training


def test_what_was_reported_does_not(bob: User, known: PeerReview) -> None:
    assignment.release(review=known, by=bob, reason="reported", note="An advert.")
    left = training.left(bob, announced=False, now=timezone.now() + MONTH)
    assert known.submission.training_work not in left


def test_it_is_of_the_field_of_what_waits_and_takes_its_place(
    client: Client, alice: User, bob: User, known: PeerReview, submission: Submission
) -> None:
    category = submission.challenge.goal.category
    assert known.submission.challenge.goal.category == category
    assert known.in_place_of == submission
    client.force_login(bob)
    # As if the work had been given to bob: no count tells that it still waits for him.
    assert client.get("/api/reviews/queue").json()["waiting"] == []
    assignment.release(review=known, by=bob)
    assert client.get("/api/reviews/queue").json()["waiting"] == []
    assert not client.get("/api/progress/dashboard").json()["reviews_wait"]


def test_once_it_is_sent_the_other_comes(
    bob: User, known: PeerReview, submission: Submission, settings: Any
) -> None:
    settings.REVIEW_KNOWN_EVERY = 0
    send(known, bob)
    review = next_work.next_for(by=bob)
    assert review is not None and review.submission == submission


def test_none_comes_in_the_place_of_boosted_work_or_of_another_field(
    bob: User, submission: Submission, settings: Any
) -> None:
    settings.REVIEW_KNOWN_EVERY = 1
    training.load()
    ReviewCase.objects.update(is_boosted=True)
    assert training.begin_unannounced(by=bob) is None
    ReviewCase.objects.update(is_boosted=False, category="other")
    assert training.begin_unannounced(by=bob) is None
    ReviewCase.objects.update(category="music")
    review = training.begin_unannounced(by=bob)
    assert review is not None and review.submission.challenge.goal.category == "music"


def test_its_seat_grows_quiet_and_comes_back_like_any_other(bob: User, known: PeerReview) -> None:
    later = timezone.now() + assignment.QUIET + HOUR
    assignment.free_seats(now=later)
    known.refresh_from_db()
    assert known.status == "claimed" and not known.holds_seat
    peer_review.save_draft(
        review=known, by=bob, scores={}, comments={}, overall="On I go", now=later
    )
    known.refresh_from_db()
    assert known.holds_seat


# --- No id before it is sent ---


def ids_in(text: str) -> set[int]:
    return {int(one) for one in re.findall(r"\d+", text)}


@pytest.fixture
def far(alice: User) -> Submission:
    """Work with an id that nothing else on a page could be."""
    work = Submission.objects.create(
        pk=7_654_321, challenge=make_challenge(make_goal(alice)), author=alice, body="My work.",
        status="submitted", submitted_at=timezone.now(),
    )  # fmt: skip
    cases.open_case(submission=work, category="languages")
    return work


def renewed(client: Client, review: PeerReview) -> Any:
    soon = timezone.now() + timedelta(hours=9)
    PeerReview.objects.filter(pk=review.pk).update(lease_until=soon)
    return client.post(f"/api/reviews/{review.pk}/renew")


def test_no_page_and_no_answer_shows_the_id_before_it_is_sent(
    client: Client, bob: User, far: Submission
) -> None:
    client.force_login(bob)
    answers_seen = [client.post("/api/reviews/next")]
    review = PeerReview.objects.get()
    assert review.submission == far
    desk, api = review.get_absolute_url(), f"/api/reviews/{review.pk}"
    draft = {"overall": "So far", "send": False}
    number = answers_seen[0].json()["submission"]
    answers_seen += [
        client.get(path)
        for path in ("/reviews/", desk, "/api/reviews/", "/api/reviews/queue", api, "/today/")
    ]
    answers_seen += [
        client.put(api, draft, content_type="application/json"),
        client.put(f"/api/submissions/{number}/review", draft, content_type="application/json"),
        client.get(f"/report/work/{review.pk}/?next={desk}"),
        client.post(
            "/api/reports/",
            {"kind": "work", "target": review.pk, "reason": "spam"},
            content_type="application/json",
        ),
        client.get("/api/reports/"),
        client.get("/reports/"),
        client.get(f"/reports/{Report.objects.get().pk}/"),
        renewed(client, review),
        client.post(f"{api}/release", {}, content_type="application/json"),
        client.get("/api/reviews/"),
    ]
    for seen in answers_seen:
        assert seen.status_code in {200, 201}, (seen, seen.content)
        assert far.pk not in ids_in(seen.content.decode()), seen.request["PATH_INFO"]
    assert Report.objects.get().target_id == far.pk


def test_nor_can_it_be_found_by_trying(client: Client, bob: User, submission: Submission) -> None:
    review = claim(submission, bob)
    client.force_login(bob)
    tried = client.put(
        f"/api/submissions/{submission.pk}/review", {"send": False}, content_type="application/json"
    )
    assert tried.status_code == 404
    assert client.get(f"/report/submission/{submission.pk}/").status_code == 404
    with pytest.raises(NotFound):
        moderation.report(kind="submission", target_id=submission.pk, by=bob, reason="spam")
    send(review, bob)
    assert client.get(f"/report/submission/{submission.pk}/").status_code == 200
    assert client.get(f"/api/reviews/{review.pk}").json()["submission"] == submission.pk


def test_the_numbers_are_of_ones_own_reviews_and_differ(
    bob: User, carol: User, submission: Submission
) -> None:
    bobs, carols = claim(submission, bob), claim(submission, carol)
    assert work_numbers.of(bobs) != work_numbers.of(carols)
    mine = PeerReview.objects.given_by(bob)
    assert work_numbers.find(mine, work_numbers.of(bobs)) == bobs
    for number in (work_numbers.of(carols), submission.pk):
        with pytest.raises(PeerReview.DoesNotExist):
            work_numbers.find(mine, number)


def test_what_one_takes_along_shows_it_for_what_was_sent_alone(
    bob: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    moderation.report(kind="work", target_id=review.pk, by=bob, reason="spam")

    def taken() -> dict[str, list[dict[str, Any]]]:
        return {one.name: list(one.rows(bob)) for one in export_sections.sections()}

    before = taken()
    assert before["reviews_given"] == [] and len(before["reviews_not_sent"]) == 1
    for name in ("reviews_not_sent", "reports_made"):
        for row in before[name]:
            assert not {"submission_id", "in_place_of_id", "target_id"} & row.keys()
    send(review, bob)
    [row] = taken()["reviews_given"]
    assert row["submission_id"] == submission.pk and taken()["reviews_not_sent"] == []


def test_a_known_work_reads_like_any_other(
    client: Client, bob: User, carol: User, known: PeerReview, submission: Submission
) -> None:
    """The same fields with values of the same sort: only the words of the work differ."""
    other = claim(submission, carol)
    told = []
    for who, review in ((bob, known), (carol, other)):
        client.force_login(who)
        told.append(client.get(f"/api/reviews/{review.pk}").json())
    for one in told:
        assert one.pop("submission") >= work_numbers.FLOOR
        for name in ("id", "claimed_at", "lease_until"):
            one.pop(name)
        for name in ("challenge_title", "instructions", "difficulty", "rubric", "body"):
            one["work"].pop(name)
    assert json.dumps(told[0]) == json.dumps(told[1])
    assert known.seat_until is not None and other.seat_until is not None
