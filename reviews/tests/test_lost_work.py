"""Work whose worker died is taken up again: nothing is stuck, nothing is done twice."""

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from accounts.models import Notification, User
from ai import explaining, leases
from ai.models import AIRequest, Explanation
from ai.tests.conftest import model_server, stub_model
from ai.tests.stub import StubModelServer
from challenges import generation, variation
from challenges.models import Plan, Proposal, Variation
from goals.models import Goal
from reviews import ai_feedback
from reviews.models import AIFeedback
from reviews.recovery import recover_ai_work
from submissions.models import Submission
from tests.factories import make_challenge, make_goal, make_submission, make_user
from tests.journey import run_worker

__all__ = ["model_server", "stub_model"]

ROOT = Path(__file__).resolve().parents[2]
LATER = timedelta(minutes=10)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of feedback that was put back into the queue."""
    ids: list[int] = []
    task = type("Task", (), {"enqueue": staticmethod(ids.append)})
    monkeypatch.setattr("reviews.tasks.write_ai_feedback", task)
    return ids


def test_a_row_has_one_worker_at_a_time(submission: Submission) -> None:
    rows, pk, now = AIFeedback.objects.all(), submission.ai_feedback.pk, timezone.now()
    assert leases.claim(rows, pk, now=now)
    assert not leases.claim(rows, pk, now=now)
    assert leases.claim(rows, pk, now=now + LATER)


def test_feedback_whose_lease_ran_out_goes_back_into_the_queue_once(
    submission: Submission, queued: list[int]
) -> None:
    pk, now = submission.ai_feedback.pk, timezone.now()
    leases.claim(AIFeedback.objects.all(), pk, now=now)
    assert recover_ai_work(now=now) == 0
    assert recover_ai_work(now=now + LATER) == 1
    assert recover_ai_work(now=now + LATER) == 0
    assert queued == [pk]


def test_feedback_that_nobody_took_is_queued_again(
    submission: Submission, queued: list[int]
) -> None:
    assert recover_ai_work(now=timezone.now()) == 0
    assert recover_ai_work(now=timezone.now() + LATER) == 1
    assert queued == [submission.ai_feedback.pk]


def test_after_three_lost_workers_the_author_is_told_and_may_try_again(
    submission: Submission, queued: list[int], alice: User
) -> None:
    now = timezone.now()
    for number in range(1, 4):
        at = now + number * LATER
        assert leases.claim(AIFeedback.objects.all(), submission.ai_feedback.pk, now=at)
        recover_ai_work(now=at + LATER)
    feedback = AIFeedback.objects.get()
    assert feedback.status == "failed"
    assert "interrupted more than once" in feedback.message
    assert Notification.objects.filter(kind="feedback_failed").count() == 1
    assert ai_feedback.can_retry(feedback)
    feedback = ai_feedback.retry(feedback=feedback, by=alice)
    assert (feedback.attempts, feedback.lease_until) == (0, None)
    assert len(queued) == 2


def test_a_worker_that_comes_back_late_changes_nothing(submission: Submission) -> None:
    pk = submission.ai_feedback.pk
    ai_feedback.write(pk)
    first = AIFeedback.objects.get()
    ai_feedback.write(pk)
    assert AIFeedback.objects.get().finished_at == first.finished_at
    assert AIRequest.objects.count() == 1
    assert Notification.objects.filter(kind="feedback_ready").count() == 1


def test_plans_variations_and_explanations_are_taken_up_too(alice: User, goal: Goal) -> None:
    plan = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(plan.pk)
    variation.request_variation(proposal=Proposal.objects.all()[0], by=alice, how="easier")
    plan = generation.request_plan(goal=goal, by=alice)
    explaining.request_explanation(by=alice, concept="yeast", level="beginner")
    later = timezone.now() + LATER
    for rows in (Plan.objects.all(), Variation.objects.all(), Explanation.objects.all()):
        pending = rows.get(status="pending")
        leases.claim(rows, pending.pk, now=timezone.now())
    assert recover_ai_work(now=later) == 3
    for rows in (Plan.objects.all(), Variation.objects.all(), Explanation.objects.all()):
        rows.filter(status="pending").update(attempts=3, lease_until=later)
    recover_ai_work(now=later + LATER)
    for rows in (Plan.objects.all(), Variation.objects.all(), Explanation.objects.all()):
        assert rows.latest("pk").status == "failed"
        assert "try again" in rows.latest("pk").message


def test_the_command_says_what_it_found(
    submission: Submission, queued: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(timezone.now() + LATER):
        call_command("recover_ai_work")
    assert "Took up 1" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_killed_leaves_nothing_stuck_and_nothing_twice(
    stub_model: StubModelServer,
) -> None:
    """A worker process of its own, killed at a random moment while it writes two feedbacks.

    `benchmarks/killed_worker.py` does it fifty times.
    """
    stub_model.drips(0.02, pieces=20)
    goal = make_goal(make_user())
    works = [make_submission(make_challenge(goal)) for _ in range(2)]
    worker = start_worker(stub_model.base_url)
    deadline = time.monotonic() + 30
    while not stub_model.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(random.uniform(0, 1.0))
    worker.kill()
    worker.wait()
    stub_model.heals()
    # The worker comes later too, or it would wait for the flight whose leader is dead.
    with time_machine.travel(timezone.now() + LATER):
        recover_ai_work()
        run_worker()
    rows = list(AIFeedback.objects.all())
    assert [row.status for row in rows] == ["ready"] * 2
    assert all(row.summary == "Feedback by the stub model." for row in rows)
    assert Notification.objects.filter(kind="feedback_ready").count() == len(works)
    assert not AIRequest.objects.filter(outcome="pending").exists()


def start_worker(base_url: str) -> subprocess.Popen[bytes]:
    settings: dict[str, Any] = connection.settings_dict
    url = f"sqlite:///{settings['NAME']}"
    if connection.vendor == "postgresql":
        host = settings["HOST"] or settings["OPTIONS"].get("host", "")
        url = (
            f"postgres://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?host={host}"
        )
        if not str(host).startswith("/"):
            url = (
                f"postgres://{settings['USER']}:{settings['PASSWORD']}@{host}:{settings['PORT']}"
                f"/{settings['NAME']}"
            )
    connections.close_all()
    return subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "STUB_URL": base_url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


WORKER = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "learnquest.settings_test"
django.setup()
from django.conf import settings
settings.OPENAI_BASE_URL = os.environ["STUB_URL"]
settings.AI_MODEL = "stub-1"
from django.core.management import call_command
call_command("db_worker", interval=0.1, startup_delay=False, verbosity=0)
"""
