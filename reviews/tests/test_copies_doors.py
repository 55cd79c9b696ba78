"""Copied work in the browser and over the API: who may decide, what each side gets to see."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from learnquest.core.errors import Conflict
from learnquest.pages.export_sections import sections
from reviews import after
from reviews.models import CopyDecision, PeerReview
from reviews.tests.test_copies import BACK, WHY, accept, confirm, flag, olga, original, undo
from submissions.models import SimilarityFlag, Submission
from tests.factories import claim, make_challenge, make_flag, make_goal, make_review, make_user

__all__ = ["flag", "olga", "original"]  # fixtures

LIST = "/moderation/similar/"
# Whatever would give the other author or their text away.
OTHERS = ("olga", "orlova", "a text of")


def page(client: Client, user: User, path: str) -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def test_a_moderator_confirms_and_takes_back_in_the_browser(
    client: Client, submission: Submission, flag: SimilarityFlag, mona: User
) -> None:
    html = page(client, mona, flag.get_absolute_url())
    assert "comes back to its author without points" in html and "It is no copy" not in html
    decide = f"{flag.get_absolute_url()}decide/"
    for reason, words in (("", b"Say why"), ("olga wrote it", b"Leave out whose")):
        refused = client.post(decide, {"decision": "confirmed", "reason": reason})
        assert refused.status_code == 422 and words in refused.content
    done = client.post(decide, {"decision": "confirmed", "reason": WHY}, follow=True)
    assert b"its author knows why" in done.content
    submission.refresh_from_db()
    assert submission.status == Submission.Status.RETURNED
    again = client.post(decide, {"decision": "confirmed", "reason": WHY}, follow=True)
    assert b"decided this already" in again.content
    html = page(client, mona, flag.get_absolute_url())
    assert WHY in html and "It is no copy" in html and "goes back to the queue" in html
    copy = CopyDecision.objects.get()
    url = f"/moderation/copies/{copy.pk}/take-back/"
    assert client.get(url).headers["Location"] == submission.get_absolute_url()
    refused = client.post(url, {"reason": " "})
    assert refused.status_code == 422 and b"Say why" in refused.content
    done = client.post(url, {"reason": BACK}, follow=True)
    assert b"Taken back" in done.content and BACK in done.content.decode()
    assert b"It is no copy" not in done.content
    submission.refresh_from_db()
    assert submission.status == Submission.Status.SUBMITTED
    again = client.post(url, {"reason": BACK}, follow=True)
    assert b"took this back already" in again.content


def test_the_author_reads_why_and_what_to_do(
    client: Client, submission: Submission, flag: SimilarityFlag, bob: User, carol: User,
    alice: User, mona: User,
) -> None:  # fmt: skip
    accept(submission, bob, carol)
    copy = confirm(flag, mona)
    html = page(client, alice, submission.get_absolute_url())
    assert "A moderator found that this copies other work" in html and WHY in html
    assert f"{copy.points} points were taken back" in html
    assert f"/challenges/{submission.challenge_id}/work/" in html and "Write your own" in html
    assert "What your peers agree on" not in html and "/appeal/" not in html
    assert "It is no copy" not in html
    undo(copy, mona)
    html = page(client, alice, submission.get_absolute_url())
    assert "What your peers agree on" in html and "This needs to be your own" not in html
    # What happened stays readable.
    assert WHY in html and BACK in html


def test_nothing_of_the_other_work_reaches_the_author_or_the_reviewers(
    client: Client, submission: Submission, flag: SimilarityFlag, bob: User, carol: User,
    alice: User, mona: User,
) -> None:  # fmt: skip
    review = make_review(submission, bob)
    claim(submission, carol)
    confirm(flag, mona)
    api = f"/api/submissions/{submission.pk}"
    seen = {
        alice: [submission.get_absolute_url(), api, f"{api}/steps", "/notifications/", "/today/",
                "/api/notifications/", f"/challenges/{submission.challenge_id}/work/"],
        bob: [review.get_absolute_url(), f"{api}/steps", "/notifications/", "/reviews/"],
        carol: ["/notifications/", "/reviews/", "/api/notifications/"],
    }  # fmt: skip
    for person, paths in seen.items():
        for path in paths:
            html = page(client, person, path)
            assert not any(word in html.lower() for word in OTHERS), path
            # The moderator's reason is for the author alone.
            if person != alice:
                assert WHY not in html, path
    assert "copies other work" in page(client, bob, review.get_absolute_url())
    assert "needs no review any more" in page(client, carol, "/notifications/")


def test_strangers_and_learners_find_no_such_pages(
    client: Client, submission: Submission, flag: SimilarityFlag, bob: User, alice: User,
    olga: User, charlie: User, mona: User,
) -> None:  # fmt: skip
    copy = confirm(flag, mona)
    url = f"/moderation/copies/{copy.pk}/take-back/"
    for person in (alice, olga, bob, charlie):
        client.force_login(person)
        assert client.get(LIST).status_code == 404
        assert client.get(flag.get_absolute_url()).status_code == 404
        assert client.post(url, {"reason": BACK}).status_code == 404
        assert client.get(url).status_code == 404
        assert client.get("/api/moderation/similar").status_code == 404
        for path in (f"similar/{flag.pk}/decide", f"copies/{copy.pk}/take-back"):
            body = {"decision": "dismissed"} if "decide" in path else {}
            answer = post(client, f"/api/moderation/{path}", reason=BACK, **body)
            assert answer.status_code == 404, path
    copy.refresh_from_db()
    assert copy.taken_back_at is None


def test_the_api_decides_and_takes_back(
    client: Client, submission: Submission, flag: SimilarityFlag, mona: User, alice: User
) -> None:
    client.force_login(mona)
    listed = client.get("/api/moderation/similar").json()["items"]
    assert [(one["id"], one["author"], one["other_author"]) for one in listed] == [
        (flag.pk, "alice", "olga")
    ]
    decide = f"/api/moderation/similar/{flag.pk}/decide"
    for body, pointer in (
        ({"decision": "confirmed", "reason": ""}, "#/reason"),
        ({"decision": "confirmed", "reason": "By olga."}, "#/reason"),
        ({"decision": "perhaps", "reason": WHY}, "#/decision"),
    ):
        answer = post(client, decide, **body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer
    answer = post(client, decide, decision="confirmed", reason=WHY)
    copy = CopyDecision.objects.get()
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed")
    assert answer.json()["copy_decision"] == copy.pk
    assert post(client, decide, decision="dismissed", reason=WHY).status_code == 409
    assert client.get("/api/moderation/similar").json()["count"] == 0
    assert client.get("/api/moderation/similar?state=confirmed").json()["count"] == 1
    client.force_login(alice)
    work = client.get(f"/api/submissions/{submission.pk}").json()
    assert (work["status"], work["score"]) == ("returned", None)
    assert work["found_copied"]["reason"] == WHY
    assert work["found_copied"].keys() == {"reason", "decided_at", "points"}
    client.force_login(mona)
    take_back = f"/api/moderation/copies/{copy.pk}/take-back"
    assert post(client, take_back, reason=" ").status_code == 422
    answer = post(client, take_back, reason=BACK)
    assert (answer.status_code, answer.json()["undone_for"]) == (200, BACK)
    assert post(client, take_back, reason=BACK).status_code == 409
    client.force_login(alice)
    work = client.get(f"/api/submissions/{submission.pk}").json()
    assert (work["status"], work["found_copied"]) == ("submitted", None)


def test_without_the_other_work_it_is_taken_back_on_the_page_of_the_work(
    client: Client, submission: Submission, flag: SimilarityFlag, mona: User, olga: User
) -> None:
    copy = confirm(flag, mona)
    assert "/moderation/similar/" in page(client, mona, submission.get_absolute_url())
    Submission.objects.filter(author=olga).delete()
    html = page(client, mona, submission.get_absolute_url())
    assert "It is no copy" in html
    url = f"/moderation/copies/{copy.pk}/take-back/"
    assert b"Say why" in client.post(url, {"reason": ""}, follow=True).content
    done = client.post(url, {"reason": BACK}, follow=True)
    assert done.redirect_chain[-1][0] == submission.get_absolute_url()
    submission.refresh_from_db()
    assert submission.status == Submission.Status.SUBMITTED


def test_what_the_author_takes_along_tells_nothing_of_the_other_work_or_of_reviewers(
    submission: Submission, flag: SimilarityFlag, bob: User, alice: User, mona: User
) -> None:
    claim(submission, bob)
    undo(confirm(flag, mona), mona)
    rows = {one.name: list(one.rows(alice)) for one in sections()}
    (found,) = rows["works_found_copied"]
    assert (found["reason"], found["undone_for"]) == (WHY, BACK)
    assert not found.keys() & {"flag_id", "claims", "decided_by_id", "taken_back_by_id"}
    assert not any(word in repr(rows).lower() for word in OTHERS)


def test_work_that_came_back_unread_does_not_wait_for_reviewers(
    client: Client, submission: Submission, flag: SimilarityFlag, mona: User, alice: User
) -> None:
    assert "Waiting for reviewers" in page(client, alice, submission.get_absolute_url())
    confirm(flag, mona)
    assert not PeerReview.objects.exists()
    html = page(client, alice, submission.get_absolute_url())
    assert "Waiting for reviewers" not in html and "Nobody has reviewed this" in html


@pytest.mark.parametrize("path", [f"{LIST}?state=confirmed", "/api/moderation/similar?state=open"])
def test_the_lists_take_as_many_queries_however_long_they_are(
    client: Client, submission: Submission, original: Submission, mona: User, path: str
) -> None:
    def add() -> None:
        author = make_user()
        work = Submission.objects.create(
            challenge=make_challenge(make_goal(author)), author=author, status="submitted",
            submitted_at=timezone.now(),
        )  # fmt: skip
        flag = make_flag(work, original)
        if "confirmed" in path:
            confirm(flag, mona)

    client.force_login(mona)
    add()
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert client.get(path).status_code == 200
    for _ in range(4):
        add()
    with CaptureQueriesContext(connection) as many:
        assert client.get(path).status_code == 200
    assert len(few) == len(many)


def test_a_copy_that_was_in_review_opens_no_way_to_the_other_side(
    client: Client, submission: Submission, flag: SimilarityFlag, bob: User, alice: User, mona: User
) -> None:
    review = make_review(submission, bob)
    copy = confirm(flag, mona)
    for deed in (
        lambda: after.show_name(review=review, by=alice),
        lambda: after.show_name(review=review, by=bob),
        lambda: after.thank(review=review, by=alice),
        lambda: after.answer(review=review, by=alice, text="Who are you?"),
    ):
        with pytest.raises(Conflict, match="Wait for the outcome"):
            deed()
    pages = page(client, alice, submission.get_absolute_url()) + page(
        client, bob, review.get_absolute_url()
    )
    for offer in ("Say thanks", "Exchange names", "Answer the reviewer", "Write to the author"):
        assert offer not in pages
    # A review can be reported all the same.
    assert f"/report/review/{review.pk}/" in pages
    undo(copy, mona)
    review.refresh_from_db()
    assert not review.shows_names and review.submission.status == "submitted"


def test_a_copy_that_had_its_outcome_offers_neither_thanks_nor_names(
    client: Client, submission: Submission, flag: SimilarityFlag, bob: User, carol: User,
    alice: User, mona: User,
) -> None:  # fmt: skip
    accept(submission, bob, carol)
    path = submission.get_absolute_url()
    assert "Say thanks" in page(client, alice, path)
    copy = confirm(flag, mona)
    html = page(client, alice, path)
    assert "Say thanks" not in html and "Exchange names" not in html
    undo(copy, mona)
    assert "Say thanks" in page(client, alice, path)
