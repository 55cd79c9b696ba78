"""Who gave work back sees it no more, least of all the draft that its author makes of it."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts import moderation
from accounts.models import Report, User
from challenges.models import Challenge
from learnquest.core.errors import NotFound
from reviews import assignment, withdrawal
from reviews.models import PeerReview
from submissions import drafting
from submissions.models import Submission
from tests.factories import claim, make_submission_with_file

SECRET = "What I write for myself, and never handed in."


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def doors(review: PeerReview) -> list[tuple[str, str]]:
    """Every door to the work of a review that shows it, or answers with it."""
    page, api = f"/reviews/{review.pk}", f"/api/reviews/{review.pk}"
    return [
        ("get", f"{page}/"),
        ("get", f"{page}/changes/"),
        ("get", f"{page}/files/1/"),
        ("post", f"{page}/save/"),
        ("post", f"{page}/check/"),
        ("post", f"{page}/send/"),
        ("post", f"{page}/renew/"),
        ("get", api),
        ("get", f"{api}/attachments/1"),
        ("put", api),
        ("post", f"{api}/renew"),
        ("post", f"{api}/check"),
    ]


def answers_of(desk: Client, review: PeerReview) -> dict[str, int]:
    found = {}
    for method, path in doors(review):
        answer = getattr(desk, method)(path, {}, content_type="application/json")
        assert SECRET not in b"".join(answer).decode("utf-8", "replace")
        found[f"{method} {path}"] = answer.status_code
    return found


def test_a_draft_is_the_authors_alone_after_the_work_was_given_back(
    media: object, desk: Client, alice: User, bob: User, challenge: Challenge
) -> None:
    work = make_submission_with_file(challenge)
    review = assignment.release(review=claim(work, bob), by=bob)
    withdrawal.withdraw(submission=work, by=alice)
    drafting.save_draft(challenge=challenge, by=alice, body=SECRET)
    assert set(answers_of(desk, review).values()) == {404}


def test_who_gave_it_back_does_not_see_it_while_others_review_it(
    desk: Client, bob: User, submission: Submission
) -> None:
    review = assignment.release(review=claim(submission, bob), by=bob)
    assert desk.get(review.get_absolute_url()).status_code == 404
    assert desk.get(f"/api/reviews/{review.pk}").status_code == 404


def test_a_lease_that_is_over_shows_no_draft_either(
    media: object, desk: Client, bob: User, challenge: Challenge
) -> None:
    work = make_submission_with_file(challenge)
    review = claim(work, bob)
    PeerReview.objects.update(status=PeerReview.Status.EXPIRED, lease_until=timezone.now())
    assert desk.get(review.get_absolute_url()).status_code == 200
    Submission.objects.filter(pk=work.pk).update(status=Submission.Status.DRAFT, body=SECRET)
    assert set(answers_of(desk, review).values()) == {404}
    assert str(work.challenge.title) not in desk.get("/reviews/").content.decode()


def test_ones_own_words_stay_to_be_read(desk: Client, bob: User, submission: Submission) -> None:
    review = claim(submission, bob)
    PeerReview.objects.update(overall="My own words.")
    assignment.release(review=review, by=bob)
    listed = desk.get("/api/reviews/?status=released").json()["items"]
    assert [one["overall"] for one in listed] == ["My own words."]
    assert submission.body not in str(listed)


def test_giving_back_twice_says_so_and_shows_nothing(
    desk: Client, bob: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    for _click in range(2):
        answer = desk.post(f"/reviews/{review.pk}/release/", {"reason": "no_time"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/reviews/")
    again = desk.post(f"/api/reviews/{review.pk}/release", {}, content_type="application/json")
    assert again.status_code == 409


def test_no_report_carries_a_draft_away(alice: User, bob: User, submission: Submission) -> None:
    review = assignment.release(review=claim(submission, bob), by=bob)
    withdrawal.withdraw(submission=submission, by=alice)
    with pytest.raises(NotFound):
        moderation.report(kind="work", target_id=review.pk, by=bob, reason="spam")
    assert not Report.objects.exists()
