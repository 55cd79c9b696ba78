"""What a deployment relies on: settings that refuse to be weak, files that agree with the code."""

import os
import re
import signal
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from learnquest.pages.management.commands import serve

ROOT = Path(settings.BASE_DIR)
STRONG = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def run(code: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run code in a process of its own, which knows only these variables."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://:memory:", **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


SHOW = "from learnquest import settings as s; print({})"


@pytest.mark.parametrize("key", ["", "short", "a" * 60])
def test_production_refuses_a_weak_secret(key: str) -> None:
    done = run(SHOW.format("1"), SECRET_KEY=key)
    assert done.returncode == 1 and "SECRET_KEY is missing or too weak" in done.stderr


def test_nothing_set_means_production() -> None:
    done = run(
        SHOW.format("s.DEBUG, s.HTTPS, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, s.DEMO"),
        SECRET_KEY=STRONG,
    )
    assert done.stdout.strip() == "False True True True False"


def test_a_short_signing_key_is_refused() -> None:
    done = run(SHOW.format("1"), SECRET_KEY=STRONG, JWT_KEYS="a:short")
    assert done.returncode == 1 and "JWT_KEYS" in done.stderr


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80 80", "٨٠٠٠"])
def test_a_port_that_is_none_is_told_in_one_sentence(port: str, monkeypatch: Any) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(CommandError, match="a number from 1 to 65535") as refusal:
        call_command("serve")
    assert port in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.fixture
def quick_serve(monkeypatch: Any) -> Any:
    """`serve` whose site and schedule sleep and whose worker runs what the test says."""
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str) -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen([sys.executable, "-c", code], start_new_session=True))
        return started[-1]

    sleep = "import time; time.sleep(60)"
    monkeypatch.setattr(serve, "RESTART_SECONDS", 0.1)
    monkeypatch.setattr(serve, "_start_web", lambda *_: start(sleep))
    monkeypatch.setattr(serve, "_start_schedule", lambda: start(sleep))
    monkeypatch.setattr(serve, "_wait_until_up", lambda *_: None)
    monkeypatch.setattr(serve.Command, "_prepare", lambda *_: None)
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}

    def run_with(*workers: str) -> str:
        codes = iter(workers)
        monkeypatch.setattr(serve, "_start_worker", lambda: start(next(codes, sleep)))
        out = StringIO()
        try:
            call_command("serve", port="8765", stdout=out)
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)
            assert all(process.poll() is not None for process in started)
        return out.getvalue()

    return run_with


LOCKED = "raise SystemExit('database is locked')"


def test_a_worker_that_a_busy_database_stopped_is_started_again(quick_serve: Any) -> None:
    # The third one presses Ctrl-C.
    interrupt = "import os, signal; os.kill(os.getppid(), signal.SIGINT)"
    told = quick_serve(LOCKED, LOCKED, f"{interrupt}; import time; time.sleep(60)")
    assert told.count("The task worker ended by itself") == 2
    assert "Stopping …" in told and "Stopped." in told


def test_a_worker_that_never_lives_ends_the_site(quick_serve: Any) -> None:
    with pytest.raises(CommandError, match="A process ended by itself"):
        quick_serve(*[LOCKED] * 20)


def test_the_example_names_each_variable_that_the_settings_read() -> None:
    source = (ROOT / "learnquest" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)) | {"DATABASE_URL", "EMAIL_URL"}
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#? ?([A-Z_]+)=", example, flags=re.MULTILINE))
    assert named - {"POSTGRES_PASSWORD"} == read


def test_pages_send_the_headers_that_browsers_need(client: Client) -> None:
    answer = client.get("/accounts/login/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert "nonce-" in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Request-ID"]


