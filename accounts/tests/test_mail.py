"""Mail on its way: over a real SMTP server, with its bad days."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import mail
from accounts.models import OutgoingMail, User
from accounts.tests.sink import Sink

QUEUED, SENT, FAILED = OutgoingMail.State.QUEUED, OutgoingMail.State.SENT, OutgoingMail.State.FAILED


@pytest.fixture
def server(settings: Any) -> Iterator[Sink]:
    """A mail server that is up, and to which the site's mails go."""
    sink = Sink()
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": sink.port, "timeout": 5},
        }
    }
    sink.start()
    yield sink
    sink.stop()


def write(to: User, **fields: Any) -> OutgoingMail:
    context = {"timestamp": timezone.now(), "device": "Firefox on Linux", "ip": "192.0.2.7"}
    context["reset_url"] = mail.link("/accounts/password/reset/")
    return mail.send(template="new_sign_in", user=to, context=context, **fields)


def test_a_mail_arrives_whole(server: Sink, alice: User) -> None:
    sent = mail.deliver(write(alice, headers={"List-Unsubscribe": "<https://x.test/u>"}).pk)
    assert sent is not None and sent.state == SENT and sent.sent_at is not None
    [got] = server.mails
    assert got["To"] == "alice@example.com"
    assert got["From"] == "LearnQuest <learnquest@localhost>"
    assert got["Subject"] == "New sign-in to your account"
    assert got["List-Unsubscribe"] == "<https://x.test/u>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Message-ID"] == f"<{sent.message_id}@localhost>"
    assert got.get_content_type() == "multipart/alternative"
    text, html = [part.get_content() for part in got.iter_parts()]
    for part in (text, html):
        assert "Firefox on Linux" in part and "192.0.2.7" in part
        assert "http://localhost:8000/accounts/password/reset/" in part
    assert "<" not in text and "<h1>" in html and "color-scheme" in html


def test_what_was_sent_leaves_no_words_behind(server: Sink, alice: User) -> None:
    row = write(alice)
    mail.deliver(row.pk)
    row.refresh_from_db()
    assert row.text == row.html == "" and row.subject


def test_a_server_that_is_busy_is_asked_again_later(server: Sink, alice: User) -> None:
    now = timezone.now()
    row = write(alice, now=now)
    server.answers = ["451 Try again later", "451 Try again later"]
    for wait in (2, 4):
        mail.deliver(row.pk, now=now)
        row.refresh_from_db()
        assert row.state == QUEUED and "451" in row.last_error and not server.mails
        assert row.next_try == now + timedelta(minutes=wait)
        assert mail.deliver(row.pk, now=now) is None  # not yet
        now = row.next_try
    mail.deliver(row.pk, now=now)
    row.refresh_from_db()
    assert row.state == SENT and row.attempts == 3 and row.last_error == ""
    assert len(server.mails) == 1


def test_the_worker_is_asked_to_try_again(server: Sink, alice: User) -> None:
    row = write(alice)
    server.answers = ["451 Try again later"]
    mail.deliver(row.pk)
    row.refresh_from_db()
    task = DBTaskResult.objects.get()
    assert task.task_path == "accounts.tasks.send_mail" and task.run_after == row.next_try
    assert task.args_kwargs == {"args": [row.pk], "kwargs": {}}


def test_a_refusal_for_good_is_not_repeated(server: Sink, alice: User) -> None:
    row = write(alice)
    server.answers = ["550 No such person"]
    mail.deliver(row.pk)
    row.refresh_from_db()
    assert row.state == FAILED and "550" in row.last_error and row.attempts == 1
    assert row.text == ""
    assert mail.send_queued(now=timezone.now() + timedelta(days=1)) == 0
    assert not server.mails


def test_a_server_that_was_down_gets_its_mail_when_it_is_back(server: Sink, alice: User) -> None:
    row = write(alice)
    server.stop()
    mail.deliver(row.pk)
    row.refresh_from_db()
    assert row.state == QUEUED and "refused" in row.last_error.lower()
    server.start()
    assert mail.send_queued(now=row.next_try) == 1
    assert len(server.mails) == 1


def test_after_eight_tries_it_is_given_up(settings: Any, server: Sink, alice: User) -> None:
    row = write(alice)
    server.stop()
    for _try in range(20):
        row.refresh_from_db()
        mail.deliver(row.pk, now=row.next_try)
    row.refresh_from_db()
    assert row.state == FAILED and row.attempts == mail.MOST_ATTEMPTS


