"""Doors for the worker; what they do stands elsewhere. Each is safe to run twice."""

from django.tasks import task

from accounts import mail


@task()
def send_mail(mail_id: int) -> None:
    mail.deliver(mail_id)
