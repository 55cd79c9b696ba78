"""Who is told of a copy: its author, and why. Whoever was reviewing it: see `claims.tell_ended`.

Nobody learns whose the other work is, nor a word of it.
"""

from datetime import datetime

from django.utils.text import Truncator

from accounts import inbox, mail, notices
from accounts.models import Notification
from reviews.models import CopyDecision
from submissions.models import Submission

# As long as the line of an inbox is.
LONGEST_LINE = 200


def found(copy: CopyDecision, work: Submission, *, now: datetime) -> None:
    _tell(work, Notification.Kind.COPY_FOUND, copy.reason, now)


def undone(copy: CopyDecision, work: Submission, *, now: datetime) -> None:
    _tell(work, Notification.Kind.COPY_UNDONE, copy.undone_for, now)


def _tell(work: Submission, kind: Notification.Kind, reason: str, now: datetime) -> None:
    author, title = work.author, work.challenge.title
    inbox.notify(
        user_id=author.pk,
        kind=kind,
        subject=Truncator(f"{title} – {reason}").chars(LONGEST_LINE),
        target=work.get_absolute_url(),
        now=now,
    )
    if not author.is_active or not author.wants_moderation_mail:
        return
    mail.send(
        template=kind.value,
        user=author,
        context={
            "title": title,
            "reason": reason,
            "url": mail.link(work.get_absolute_url()),
            **notices.unsubscribe_context(author, "moderation"),
        },
        headers=notices.unsubscribe_headers(author, "moderation"),
        now=now,
    )
