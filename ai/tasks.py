"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from ai import asking, explaining, recovery
from learnquest.core.schedule import scheduled


@task()
def write_explanation(explanation_id: int) -> None:
    explaining.run(explanation_id)


@task()
def answer_ask(ask_id: int) -> None:
    asking.run(ask_id)


@scheduled(every=timedelta(days=1))
@task()
def clear_ai_records() -> None:
    recovery.forget_old(now=timezone.now())
