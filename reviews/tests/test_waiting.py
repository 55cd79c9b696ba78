"""What goes to the moderators arrives there: reported and waiting work, and reviewers' notes."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import moderation
from accounts.models import AuditEvent, Notification, Report, User
from learnquest.core.errors import Conflict, Forbidden, Invalid
from learnquest.pages.export_sections import sections
from reviews import assignment, deadlines, peer_review, waiting, withdrawal
from reviews.models import PeerReview, ReviewCase
from submissions import drafting
from submissions.models import Submission
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

LIST, NOTES = "/moderation/waiting/", "/moderation/waiting/?show=notes"
HATE = "The second half is hateful."
WHY = "We read it twice: no rule is broken."


@pytest.fixture
def reported(submission: Submission, bob: User) -> ReviewCase:
    review = claim(submission, bob)
    assignment.release(review=review, by=bob, reason="reported", note=HATE)
    return ReviewCase.objects.get(submission=submission)


def page(client: Client, user: User, path: str) -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def test_reported_work_stands_with_why_and_what_was_said(
    client: Client, mona: User, reported: ReviewCase
) -> None:
    html = page(client, mona, LIST)
    assert "Reported by a reviewer" in html and reported.submission.challenge.title in html
    html = page(client, mona, f"{LIST}{reported.pk}/")
    assert HATE in html and "Back into the queue" in html
    assert "bob" not in html.lower() and "alice" not in html.lower()


def test_a_reviewers_report_is_a_report_like_any_other(
    client: Client, mona: User, alice: User, bob: User, reported: ReviewCase
) -> None:
    found = Report.objects.get()
    assert (found.kind, found.reporter, found.person) == ("submission", bob, alice)
    assert found.note == HATE and reported.submission.body in found.excerpt
    assert f"/moderation/{found.pk}/" in page(client, mona, f"{LIST}{reported.pk}/")
    assert HATE in page(client, mona, f"/moderation/{found.pk}/")


def test_work_that_its_author_takes_back_leaves_the_report(
    client: Client, mona: User, alice: User, reported: ReviewCase
) -> None:
    work = reported.submission
    words = work.body
    told = Notification.objects.filter(user=alice).count()
    withdrawal.withdraw(submission=work, by=alice)
    html = page(client, mona, NOTES)
    assert HATE in html and "took the work back" in html and work.get_absolute_url() not in html
    drafting.discard_draft(submission=Submission.objects.get(pk=work.pk), by=alice)
    found = moderation.queue().get()
    html = page(client, mona, f"/moderation/{found.pk}/")
    assert HATE in html and words[:20] in html
    assert Notification.objects.filter(user=alice).count() == told


def test_work_that_waited_a_week_stands_there_and_may_be_settled_meanwhile(
    client: Client, mona: User, bob: User, submission: Submission
) -> None:
    deadlines.end_waits(now=timezone.now() + timedelta(days=8))
    assert "Waited too long" in page(client, mona, LIST)
    case = ReviewCase.objects.get()
    assert "it only waited" in page(client, mona, f"{LIST}{case.pk}/")
    make_review(submission, bob)
    assert "Take it off the list" in page(client, mona, f"{LIST}{case.pk}/")
    waiting.put_back(case=case, by=mona, reason=WHY)
    case.refresh_from_db()
    assert (case.is_open, waiting.waiting_for(mona).exists()) == (False, False)


def test_a_note_with_a_review_is_found_without_a_case(
    client: Client, mona: User, carol: User, submission: Submission
) -> None:
    review = claim(submission, carol)
    sent = answers(submission.challenge, 70)
    peer_review.save_draft(review=review, by=carol, private_note="I saw this before.", **sent)
    assert "I saw this before." not in page(client, mona, NOTES)
    peer_review.submit_review(review=review, by=carol, private_note="I saw this before.", **sent)
    html = page(client, mona, NOTES)
    assert "I saw this before." in html and submission.get_absolute_url() in html
    assert "carol" not in html.lower()
    work = submission.get_absolute_url()
    assert "I saw this before." in page(client, mona, work)
    assert "I saw this before." not in page(client, submission.author, work)
    client.force_login(mona)
    listed = client.get("/api/moderation/notes").json()["items"]
    assert [one["note"] for one in listed] == ["I saw this before."]


def test_a_note_that_was_never_sent_stays_unsent(
    mona: User, bob: User, carol: User, submission: Submission
) -> None:
    for who, give_back in (
        (bob, lambda review: assignment.release(review=review, by=bob, reason="no_time")),
        (carol, lambda _review: assignment.release_all(by=carol)),
    ):
        review = claim(submission, who)
        peer_review.save_draft(
            review=review, by=who, private_note="Half a thought", scores={}, comments={}, overall=""
        )
        give_back(review)
    assert not waiting.notes_for(mona).exists()


def test_who_had_the_work_or_wrote_it_sees_nothing_of_it(
    client: Client, submission: Submission, bob: User, mona: User, alice: User
) -> None:
    assignment.release(review=claim(submission, bob), by=bob, reason="reported", note=HATE)
    case = ReviewCase.objects.get()
    second = make_user(username="second", is_superuser=True)
    make_review(submission, second)
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    alice.refresh_from_db()
    for person in (alice, second):
        assert HATE not in page(client, person, LIST) + page(client, person, NOTES)
        assert client.get(f"{LIST}{case.pk}/").status_code == 404
        assert client.post(f"{LIST}{case.pk}/decide/", {"reason": WHY}).status_code == 404
        assert client.get("/api/moderation/waiting").json()["count"] == 0
        assert client.get("/api/moderation/notes").json()["count"] == 0
        path = f"/api/moderation/waiting/{case.pk}/decide"
        assert post(client, path, decision="back", reason=WHY).status_code == 404
        with pytest.raises(Forbidden):
            waiting.put_back(case=case, by=person, reason=WHY)
    assert HATE in page(client, mona, NOTES)


def test_a_moderator_puts_it_back_with_a_reason_and_nobody_is_told(
    client: Client, mona: User, alice: User, reported: ReviewCase
) -> None:
    told = Notification.objects.count()
    client.force_login(mona)
    short = client.post(f"{LIST}{reported.pk}/decide/", {"reason": "no"})
    assert short.status_code == 422 and "Give the reason in a sentence." in short.content.decode()
    answer = client.post(f"{LIST}{reported.pk}/decide/", {"reason": WHY}, follow=True)
    assert "noted in the audit log" in answer.content.decode()
    reported.refresh_from_db()
    assert (reported.escalated_at, reported.escalated_for, reported.is_open) == (None, "", True)
    assert Notification.objects.count() == told
    event = AuditEvent.objects.get(kind="moderated")
    assert (event.actor, event.user) == (mona, None)
    assert event.details["reason"] == WHY and "reported" in event.details["decision"]
    # The report has a decision of its own.
    assert moderation.queue().count() == 1


def test_putting_back_needs_a_moderator_and_happens_once(
    mona: User, charlie: User, reported: ReviewCase
) -> None:
    with pytest.raises(Forbidden):
        waiting.put_back(case=reported, by=charlie, reason=WHY)
    for reason in ("", "  short  ", "x" * 201):
        with pytest.raises(Invalid):
            waiting.put_back(case=reported, by=mona, reason=reason)
    waiting.put_back(case=reported, by=mona, reason=WHY)
    with pytest.raises(Conflict):
        waiting.put_back(case=reported, by=mona, reason=WHY)


def test_the_api_lists_and_decides(client: Client, mona: User, reported: ReviewCase) -> None:
    client.force_login(mona)
    [one] = client.get("/api/moderation/waiting").json()["items"]
    assert (one["id"], one["concern"]) == (reported.pk, "reported")
    assert [(said["released_for"], said["note"]) for said in one["said"]] == [("reported", HATE)]
    path = f"/api/moderation/waiting/{reported.pk}/decide"
    assert post(client, path, decision="back", reason="no").status_code == 422
    assert post(client, path, decision="settle", reason=WHY).status_code == 422
    answer = post(client, path, decision="back", reason=WHY)
    assert answer.status_code == 200 and answer.json()["since"] is None
    assert post(client, path, decision="back", reason=WHY).status_code == 404


@pytest.mark.parametrize("path", [LIST, NOTES, "/api/moderation/waiting", "/api/moderation/notes"])
def test_longer_lists_need_no_more_queries(
    client: Client, path: str, alice: User, bob: User, carol: User, mona: User
) -> None:
    client.force_login(mona)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    def report() -> None:
        work = make_submission(make_challenge(make_goal(alice)))
        assignment.release(review=claim(work, bob), by=bob, reason="reported", note=HATE)

    client.get(path)
    report()
    one = queries()
    for _again in range(3):
        report()
    assert queries() == one


def test_words_without_a_reason_are_refused(bob: User, submission: Submission) -> None:
    review = claim(submission, bob)
    with pytest.raises(Invalid, match="needs a reason"):
        assignment.release(review=review, by=bob, note="Look at this.")
    with pytest.raises(Invalid):
        assignment.release(review=review, by=bob, reason="reported", note="x" * 1001)
    assert PeerReview.objects.get().status == "claimed"


def test_the_authors_export_says_nothing_of_it(alice: User, reported: ReviewCase) -> None:
    [row] = next(one for one in sections() if one.name == "review_cases").rows(alice)
    assert "waiting_since" in row
    everything = [list(one.rows(alice)) for one in sections()]
    assert "reported" not in str(everything) and HATE not in str(everything)
