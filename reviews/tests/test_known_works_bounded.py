"""What works with known marks prove is bounded, since anybody may look their marks up."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from leaderboard import badge_facts, badges
from leaderboard.badge_list import Fact
from reviews import anchors, learning, next_work, peer_review, quality, standings, training
from reviews.models import GraderStanding, PeerReview, TrainingWork
from submissions import similarity
from submissions.models import SimilarityFlag, Submission, TextMark
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

TWO = 2


@pytest.fixture(autouse=True)
def first_two(settings: Any) -> None:
    settings.REVIEW_TRAINING_FIRST = TWO


def send_as_known(review: PeerReview, by: User) -> PeerReview:
    """Give exactly the marks of the public repository."""
    marks = TrainingWork.objects.get(submission=review.submission_id).marks
    comments = dict.fromkeys(marks, "It says what was asked for.")
    return peer_review.submit_review(
        review=review, by=by, scores=marks, comments=comments, overall="All of it is well said."
    )


def practise_all(by: User) -> int:
    done = 0
    while (review := training.begin(by=by)) is not None:
        send_as_known(review, by)
        done += 1
    return done


def send_unannounced(by: User, count: int) -> None:
    training.load()
    had = PeerReview.objects.given_by(by).values("submission")
    for work in TrainingWork.objects.exclude(submission__in=had)[:count]:
        review = training._give(work, by, now=work.submission.created_at, is_training=False)
        PeerReview.objects.filter(pk=review.pk).update(lease_until="2100-01-01T00:00Z")
        review.refresh_from_db()
        send_as_known(review, by)


def review_peers(by: User, count: int) -> None:
    for number in range(count):
        goal = make_goal(make_user(), category="music")
        work = make_submission(
            make_challenge(goal, difficulty=5), body=f"{by.username} reads work {number}."
        )
        score = (95, 60, 80, 45)[number % 4]
        make_review(work, by, score)
        make_review(work, make_user(), score)


def grades_of(person: User) -> int:
    return GraderStanding.objects.get(reviewer=person).grades


def test_of_announced_practice_the_first_two_tell_the_model(bob: User) -> None:
    assert practise_all(bob) > TWO
    assert grades_of(bob) == TWO
    fit = learning.fit_all()
    assert fit is not None and fit.grades == TWO and grades_of(bob) == TWO


def test_who_practised_weighs_as_much_as_a_stranger(alice: User, bob: User, carol: User) -> None:
    practise_all(bob)
    work = make_submission(make_challenge(make_goal(alice)))
    for person, score in ((bob, 100), (carol, 70)):
        make_review(work, person, score)
    work.refresh_from_db()
    assert work.score == 85


def test_practice_makes_no_trusted_reviewer(alice: User, bob: User, carol: User) -> None:
    count = practise_all(bob)
    work = make_submission(make_challenge(make_goal(alice)))
    for person in (bob, carol):
        make_review(work, person, 75)
    standing = GraderStanding.objects.get(reviewer=bob)
    assert count > 10 and standing.reviews == 1 and not standing.is_trusted
    assert not standings.of(bob).is_shown and not standings.may_see_quality(bob)


def test_one_unannounced_takes_part_for_each_four_of_peers(bob: User) -> None:
    send_unannounced(bob, 3)
    assert not GraderStanding.objects.filter(reviewer=bob).exists()
    review_peers(bob, 4)
    send_unannounced(bob, 3)
    assert len(anchors.of_reviewers([bob.pk])) == 1
    assert grades_of(bob) == 4 + 1
    learning.fit_all()
    assert grades_of(bob) == 4 + 1


def test_what_is_learned_at_once_is_what_the_night_reads(bob: User, carol: User) -> None:
    practise_all(bob)
    for person in (bob, carol):
        review_peers(person, 8)
        send_unannounced(person, 4)
        review_peers(person, 4)
    at_once = {person.pk: grades_of(person) for person in (bob, carol)}
    assert at_once == {bob.pk: 2 + 12, carol.pk: 12 + 2}
    learning.fit_all()
    assert {person.pk: grades_of(person) for person in (bob, carol)} == at_once


def test_quality_rests_on_peers_works(bob: User, settings: Any) -> None:
    settings.REVIEW_TRAINING_FIRST = 0
    settings.REVIEW_KNOWN_EVERY = 1
    make_submission(make_challenge(make_goal(make_user())))
    known = next_work.next_for(by=bob)
    assert known is not None and training.is_known(known)
    assert send_as_known(known, bob).quality == 1
    settings.REVIEW_KNOWN_EVERY = 0
    PeerReview.objects.filter(reviewer=bob, is_training=False).exclude(pk=known.pk).delete()
    quality.note(bob.pk)
    standing = GraderStanding.objects.get(reviewer=bob)
    assert (standing.reviews, standing.quality) == (0, 0)


# --- Badges, which are public, and signed as credentials ---

OF_REVIEWS = {"helping-hand", "mentor", "pillar", "wide-reader", "sharp-eye"}


def badges_of(person: User) -> set[str]:
    return OF_REVIEWS & set(person.badge_awards.values_list("badge", flat=True))


def test_practice_earns_no_badge_of_reviewing(bob: User) -> None:
    assert practise_all(bob) > 20
    assert badges_of(bob) == set()


def test_nor_do_works_that_came_unannounced(bob: User) -> None:
    """Neither as they are sent, when a peer's does not count yet either, nor later."""
    send_unannounced(bob, 24)
    assert badges_of(bob) == set()
    badges.award_missing(now=timezone.now())
    assert badges_of(bob) == set()