def test_nobody_keeps_what_one_person_may_see(client: Client, alice: Any) -> None:
    client.force_login(alice)
    for path in ("/today/", "/goals/", "/api/goals/", "/api/goals/999999"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path
    assert "Cache-Control" not in client.get("/healthz").headers


def test_no_template_holds_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        # A mail program loads no files: the one style block of all mails stands in their layout.
        if path.match("emails/_layout.html"):
            text = text.replace("<style>", "", 1)
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", text), path


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def test_compose_has_every_part_and_starts_them_in_order(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"migrate", "web", "worker", "schedule", "postgres", "redis"}
    for name in ("web", "worker", "schedule"):
        needs = services[name]["depends_on"]["migrate"]
        assert needs == {"condition": "service_completed_successfully"}
        assert services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"]


def test_the_commands_in_compose_exist(compose: dict[str, Any]) -> None:
    commands = " ".join(
        " ".join(service["command"])
        for service in compose["services"].values()
        if "manage.py" in str(service.get("command"))
    )
    names = re.findall(r"manage\.py (\w+)", commands)
    assert set(names) == {"migrate", "seed", "db_worker", "run_schedule"}
    assert set(names) <= set(get_commands())


def test_the_image_runs_as_nobody_special_and_from_the_lock() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert dockerfile.count("\nFROM ") == 2
    assert "USER learnquest" in dockerfile and "--require-hashes" in dockerfile
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        assert line not in {"manage.py", "requirements.txt", "templates", "static"}


def test_the_lock_has_a_hash_for_each_package_and_names_no_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        packages = re.findall(r"^[a-z0-9].*==", text, flags=re.MULTILINE | re.IGNORECASE)
        assert len(packages) > 20
        assert text.count("--hash=sha256:") >= len(packages)
        assert "--index-url" not in text and "--extra-index" not in text and "http://" not in text


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_migrations_go_from_zero_to_here_and_back(django_db_blocker: Any) -> None:
    ours = ("ai", "reviews", "submissions", "challenges", "goals", "leaderboard")
    MigrationExecutor(connection).migrate([(app, None) for app in ours])
    assert not set(connection.introspection.table_names()) & {"goals", "submissions"}
    call_command("migrate", verbosity=0)


def test_alive_is_answered_whatever_the_host_is_called(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["learn.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz", headers={"Host": "10.0.0.7"}).content == b"ok\n"
    assert client.get("/", headers={"Host": "10.0.0.7"}).status_code == 400


def test_ready_says_what_is_missing(client: Client, db: None, settings: Any) -> None:
    assert client.get("/readyz").json() == {
        "database": "ok",
        "migrations": "ok",
        "worker": "ok",
        "schedule": "not started yet",
    }


def test_a_late_schedule_is_told_and_keeps_nobody_away(client: Client, db: None) -> None:
    from accounts import schedule
    from accounts.models import ScheduledJob

    schedule.start_due()
    assert client.get("/readyz").json()["schedule"] == "ok"
    ScheduledJob.objects.update(next_due=timezone.now() - timedelta(minutes=3))
    answer = client.get("/readyz")
    count = ScheduledJob.objects.count()
    assert (answer.status_code, answer.json()["schedule"]) == (200, f"{count} jobs are late")


def test_a_task_that_nobody_takes_makes_the_site_unready(
    client: Client, db: None, settings: Any, alice: Any
) -> None:
    from ai import explaining
    from ai.tasks import write_explanation

    explanation = explaining.request_explanation(by=alice, concept="yeast", level="")
    write_explanation.enqueue(explanation.pk)
    assert client.get("/readyz").status_code == 200
    settings.WORKER_SILENCE_SECONDS = -1
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["worker"] == "1 tasks wait for too long"


def test_metrics_are_for_whoever_brings_the_token(
    client: Client, submission: Any, settings: Any
) -> None:
    settings.METRICS_TOKEN = "scrape"
    assert client.get("/metrics").status_code == 404
    answer = client.get("/metrics", headers={"Authorization": "Bearer scrape"})
    text = answer.content.decode()
    assert 'learnquest_submissions{status="submitted"} 1.0' in text
    assert "learnquest_learners 1.0" in text
