"""What both sides are told of a moderator's decision: in the inbox, and by mail if they want."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import inbox, mail, notices
from accounts.models import Notification, Report, User
from accounts.speech import speaking_to


def report_decided(report: Report, *, now: datetime) -> None:
    """Tell who reported. An erased account hears nothing."""
    _tell(report.reporter, Notification.Kind.REPORT_DECIDED, "report_decided", report, now)


def moderated(report: Report, *, now: datetime) -> None:
    """Tell whose it is what was decided and why; never who reported."""
    _tell(report.person, Notification.Kind.MODERATED, "moderated", report, now)


def undone(report: Report, *, now: datetime) -> None:
    """Tell whose it is that it is back."""
    _tell(report.person, Notification.Kind.MODERATED, "moderation_undone", report, now)


def suspended(user: User, *, now: datetime | None = None) -> None:
    """Write to somebody who cannot come in to read it: this mail is no matter of choice."""
    mail.send(
        template="suspended",
        user=user,
        context={"until": user.suspended_until, "reason": user.suspended_for},
        now=now,
    )


def suspension_over(user: User, *, now: datetime | None = None) -> None:
    """Write to somebody that they may come in again."""
    url = mail.link(reverse("account_login"))
    mail.send(template="suspension_over", user=user, context={"url": url}, now=now)


def _tell(
    user: User | None, kind: Notification.Kind, template: str, report: Report, now: datetime
) -> None:
    if user is None:
        return
    path = report.get_absolute_url()
    with speaking_to(user):
        decision = report.get_decision_display()
        undone = _("It was put back")
        inbox.notify(
            user_id=user.pk,
            kind=kind,
            subject=f"{report.title}: {undone if report.undone_at else decision}",
            target=path,
            now=now,
        )
    # Who is suspended gets a mail of its own, which says the same and more.
    if not user.is_active or not user.wants_moderation_mail:
        return
    context: dict[str, Any] = {
        "title": report.title,
        "decision": decision,
        "reason": report.explanation,
        "url": mail.link(path),
        **notices.unsubscribe_context(user, "moderation"),
    }
    mail.send(
        template=template,
        user=user,
        context=context,
        headers=notices.unsubscribe_headers(user, "moderation"),
        now=now,
    )
