"""Noticing by itself that the site was down, so that nobody's streak pays for it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from leaderboard.models import Heartbeat, Outage, PointEntry

NAME = "site"
# Shorter ones leave everybody the rest of their day; after longer ones the machine was off on
# purpose, unless an admin writes it down.
SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=3)


@transaction.atomic
def beat(*, now: datetime | None = None) -> Outage | None:
    """Say that the site is at work; returns the outage that ends with this, if there was one.

    Nothing said for an hour to three days is an outage, unless somebody did something in that
    time: then it was only the worker that stood still.
    """
    now = now or timezone.now()
    heart, _is_new = Heartbeat.objects.get_or_create(name=NAME, defaults={"seen_at": now})
    heart = Heartbeat.objects.select_for_update().get(pk=heart.pk)
    last = heart.seen_at
    if now <= last:
        return None
    heart.seen_at = now
    heart.save(update_fields=["seen_at"])
    if (
        not SHORTEST <= now - last <= LONGEST
        or PointEntry.objects.filter(occurred_at__gt=last, occurred_at__lt=now).exists()
    ):
        return None
    outage, _is_new = Outage.objects.get_or_create(
        starts_at=last, is_detected=True, defaults={"ends_at": now}
    )
    return outage
