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


def streaks(
    *, user_ids: Collection[int], zone: ZoneInfo, now: datetime | None = None
) -> dict[int, int]:
    """Return the streak of each of many people who live in one zone, in one query."""
    now = now or timezone.now()
    today = now.astimezone(zone).date()
    days = _active_days(user_ids=user_ids, zone=zone, now=now)
    return {user_id: length(of_one, today) for user_id, of_one in days.items()}


def active_days(*, user: User, now: datetime) -> set[date]:
    """Return the learner's own days of the last year with an entry in the ledger; one query."""
    return _active_days(user_ids=[user.pk], zone=ZoneInfo(user.time_zone), now=now)[user.pk]


def _active_days(
    *, user_ids: Collection[int], zone: ZoneInfo, now: datetime
) -> dict[int, set[date]]:
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
    return days


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
