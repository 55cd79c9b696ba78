"""One appeal for each work: two fresh trusted reviewers, a moderator's decision, never worse."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import blocks
from accounts.models import AuditEvent, Notification, User
from challenges.models import Challenge
from leaderboard import points
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict, Forbidden, Invalid
from reviews import appeals, assignment, peer_review, second_opinions
from reviews.models import Appeal, PeerReview
from submissions.models import Submission
from tests.factories import answers, make_review, make_user

WHY = "The second half of my work was not read: it has what they miss."
REASONS = "The second opinions are right: the reviewers overlooked the list at the end."


@pytest.fixture
def trusted(alice: User, challenge: Challenge) -> list[User]:
    """Three with five reviews each, of works of somebody else."""
    people = [make_user(username=f"trusted-{number}") for number in range(3)]
    author = make_user(username="author")
    for number in range(second_opinions.EXPERIENCED_AFTER):
        work = Submission.objects.create(
            challenge=challenge, author=author, attempt=number + 1, status="accepted",
            submitted_at=timezone.now(), settled_at=timezone.now(), score=80,
        )  # fmt: skip
        PeerReview.objects.bulk_create(
            PeerReview(
                submission=work, reviewer=person, author=author, status="submitted", score=80,
                submitted_at=timezone.now(), lease_until=timezone.now(),
            )
            for person in people
        )  # fmt: skip
    return people


@pytest.fixture
def returned(submission: Submission, bob: User, carol: User) -> Submission:
    make_review(submission, bob, score=50)
    make_review(submission, carol, score=50)
    submission.refresh_from_db()
    assert submission.status == Submission.Status.RETURNED
    return submission


def appeal(work: Submission, **more: Any) -> Appeal:
    return appeals.appeal(work=work, by=work.author, reason=WHY, **more)


def opinions(work: Submission, score: int = 90) -> None:
    for review in PeerReview.objects.filter(submission=work, is_for_appeal=True):
        assert review.reviewer is not None
        peer_review.submit_review(
            review=review, by=review.reviewer, **answers(work.challenge, score)
        )


def decide(found: Appeal, by: User, decision: str = "raised", **more: Any) -> Appeal:
    more.setdefault("score", Decimal(80) if decision == "raised" else None)
    return appeals.decide(appeal=found, by=by, decision=decision, reason=REASONS, **more)


def test_two_fresh_trusted_reviewers_are_asked(
    returned: Submission, trusted: list[User], bob: User
) -> None:
    appeal(returned)
    asked = PeerReview.objects.filter(submission=returned, is_for_appeal=True)
    assert {review.reviewer for review in asked} == set(trusted[:2])
    assert all(
        Notification.objects.filter(user=person, kind="appeal_asked").exists()
        for person in trusted[:2]
    )
    # Who reviewed it is told that it is looked at again.
    assert Notification.objects.filter(user=bob, kind="appealed").exists()


def test_whom_the_author_blocks_is_not_asked(
    alice: User, returned: Submission, trusted: list[User]
) -> None:
    blocks.block(person=trusted[0], by=alice)
    appeal(returned)
    asked = PeerReview.objects.filter(submission=returned, is_for_appeal=True)
    assert {review.reviewer for review in asked} == set(trusted[1:])


def test_one_that_is_given_back_goes_to_another(returned: Submission, trusted: list[User]) -> None:
    appeal(returned)
    review = PeerReview.objects.get(submission=returned, reviewer=trusted[0])
    assignment.release(review=review, by=trusted[0])
    assert second_opinions.ask_again() == 1 and second_opinions.ask_again() == 0
    assert PeerReview.objects.filter(submission=returned, reviewer=trusted[2]).exists()


def test_there_is_one_appeal_and_a_time_for_it(alice: User, returned: Submission) -> None:
    later = timezone.now() + timedelta(days=31)
    with pytest.raises(Conflict, match="30 days"):
        appeal(returned, now=later)
    with pytest.raises(Invalid):
        appeals.appeal(work=returned, by=alice, reason="No.")
    appeal(returned)
    with pytest.raises(Conflict, match="already"):
        appeal(returned)


def test_none_before_the_outcome_or_by_others(
    bob: User, submission: Submission, returned: Submission
) -> None:
    with pytest.raises(Submission.DoesNotExist):
        appeals.appeal(work=returned, by=bob, reason=WHY)
    Submission.objects.filter(pk=submission.pk).update(status="submitted", settled_at=None)
    with pytest.raises(Conflict):
        appeal(submission)


def test_the_moderator_waits_for_both_opinions(
    mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    with pytest.raises(Conflict, match="on their way"):
        decide(found, mona)
    opinions(returned)
    found.refresh_from_db()
    assert found.heard_at is not None
    decide(found, mona)


def test_not_for_ever(mona: User, returned: Submission, trusted: list[User]) -> None:
    found = appeal(returned)
    decide(found, mona, now=timezone.now() + timedelta(days=14, minutes=1))


def test_where_nobody_can_be_asked_the_moderator_decides_alone(
    mona: User, returned: Submission
) -> None:
    assert decide(appeal(returned), mona).decision == "raised"


def test_what_then_passes_is_accepted_with_its_points(
    alice: User, bob: User, mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    opinions(returned)
    decide(found, mona)
    returned.refresh_from_db()
    challenge = Challenge.objects.get(pk=returned.challenge_id)
    assert (returned.status, returned.score) == ("accepted", 80)
    assert challenge.status == Challenge.Status.ACCEPTED and challenge.finished_at
    earned = points.of_work(challenge_id=challenge.pk, user=alice)
    assert earned == points.work_points(difficulty=3, score=80, pass_mark=60)
    for person in (alice, bob, *trusted[:2]):
        assert Notification.objects.filter(user=person, kind="appeal_decided").exists()
    event = AuditEvent.objects.get(kind="moderated")
    assert event.actor == mona and event.details["decision"] == "raised"


def test_a_higher_score_of_accepted_work_pays_the_difference(
    alice: User, mona: User, submission: Submission, bob: User, carol: User
) -> None:
    make_review(submission, bob, score=70)
    make_review(submission, carol, score=70)
    submission.refresh_from_db()
    decide(appeal(submission), mona, score=Decimal(100))
    paid = PointEntry.objects.filter(user=alice, verified=True, category="languages")
    assert sum(entry.amount for entry in paid) == points.work_points(
        difficulty=3, score=100, pass_mark=60
    )


def test_upheld_changes_nothing(mona: User, returned: Submission) -> None:
    before = returned.score
    decided = decide(appeal(returned), mona, "upheld")
    returned.refresh_from_db()
    assert (returned.status, returned.score) == ("returned", before)
    assert decided.score_after == before


@pytest.mark.parametrize("score", [None, Decimal(50), Decimal(20), Decimal(101)])
def test_an_appeal_never_lowers_a_score(
    score: Decimal | None, mona: User, returned: Submission
) -> None:
    with pytest.raises(Invalid) as refusal:
        decide(appeal(returned), mona, score=score)
    assert list(refusal.value.errors) == ["score"]


def test_nobody_decides_on_work_that_they_reviewed(
    alice: User, bob: User, mona: User, submission: Submission
) -> None:
    make_review(submission, mona, score=50)
    make_review(submission, bob, score=50)
    submission.refresh_from_db()
    with pytest.raises(Forbidden):
        decide(appeal(submission), mona)


def test_who_is_asked_sees_no_reasons_before_they_have_judged(
    client: Client, returned: Submission, trusted: list[User], bob: User
) -> None:
    found = appeal(returned)
    review = PeerReview.objects.get(submission=returned, reviewer=trusted[0])
    client.force_login(trusted[0])
    page = client.get(review.get_absolute_url()).content.decode()
    assert WHY not in page and "Settled at" not in page
    assert not found.is_visible_to(trusted[0]) and found.is_visible_to(bob)
    assert client.get(f"/api/submissions/{returned.pk}/appeal").status_code == 404
    assert client.get(f"/api/submissions/{returned.pk}/steps").status_code == 404
    opinions(returned)
    assert WHY in client.get(review.get_absolute_url()).content.decode()


def test_both_sides_see_each_step(
    client: Client, alice: User, bob: User, mona: User, returned: Submission, trusted: list[User]
) -> None:
    found = appeal(returned)
    opinions(returned)
    decide(found, mona)
    review = PeerReview.objects.get(submission=returned, reviewer=bob)
    for person, path in ((alice, returned.get_absolute_url()), (bob, review.get_absolute_url())):
        client.force_login(person)
        page = client.get(path).content.decode()
        assert WHY in page and REASONS in page
        assert "Settled at 50 of 100" in page and "50 → 80" in page
        assert page.count("A second opinion came") == 2
        assert "Mona" not in page and "Trusted" not in page
        steps = client.get(f"/api/submissions/{returned.pk}/steps").json()
        assert len(steps) == 9 and steps[-1]["words"] == REASONS


def test_the_pages_of_both_sides(
    client: Client, alice: User, mona: User, returned: Submission
) -> None:
    client.force_login(alice)
    path = f"/submissions/{returned.pk}/appeal/"
    assert path in client.get(returned.get_absolute_url()).content.decode()
    assert client.post(path, {"reason": "No."}).status_code == 422
    assert client.post(path, {"reason": WHY}).status_code == 302
    found = Appeal.objects.get()
    client.force_login(mona)
    assert "Talk to a shopkeeper" in client.get("/moderation/appeals/").content.decode()
    page = f"/moderation/appeals/{found.pk}/"
    assert WHY in client.get(page).content.decode()
    sent = {"decision": "raised", "explanation": REASONS, "score": "40"}
    assert client.post(f"{page}decide/", sent).status_code == 422
    assert client.post(f"{page}decide/", sent | {"score": "75"}).status_code == 302
    assert "50 → 75" in client.get(page).content.decode()


def test_the_api(client: Client, alice: User, mona: User, returned: Submission) -> None:
    def post(path: str, **sent: Any) -> Any:
        return client.post(path, sent, content_type="application/json")

    client.force_login(alice)
    made = post(f"/api/submissions/{returned.pk}/appeal", reason=WHY)
    assert made.status_code == 201 and made.json()["score_before"] == 50
    client.force_login(mona)
    path = f"/api/moderation/appeals/{made.json()['id']}/decide"
    assert client.get("/api/moderation/appeals").json()["count"] == 1
    done = post(path, decision="raised", explanation=REASONS, score=72.5)
    assert done.json()["score_after"] == 72.5
    assert post(path, decision="upheld", explanation=REASONS).status_code == 409
