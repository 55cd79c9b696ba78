from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Notification, User
from challenges.models import Challenge
from goals.models import Progress
from learnquest.core.errors import Conflict, Invalid
from reviews import assignment, outcome, peer_review
from reviews.models import PeerReview
from submissions.models import Submission
from tests.factories import answers, claim, make_review


def test_a_draft_may_lack_anything(bob: User, submission: Submission) -> None:
    review = claim(submission, bob)
    peer_review.save_draft(
        review=review, by=bob, scores={"clear": 50}, comments={}, overall="So far"
    )
    review.refresh_from_db()
    assert (review.scores, review.overall, review.status) == ({"clear": 50}, "So far", "claimed")


def test_bob_sends_a_review_and_the_author_hears_of_it(
    alice: User, bob: User, submission: Submission
) -> None:
    review = make_review(submission, bob, score=80)
    assert (review.status, review.score) == ("submitted", 80)
    assert alice.notifications.filter(kind=Notification.Kind.REVIEW_RECEIVED).count() == 1
    # The points of it come with the outcome: test_paying.py.
    assert not bob.point_entries.exists()


def _change(complete: dict[str, Any], part: str, value: Any) -> dict[str, Any]:
    return {**complete, part: value}


@pytest.mark.parametrize(
    ("part", "value", "field"),
    [
        ("scores", {"clear": 50}, "score_complete"),
        ("scores", {"complete": 101, "correct": 1, "clear": 1}, "score_complete"),
        ("scores", {"complete": "70", "correct": 1, "clear": 1}, "score_complete"),
        ("scores", {"complete": True, "correct": 1, "clear": 1}, "score_complete"),
        ("scores", {"charm": 5}, "score_charm"),
        ("comments", {"clear": "x" * 2001}, "comment_clear"),
    ],
)
def test_an_incomplete_review_is_refused_at_its_field(
    bob: User, submission: Submission, part: str, value: Any, field: str
) -> None:
    review = claim(submission, bob)
    with pytest.raises(Invalid) as refusal:
        peer_review.submit_review(
            review=review, by=bob, **_change(answers(submission.challenge), part, value)
        )
    assert field in refusal.value.errors
    review.refresh_from_db()
    assert review.status == "claimed" and not bob.point_entries.exists()


def test_a_review_without_words_is_refused(bob: User, submission: Submission) -> None:
    form = answers(submission.challenge) | {"comments": {}, "overall": "Nice job!"}
    with pytest.raises(Invalid) as refusal:
        peer_review.submit_review(review=claim(submission, bob), by=bob, **form)
    assert "overall" in refusal.value.errors


def test_a_review_is_sent_once(bob: User, submission: Submission) -> None:
    review = make_review(submission, bob)
    with pytest.raises(Conflict, match="sent already"):
        peer_review.submit_review(review=review, by=bob, **answers(submission.challenge))


def test_nobody_sends_somebody_elses_review(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    for stranger in (alice, carol):
        with pytest.raises(PeerReview.DoesNotExist):
            peer_review.submit_review(review=review, by=stranger, **answers(submission.challenge))


def test_a_review_given_back_cannot_be_sent(bob: User, submission: Submission) -> None:
    review = assignment.release(review=claim(submission, bob), by=bob)
    with pytest.raises(Conflict, match="no longer in your hands"):
        peer_review.submit_review(review=review, by=bob, **answers(submission.challenge))


def test_one_review_does_not_settle(bob: User, submission: Submission) -> None:
    make_review(submission, bob)
    submission.refresh_from_db()
    assert submission.status == "submitted"


def test_two_good_reviews_accept_the_work_and_pay_everybody(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob, score=75)
    make_review(submission, carol, score=100)
    submission.refresh_from_db()
    assert (submission.status, submission.score) == ("accepted", Decimal("87.50"))
    assert submission.score_error is not None and submission.score_error > 0
    assert Challenge.objects.get().status == "accepted"
    assert Progress.objects.get(kind="accepted").percent_after == 100
    # Difficulty 3 is worth 35: half at the pass mark, all of it at 100.
    work = alice.point_entries.get(reason="work_accepted")
    assert (work.amount, work.verified) == (round(35 * (1 + 27.5 / 40) / 2), True)
    for reviewer in (bob, carol):
        assert reviewer.point_entries.get(reason="review_quality").amount > 0
        assert reviewer.peer_reviews.get().quality is not None
    assert set(alice.notifications.values_list("kind", flat=True)) >= {"accepted", "badge"}


def test_two_low_reviews_return_the_work_for_another_try(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob, score=25)
    make_review(submission, carol, score=50)
    submission.refresh_from_db()
    assert submission.status == "returned"
    assert Challenge.objects.get().status == "returned"
    assert not alice.point_entries.filter(reason="work_accepted").exists()


def test_settling_again_changes_nothing(bob: User, carol: User, submission: Submission) -> None:
    make_review(submission, bob)
    make_review(submission, carol)
    submission.refresh_from_db()
    before = submission.settled_at
    assert outcome.settle(submission_id=submission.pk) is None
    submission.refresh_from_db()
    assert submission.settled_at == before


def test_the_author_marks_a_review_helpful_and_may_change_their_mind(
    alice: User, bob: User, submission: Submission
) -> None:
    review = make_review(submission, bob)
    assert peer_review.mark_helpful(review=review, by=alice, helpful=True).is_helpful is True
    assert peer_review.mark_helpful(review=review, by=alice, helpful=False).is_helpful is False
    assert bob.notifications.filter(kind="review_helpful").count() == 1


def test_only_the_author_marks_a_review(bob: User, charlie: User, submission: Submission) -> None:
    review = make_review(submission, bob)
    for other in (bob, charlie):
        with pytest.raises(PeerReview.DoesNotExist):
            peer_review.mark_helpful(review=review, by=other, helpful=True)


@pytest.mark.parametrize("status", ["claimed", "submitted", "released", "expired"])
def test_the_list_and_the_object_rule_agree(
    status: str,
    alice: User,
    bob: User,
    charlie: User,
    mona: User,
    submission: Submission,
) -> None:
    review = make_review(submission, bob)
    PeerReview.objects.update(status=status)
    review.refresh_from_db()
    for viewer in (alice, bob, charlie, mona):
        listed = PeerReview.objects.visible_to(viewer).filter(pk=review.pk).exists()
        assert listed == review.is_visible_to(viewer)
