"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from datetime import timedelta

from django.tasks import task

from accounts import clearing
from learnquest.core.schedule import scheduled


@scheduled(every=timedelta(hours=1))
@task()
def clear_tokens() -> None:
    clearing.clear_expired()
