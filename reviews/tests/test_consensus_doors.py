"""The author's page and API on how a score came about; the reviewer's on how they review."""

import re

import pytest
from django.test import Client

from accounts.models import User
from reviews import ai_feedback
from reviews.models import GraderStanding, Outcome, PeerReview
from reviews.tests.test_outcome import begin, make_known, settled
from submissions.models import Submission

ANONYMOUS = ("bob", "Bob", "carol", "Carol")


def page(client: Client, user: User, path: str) -> str:
    client.force_login(user)
    return client.get(path).content.decode()


def test_the_page_says_why_and_names_nobody(
    client: Client, alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_known(bob, bias=-12)
    settled(submission, bob, carol, score=75)
    html = page(client, alice, submission.get_absolute_url())
    points = Outcome.objects.get().parts[0]["correction"]
    assert points > 9
    assert f"1 of 2 reviewers usually grades {points} points low; corrected." in html
    assert "How this came about" in html and "accuracy" not in html
    assert not any(name in html for name in ANONYMOUS)


def test_two_unknown_reviewers_come_to_the_mean_and_the_page_says_so(
    client: Client, alice: User, bob: User, carol: User, submission: Submission
) -> None:
    settled(submission, bob, carol)
    assert "this is the plain mean" in page(client, alice, submission.get_absolute_url())


def test_the_api_tells_the_same(
    client: Client, alice: User, bob: User, carol: User, submission: Submission
) -> None:
    client.force_login(alice)
    path = f"/api/submissions/{submission.pk}"
    assert client.get(path).json()["consensus"] is None
    make_known(bob, bias=-12)
    settled(submission, bob, carol, score=75)
    answer = client.get(path)
    told = answer.json()["consensus"]
    assert [part["correction"] > 0 for part in told["parts"]] == [True, False]
    assert sum(part["share"] for part in told["parts"]) == 100
    assert not told["is_mean"] and "corrected" in told["words"][0]
    assert not any(name in answer.content.decode() for name in ANONYMOUS)


def test_nothing_is_told_before_the_outcome(
    client: Client, alice: User, bob: User, carol: User, submission: Submission
) -> None:
    settled(submission, bob, score=0)
    settled(submission, carol, score=100)
    assert Outcome.objects.exists()
    assert "How this came about" not in page(client, alice, submission.get_absolute_url())
    assert client.get(f"/api/submissions/{submission.pk}").json()["consensus"] is None


def test_a_provisional_result_is_labelled(
    client: Client, alice: User, submission: Submission
) -> None:
    Outcome.objects.create(
        submission=submission,
        score=72,
        error=16,
        is_provisional=True,
        parts=[{"review": None, "score": 72.0, "correction": 0, "share": 100}],
    )
    html = page(client, alice, submission.get_absolute_url())
    assert "Provisional" in html and "No peer came in seven days" in html


def test_a_reviewer_sees_no_other_score_before_their_own_is_sent(
    client: Client, bob: User, carol: User, mona: User, submission: Submission
) -> None:
    ai_feedback.write(submission.ai_feedback.pk)
    settled(submission, carol, score=25)
    for person in (bob, mona):
        review = begin(submission, person)
        desk = page(client, person, review.get_absolute_url())
        api = client.get(f"/api/reviews/{review.pk}").json()
        feedback = _summary_of(submission)
        assert feedback not in desk and feedback not in str(api)
        assert client.get(f"/api/submissions/{submission.pk}").status_code == 404
        assert client.get(f"/api/ai/feedback/{submission.pk}").status_code == 404
        assert client.get(submission.get_absolute_url()).status_code in {302, 404}


def _summary_of(submission: Submission) -> str:
    submission.ai_feedback.refresh_from_db()
    return submission.ai_feedback.summary


@pytest.fixture
def returned(alice: User, bob: User, carol: User, submission: Submission) -> PeerReview:
    settled(submission, bob, carol, score=50)
    review = PeerReview.objects.get(reviewer=bob)
    PeerReview.objects.filter(pk=review.pk).update(comments={"clear": "Say which line."})
    return review


def test_the_author_marks_a_comment_as_taken_up(
    client: Client, alice: User, charlie: User, returned: PeerReview
) -> None:
    path = f"/reviews/{returned.pk}/addressed/"
    client.force_login(alice)
    assert "What did you take up" in page(client, alice, returned.submission.get_absolute_url())
    form = {"criterion": "clear", "addressed": "yes"}
    panel = client.post(path, form, headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in panel and 'aria-pressed="true"' in panel
    assert client.post(path, form | {"criterion": "none"}).status_code == 302
    api = f"/api/reviews/{returned.pk}/addressed"
    body = {"criterion": "clear", "addressed": False}
    answer = client.post(api, body, content_type="application/json")
    assert answer.status_code == 200 and answer.json()["addressed"] == []
    bad = client.post(api, {"criterion": "none"}, content_type="application/json")
    assert bad.status_code == 422
    client.force_login(charlie)
    assert client.post(path, form).status_code == 404
    assert client.post(api, body, content_type="application/json").status_code == 404


def test_reviewers_see_how_they_review_after_five(client: Client, bob: User) -> None:
    assert "After 5 more reviews" in page(client, bob, "/reviews/standing/")
    standing = make_known(bob, bias=-6, quality=0.85, reviews=12)
    html = page(client, bob, "/reviews/standing/")
    assert "6 points lower than others" in html and "Trusted reviewer" in html
    told = client.get("/api/reviews/standing").json()
    assert told["quality"] == 0.85 and told["is_trusted"] and told["missing"] == 0
    GraderStanding.objects.filter(pk=standing.pk).update(reviews=3)
    assert client.get("/api/reviews/standing").json()["quality"] is None


def test_single_reviews_show_no_quality_before_five(
    client: Client, bob: User, carol: User, submission: Submission
) -> None:
    settled(submission, bob, carol)
    review = PeerReview.objects.get(reviewer=bob)
    assert review.quality is not None
    assert not re.search(r"Quality \d", page(client, bob, review.get_absolute_url()))
    assert client.get(f"/api/reviews/{review.pk}").json()["quality"] is None
    assert client.get("/api/reviews/").json()["items"][0]["quality"] is None
    GraderStanding.objects.filter(reviewer=bob).update(reviews=5)
    assert re.search(r"Quality \d", page(client, bob, review.get_absolute_url()))
    assert client.get(f"/api/reviews/{review.pk}").json()["quality"] is not None
