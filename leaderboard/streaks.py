"""Days in a row on which a learner did something, in their own time zone, with a rest day."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from leaderboard.models import PointEntry

LOOK_BACK_DAYS = 366


def streak(*, user: User, now: datetime | None = None) -> int:
    """Return how many days the learner was active without breaking off; see `length`."""
    now = now or timezone.now()
    return length(active_days(user=user, now=now), now.astimezone(ZoneInfo(user.time_zone)).date())


def active_days(*, user: User, now: datetime) -> set[date]:
    """Return the learner's own days of the last year with an entry in the ledger; one query."""
    zone = ZoneInfo(user.time_zone)
    return set(
        PointEntry.objects.visible_to(user)
        .filter(occurred_at__gte=now - timedelta(days=LOOK_BACK_DAYS), occurred_at__lte=now)
        .order_by()
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .values_list("day", flat=True)
        .distinct()
    )


def length(days: Collection[date], today: date) -> int:
    """Return the number of active days, back from today to the first break.

    One day off in each week, Monday to Sunday, is rest: it neither breaks the streak nor counts.
    A second one in the same week breaks it. Today without activity is not a day off yet.
    """
    count = 0
    rested: set[date] = set()  # the Mondays of weeks whose rest day is used
    day = today if today in days else today - timedelta(days=1)
    while True:
        if day in days:
            count += 1
        else:
            monday = day - timedelta(days=day.weekday())
            if monday in rested:
                return count
            rested.add(monday)
        day -= timedelta(days=1)
