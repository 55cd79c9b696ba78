"""Notes of reviewers to moderators: one marks them as read for all, and nobody else can tell."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, Notification, User
from learnquest.core.errors import Forbidden
from learnquest.pages.export_sections import sections
from learnquest.pages.leaving import erase_now
from reviews import assignment, peer_review, waiting
from reviews.models import PeerReview
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

NEW, READ = "/moderation/waiting/?show=notes", "/moderation/waiting/?show=read"
API = "/api/moderation/notes"
WORDS = "I saw this before."


def write_note(work: Submission, by: User, words: str = WORDS) -> PeerReview:
    review = claim(work, by)
    sent = answers(work.challenge, 70)
    return peer_review.submit_review(review=review, by=by, private_note=words, **sent)


@pytest.fixture
def note(submission: Submission, carol: User) -> PeerReview:
    return write_note(submission, carol)


@pytest.fixture
def second() -> User:
    """Another moderator."""
    return make_user(username="second", display_name="Second", is_superuser=True)


def page(client: Client, user: User, path: str) -> str:
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def marks_of(review: PeerReview) -> tuple[Any, Any]:
    review.refresh_from_db()
    return review.note_read_at, review.note_read_by


def test_the_first_moderator_marks_it_for_all(note: PeerReview, mona: User, second: User) -> None:
    now = timezone.now() - timedelta(hours=1)
    marked = waiting.mark_note_read(review=note, by=mona, now=now)
    assert (marked.note_read_at, marked.note_read_by) == (now, mona)
    waiting.mark_note_read(review=PeerReview.objects.get(pk=note.pk), by=second)
    assert marks_of(note) == (now, mona)
    assert list(waiting.read_notes_for(second)) == [note]
    assert not waiting.new_notes_for(second).exists()
    waiting.mark_note_unread(review=note, by=second)
    assert marks_of(note) == (None, None)
    assert list(waiting.new_notes_for(mona)) == [note]
    waiting.mark_note_unread(review=note, by=second)
    waiting.mark_note_read(review=note, by=second)
    assert marks_of(note)[1] == second


def test_only_a_moderator_who_may_read_it_marks_it(
    note: PeerReview, alice: User, bob: User, carol: User, charlie: User, second: User
) -> None:
    make_review(note.submission, second)
    for person in (alice, bob, carol, charlie, second):
        with pytest.raises(Forbidden):
            waiting.mark_note_read(review=note, by=person)
    assert marks_of(note) == (None, None)
    # Neither do the author and the reviewer, should they be moderators themselves.
    User.objects.filter(pk__in=(alice.pk, carol.pk)).update(is_superuser=True)
    for person in User.objects.filter(pk__in=(alice.pk, carol.pk)):
        with pytest.raises(Forbidden):
            waiting.mark_note_read(review=note, by=person)
        with pytest.raises(Forbidden):
            waiting.mark_note_unread(review=note, by=person)
    assert marks_of(note) == (None, None)


def test_what_is_no_note_to_moderators_cannot_be_marked(
    submission: Submission, bob: User, carol: User, mona: User
) -> None:
    without = make_review(submission, bob)
    draft = claim(submission, carol)
    peer_review.save_draft(
        review=draft, by=carol, private_note=WORDS, scores={}, comments={}, overall=""
    )
    for review in (without, draft):
        with pytest.raises(Forbidden):
            waiting.mark_note_read(review=review, by=mona)


def test_a_note_on_giving_back_is_marked_like_any_other(
    client: Client, submission: Submission, bob: User, mona: User
) -> None:
    review = claim(submission, bob)
    assignment.release(review=review, by=bob, reason="reported", note=WORDS)
    waiting.mark_note_read(review=review, by=mona)
    assert WORDS in page(client, mona, READ) and WORDS not in page(client, mona, NEW)
    case = f"/moderation/waiting/{submission.review_case.pk}/"
    assert "Mark as unread" in page(client, mona, case)


def test_in_the_browser_it_goes_from_the_new_to_the_read_ones_and_back(
    client: Client, note: PeerReview, mona: User, second: User
) -> None:
    html = page(client, mona, NEW)
    assert WORDS in html and "Mark as read" in html
    assert "Nothing is marked as read" in page(client, mona, READ)
    there = f"/moderation/notes/{note.pk}/read/?show=notes&page=1"
    assert f'action="{there.replace("&", "&amp;")}"' in html
    answer = client.post(there, follow=True)
    assert answer.redirect_chain == [(f"{NEW}&page=1", 302)]
    html = answer.content.decode()
    assert "Marked as read" in html and "No new notes" in html and WORDS not in html
    html = page(client, second, READ)
    assert WORDS in html and f"{mona.name} read it" in html
    back = f"/moderation/notes/{note.pk}/unread/?show=read&page=1"
    answer = client.post(back, follow=True)
    assert answer.redirect_chain == [(f"{READ}&page=1", 302)]
    assert "Nothing is marked as read" in answer.content.decode()
    assert WORDS in page(client, mona, NEW)


def test_with_htmx_the_list_alone_comes_back(client: Client, note: PeerReview, mona: User) -> None:
    client.force_login(mona)
    for way, words in (
        ("read/?show=notes", "No new notes"),
        ("unread/?show=read", "Nothing is marked as read"),
    ):
        answer = client.post(
            f"/moderation/notes/{note.pk}/{way}&page=1", headers={"HX-Request": "true"}
        )
        html = answer.content.decode()
        assert answer.status_code == 200 and html.lstrip().startswith('<section id="notes"')
        assert words in html and 'id="toasts"' in html and "<title>" not in html


def test_the_page_of_the_list_is_kept(
    client: Client, alice: User, carol: User, mona: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.waiting_views.PAGE_SIZE", 1)
    goal = make_goal(alice)
    first, last = (
        write_note(make_submission(make_challenge(goal, title=title)), carol, f"On {title}.")
        for title in ("bread", "cheese")
    )
    assert f"On {last.submission.challenge.title}" in page(client, mona, NEW)
    path = f"/moderation/notes/{first.pk}/read/?show=notes&page=2"
    # There is one page only from then on.
    answer = client.post(path, headers={"HX-Request": "true"})
    assert "On cheese." in answer.content.decode()
    assert client.post(path, follow=True).redirect_chain == [(f"{NEW}&page=2", 302)]
    waiting.mark_note_read(review=last, by=mona)
    html = page(client, mona, READ)
    assert "On cheese." in html and "show=read&amp;page=2" in html
    for odd in ("show=works&page=x", "show=&page=%0d%0aLocation:x", ""):
        answer = client.post(f"/moderation/notes/{first.pk}/unread/?{odd}")
        assert answer.status_code == 302
        assert client.get(answer["Location"]).status_code == 200


def test_on_the_page_of_the_work_one_stays_there(
    client: Client, note: PeerReview, mona: User
) -> None:
    work = note.submission.get_absolute_url()
    assert f'name="next" value="{work}"' in page(client, mona, work)
    path = f"/moderation/notes/{note.pk}/read/"
    assert client.post(path, {"next": work})["Location"] == work
    html = page(client, mona, work)
    assert f"{mona.name} read it" in html and "Mark as unread" in html
    elsewhere = client.post(path, {"next": "https://example.com/"})
    assert elsewhere["Location"].startswith("/moderation/waiting/")
    # Who merely looks at the address comes to the list.
    assert client.get(path)["Location"] == NEW


def test_over_the_api(client: Client, note: PeerReview, mona: User, second: User) -> None:
    client.force_login(mona)
    [one] = client.get(f"{API}?read=false").json()["items"]
    assert (one["id"], one["read_at"], one["read_by"]) == (note.pk, None, None)
    path = f"{API}/{note.pk}"
    answer = client.post(f"{path}/read")
    assert answer.status_code == 200 and answer.json()["read_by"] == mona.name
    client.force_login(second)
    assert client.post(f"{path}/read").json() == answer.json()
    assert client.get(f"{API}?read=false").json()["count"] == 0
    assert client.get(f"{API}?read=true").json()["items"] == [answer.json()]
    assert client.get(API).json()["items"] == [answer.json()]
    assert client.get(f"{API}?read=perhaps").status_code == 422
    assert client.post(f"{path}/unread").json()["read_at"] is None
    assert client.get(f"{API}?read=true").json()["count"] == 0


def test_what_was_said_of_waiting_work_says_whether_it_is_read(
    client: Client, submission: Submission, bob: User, mona: User
) -> None:
    review = claim(submission, bob)
    assignment.release(review=review, by=bob, reason="reported", note=WORDS)
    waiting.mark_note_read(review=review, by=mona)
    client.force_login(mona)
    [case] = client.get("/api/moderation/waiting").json()["items"]
    [said] = case["said"]
    assert (said["id"], said["read_by"]) == (review.pk, mona.name) and said["read_at"]


def test_at_both_doors_there_is_no_such_note_for_all_others(
    client: Client, note: PeerReview, alice: User, carol: User, charlie: User, second: User
) -> None:
    make_review(note.submission, second)
    for person in (alice, carol, charlie, second):
        client.force_login(person)
        for deed in ("read", "unread"):
            assert client.post(f"/moderation/notes/{note.pk}/{deed}/").status_code == 404
            assert client.post(f"{API}/{note.pk}/{deed}").status_code == 404
    assert marks_of(note) == (None, None)


def test_nobody_outside_learns_of_it(
    note: PeerReview, alice: User, carol: User, mona: User
) -> None:
    """All that its reviewer and the author can open or download is the same as before."""
    work = note.submission
    paths = {
        carol: [f"/api/reviews/{note.pk}", "/api/reviews/"],
        alice: [f"/api/submissions/{work.pk}", f"/api/submissions/challenge/{work.challenge_id}"],
    }
    pages = {carol: f"/reviews/{note.pk}/", alice: work.get_absolute_url()}
    clients = {person: Client() for person in paths}
    for person, browser in clients.items():
        browser.force_login(person)

    def seen() -> list[Any]:
        found: list[Any] = []
        for person, theirs in paths.items():
            for path in theirs:
                answer = clients[person].get(path)
                assert answer.status_code == 200, path
                found.append(answer.json())
            found += [list(section.rows(person)) for section in sections()]
        return found

    before = seen()
    told = (Notification.objects.count(), AuditEvent.objects.count())
    now = timezone.now()
    waiting.mark_note_read(review=note, by=mona, now=now)
    assert (Notification.objects.count(), AuditEvent.objects.count()) == told
    assert seen() == before
    assert "note_read" not in str(before)
    for person, path in pages.items():
        answer = clients[person].get(path)
        html = answer.content.decode()
        assert answer.status_code == 200
        assert "read it" not in html and "Mark as" not in html and mona.name not in html


def test_a_moderator_who_leaves_takes_their_name_along(
    client: Client, note: PeerReview, mona: User, second: User
) -> None:
    waiting.mark_note_read(review=note, by=mona)
    erase_now(mona)
    read_at, read_by = marks_of(note)
    assert read_at and read_by is None
    assert "read now" in page(client, second, READ)
    [one] = client.get(f"{API}?read=true").json()["items"]
    assert one["read_at"] and one["read_by"] is None


def test_a_note_stays_when_its_reviewer_leaves(note: PeerReview, carol: User, mona: User) -> None:
    waiting.mark_note_read(review=note, by=mona)
    erase_now(carol)
    assert list(waiting.read_notes_for(mona)) == [note]


@pytest.mark.parametrize("path", [NEW, READ, f"{API}?read=true", f"{API}?read=false"])
def test_more_notes_need_no_more_queries(
    client: Client, path: str, alice: User, carol: User, mona: User
) -> None:
    client.force_login(mona)
    goal = make_goal(alice)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert WORDS in client.get(path).content.decode()
        return len(captured)

    def add() -> None:
        note = write_note(make_submission(make_challenge(goal)), carol)
        if "true" in path or path == READ:
            # Each by another moderator.
            waiting.mark_note_read(review=note, by=make_user(is_superuser=True))

    add()
    client.get(path)
    one = queries()
    for _again in range(3):
        add()
    assert queries() == one
