"""Keeping somebody out for a time, or until a moderator lifts it.

Who is suspended is inactive: signed out everywhere at once, on no board, met by nobody. The
account, and what others got from it, stays as it is.
"""

from datetime import datetime

from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import audit, moderation_notices
from accounts.models import User
from learnquest.core.errors import Conflict, Forbidden

# Sent within the transaction, with `user`: each app takes back what others wait for.
suspended = Signal()


@transaction.atomic
def suspend(
    *,
    user: User,
    by: User,
    reason: str,
    until: datetime | None = None,
    now: datetime | None = None,
) -> User:
    """Keep `user` out until then, or until somebody lifts it. Once more changes reason and end.

    Raises Forbidden for staff, about whom an administrator decides, and Conflict for an account
    that is switched off for another reason.
    """
    now = now or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.is_staff or user.is_superuser or user.is_moderator:
        raise Forbidden(_("Only an administrator decides on those who run this site."))
    if not user.is_active and not user.is_suspended:
        raise Conflict(_("This account is switched off already."))
    user.is_active = False
    user.suspended_at = user.suspended_at or now
    user.suspended_until = until
    user.suspended_for = reason[:2000]
    # Inactivity ends every sign-in, in `accounts.signals`.
    user.save(update_fields=["is_active", "suspended_at", "suspended_until", "suspended_for"])
    suspended.send(sender=User, user=user)
    audit.record(
        kind=audit.Kind.MODERATED,
        user=user,
        actor=by,
        details={"decision": "suspended", "target": f"person:{user.pk}"},
        now=now,
    )
    moderation_notices.suspended(user, now=now)
    return user


@transaction.atomic
def lift(*, user: User, by: User | None, now: datetime | None = None) -> User:
    """Let somebody in again; `by` is None where their time is over.

    Raises Conflict for somebody who is not suspended.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_suspended:
        raise Conflict(_("This person is not suspended."))
    user.is_active = True
    user.suspended_at = user.suspended_until = None
    user.suspended_for = ""
    user.save(update_fields=["is_active", "suspended_at", "suspended_until", "suspended_for"])
    audit.record(
        kind=audit.Kind.MODERATED,
        user=user,
        actor=by,
        details={"decision": "lifted", "target": f"person:{user.pk}"},
        now=now,
    )
    moderation_notices.suspension_over(user, now=now)
    return user


def lift_over(*, now: datetime | None = None) -> int:
    """Let those in again whose time is over; returns how many. Safe to run at any time."""
    now = now or timezone.now()
    over = list(User.objects.filter(suspended_at__isnull=False, suspended_until__lte=now))
    return sum(is_over(user, now=now) for user in over)


def is_over(user: User, *, now: datetime | None = None) -> bool:
    """Let one person in again if their time is over; returns whether it was."""
    if user.suspended_until is None or user.suspended_until > (now or timezone.now()):
        return False
    try:
        lift(user=user, by=None, now=now)
    except Conflict:
        return False  # a moderator, or another worker, was faster
    user.refresh_from_db()
    return True


def told(user: User) -> str:
    """Return what somebody suspended is told who has shown that the account is theirs."""
    if user.suspended_until is None:
        until = _("This account is suspended until a moderator lifts it.")
    else:
        until = _("This account is suspended until %(day)s.") % {
            "day": date_format(timezone.localtime(user.suspended_until), "j M Y, H:i")
        }
    return f"{until} {_('The reason: %(reason)s') % {'reason': user.suspended_for}}"
