"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from datetime import timedelta

from django.tasks import task

from learnquest.core.schedule import scheduled
from submissions import history, similarity


@task()
def compare_work(submission_id: int) -> None:
    similarity.compare(submission_id)


@scheduled(every=timedelta(minutes=10))
@task()
def compare_lost_work() -> None:
    for pk in similarity.find_lost():
        similarity.compare(pk)


@scheduled(every=timedelta(days=1))
@task()
def forget_old_drafts() -> None:
    history.forget_old()
