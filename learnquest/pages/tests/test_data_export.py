"""Everything that is kept of a person, for that person: complete, without others, for a week."""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import pictures
from accounts.models import DataExport, Notification, User
from learnquest.core.errors import Conflict, Limited
from learnquest.pages import data_export
from learnquest.pages.export_sections import EXCLUDED, SECTIONS, leads_to_person, sections
from reviews import ai_feedback
from tests.factories import (
    PASSWORD,
    WORDS,
    WORK,
    make_challenge,
    make_draft,
    make_file,
    make_goal,
    make_picture,
    make_review,
    make_submission,
    make_user,
)

pytestmark = pytest.mark.usefixtures("media")
DAY = timedelta(days=1)


def reauthenticate(client: Client) -> None:
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302


def built(user: User) -> DataExport:
    export = data_export.request_export(by=user)
    data_export.build(export.pk)
    export.refresh_from_db()
    return export


def unzip(export: DataExport) -> dict[str, str]:
    with export.file.open() as file, ZipFile(BytesIO(file.read())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


@pytest.fixture
def full(alice: User, bob: User, carol: User) -> User:
    """Alice with something in most tables."""
    pictures.set_picture(user=alice, data=make_picture())
    work = make_submission(make_challenge(make_goal(alice)))
    ai_feedback.write(work.ai_feedback.pk)
    make_review(work, bob)
    make_review(work, carol)
    # Somebody's who has not reviewed hers: two people do not judge each other.
    dora = make_user(username="dora")
    make_review(make_submission(make_challenge(make_goal(dora, title="Dora's own"))), alice)
    return User.objects.get(pk=alice.pk)


def test_every_model_that_leads_to_a_person_is_exported_or_says_why_not() -> None:
    known = {section.model for section in SECTIONS} | set(EXCLUDED)
    forgotten = {
        model._meta.label
        for model in apps.get_models()
        if leads_to_person(model) and model._meta.label not in known
    }
    assert forgotten == set(), "give each a line in learnquest/pages/export_sections.py"
    assert all(EXCLUDED.values()), "each with its reason"
    assert not {section.model for section in SECTIONS} & set(EXCLUDED)


def test_each_section_can_be_read(full: User) -> None:
    for section in sections():
        for row in section.rows(full):
            assert not set(row) & set(section.hidden)


def test_the_zip_holds_all_that_is_alices(full: User) -> None:
    files = unzip(built(full))
    data = {
        name.removeprefix("json/").removesuffix(".json"): json.loads(text)
        for name, text in files.items()
        if name.startswith("json/")
    }
    assert set(data) == {section.name for section in sections()}
    assert data["account"][0]["email"] == "alice@example.com"
    assert [row["body"] for row in data["submissions"]] == [WORK]
    assert len(data["reviews_received"]) == 2 and len(data["reviews_given"]) == 1
    for name in ("goals", "challenges", "progress", "points", "standings", "badges",
                 "notifications", "ai_feedback", "ai_requests"):  # fmt: skip
        assert data[name], name
    readable = next(text for name, text in files.items() if name.startswith("goals/"))
    assert WORK in readable and WORDS in readable and "What the coach said" in readable
    assert WORDS in files["reviews-given.md"]
    assert "README.md" in files and [name for name in files if name.startswith("files/")]


def test_what_is_to_be_read_names_criteria_and_files(full: User) -> None:
    kept = make_file(make_draft(make_challenge(make_goal(full))), name="my cat.png")
    files = unzip(built(full))
    text = "".join(text for name, text in files.items() if name.startswith("goals/"))
    text += files["reviews-given.md"]
    assert "- Does what was asked: " in text and "- complete: " not in text
    inside = f"files/{Path(str(kept.file.name)).name}"
    assert f"- my cat.png: {inside}" in text and inside in files


def test_the_zip_holds_no_secret_and_nobody_else(full: User, bob: User, carol: User) -> None:
    text = "\n".join(unzip(built(full)).values())
    assert full.password not in text and "token_hash" not in text
    for other in (bob, carol):
        assert other.email not in text and other.username not in text.lower().replace("bob's", "")
    received = json.loads(unzip(DataExport.objects.get())["json/reviews_received.json"])
    assert all("reviewer_id" not in row for row in received)
    given = json.loads(unzip(DataExport.objects.get())["json/reviews_given.json"])
    assert all("author_id" not in row for row in given)


def test_one_at_a_time_and_three_a_day(alice: User) -> None:
    now = timezone.now()
    data_export.request_export(by=alice, now=now)
    with pytest.raises(Conflict, match="being put together"):
        data_export.request_export(by=alice, now=now)
    data_export.build(DataExport.objects.get().pk)
    built(alice)
    built(alice)
    with pytest.raises(Limited) as refusal:
        data_export.request_export(by=alice, now=now + timedelta(hours=1))
    assert refusal.value.retry_after == pytest.approx(23 * 3600, abs=60)
    assert data_export.request_export(by=alice, now=now + DAY + timedelta(minutes=5))


def test_one_whose_worker_died_can_be_asked_for_again(alice: User) -> None:
    lost = data_export.request_export(by=alice)
    later = timezone.now() + data_export.STUCK_AFTER + timedelta(minutes=1)
    data_export.request_export(by=alice, now=later)
    lost.refresh_from_db()
    assert lost.status == "failed"
    data_export.build(lost.pk)
    lost.refresh_from_db()
    assert lost.status == "failed" and not lost.file


def test_building_twice_is_building_once_and_tells_once(alice: User, media: Path) -> None:
    export = built(alice)
    data_export.build(export.pk)
    assert len(list(media.glob("exports/*"))) == 1
    assert Notification.objects.filter(kind="export_ready").count() == 1


def test_a_failure_is_said_and_leaves_no_file(
    alice: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(data_export, "_write", broken)
    assert built(alice).status == "failed"
    assert Notification.objects.get(user=alice).kind == "export_failed"
    assert list(media.glob("exports/*")) == []


def test_after_a_week_it_is_gone(
    alice: User, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    built(alice)
    now = timezone.now()
    assert data_export.clear_expired(now=now + 6 * DAY) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert data_export.clear_expired(now=now + 8 * DAY) == 1
    assert list(media.glob("exports/*")) == [] and not DataExport.objects.exists()
    call_command("clear_exports")


# --- The doors ---


@pytest.mark.django_db(transaction=True)
def test_alice_asks_waits_says_who_she_is_and_downloads(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.post("/settings/data/export/", follow=True).content.decode()
    assert "Being put together" in page and 'hx-trigger="every 3s"' in page
    call_command("db_worker", batch=True, interval=0.1, startup_delay=False, verbosity=0)
    part = client.get("/settings/data/", headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in part and "Download" in part and "every 3s" not in part
    path = f"/settings/data/{DataExport.objects.get().pk}/"
    back = client.get(path).headers["Location"]
    asked = client.get(back)
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    confirmed = client.post(asked.headers["Location"], {"password": PASSWORD})
    # On the page, not in a file that leaves one on the form.
    assert confirmed.headers["Location"] == back == f"/settings/data/?download={path[15:-1]}"
    page = client.get(back).content.decode()
    assert f'content="0; url={path}"' in page and "the download begins" in page
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="learnquest-al')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert ZipFile(BytesIO(data)).testzip() is None


def test_the_page_begins_no_download_of_others(client: Client, alice: User, charlie: User) -> None:
    export = built(alice)
    client.force_login(charlie)
    reauthenticate(client)
    for pk in (export.pk, "x", ""):
        page = client.get(f"/settings/data/?download={pk}").content.decode()
        assert "http-equiv" not in page and "Put my data together" in page


def test_charlie_cannot_download_alices_data(client: Client, alice: User, charlie: User) -> None:
    export = built(alice)
    client.force_login(charlie)
    reauthenticate(client)
    assert client.get(f"/settings/data/{export.pk}/").status_code == 404


def test_an_expired_download_is_gone_even_before_it_is_deleted(client: Client, alice: User) -> None:
    export = built(alice)
    DataExport.objects.update(expires_at=timezone.now())
    client.force_login(alice)
    reauthenticate(client)
    assert client.get(f"/settings/data/{export.pk}/").status_code == 404


def test_asking_twice_says_so_on_the_page(client: Client, alice: User) -> None:
    client.force_login(alice)
    client.post("/settings/data/export/")
    page = client.post("/settings/data/export/", follow=True).content.decode()
    assert "You will be told when it is there." in page
    assert DataExport.objects.count() == 1


def test_a_client_asks_polls_and_downloads_with_the_password(client: Client, alice: User) -> None:
    client.force_login(alice)
    asked = client.post("/api/auth/export")
    assert (asked.status_code, asked.json()["status"]) == (202, "pending")
    assert client.post("/api/auth/export").status_code == 409
    path = asked.headers["Location"]
    download: dict[str, Any] = {"path": f"{path}/download", "content_type": "application/json"}
    assert client.post(data={"password": PASSWORD}, **download).status_code == 404
    data_export.build(asked.json()["id"])
    assert client.get(path).json()["status"] == "ready"
    assert client.post(data={"password": "wrong"}, **download).status_code == 422
    answer = client.post(data={"password": PASSWORD}, **download)
    assert answer.headers["Content-Type"] == "application/zip"


def test_a_mail_says_when_it_is_ready(full: User, posted: Any) -> None:
    before = len(posted())
    built(full)
    [got] = posted()[before:]
    assert got.subject == "Your data is ready to download" and "/settings/data/" in got.body
