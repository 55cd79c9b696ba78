"""What happens by itself, and how often. Each app's `tasks.py` puts its jobs here.

    @scheduled(every=timedelta(hours=1))
    @task()
    def clear_tokens() -> None: ...

`manage.py run_schedule` hands what is due to the worker; see `accounts.schedule`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.tasks import Task
from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    task: Task[[], None]


_jobs: dict[str, Job] = {}


def scheduled(*, every: timedelta) -> Callable[[Task[[], None]], Task[[], None]]:
    """Have a task without arguments started again and again. It must be safe to run twice."""

    def register(task: Task[[], None]) -> Task[[], None]:
        _jobs[task.module_path] = Job(task.module_path, every, task)
        return task

    return register


def jobs() -> list[Job]:
    """Return all jobs by name, of all apps."""
    autodiscover_modules("tasks")
    return sorted(_jobs.values(), key=lambda job: job.name)
