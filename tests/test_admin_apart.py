"""The admin shows works with names, but none to whoever wrote or reviews them."""

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.models import User
from learnquest.demo.people import moderators
from reviews import assignment
from reviews.models import PeerReview, ReviewCase
from submissions.models import SimilarityFlag, Submission
from tests.factories import (
    claim,
    make_challenge,
    make_draft,
    make_flag,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

LISTS = ["submissions/submission", "reviews/peerreview", "reviews/aifeedback"]


@pytest.fixture
def staff(db: None, settings: LazySettings) -> User:
    """A moderator as the demo makes them."""
    settings.STAFF_SECOND_FACTOR = False
    user = make_user(username="petra", is_staff=True)
    user.groups.add(moderators())
    return User.objects.get(pk=user.pk)


@pytest.fixture
def admin(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def shown(admin: Client, rows: str) -> set[int]:
    """The ids in a list of the admin."""
    answer = admin.get(f"/admin/{rows}/")
    assert answer.status_code == 200
    return {row.pk for row in answer.context["cl"].result_list}


def may_open(admin: Client, rows: str, pk: int) -> bool:
    return admin.get(f"/admin/{rows}/{pk}/change/").status_code == 200


def test_a_moderator_looks_at_what_they_have_no_part_in(
    admin: Client, submission: Submission, bob: User
) -> None:
    review = make_review(submission, bob)
    pks = [submission.pk, review.pk, submission.ai_feedback.pk]
    for rows, pk in zip(LISTS, pks, strict=True):
        assert shown(admin, rows) == {pk} and may_open(admin, rows, pk)


@pytest.mark.parametrize("status", ["claimed", "expired", "released"])
def test_who_has_or_had_a_work_to_review_does_not_learn_whose_it_is(
    admin: Client, staff: User, submission: Submission, bob: User, status: str
) -> None:
    other = make_review(submission, bob)
    review = claim(submission, staff)
    PeerReview.objects.filter(pk=review.pk).update(status=status)
    pks = [submission.pk, review.pk, submission.ai_feedback.pk]
    for rows, pk in zip(LISTS, pks, strict=True):
        assert shown(admin, rows) == set() and not may_open(admin, rows, pk)
    assert not may_open(admin, "reviews/peerreview", other.pk)
    found = admin.get("/admin/submissions/submission/?q=alice")
    assert not found.context["cl"].result_list


def test_an_author_does_not_learn_who_reviews_them(admin: Client, staff: User, bob: User) -> None:
    review = make_review(make_submission(make_challenge(make_goal(staff))), bob)
    assert shown(admin, "reviews/peerreview") == set()
    assert not may_open(admin, "reviews/peerreview", review.pk)


def test_drafts_and_reviews_not_sent_are_for_those_who_write_them(
    admin: Client, alice: User, submission: Submission, bob: User
) -> None:
    review = claim(submission, bob)
    draft = make_draft(make_challenge(make_goal(alice), title="Later"))
    assert not may_open(admin, "reviews/peerreview", review.pk)
    assert shown(admin, "submissions/submission") == {submission.pk}
    assert not may_open(admin, "submissions/submission", draft.pk)


def test_a_superuser_sees_all_there_is(
    client: Client, settings: LazySettings, submission: Submission
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    root = make_user(username="root", is_staff=True, is_superuser=True)
    review = claim(submission, root)
    client.force_login(root)
    assert shown(client, "reviews/peerreview") == {review.pk}


def test_alike_works_are_not_shown_to_who_reviews_one_of_them(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    earlier = make_submission(make_challenge(make_goal(bob)))
    ReviewCase.objects.update(is_open=False)
    later = make_submission(make_challenge(make_goal(alice)))
    flag = make_flag(later, earlier)
    client.force_login(mona)
    page = flag.get_absolute_url()
    assert client.get(page).status_code == 200
    assert client.get("/api/moderation/similar").json()["count"] == 1
    review = assignment.claim_next(by=mona)
    assert review is not None and review.submission_id == later.pk
    assert client.get(page).status_code == 404
    assert client.get("/api/moderation/similar").json()["count"] == 0
    assert alice.username not in client.get("/moderation/similar/").content.decode()
    seen = SimilarityFlag.objects.visible_to(mona).filter(pk=flag.pk).exists()
    assert seen == flag.is_visible_to(mona) is False
