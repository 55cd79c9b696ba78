"""Days in a row on which a learner did something, in their own time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from leaderboard.models import PointEntry

LOOK_BACK_DAYS = 366


def streak(*, user: User, now: datetime | None = None) -> int:
    """Return the number of days in a row, up to today or yesterday, with an entry in the ledger.

    Today without one does not break it yet.
    """
    zone = ZoneInfo(user.time_zone)
    now = now or timezone.now()
    today = now.astimezone(zone).date()
    days: set[date] = set(
        PointEntry.objects.visible_to(user)
        .filter(occurred_at__gte=now - timedelta(days=LOOK_BACK_DAYS), occurred_at__lte=now)
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .values_list("day", flat=True)
        .distinct()
    )
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length, day = length + 1, day - timedelta(days=1)
    return length
