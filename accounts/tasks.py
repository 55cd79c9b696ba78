"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from datetime import timedelta

from django.tasks import task

from accounts import audit, clearing, devices, mail, suspension
from learnquest.core.schedule import scheduled


@scheduled(every=timedelta(hours=1))
@task()
def clear_tokens() -> None:
    clearing.clear_expired()


@task()
def send_mail(mail_id: int) -> None:
    mail.deliver(mail_id)


@scheduled(every=timedelta(minutes=1))
@task()
def send_queued_mail() -> None:
    mail.send_queued()


@scheduled(every=timedelta(minutes=10))
@task()
def lift_suspensions() -> None:
    suspension.lift_over()


@scheduled(every=timedelta(days=1))
@task()
def clear_records() -> None:
    mail.clear_old()
    audit.purge()
    devices.forget_old()
