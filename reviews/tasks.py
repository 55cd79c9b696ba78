"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from datetime import timedelta

from django.tasks import task
from django.utils import timezone

from learnquest.core.schedule import scheduled


@task()
def write_ai_feedback(feedback_id: int) -> None:
    # The deed enqueues this task, so it can only be looked up when the task runs.
    from reviews import ai_feedback

    ai_feedback.write(feedback_id)


@scheduled(every=timedelta(days=1))
@task()
def fit_graders() -> None:
    from reviews import learning

    learning.fit_all()


@scheduled(every=timedelta(days=1))
@task()
def count_marks() -> None:
    from reviews import marks

    marks.count_all()


@scheduled(every=timedelta(hours=1))
@task()
def ask_again_about_appeals() -> None:
    from reviews import second_opinions

    second_opinions.ask_again()


@scheduled(every=timedelta(days=1))
@task()
def forget_ended_blocks() -> None:
    from reviews import eligibility

    eligibility.forget_ended_blocks(now=timezone.now())


@scheduled(every=timedelta(minutes=1))
@task()
def recover_ai_work() -> None:
    from reviews import recovery

    recovery.recover_ai_work()


@scheduled(every=timedelta(minutes=1))
@task()
def free_seats() -> None:
    from reviews import assignment

    assignment.free_seats()


@scheduled(every=timedelta(hours=1))
@task()
def watch_the_queue() -> None:
    from reviews import cases, deadlines, invitations, reminders

    cases.recount_wrong()
    deadlines.boost_waiting()
    deadlines.end_waits()
    reminders.remind()
    invitations.invite()
