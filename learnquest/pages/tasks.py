"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from datetime import timedelta

from django.tasks import task

from learnquest.core.schedule import scheduled
from learnquest.pages import digest


@task()
def build_export(export_id: int) -> None:
    # The deed enqueues this task, so it can only be looked up when the task runs.
    from learnquest.pages import data_export

    data_export.build(export_id)


@scheduled(every=timedelta(hours=1))
@task()
def send_digests() -> None:
    digest.send_due()


@scheduled(every=timedelta(days=1))
@task()
def clear_exports() -> None:
    from learnquest.pages import data_export

    data_export.clear_expired()


@scheduled(every=timedelta(days=1))
@task()
def erase_accounts() -> None:
    from learnquest.pages import leaving

    leaving.erase_due()
