"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from django.tasks import task


@task()
def build_export(export_id: int) -> None:
    # The deed enqueues this task, so it can only be looked up when the task runs.
    from learnquest.pages import data_export

    data_export.build(export_id)