def test_reviews_of_peers_do(bob: User) -> None:
    practise_all(bob)
    review_peers(bob, 10)
    assert {"helping-hand", "mentor", "sharp-eye"} <= badges_of(bob)
    facts = badge_facts.facts_of(user_ids=[bob.pk], zone=ZoneInfo("UTC"))[bob.pk]
    assert (facts[Fact.REVIEWS], facts[Fact.REVIEW_FIELDS], facts[Fact.GOOD_REVIEWS]) == (10, 1, 10)


def test_before_it_is_sent_and_after_no_progress_tells_a_known_work_from_another(
    bob: User, carol: User, submission: Submission, settings: Any
) -> None:
    settings.REVIEW_TRAINING_FIRST = 0
    other = claim(submission, carol)
    settings.REVIEW_KNOWN_EVERY = 1
    make_submission(make_challenge(make_goal(make_user())))
    known = next_work.next_for(by=bob)
    assert known is not None and training.is_known(known)

    def told() -> list[dict[Fact, int]]:
        of_reviews = frozenset({Fact.REVIEWS, Fact.REVIEW_FIELDS, Fact.GOOD_REVIEWS, Fact.HELPFUL})
        ids = [bob.pk, carol.pk]
        facts = badge_facts.facts_of(user_ids=ids, zone=ZoneInfo("UTC"), wanted=of_reviews)
        return [{fact: facts[pk].get(fact, 0) for fact in of_reviews} for pk in ids]

    assert told()[0] == told()[1]
    send_as_known(known, bob)
    peer_review.submit_review(review=other, by=carol, **answers(submission.challenge))
    assert told()[0] == told()[1]


# --- Copies of them ---


def copy_known(by: User) -> list[SimilarityFlag]:
    known = TrainingWork.objects.select_related("submission").order_by("pk")[3].submission
    work = make_submission(make_challenge(make_goal(by)), known.body.replace("a", "A"))
    flags = similarity.compare(work.pk)
    assert all(flag.submission == work and flag.other == known for flag in flags)
    return flags


def test_a_copy_of_a_known_work_is_found(alice: User) -> None:
    training.load()
    [flag] = copy_known(alice)
    assert flag.percent == 100


def test_so_is_one_of_those_that_were_stored_before(alice: User) -> None:
    training.load()
    TextMark.objects.all().delete()
    assert training.load() == 0
    assert len(copy_known(alice)) == 1


def test_all_of_them_have_marks_so_that_loading_again_does_nothing(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    training.load()
    assert not TrainingWork.objects.filter(submission__text_marks=None).exists()
    with django_assert_num_queries(4):  # two of them for the savepoint
        training.load()
