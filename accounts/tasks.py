"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from django.tasks import task

from accounts import audit, devices, mail


@task()
def send_mail(mail_id: int) -> None:
    mail.deliver(mail_id)


@task()
def send_queued_mail() -> None:
    mail.send_queued()


@task()
def clear_records() -> None:
    mail.clear_old()
    audit.purge()
    devices.forget_old()
