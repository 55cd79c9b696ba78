"""A learner asks what something means."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from ai import explaining
from ai.models import AIRequest, Explanation
from ai.tests.stub import StubModelServer
from learnquest.core.errors import Conflict, Invalid, NotFound

Capture = Any  # pytest-django's django_capture_on_commit_callbacks


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids given to the worker."""
    ids: list[int] = []
    monkeypatch.setattr("ai.tasks.write_explanation", type("Task", (), {"enqueue": ids.append}))
    return ids


def ask(user: User, capture: Capture, concept: str = "recursion") -> Explanation:
    with capture(execute=True):
        return explaining.request_explanation(by=user, concept=concept, level="beginner")


def test_alice_asks_and_the_worker_answers(
    alice: User, queued: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    explanation = ask(alice, django_capture_on_commit_callbacks)
    assert explanation.status == "pending"
    assert queued == [explanation.pk]
    explaining.run(explanation.pk)
    explanation.refresh_from_db()
    assert explanation.status == "ready"
    assert explanation.offline
    assert explanation.parsed is not None
    assert "encyclopaedia" in explanation.parsed.summary


def test_a_cached_answer_is_there_at_once(
    alice: User,
    charlie: User,
    queued: list[int],
    stub_model: StubModelServer,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    stub_model.answers_everything()
    explaining.run(ask(alice, django_capture_on_commit_callbacks).pk)
    second = ask(charlie, django_capture_on_commit_callbacks)
    assert second.status == "ready"
    assert second.model == "stub-1"
    assert len(queued) == 1


def test_running_twice_calls_once(
    alice: User,
    queued: list[int],
    stub_model: StubModelServer,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    stub_model.answers_everything()
    explanation = ask(alice, django_capture_on_commit_callbacks)
    explaining.run(explanation.pk)
    explaining.run(explanation.pk)
    explaining.run(987654)
    assert len(stub_model.requests) == 1
    assert AIRequest.objects.count() == 1


def test_a_failure_says_why_and_can_be_tried_again(
    alice: User,
    queued: list[int],
    stub_model: StubModelServer,
    django_capture_on_commit_callbacks: Capture,
) -> None:
    stub_model.fails(500)
    explanation = ask(alice, django_capture_on_commit_callbacks)
    explaining.run(explanation.pk)
    explanation.refresh_from_db()
    assert explanation.status == "failed"
    assert "cannot be reached" in explanation.message
    with django_capture_on_commit_callbacks(execute=True):
        explaining.retry(explanation=explanation, by=alice)
    assert queued == [explanation.pk, explanation.pk]
    stub_model.answers_everything()
    stub_model.answers_everything()
    explaining.run(explanation.pk)
    explanation.refresh_from_db()
    assert explanation.status == "ready"
    assert explanation.message == ""


def test_what_is_under_way_cannot_be_retried_until_it_is_lost(
    alice: User, queued: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    explanation = ask(alice, django_capture_on_commit_callbacks)
    with pytest.raises(Conflict):
        explaining.retry(explanation=explanation, by=alice)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        explaining.retry(explanation=explanation, by=alice)
        with pytest.raises(Conflict):
            explaining.retry(explanation=explanation, by=alice)


def test_charlie_cannot_retry_alices_explanation(
    alice: User, charlie: User, queued: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    explanation = ask(alice, django_capture_on_commit_callbacks)
    with pytest.raises(NotFound):
        explaining.retry(explanation=explanation, by=charlie)


@pytest.mark.parametrize(
    ("concept", "context", "field"),
    [("  ", "", "concept"), ("x" * 201, "", "concept"), ("x", "y" * 4001, "context")],
)
def test_a_question_must_be_there_and_not_endless(
    alice: User, concept: str, context: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        explaining.request_explanation(by=alice, concept=concept, level="", context=context)
    assert field in refusal.value.errors
    assert not Explanation.objects.exists()


def test_the_list_and_the_object_rule_agree(
    alice: User, charlie: User, queued: list[int], django_capture_on_commit_callbacks: Capture
) -> None:
    explanation = ask(alice, django_capture_on_commit_callbacks)
    for viewer in (alice, charlie):
        listed = Explanation.objects.visible_to(viewer).filter(pk=explanation.pk).exists()
        assert listed == explanation.is_visible_to(viewer)
    assert explanation.is_visible_to(alice)