def test_a_wrong_password_of_ours_loses_no_mail(settings: Any, server: Sink, alice: User) -> None:
    settings.MAILERS["default"]["OPTIONS"] |= {"username": "site", "password": "hunter2-secret"}
    row = write(alice)
    mail.deliver(row.pk)
    row.refresh_from_db()
    assert row.state == QUEUED and row.last_error and "hunter2" not in row.last_error


def test_a_second_worker_finds_nothing_to_do(server: Sink, alice: User) -> None:
    row = write(alice)
    seen: list[Any] = []
    begin = mail._message

    def meanwhile(row: OutgoingMail) -> Any:
        # The other worker comes exactly while this one speaks with the server.
        seen.append(mail.deliver(row.pk))
        return begin(row)

    with mock.patch.object(mail, "_message", meanwhile):
        mail.deliver(row.pk)
    assert seen == [None] and len(server.mails) == 1
    assert mail.deliver(row.pk) is None and len(server.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_sends(server: Sink, alice: User) -> None:
    row = write(alice)
    start = threading.Barrier(6)

    def work() -> bool:
        try:
            start.wait()
            return mail.deliver(row.pk) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        sent = [done.result() for done in [pool.submit(work) for _ in range(6)]]
    assert sorted(sent) == [False] * 5 + [True] and len(server.mails) == 1


def test_a_mail_whose_worker_died_is_swept_up(server: Sink, alice: User) -> None:
    now = timezone.now()
    row = write(alice, now=now)

    class Killed(BaseException): ...

    with mock.patch.object(mail, "_message", side_effect=Killed), pytest.raises(Killed):
        mail.deliver(row.pk, now=now)
    assert mail.send_queued(now=now) == 0  # it may be alive
    assert mail.send_queued(now=now + mail.LEASE) == 1
    assert len(server.mails) == 1


@pytest.mark.django_db(transaction=True)
def test_a_deed_that_is_rolled_back_sends_nothing(server: Sink, alice: User) -> None:
    with transaction.atomic():
        write(alice)
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists() and not DBTaskResult.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_a_deed_has_committed(server: Sink, alice: User) -> None:
    with transaction.atomic():
        write(alice)
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    assert [got["To"] for got in server.mails] == ["alice@example.com"]
    assert OutgoingMail.objects.get().state == SENT


def test_the_command_sends_what_waits_and_clears_what_is_old(
    server: Sink, alice: User, capsys: Any
) -> None:
    old = write(alice)
    mail.deliver(old.pk)
    long_ago = timezone.now() - timedelta(days=31)
    OutgoingMail.objects.filter(pk=old.pk).update(created_at=long_ago)
    write(alice)
    call_command("send_queued_mail")
    assert capsys.readouterr().out == "1 sent, 1 old ones deleted.\n"
    assert not OutgoingMail.objects.filter(pk=old.pk).exists()


def test_a_name_cannot_add_a_header(posted: Callable[[], list[Any]], alice: User) -> None:
    context = {"title": "Bread\r\nBcc: eve@example.com", "url": "/"}
    mail.send(template="review_received", user=alice, context=context)
    [got] = posted()
    assert got.subject.endswith("“Bread Bcc: eve@example.com”") and not got.bcc


def test_text_is_plain_and_html_is_escaped(alice: User) -> None:
    context = {"title": "Fish & <b>chips</b>", "url": "/"}
    row = mail.send(template="review_received", user=alice, context=context)
    assert "“Fish & <b>chips</b>”" in row.text and "“Fish & <b>chips</b>”" in row.subject
    assert "Fish &amp; &lt;b&gt;chips" in row.html and "<b>chips" not in row.html


def test_times_are_the_readers_own(alice: User) -> None:
    alice.time_zone = "Asia/Tokyo"
    when = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    context = {"timestamp": when, "device": "", "ip": "", "reset_url": "/"}
    row = mail.send(template="new_sign_in", user=alice, context=context)
    assert "26 Nov 2026, 08:30 (JST)" in row.text


def test_a_forged_host_gets_into_no_mail(settings: Any) -> None:
    settings.SITE_URL = "https://learn.example.org"
    assert mail.link("http://evil.test/accounts/x/?a=b") == (
        "https://learn.example.org/accounts/x/?a=b"
    )
