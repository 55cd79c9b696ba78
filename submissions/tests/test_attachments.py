"""Files beside a text: added, limited, taken away, and had by those entitled alone."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from challenges.models import Challenge
from learnquest.core import uploads
from learnquest.core.errors import Conflict, Invalid
from learnquest.pages import data_export, leaving
from reviews import handin
from submissions import attachments, drafting
from submissions.models import Attachment, Submission
from submissions.tests import hostile
from tests.factories import (
    claim,
    make_draft,
    make_file,
    make_picture,
    make_review,
    make_submission_with_file,
)

pytestmark = pytest.mark.usefixtures("media")


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def sent(name: str = "cat.png", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_picture() if data is None else data)


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def page_of(client: Client, user: User, url: str) -> str:
    client.force_login(user)
    return client.get(url).content.decode()


def test_the_first_file_begins_a_draft(alice: User, challenge: Challenge, media: Path) -> None:
    attachment = attachments.attach(
        challenge=challenge, by=alice, name="../me/cat.jpg", data=make_picture()
    )
    challenge.refresh_from_db()
    assert challenge.status == "doing"
    assert (attachment.number, attachment.name, attachment.kind) == (1, "cat.png", "image/png")
    assert attachment.submission == Submission.objects.get(status="draft")
    # On disk it has a name that says nothing.
    assert "cat" not in str(attachment.file.name) and attachment.file.size == attachment.size


def test_text_typed_in_a_tab_opened_before_the_first_file_is_no_conflict(
    alice: User, challenge: Challenge
) -> None:
    attachments.attach(challenge=challenge, by=alice, name="cat.png", data=make_picture())
    draft = drafting.save_draft(challenge=challenge, by=alice, body="Hola", version="")
    assert draft.body == "Hola" and draft.attachments.count() == 1


def test_the_same_file_twice_is_attached_once(draft: Submission, media: Path) -> None:
    assert make_file(draft).pk == make_file(draft, name="another name.png").pk
    assert len(files_in(media)) == 1


def test_a_sixth_file_is_refused_and_leaves_nothing_behind(
    alice: User, draft: Submission, media: Path
) -> None:
    for number in range(5):
        attachments.attach(
            challenge=draft.challenge, by=alice, name="a.txt", data=b"Text %d" % number
        )
    with pytest.raises(Conflict, match="five files already"):
        attachments.attach(challenge=draft.challenge, by=alice, name="a.txt", data=b"Text 6")
    assert len(files_in(media)) == 5


def test_a_removed_file_is_gone_and_its_place_free(
    alice: User,
    draft: Submission,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first, second = make_file(draft), _text(alice, draft)
    with django_capture_on_commit_callbacks(execute=True):
        attachments.remove(attachment=first, by=alice)
    assert files_in(media) == [Path(str(second.file.name)).name]
    assert make_file(draft).number == 1


def test_files_of_work_in_review_stay_as_they_are(alice: User, challenge: Challenge) -> None:
    work = make_submission_with_file(challenge)
    with pytest.raises(Conflict):
        attachments.remove(attachment=work.attachments.get(), by=alice)
    with pytest.raises(Conflict, match="in review"):
        _text(alice, work)


def test_a_draft_takes_its_files_along(
    alice: User,
    draft: Submission,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make_file(draft)
    with django_capture_on_commit_callbacks(execute=True):
        drafting.discard_draft(submission=draft, by=alice)
    assert not files_in(media)


def test_an_erased_account_takes_its_files_along(
    alice: User,
    challenge: Challenge,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make_submission_with_file(challenge)
    now = timezone.now()
    User.objects.filter(pk=alice.pk).update(erase_at=now)
    with django_capture_on_commit_callbacks(execute=True):
        assert leaving.erase(user_id=alice.pk, now=now)
    assert not files_in(media)


def test_an_export_has_the_files_and_what_they_were_called(
    alice: User, challenge: Challenge
) -> None:
    attachment = make_submission_with_file(challenge).attachments.get()
    export = data_export.request_export(by=alice)
    data_export.build(export.pk)
    export.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(export.file.read())) as archive:
        assert f"files/{Path(str(attachment.file.name)).name}" in archive.namelist()
        rows = json.loads(archive.read("json/attachments.json"))
    assert rows[0]["name"] == "notes by alice.png"


def test_a_file_is_saved_and_runs_nowhere(client: Client, alice: User, draft: Submission) -> None:
    client.force_login(alice)
    answer = client.get(f"/attachments/{make_file(draft).pk}/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="notes by alice.png"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_reviewer_gets_files_under_neutral_names(
    client: Client, bob: User, challenge: Challenge
) -> None:
    review = claim(make_submission_with_file(challenge), bob)
    page = page_of(client, bob, f"/reviews/{review.pk}/")
    assert "attachment-1.png" in page and "alice" not in page.lower()
    answer = client.get(f"/reviews/{review.pk}/attachments/1/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="attachment-1.png"'
    body = client.get(f"/api/reviews/{review.pk}").content.decode()
    assert "attachment-1.png" in body and "alice" not in body.lower()
    answer = client.get(f"/api/reviews/{review.pk}/attachments/1")
    assert answer.status_code == 200 and content_of(answer)


def test_who_gave_the_work_back_gets_no_file_any_more(
    client: Client, bob: User, challenge: Challenge
) -> None:
    review = claim(make_submission_with_file(challenge), bob)
    client.force_login(bob)
    client.post(f"/reviews/{review.pk}/release/")
    assert client.get(f"/reviews/{review.pk}/attachments/1/").status_code == 404


@pytest.mark.parametrize("is_sent", [False, True])
def test_files_of_hidden_work_are_gone_for_its_reviewer(
    client: Client, bob: User, challenge: Challenge, is_sent: bool
) -> None:
    work = make_submission_with_file(challenge)
    review = make_review(work, bob) if is_sent else claim(work, bob)
    client.force_login(bob)
    paths = [
        f"{start}/{review.pk}/{file}"
        for start, file in (
            ("/reviews", "attachments/1/"),
            ("/reviews", "changes/"),
            ("/api/reviews", "attachments/1"),
        )
    ]
    assert client.get(paths[0]).status_code == 200
    Submission.objects.filter(pk=work.pk).update(hidden_at=timezone.now())
    assert [client.get(path).status_code for path in paths] == [404] * 3


def test_a_file_is_sent_with_the_text_in_a_browser_without_scripts(
    client: Client, alice: User, challenge: Challenge
) -> None:
    client.force_login(alice)
    url = f"/challenges/{challenge.pk}/work/attach/"
    answer = client.post(url, {"body": "Hola", "link": "", "version": "", "files": [sent()]})
    assert answer.status_code == 302
    draft = Submission.objects.get()
    assert draft.body == "Hola" and draft.attachments.count() == 1
    assert "cat.png" in page_of(client, alice, f"/challenges/{challenge.pk}/work/")


def test_with_htmx_the_part_with_the_files_comes_back(
    client: Client, alice: User, draft: Submission
) -> None:
    client.force_login(alice)
    url = f"/challenges/{draft.challenge_id}/work/attach/"
    part = client.post(url, {"files": [sent()]}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert b"cat.png" in part.content and b"<h1>" not in part.content
    part = client.post(
        url,
        {"files": [sent("x.png", b"<svg/>"), sent("b.txt", b"Hello")]},
        headers={"HX-Request": "true"},
    )
    assert part.status_code == 422 and b"x.png: Web pages and SVG" in part.content
    assert b"b.txt" in part.content  # the good one is kept


def test_work_does_not_go_out_without_a_file_that_was_refused(
    client: Client, alice: User, challenge: Challenge
) -> None:
    client.force_login(alice)
    work = {"body": "Here it is.", "link": "", "files": [sent("essay.docx", hostile.office())]}
    page = client.post(f"/challenges/{challenge.pk}/hand-in/", work)
    assert page.status_code == 422 and b"Save it as a PDF" in page.content
    assert Submission.objects.get().status == "draft"
    work["files"] = [sent("essay.pdf", hostile.document())]
    assert client.post(f"/challenges/{challenge.pk}/hand-in/", work).status_code == 302
    assert Submission.objects.get().attachments.get().kind == "application/pdf"


def test_a_file_alone_is_work(alice: User, challenge: Challenge) -> None:
    draft = make_draft(challenge, body="")
    with pytest.raises(Invalid):
        handin.hand_in(submission=draft, by=alice)
    make_file(draft)
    assert handin.hand_in(submission=draft, by=alice).status == "submitted"


def test_removing_in_a_browser_without_scripts_keeps_the_text(
    client: Client, alice: User, draft: Submission
) -> None:
    client.force_login(alice)
    file = make_file(draft)
    answer = client.post(f"/attachments/{file.pk}/remove/", {"body": "New words", "link": ""})
    assert answer.status_code == 302
    assert Submission.objects.get().body == "New words" and not Attachment.objects.exists()


def test_the_api_attaches_reads_and_removes(
    client: Client, alice: User, charlie: User, draft: Submission
) -> None:
    client.force_login(alice)
    url = f"/api/submissions/{draft.pk}/attachments"
    made = client.post(url, {"file": sent("my notes.txt", b"Hello")})
    assert made.status_code == 201 and made.json()["name"] == "my notes.txt"
    shown = client.get(f"/api/submissions/{draft.pk}").json()["attachments"]
    assert shown == [made.json()]
    one = f"{url}/{made.json()['id']}"
    assert content_of(client.get(one)) == b"Hello"
    refused = client.post(url, {"file": sent("cat.png", b"<html>")})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].endswith("files")
    client.force_login(charlie)
    assert client.post(url, {"file": sent()}).status_code == 404
    assert client.delete(one).status_code == 404
    client.force_login(alice)
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404


def test_a_request_of_more_than_five_files_worth_is_refused_unread(
    client: Client, alice: User, challenge: Challenge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    client.force_login(alice)
    for url in (f"/challenges/{challenge.pk}/work/attach/", f"/challenges/{challenge.pk}/hand-in/"):
        assert client.post(url, {"body": "x", "files": [sent()]}).status_code == 400
    assert not Submission.objects.exists()


def _text(by: User, draft: Submission, **more: Any) -> Attachment:
    return attachments.attach(
        challenge=draft.challenge, by=by, name="a.txt", data=b"Some text", **more
    )
