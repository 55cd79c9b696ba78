"""How a person leaves: gone for others at once, erased after two weeks, welcome to stay till then.

Erasing takes all that is theirs. What they gave to others stays, without them: the reviews that
they sent, with the scores that rest on them.
"""

import logging
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import audit, inbox, mail, tokens
from accounts.models import Notification, Report, User
from accounts.speech import speaking_to
from leaderboard import points
from learnquest.core.errors import Conflict, Invalid
from learnquest.pages import data_export
from reviews import assignment, farewell
from reviews.models import PeerReview

logger = logging.getLogger(__name__)

TIME_TO_THINK = timedelta(days=14)


def confirm_password(*, user: User, password: str) -> None:
    """Raise Invalid, at "password", unless it is the person's own.

    For clients that cannot ask again who sits there, as a browser does.
    """
    if not user.has_usable_password():
        message = _("This account has no password. Do this in the browser, or set one first.")
    elif not user.check_password(password):
        message = _("This is not your password.")
    else:
        return
    raise Invalid(message, errors={"password": [message]})


@transaction.atomic
def request_deletion(*, user: User, now: datetime | None = None) -> User:
    """Begin to leave: hidden from others at once, signed out of all apps, erased in 14 days.

    The caller has made sure that it is really them. Raises Conflict for somebody who has begun
    already.
    """
    now = now or timezone.now()
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.is_leaving:
        raise Conflict(_("This account is about to be deleted already."))
    tokens.revoke_all(user=user)
    # Others wait for these reviews.
    assignment.release_all(by=user)
    # Takes the learner's standings, which come after all other locks.
    user.erase_at = now + TIME_TO_THINK
    user.save(update_fields=["erase_at"])
    with speaking_to(user):
        inbox.notify(
            user_id=user.pk,
            kind=Notification.Kind.LEAVING,
            subject=_("Sign in before %(day)s if you want to keep it")
            % {"day": date_format(timezone.localtime(user.erase_at), "j M Y")},
            target="/settings/leaving/",
            now=now,
        )
    mail.send(
        template="leaving",
        user=user,
        context={"until": user.erase_at, "url": mail.link(reverse("pages:leaving"))},
        now=now,
    )
    audit.record(kind=audit.Kind.DELETION_REQUESTED, user=user, now=now)
    logger.info("User %s asked to be deleted.", user.pk)
    return user


@transaction.atomic
def keep_account(*, user: User) -> User:
    """Stay after all: everything is as it was. Raises Conflict for somebody who is not leaving."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not user.is_leaving:
        raise Conflict(_("This account is not about to be deleted."))
    user.erase_at = None
    user.save(update_fields=["erase_at"])
    Notification.objects.visible_to(user).filter(kind=Notification.Kind.LEAVING).delete()
    mail.send(template="kept", user=user, context={"url": mail.link(reverse("pages:dashboard"))})
    audit.record(kind=audit.Kind.DELETION_UNDONE, user=user)
    logger.info("User %s keeps the account.", user.pk)
    return user


def erase_due(*, now: datetime | None = None) -> int:
    """Erase everybody whose two weeks are over; returns how many. Safe to run at any time.

    Each in a transaction of their own: who cannot be erased now hinders nobody else, and is tried
    again the next time.
    """
    now = now or timezone.now()
    due = list(User.objects.filter(erase_at__lte=now).values_list("pk", flat=True))
    if not due:
        return 0
    _end_sessions({str(pk) for pk in due})
    return sum(_erased(pk, now) for pk in due)


def erase_now(user: User) -> None:
    """Erase somebody without their two weeks: an administrator has decided it."""
    _end_sessions({str(user.pk)})
    erase(user_id=user.pk, now=timezone.now(), is_due=True)


def _erased(user_id: int, now: datetime) -> bool:
    try:
        return erase(user_id=user_id, now=now)
    except Exception:  # whatever it is, the others' time is up, too
        logger.exception("User %s could not be erased; the next run tries again.", user_id)
        return False


@transaction.atomic
@points.together()
def erase(*, user_id: int, now: datetime, is_due: bool = False) -> bool:
    """Erase one person whose time is up, or whom somebody else has decided about (`is_due`).

    Returns False where they stayed or are gone already.
    """
    # Not against those who only refer to the person: they hold what is waited for below.
    found = User.objects.select_for_update(no_key=True).filter(pk=user_id)
    user = (found if is_due else found.filter(erase_at__lte=now)).first()
    if user is None:
        return False
    works = farewell.prepare(user, now=now)
    if user.avatar.name:
        transaction.on_commit(partial(default_storage.delete, user.avatar.name))
    data_export.delete_all(user=user)
    _forget_mentions(user)
    # The tables' own rules do the rest: what is theirs goes with them, what is others' stays, and
    # reviews that were sent lose their reviewer. The files of their works go with the rows, see
    # `submissions.attachments.delete_file`.
    user.delete()
    farewell.recount(works, now=now)
    logger.info("User %s was erased.", user_id)
    return True


def _forget_mentions(user: User) -> None:
    """Take the person's words out of what others keep: news of their work, the staff's log."""
    of_theirs = PeerReview.objects.filter(author=user)
    pages = [review.get_absolute_url() for review in of_theirs.only("pk")]
    about = Report.objects.filter(person=user)
    pages += [report.get_absolute_url() for report in about.only("pk")]
    Notification.objects.filter(target__in=pages).delete()
    # What was decided stays with the moderators; what it was about goes.
    about.update(title="–", excerpt="")
    Report.objects.filter(reporter=user).update(note="")
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)
    ).update(object_repr="–", change_message="")


def _end_sessions(user_ids: set[str]) -> None:
    """End the browsers' sessions of these people: sessions know nobody, so all are looked at."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in Session.objects.iterator(chunk_size=500):
        if session.get_decoded().get(SESSION_KEY) in user_ids:
            store(session.session_key).delete()
