"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from django.tasks import task

from ai import explaining


@task()
def write_explanation(explanation_id: int) -> None:
    explaining.run(explanation_id)
