"""Work is taken back before anybody reviews it, and nothing is gained by that."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ai.gateway import Outcome, State
from challenges.models import Challenge
from leaderboard import points
from learnquest.core.errors import Conflict
from reviews import ai_feedback, assignment, handin, withdrawal
from reviews.models import AIFeedback
from submissions.models import Submission
from tests.factories import claim, make_second_attempt, make_submission_with_file


def test_it_is_a_draft_again_with_its_files(
    media: object, alice: User, challenge: Challenge
) -> None:
    work = make_submission_with_file(challenge)
    draft = withdrawal.withdraw(submission=work, by=alice)
    challenge.refresh_from_db()
    assert (draft.status, draft.submitted_at, challenge.status) == ("draft", None, "doing")
    assert draft.attachments.count() == 1


def test_a_later_attempt_goes_back_to_having_come_back(
    alice: User, bob: User, challenge: Challenge
) -> None:
    review = make_second_attempt(challenge, bob)
    assignment.release(review=review, by=bob)
    withdrawal.withdraw(submission=review.submission, by=alice)
    challenge.refresh_from_db()
    assert challenge.status == "returned"


def test_handing_in_and_taking_back_earns_nothing(alice: User, submission: Submission) -> None:
    before = points.effort(alice)
    for _ in range(3):
        draft = withdrawal.withdraw(submission=submission, by=alice)
        assert points.effort(alice) == before - points.HANDED_IN
        submission = handin.hand_in(submission=draft, by=alice)
        assert points.effort(alice) == before


def test_the_coach_who_still_writes_finds_no_place_for_it(
    alice: User, submission: Submission
) -> None:
    in_flight = AIFeedback.objects.get()
    draft = withdrawal.withdraw(submission=submission, by=alice)
    ai_feedback.record(feedback_id=in_flight.pk, outcome=Outcome(state=State.UNAVAILABLE))
    ai_feedback.write(in_flight.pk)
    assert not AIFeedback.objects.exists()
    handin.hand_in(submission=draft, by=alice)
    assert AIFeedback.objects.get().status == "pending"


def test_nobody_gets_it_to_review_meanwhile(alice: User, bob: User, submission: Submission) -> None:
    withdrawal.withdraw(submission=submission, by=alice)
    assert assignment.claim_next(by=bob) is None


@pytest.mark.parametrize("status", ["claimed", "expired", "submitted"])
def test_once_a_reviewer_has_begun_it_stays(
    alice: User, bob: User, submission: Submission, status: str
) -> None:
    review = claim(submission, bob)
    sent = {"score": 50, "submitted_at": timezone.now()} if status == "submitted" else {}
    type(review).objects.update(status=status, **sent)
    with pytest.raises(Conflict, match="has begun"):
        withdrawal.withdraw(submission=submission, by=alice)


def test_a_claim_given_back_does_not_keep_it(
    alice: User, bob: User, submission: Submission
) -> None:
    assignment.release(review=claim(submission, bob), by=bob)
    assert withdrawal.withdraw(submission=submission, by=alice).status == "draft"


@pytest.mark.parametrize("status", ["draft", "accepted", "returned"])
def test_what_is_not_in_review_is_not_taken_back(
    alice: User, submission: Submission, status: str
) -> None:
    Submission.objects.update(status=status)
    with pytest.raises(Conflict, match="not in review"):
        withdrawal.withdraw(submission=submission, by=alice)


def test_the_page_offers_it_while_it_can_be(
    client: Client, alice: User, bob: User, charlie: User, submission: Submission
) -> None:
    client.force_login(alice)
    url = f"/submissions/{submission.pk}/withdraw/"
    assert url in client.get(f"/submissions/{submission.pk}/").content.decode()
    review = claim(submission, bob)
    assert url not in client.get(f"/submissions/{submission.pk}/").content.decode()
    assert client.post(url).headers["Location"] == f"/submissions/{submission.pk}/"
    assignment.release(review=review, by=bob)
    assert client.post(url).headers["Location"] == f"/challenges/{submission.challenge_id}/work/"
    client.force_login(charlie)
    assert client.post(url).status_code == 404


def test_the_api_takes_it_back_once(client: Client, alice: User, submission: Submission) -> None:
    client.force_login(alice)
    url = f"/api/submissions/{submission.pk}/withdraw"
    assert client.post(url).json()["status"] == "draft"
    assert client.post(url).status_code == 409
