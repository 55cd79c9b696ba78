"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from django.tasks import task

from ai import asking, explaining


@task()
def write_explanation(explanation_id: int) -> None:
    explaining.run(explanation_id)


@task()
def answer_ask(ask_id: int) -> None:
    asking.run(ask_id)
