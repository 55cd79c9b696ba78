"""Mail: written by the deed that causes it, sent by the worker, tried again when a server is ill.

`send` puts a mail into a table in the deed's own transaction: what is rolled back is not sent,
and what is committed is not lost. `deliver` hands it to a mail server. Delivery is at least
once: a worker that dies between the server's "250 OK" and the note of it leaves a mail that is
sent again, under the same Message-ID. Two workers never hold one mail at a time.
"""

import logging
import re
import smtplib
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.template import Context, Engine
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import OutgoingMail, User

logger = logging.getLogger(__name__)

# Eight tries over about four and a half hours: a server's bad afternoon.
FIRST_WAIT = timedelta(minutes=2)
MOST_ATTEMPTS = 8
# Longer than a server may take; then the worker is thought dead and another may take the mail.
LEASE = timedelta(minutes=5)
KEPT = timedelta(days=30)
SWEPT_AT_ONCE = 200


def send(
    *,
    template: str,
    to: str = "",
    user: User | None = None,
    context: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> OutgoingMail:
    """Write a mail from `templates/emails/<template>.*` and queue it.

    It speaks the language and the local time of `user`, and goes to their address unless `to`
    names another.
    """
    with _spoken_to(user):
        values = {"user": user, "site_url": settings.SITE_URL, **(context or {})}
        subject = " ".join(_text(f"emails/{template}.subject.txt", values).split())
        values |= {"subject": subject}
        text = re.sub(r"\n{3,}", "\n\n", _text(f"emails/{template}.txt", values)).strip() + "\n"
        html = render_to_string(f"emails/{template}.html", values).strip() + "\n"
    return queue(
        template=template,
        to=to or (user.email if user else ""),
        user=user,
        subject=subject,
        text=text,
        html=html,
        headers=headers,
        now=now,
    )


@transaction.atomic
def queue(
    *,
    template: str,
    to: str,
    user: User | None,
    subject: str,
    text: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> OutgoingMail:
    """Keep a mail that is written already; the worker sends it once the deed is committed."""
    now = now or timezone.now()
    mail = OutgoingMail.objects.create(
        user=user,
        template=template[:60],
        to=to,
        subject=subject[:250],
        text=text,
        html=html,
        headers=dict(headers or {}),
        next_try=now,
        created_at=now,
    )
    transaction.on_commit(partial(_enqueue, mail.pk))
    return mail


def deliver(mail_id: int, *, now: datetime | None = None) -> OutgoingMail | None:
    """Hand one mail to the mail server; returns it, or None where it is not its turn.

    Safe to run twice. What the server refuses for good fails at once; anything else is tried
    again, each time after a longer wait.
    """
    now = now or timezone.now()
    # One statement takes the mail: of two workers, one finds nothing to change.
    taken = OutgoingMail.objects.filter(
        pk=mail_id, state=OutgoingMail.State.QUEUED, next_try__lte=now
    ).update(next_try=now + LEASE, attempts=F("attempts") + 1)
    if not taken:
        return None
    mail = OutgoingMail.objects.get(pk=mail_id)
    try:
        _message(mail).send(using="default")
    except (smtplib.SMTPException, OSError, ValueError) as error:
        _note_failure(mail, error, now)
    else:
        mail.state, mail.sent_at, mail.last_error = OutgoingMail.State.SENT, now, ""
        # Whoever reads the table later shall find no link that opens an account.
        mail.text = mail.html = ""
        mail.save(update_fields=["state", "sent_at", "last_error", "text", "html"])
        logger.info("Mail %s (%s) sent at try %d.", mail.pk, mail.template, mail.attempts)
    return mail


def send_queued(*, now: datetime | None = None) -> int:
    """Deliver what is due and whose worker has died or never came; returns how many were sent."""
    now = now or timezone.now()
    due = OutgoingMail.objects.filter(state=OutgoingMail.State.QUEUED, next_try__lte=now)
    ids = list(due.order_by("next_try").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    done = [deliver(pk, now=now) for pk in ids]
    return sum(1 for mail in done if mail and mail.state == OutgoingMail.State.SENT)


def clear_old(*, now: datetime | None = None) -> int:
    """Delete mails that were sent or given up a month ago; returns how many."""
    done = OutgoingMail.objects.exclude(state=OutgoingMail.State.QUEUED)
    old = done.filter(created_at__lt=(now or timezone.now()) - KEPT)
    deleted, _by_model = old.delete()
    return deleted


def link(path: str) -> str:
    """Return the whole address of a page. Workers have no request, so the settings name the site.

    Of a whole address only the path is kept: a forged Host header gets into no mail.
    """
    parts = urlsplit(path)
    return settings.SITE_URL + parts._replace(scheme="", netloc="").geturl()


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many tries: 2, 4, 8 … minutes."""
    return FIRST_WAIT * (1 << (attempts - 1))


def _enqueue(mail_id: int) -> None:
    from accounts.tasks import send_mail

    send_mail.enqueue(mail_id)


def _spoken_to(user: User | None) -> ExitStack:
    stack = ExitStack()
    if user is not None:
        stack.enter_context(translation.override(user.locale))
        stack.enter_context(timezone.override(ZoneInfo(user.time_zone)))
    return stack


def _text(name: str, values: Mapping[str, Any]) -> str:
    # Plain text: an apostrophe in a name is one, not an entity.
    template = Engine.get_default().get_template(name)
    return template.render(Context(dict(values), autoescape=False))


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{mail.message_id}@{host}>",
        "Auto-Submitted": "auto-generated",
        **mail.headers,
    }
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _note_failure(mail: OutgoingMail, error: Exception, now: datetime) -> None:
    mail.last_error = _words_of(error)[:300]
    if _is_final(error) or mail.attempts >= MOST_ATTEMPTS:
        mail.state = OutgoingMail.State.FAILED
        mail.text = mail.html = ""
        mail.save(update_fields=["state", "last_error", "text", "html"])
        logger.error("Mail %s (%s) given up: %s", mail.pk, mail.template, type(error).__name__)
        return
    mail.next_try = now + wait_after(mail.attempts)
    mail.save(update_fields=["next_try", "last_error"])
    logger.warning("Mail %s (%s) waits: %s", mail.pk, mail.template, type(error).__name__)
    from accounts.tasks import send_mail

    send_mail.using(run_after=mail.next_try).enqueue(mail.pk)


def _is_final(error: Exception) -> bool:
    """Whether trying again is of no use: the server refuses this reader or this text for good.

    A refusal of our own name, address or password is ours to mend, so the mail waits for it.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _words in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    # An address or header that cannot be written.
    return isinstance(error, ValueError)


def _words_of(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _words in error.recipients.values()})
        return f"Recipient refused: {', '.join(map(str, codes))}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        # The server's words may repeat what we sent.
        return f"Sign-in to the mail server refused: {error.smtp_code}"
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        return f"{error.smtp_code} {text}"
    return f"{type(error).__name__}: {error}"
