"""How many calls of a paid model a learner may still make today."""

import zoneinfo
from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from ai.exchange import State
from ai.models import AIRequest


def left_today(user: User, *, now: datetime | None = None) -> int:
    """Return how many uncached remote calls `user` has left on their own local day.

    Calls under way count, so that many at once cannot pass together. Answers from the cache and
    from the offline coach are free.
    """
    start, end = _today(user, now or timezone.now())
    made = (
        AIRequest.objects.filter(
            user=user, cached=False, offline=False, created_at__gte=start, created_at__lt=end
        )
        .exclude(outcome=State.OVER_BUDGET.value)
        .count()
    )
    return max(0, int(settings.AI_CALLS_PER_LEARNER_A_DAY) - made)


def seconds_until_tomorrow(user: User, *, now: datetime) -> int:
    """Return the seconds until the learner's next local day begins."""
    return max(1, int((_today(user, now)[1] - now).total_seconds()))


def _today(user: User, now: datetime) -> tuple[datetime, datetime]:
    zone = zoneinfo.ZoneInfo(user.time_zone)
    day = now.astimezone(zone).date()
    return (
        datetime.combine(day, time.min, zone),
        datetime.combine(day + timedelta(days=1), time.min, zone),
    )
