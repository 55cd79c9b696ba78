"""Moderators see what they decide about; who is a party to it sees nothing of it there."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import moderation
from accounts.models import Report, User
from challenges.models import Challenge
from reviews import after
from reviews.models import Appeal, PeerReview
from submissions.models import Attachment, Submission
from tests.factories import (
    claim,
    make_challenge,
    make_flag,
    make_goal,
    make_review,
    make_submission,
    make_submission_with_file,
    make_user,
)

pytestmark = pytest.mark.usefixtures("media")

PASSAGE = "Then go straight on."
SAYS = "Nobody could find this."


def add_file(work: Submission, sha256: str) -> Attachment:
    """One more file of work that is handed in already."""
    number = work.attachments.count() + 1
    return Attachment.objects.create(
        submission=work, number=number, name=f"{number}.txt", kind="text/plain", size=1,
        sha256=sha256,
    )  # fmt: skip


def add_review(work: Submission, by: User) -> PeerReview:
    """One more review of work that the queue gives to nobody any more."""
    return PeerReview.objects.create(
        submission=work, reviewer=by, author=work.author, status="submitted", score=80,
        submitted_at=timezone.now(), lease_until=timezone.now(),
    )  # fmt: skip


def page(client: Client, reader: User, path: str) -> str:
    client.force_login(reader)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def work(challenge: Challenge) -> Submission:
    challenge.instructions = "Describe the way to the *station*."
    challenge.save()
    return make_submission_with_file(challenge)


@pytest.fixture
def file(work: Submission) -> Attachment:
    return work.attachments.get()


@pytest.fixture
def review(work: Submission, bob: User) -> PeerReview:
    found = make_review(work, bob, score=50)
    found.quotes = [{"quote": PASSAGE, "comment": SAYS, "start": 0, "end": 20}]
    found.save()
    return found


@pytest.fixture
def appeal(work: Submission, review: PeerReview, carol: User) -> Appeal:
    make_review(work, carol, score=50)
    return Appeal.objects.create(submission=work, reason="Read it again.", score_before=50)


def shows_all(html: str, work: Submission, file: Attachment) -> bool:
    wanted = (f"/attachments/{file.pk}/", file.name, work.get_absolute_url())
    return all(part in html for part in (*wanted, "<em>station</em>", "How it is judged"))


def test_an_appeal_is_shown_with_its_work_task_and_passages(
    client: Client, mona: User, work: Submission, file: Attachment, appeal: Appeal
) -> None:
    html = page(client, mona, f"/moderation/appeals/{appeal.pk}/")
    assert shows_all(html, work, file) and PASSAGE in html and SAYS in html
    # Neither here nor behind the link does a reviewer's name stand.
    html += page(client, mona, work.get_absolute_url())
    assert "bob" not in html.lower() and "carol" not in html.lower()
    assert client.get(f"/attachments/{file.pk}/").status_code == 200


def test_a_party_to_an_appeal_sees_nothing_of_it_there(
    client: Client, mona: User, work: Submission, file: Attachment, appeal: Appeal
) -> None:
    url = f"/moderation/appeals/{appeal.pk}/"
    add_review(work, mona)
    html = page(client, mona, url)
    assert "another moderator decides" in html
    assert PASSAGE not in html and file.name not in html and "All in all" not in html
    refused = client.post(f"{url}decide/", {"decision": "upheld", "explanation": "So it stays."})
    assert refused.status_code == 422 and PASSAGE not in refused.content.decode()
    client.force_login(work.author)
    assert client.get(url).status_code == 404


def test_a_reported_review_is_shown_whole_with_its_work(
    client: Client, mona: User, alice: User, work: Submission, file: Attachment, review: PeerReview
) -> None:
    found = moderation.report(kind="review", target_id=review.pk, by=alice, reason="unfair")
    html = page(client, mona, f"/moderation/{found.pk}/")
    assert shows_all(html, work, file) and PASSAGE in html and SAYS in html and "50 / 100" in html
    answer = client.get(f"/api/moderation/reports/{found.pk}").json()
    assert answer["submission"] == work.pk
    assert client.get(f"/api/submissions/{answer['submission']}").status_code == 200
    client.force_login(alice)
    assert client.get(f"/moderation/{found.pk}/", follow=True).status_code in {200, 404}
    assert client.get(f"/api/moderation/reports/{found.pk}").status_code == 404


def test_a_reported_answer_is_shown_with_its_review(
    client: Client, mona: User, alice: User, bob: User, work: Submission, file: Attachment,
    appeal: Appeal,
) -> None:  # fmt: skip
    review = PeerReview.objects.get(submission=work, reviewer=bob)
    line = after.answer(review=review, by=alice, text="You know nothing.")
    found = moderation.report(kind="answer", target_id=line.pk, by=bob, reason="unkind")
    html = page(client, mona, f"/moderation/{found.pk}/")
    assert shows_all(html, work, file) and SAYS in html
    assert client.get(f"/api/moderation/reports/{found.pk}").json()["submission"] == work.pk


def test_reported_work_is_shown_and_a_draft_is_not(
    client: Client, mona: User, bob: User, work: Submission, file: Attachment, review: PeerReview
) -> None:
    found = moderation.report(kind="submission", target_id=work.pk, by=bob, reason="other",
                              note="Not theirs.")  # fmt: skip
    html = page(client, mona, f"/moderation/{found.pk}/")
    # Not what others think of it.
    assert shows_all(html, work, file) and SAYS not in html
    Submission.objects.filter(pk=work.pk).update(status="draft")
    html = page(client, mona, f"/moderation/{found.pk}/")
    assert file.name not in html and "How it is judged" not in html
    assert client.get(f"/api/moderation/reports/{found.pk}").json()["submission"] is None


def test_who_holds_a_review_of_the_same_work_sees_nothing_of_another(
    client: Client, mona: User, alice: User, work: Submission, file: Attachment, review: PeerReview
) -> None:
    claim(work, mona)
    found = moderation.report(kind="review", target_id=review.pk, by=alice, reason="unfair")
    html = page(client, mona, f"/moderation/{found.pk}/")
    assert "hold a review of the same work" in html
    assert SAYS not in html and file.name not in html and review.overall not in html
    answer = client.get(f"/api/moderation/reports/{found.pk}").json()
    assert answer["concerns_you"] and answer["submission"] is None and not answer["excerpt"]


def test_what_is_no_work_has_none(client: Client, mona: User, alice: User, bob: User) -> None:
    found = Report.objects.create(reporter=alice, kind="profile", target_id=bob.pk, person=bob,
                                  reason="unkind")  # fmt: skip
    assert "How it is judged" not in page(client, mona, f"/moderation/{found.pk}/")
    assert client.get(f"/api/moderation/reports/{found.pk}").json()["submission"] is None


def test_files_that_are_the_same_are_named_and_linked(
    client: Client, mona: User, carol: User, work: Submission, file: Attachment
) -> None:
    other = make_submission_with_file(make_challenge(make_goal(carol)))
    twin = other.attachments.get()
    own = add_file(other, "only here")
    assert twin.sha256 == file.sha256
    flag = make_flag(work, other)
    html = page(client, mona, flag.get_absolute_url())
    assert all(f"/attachments/{pk}/" in html for pk in (file.pk, twin.pk, own.pk))
    assert html.count("in the other work") == 2
    listed = client.get("/api/moderation/similar").json()["items"][0]
    assert listed["files"] == [{"attachment": file.pk, "other": twin.pk}]
    for stranger in (carol, work.author):
        client.force_login(stranger)
        assert client.get(flag.get_absolute_url()).status_code == 404
        assert client.get("/api/moderation/similar").status_code == 404


@pytest.mark.parametrize("kind", ["review", "appeal", "similar"])
def test_more_files_reviews_and_flags_take_no_more_queries(
    client: Client, mona: User, alice: User, carol: User, work: Submission, appeal: Appeal,
    kind: str,
) -> None:  # fmt: skip
    review = PeerReview.objects.filter(submission=work).earliest("pk")
    found = moderation.report(kind="review", target_id=review.pk, by=alice, reason="unfair")
    flag = make_flag(work, make_submission(make_challenge(make_goal(carol))))
    path = {
        "review": f"/moderation/{found.pk}/",
        "appeal": f"/moderation/appeals/{appeal.pk}/",
        "similar": flag.get_absolute_url(),
    }[kind]

    def queries(path: str) -> int:
        client.force_login(mona)
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    before = queries(path), queries("/api/moderation/similar")
    for number in range(3):
        add_file(work, str(number))
        add_file(flag.other, str(number))
        add_review(work, make_user())
        make_flag(work, make_submission(make_challenge(make_goal(make_user()))))
    assert (queries(path), queries("/api/moderation/similar")) == before
