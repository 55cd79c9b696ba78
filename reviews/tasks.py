"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from django.tasks import task


@task()
def write_ai_feedback(feedback_id: int) -> None:
    # The deed enqueues this task, so it can only be looked up when the task runs.
    from reviews import ai_feedback

    ai_feedback.write(feedback_id)
