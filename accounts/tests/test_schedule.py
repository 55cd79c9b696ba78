"""Jobs start when they are due, once, whoever looks; and the hourly one clears what expired."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections
from django.tasks import task
from django_tasks_db.models import DBTaskResult

from accounts import clearing, schedule, tokens
from accounts.models import RefreshToken, ScheduledJob, User
from accounts.tests.test_tokens import LAPTOP
from learnquest.core import schedule as table

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@task()
def tick() -> None:
    """Nothing, now and then."""


NAME = tick.module_path


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> str:
    """The only job that there is."""
    table.jobs()
    monkeypatch.setattr(table, "_jobs", {})
    table.scheduled(every=HOUR)(tick)
    return NAME


def queued() -> int:
    return DBTaskResult.objects.filter(task_path=NAME).count()


def test_a_new_job_starts_at_once_and_then_when_its_time_has_passed(db: None, job: str) -> None:
    assert schedule.start_due(now=NOON) == [job]
    assert schedule.start_due(now=NOON + HOUR - timedelta(seconds=1)) == []
    assert schedule.start_due(now=NOON + HOUR) == [job]
    assert queued() == 2
    row = ScheduledJob.objects.get()
    assert (row.last_started_at, row.next_due) == (NOON + HOUR, NOON + 2 * HOUR)


def test_what_was_missed_starts_once(db: None, job: str) -> None:
    schedule.start_due(now=NOON)
    assert schedule.start_due(now=NOON + 30 * HOUR) == [job]
    assert schedule.start_due(now=NOON + 30 * HOUR) == []
    assert queued() == 2


def test_a_job_that_cannot_start_stays_due_and_stops_no_other(
    db: None, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        module_path = "a.broken.job"

        def enqueue(self) -> None:
            raise RuntimeError("no queue")

    broken: Any = Broken()
    table.scheduled(every=HOUR)(broken)
    assert schedule.start_due(now=NOON) == [job]
    assert not ScheduledJob.objects.filter(name="a.broken.job").exists()
    assert schedule.state(now=NOON, patience=HOUR) == "not started yet"


def test_the_state_names_what_is_late(db: None, job: str) -> None:
    schedule.start_due(now=NOON)
    minute = timedelta(minutes=1)
    assert schedule.state(now=NOON + HOUR + minute, patience=2 * minute) == "ok"
    assert schedule.state(now=NOON + HOUR + 3 * minute, patience=2 * minute) == "1 jobs are late"


@pytest.mark.django_db(transaction=True)
def test_of_eight_clocks_one_starts_the_job(job: str) -> None:
    gate = Barrier(8)

    def look(_n: int) -> list[str]:
        try:
            gate.wait(timeout=30)
            return schedule.start_due(now=NOON)
        finally:
            connections.close_all()

    for _ in range(3):
        with ThreadPoolExecutor(8) as pool:
            started = [name for names in pool.map(look, range(8)) for name in names]
        assert started == [job] and queued() == 1
        # The first time, they also raced to make the row; from now on it is there.
        ScheduledJob.objects.update(next_due=NOON)
        DBTaskResult.objects.all().delete()


def test_every_job_of_the_apps_is_known_and_can_run(db: None) -> None:
    names = [job.name for job in table.jobs()]
    assert "accounts.tasks.clear_tokens" in names
    for job in table.jobs():
        assert timedelta(minutes=1) <= job.every <= timedelta(days=31)
        job.task.call()


@pytest.mark.django_db(transaction=True)
def test_the_clock_and_the_worker_clear_together(alice: User) -> None:
    tokens.issue(user=alice, client=LAPTOP, now=NOON - timedelta(days=400))
    RefreshToken.objects.update(expires_at=NOON - timedelta(days=370))
    out = StringIO()
    call_command("run_schedule", once=True, stdout=out)
    assert "Started accounts.tasks.clear_tokens." in out.getvalue()
    call_command("db_worker", batch=True, interval=0.1, startup_delay=False, verbosity=0)
    assert not RefreshToken.objects.exists()


def test_clearing_removes_what_expired_and_nothing_else(alice: User) -> None:
    now = datetime.now(UTC)
    tokens.issue(user=alice, client=LAPTOP, now=now - timedelta(days=31))
    live = tokens.issue(user=alice, client=LAPTOP, now=now)
    for key, days in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, expire_date=now + timedelta(days=days))
    caches["default"].set("old", 1, -1000)
    caches["default"].set("new", 1, 1000)
    for days in (15, 1):
        tick.enqueue()
        DBTaskResult.objects.filter(finished_at=None).update(
            status="SUCCESSFUL", finished_at=now - timedelta(days=days)
        )
    tick.enqueue()
    out = StringIO()
    call_command("clear_tokens", stdout=out)
    said = "Removed 1 tokens, 1 sessions, 1 counts, 1 results of tasks, 0 requests sent twice."
    assert out.getvalue().strip() == said
    assert tokens.user_of(live.access)[0] == alice
    assert Session.objects.get().session_key == "new" and caches["default"].get("new") == 1
    assert queued() == 2
    assert set(clearing.clear_expired().values()) == {0}


def test_the_clock_ends_when_it_is_told_to() -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_schedule", "--interval", "60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={
            "DATABASE_URL": "sqlite://:memory:",
            "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
        },
    )
    # There is no table in this database: it says so, and goes on.
    assert process.stderr is not None
    assert any(b"could not be started" in line for line in process.stderr)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0
