import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from challenges.models import Challenge
from goals.models import Progress
from learnquest.core.errors import Conflict, Invalid
from reviews import handin
from reviews.models import AIFeedback
from submissions import drafting
from submissions.models import Submission
from tests.factories import WORK, make_second_attempt


def test_handing_in_asks_for_feedback_and_moves_the_challenge(
    alice: User,
    draft: Submission,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks() as after_commit:
        handed_in = handin.hand_in(submission=draft, by=alice)
    assert handed_in.status == "submitted" and handed_in.submitted_at is not None
    assert Challenge.objects.get().status == "handed_in"
    assert AIFeedback.objects.get().status == "pending"
    assert Progress.objects.filter(kind="handed_in").count() == 1
    # The coach reads it, and it is compared with others' work.
    assert len(after_commit) == 2


def test_handing_in_twice_is_handing_in_once(alice: User, draft: Submission) -> None:
    first = handin.hand_in(submission=draft, by=alice)
    second = handin.hand_in(submission=draft, by=alice)
    assert first.submitted_at == second.submitted_at
    assert AIFeedback.objects.count() == 1
    assert alice.point_entries.filter(reason="handed_in").count() == 1


def test_effort_of_handing_in_does_not_rank(alice: User, submission: Submission) -> None:
    assert not alice.point_entries.get(reason="handed_in").verified
    assert not alice.standings.exists()


@pytest.mark.parametrize(
    ("body", "link", "field"),
    [("  \n ", "", "body"), ("Hola", "not a link", "link"), ("", "javascript:alert(1)", "link")],
)
def test_unfinished_work_is_refused_and_stays_a_draft(
    alice: User, challenge: Challenge, body: str, link: str, field: str
) -> None:
    draft = drafting.save_draft(challenge=challenge, by=alice, body=body, link=link)
    with pytest.raises(Invalid) as refusal:
        handin.hand_in(submission=draft, by=alice)
    assert field in refusal.value.errors
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert not AIFeedback.objects.exists()


def test_a_link_alone_is_work(alice: User, challenge: Challenge) -> None:
    draft = drafting.save_draft(
        challenge=challenge, by=alice, body="", link="https://example.com/recording"
    )
    assert handin.hand_in(submission=draft, by=alice).status == "submitted"


def test_charlie_cannot_hand_in_alices_draft(charlie: User, draft: Submission) -> None:
    with pytest.raises(Challenge.DoesNotExist):
        handin.hand_in(submission=draft, by=charlie)


def test_the_same_work_sent_again_is_the_same_submission(alice: User, challenge: Challenge) -> None:
    first, is_new = handin.hand_in_work(challenge=challenge, by=alice, body=WORK)
    again, is_new_again = handin.hand_in_work(challenge=challenge, by=alice, body=WORK)
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)


def test_other_work_is_refused_while_one_is_in_review(alice: User, challenge: Challenge) -> None:
    handin.hand_in_work(challenge=challenge, by=alice, body=WORK)
    with pytest.raises(Conflict, match="in review"):
        handin.hand_in_work(challenge=challenge, by=alice, body="Something else")
    assert Submission.objects.count() == 1


def test_the_same_to_the_byte_is_no_second_attempt(
    alice: User, bob: User, challenge: Challenge
) -> None:
    first = make_second_attempt(challenge, bob).submission
    Submission.objects.filter(pk=first.pk).update(status="returned", settled_at=timezone.now())
    Challenge.objects.update(status="returned")
    challenge.refresh_from_db()
    with pytest.raises(Invalid) as refusal:
        handin.hand_in_work(challenge=challenge, by=alice, body="A first try.")
    assert "attempt 1" in refusal.value.errors["body"][0]
    third, is_new = handin.hand_in_work(challenge=challenge, by=alice, body="A first try, longer.")
    assert is_new and third.attempt == 3
