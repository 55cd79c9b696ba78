"""Days in a row on which a learner did something, in their own time zone."""

from collections.abc import Collection
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
    return streaks(user_ids=[user.pk], zone=ZoneInfo(user.time_zone), now=now)[user.pk]


def streaks(
    *, user_ids: Collection[int], zone: ZoneInfo, now: datetime | None = None
) -> dict[int, int]:
    """Return the streak of each of many people who live in one zone, in one query."""
    now = now or timezone.now()
    today = now.astimezone(zone).date()
    days: dict[int, set[date]] = {user_id: set() for user_id in user_ids}
    found = (
        PointEntry.objects.filter(
            user__in=user_ids,
            occurred_at__gte=now - timedelta(days=LOOK_BACK_DAYS),
            occurred_at__lte=now,
        )
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .values_list("user", "day")
        .order_by()
        .distinct()
    )
    for user_id, day in found:
        days[user_id].add(day)
    return {user_id: _length(of_one, today) for user_id, of_one in days.items()}


def _length(days: set[date], today: date) -> int:
    day = today if today in days else today - timedelta(days=1)
    length = 0
    while day in days:
        length, day = length + 1, day - timedelta(days=1)
    return length
