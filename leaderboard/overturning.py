"""A moderator takes back what an outcome paid that turned out to be wrong."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import audit
from accounts.models import User
from leaderboard import points
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict, Forbidden


@transaction.atomic
def overturn(*, entry: PointEntry, by: User, now: datetime | None = None) -> PointEntry:
    """Take back one line of the ledger; returns the counter-entry, which tells the learner why.

    Raises Forbidden for anybody but a moderator, and for one's own points, and Conflict for what
    was taken back before.
    """
    now = now or timezone.now()
    if not by.is_moderator:
        raise Forbidden(_("Moderators take points back."))
    if entry.user_id == by.pk:
        raise Forbidden(_("Nobody decides on points of their own."))
    if entry.reverses_id is not None:
        raise Conflict(_("This is a counter-entry already."))
    with override(entry.user.locale):
        why = _("A moderator looked at what this was paid for and overturned it.")
    counter_entry = points.reverse(key=entry.key, reason=why, now=now)
    if counter_entry is None:
        raise Conflict(_("These points were taken back already."))
    audit.record(
        kind=audit.Kind.MODERATED,
        user=entry.user,
        actor=by,
        details={"target": f"points {entry.pk}", "decision": "overturned"},
        now=now,
    )
    return counter_entry
