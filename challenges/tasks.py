"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from django.tasks import task


@task()
def generate_plan(plan_id: int) -> None:
    # The deed enqueues this task, so it can only be looked up when the task runs.
    from challenges import generation

    generation.write_plan(plan_id)


@task()
def write_replan(replan_id: int) -> None:
    from challenges import replan_writing  # which enqueues this task

    replan_writing.write_replan(replan_id)


@task()
def write_variation(variation_id: int) -> None:
    from challenges import variation  # which enqueues this task

    variation.write_variation(variation_id)
