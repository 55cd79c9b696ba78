"""When a work settles, on what, and what a later review changes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Notification, User
from challenges.models import Challenge
from goals.models import Goal
from leaderboard.models import PointEntry
from reviews import ai_feedback, deadlines, outcome, peer_review
from reviews.hearing import hear
from reviews.models import AIFeedback, GraderStanding, Outcome, PeerReview
from reviews.tests.test_consensus import known
from submissions.models import Submission
from tests.factories import answers, make_challenge, make_review, make_submission, make_user

WEEK = timedelta(days=7)


def make_known(person: User, bias: float = 0, noise: float = 8, **fields: float) -> GraderStanding:
    belief, grades = known(bias, noise)
    return GraderStanding.objects.create(
        reviewer=person, belief=belief, grades=grades, bias=bias, spread=noise, **fields
    )


def begin(submission: Submission, person: User) -> PeerReview:
    """A claim, whether or not the queue has a seat left."""
    return PeerReview.objects.create(
        submission=submission,
        reviewer=person,
        author_id=submission.author_id,
        lease_until=timezone.now() + timedelta(hours=1),
    )


def send(submission: Submission, person: User, score: int) -> PeerReview:
    review = PeerReview.objects.filter(submission=submission, reviewer=person).first()
    return peer_review.submit_review(
        review=review or begin(submission, person),
        by=person,
        **answers(submission.challenge, score),
    )


def settled(submission: Submission, *reviewers: User, score: int = 75) -> Submission:
    for person in reviewers:
        send(submission, person, score)
    submission.refresh_from_db()
    return submission


def test_two_reviewers_far_apart_ask_for_a_third(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    make_review(submission, bob, score=25)
    make_review(submission, carol, score=100)
    submission.refresh_from_db()
    told = Outcome.objects.get()
    assert (submission.status, told.reviews_wanted, told.settled_at) == ("submitted", 3, None)
    send(submission, charlie, 100)
    told.refresh_from_db()
    # 25, 100, 100: still far apart, so a fourth is asked.
    assert told.reviews_wanted == 4
    send(submission, make_user(), 100)
    submission.refresh_from_db()
    assert submission.status == "accepted" or Outcome.objects.get().reviews_wanted == 5


def test_asking_again_does_not_ask_for_yet_another(
    bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob, score=25)
    make_review(submission, carol, score=100)
    for _ in range(3):
        outcome.settle(submission_id=submission.pk)
    assert Outcome.objects.get().reviews_wanted == 3


def test_a_strict_reviewer_is_corrected(bob: User, carol: User, submission: Submission) -> None:
    make_known(bob, bias=-12)
    make_review(submission, bob, score=50)
    make_review(submission, carol, score=75)
    submission.refresh_from_db()
    told = Outcome.objects.get()
    assert submission.score is not None and submission.score > 62
    assert submission.status == "accepted"
    assert [part["correction"] > 0 for part in told.parts] == [True, False]
    assert not told.is_mean


def test_one_trusted_reviewer_settles_easy_work_alone(goal: Goal, bob: User) -> None:
    make_known(bob, noise=5, quality=0.9, reviews=12)
    easy = make_submission(make_challenge(goal, title="Easy", difficulty=2))
    hard = make_submission(make_challenge(goal, title="Hard", difficulty=3))
    for work, status in ((easy, "accepted"), (hard, "submitted")):
        make_review(work, bob, score=75)
        work.refresh_from_db()
        assert work.status == status


def test_one_reviewer_who_is_not_trusted_does_not(goal: Goal, bob: User) -> None:
    make_known(bob, noise=5, quality=0.9, reviews=9)
    easy = make_submission(make_challenge(goal, difficulty=1))
    make_review(easy, bob, score=75)
    easy.refresh_from_db()
    assert easy.status == "submitted"


def test_after_a_week_it_settles_on_what_there_is(bob: User, submission: Submission) -> None:
    make_review(submission, bob, score=75)
    assert deadlines.end_waits() == 0
    assert deadlines.end_waits(now=timezone.now() + WEEK) == 1
    submission.refresh_from_db()
    assert (submission.status, submission.score) == ("accepted", Decimal(75))
    assert list(Outcome.objects.late()) == [Outcome.objects.get()]


def test_without_a_peer_the_coachs_result_stands_until_one_comes(
    alice: User, bob: User, submission: Submission
) -> None:
    later = timezone.now() + WEEK
    ai_feedback.write(submission.ai_feedback.pk)
    deadlines.end_waits(now=later)
    told = Outcome.objects.get()
    assert told.is_provisional and told.settled_at is None
    submission.refresh_from_db()
    assert submission.status == "submitted"
    assert not alice.point_entries.filter(reason="work_accepted").exists()
    assert alice.notifications.filter(kind=Notification.Kind.PROVISIONAL).count() == 1
    # Again an hour later: nothing new.
    deadlines.end_waits(now=later + timedelta(hours=1))
    assert alice.notifications.filter(kind=Notification.Kind.PROVISIONAL).count() == 1
    Submission.objects.update(submitted_at=timezone.now() - WEEK)
    make_review(submission, bob, score=75)
    assert not Outcome.objects.get().is_provisional
    assert Submission.objects.get(pk=submission.pk).status == "accepted"


def test_work_without_any_grade_waits_for_the_coach(submission: Submission) -> None:
    later = timezone.now() + WEEK
    assert deadlines.end_waits(now=later) == 1
    assert not Outcome.objects.exists()
    ai_feedback.write(submission.ai_feedback.pk)
    assert deadlines.end_waits(now=later + timedelta(hours=1)) == 0
    assert Outcome.objects.get().is_provisional


def test_a_later_review_moves_the_score_and_the_points_follow(
    alice: User, bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    settled(submission, bob, carol, score=75)
    send(submission, charlie, 100)
    submission.refresh_from_db()
    told = Outcome.objects.get()
    assert submission.score == pytest.approx(Decimal("83.33"), abs=Decimal("0.5"))
    assert (told.revisions, told.reviews) == (1, 3)
    entries = alice.point_entries.filter(key__startswith="work-accepted:").order_by("pk")
    assert [entry.reason for entry in entries] == ["work_accepted", "correction"]
    assert entries[1].amount > 0
    before = PointEntry.objects.count()
    assert outcome.settle(submission_id=submission.pk) is None
    assert PointEntry.objects.count() == before


def test_what_was_accepted_stays_accepted_for_fewer_points(
    alice: User, bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    settled(submission, bob, carol, score=75)
    send(submission, charlie, 0)
    submission.refresh_from_db()
    assert submission.status == "accepted" and submission.score == Decimal(50)
    entries = alice.point_entries.filter(key__startswith="work-accepted:")
    # Half of the 35 points of difficulty 3: no less than at the pass mark.
    assert sum(entry.amount for entry in entries) == 18


def test_a_later_review_may_lift_returned_work_over_the_mark(
    alice: User, bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    settled(submission, bob, carol, score=50)
    assert submission.status == "returned"
    send(submission, charlie, 100)
    submission.refresh_from_db()
    assert submission.status == "accepted"
    assert Challenge.objects.get(pk=submission.challenge_id).status == "accepted"
    assert alice.point_entries.get(reason="work_accepted").amount > 0


def test_reviewers_become_known_as_works_settle(goal: Goal, bob: User, carol: User) -> None:
    for number in range(5):
        work = make_submission(make_challenge(goal, title=f"Work {number}"))
        make_review(work, bob, score=50)
        make_review(work, carol, score=75)
    strict, kind = GraderStanding.objects.order_by("reviewer")
    assert (strict.grades, kind.grades) == (5, 5)
    assert strict.bias < -2 < 2 < kind.bias


def test_a_moderator_who_reviews_sees_nothing_of_the_coach_before(
    mona: User, submission: Submission
) -> None:
    ai_feedback.write(submission.ai_feedback.pk)
    assert AIFeedback.objects.visible_to(mona).exists()
    begin(submission, mona)
    feedback = AIFeedback.objects.get()
    assert not AIFeedback.objects.visible_to(mona).exists() and not feedback.is_visible_to(mona)
    send(submission, mona, 75)
    assert AIFeedback.objects.visible_to(mona).exists() and feedback.is_visible_to(mona)


def test_settling_takes_few_queries_however_many_reviews(
    django_assert_max_num_queries: object, submission: Submission
) -> None:
    for number in range(2):
        make_review(submission, make_user(username=f"peer{number}"), score=75)
    reviews = list(PeerReview.objects.filter(submission=submission))
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        hear(submission_id=submission.pk, reviews=reviews, rubric=submission.challenge.criteria)


def test_the_lists_and_the_object_rules_agree(
    alice: User, bob: User, charlie: User, mona: User, submission: Submission
) -> None:
    standing = make_known(bob)
    told = Outcome.objects.create(submission=submission, score=70, error=9)
    for viewer in (alice, bob, charlie, mona):
        seen = GraderStanding.objects.visible_to(viewer).exists()
        assert seen == standing.is_visible_to(viewer) == (viewer == bob)
        seen = Outcome.objects.visible_to(viewer).exists()
        assert seen == told.is_visible_to(viewer) == (viewer in {alice, mona})
