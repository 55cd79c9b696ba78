"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from django.tasks import task

from learnquest.pages import digest


@task()
def send_digests() -> None:
    digest.send_due()
