"""How much may still be spent: by a learner today, by the whole site today and this month.

A call sets the most it can cost aside before it is made, in one transaction on the counters'
rows, and gives back what it did not use. So however many come at once, spending passes a limit
by one call at most.
"""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from ai.exchange import Cause
from ai.models import AIRequest, Spend


@dataclass(frozen=True)
class Left:
    """What a learner may still ask for today. None means without limit."""

    calls: int | None
    share: float

    @property
    def is_nothing(self) -> bool:
        return self.share <= 0


@dataclass(frozen=True)
class Refusal:
    """Which limit is reached, and the seconds until it is new."""

    cause: Cause
    retry_after: int


@dataclass(frozen=True)
class Standing:
    """What the site spent in one period, and may spend."""

    cause: Cause
    spent: Spend
    limits: dict[str, float]
    ends: datetime

    @property
    def share(self) -> float:
        """The fullest of its limits, from 0 to 1; 0 without any."""
        shares = [
            float(getattr(self.spent, name)) / limit for name, limit in self.limits.items() if limit
        ]
        return max(shares, default=0.0)

    @property
    def percent(self) -> int:
        return round(100 * self.share)


@dataclass(frozen=True)
class _Counter:
    """One row of Spend, with the limits that hold for it."""

    user: User | None
    period: str
    limits: dict[str, float]
    cause: Cause
    ends: datetime


class _Full(Exception):
    """A counter admits no more; carries it out of the transaction that is undone."""

    def __init__(self, counter: _Counter) -> None:
        super().__init__(counter.period)
        self.counter = counter


def role(user: User) -> str:
    """Return the role whose limits hold for `user`."""
    if user.is_superuser:
        return "admin"
    return "moderator" if user.is_staff else "learner"


def reserve(request: AIRequest, user: User, *, tokens: int, cost: Decimal) -> Refusal | None:
    """Save the request with `tokens` and `cost` set aside, or say which limit is reached."""
    now = request.created_at
    try:
        with transaction.atomic():
            # Always in the same order, so that no two wait for each other.
            rows = [_set_aside(counter, tokens, cost) for counter in _counters(user, now)]
            request.reserved = {"rows": rows, "tokens": tokens, "cost": str(cost)}
            request.save()
    except _Full as full:
        request.reserved = {}
        wait = (full.counter.ends - now).total_seconds()
        return Refusal(full.counter.cause, max(1, int(wait)))
    return None


@transaction.atomic
def settle(request: AIRequest, *, counts: bool) -> None:
    """Put what was spent in the place of what was set aside; a second time does nothing.

    `counts` says whether the call is one of today's: one that brought nothing is given back.
    """
    row = AIRequest.objects.select_for_update().filter(pk=request.pk).first()
    if row is None or not row.reserved:
        return
    spent = request.tokens_in + request.tokens_out
    for user_id, period in row.reserved["rows"]:
        Spend.objects.filter(_of(user_id), period=period).update(
            calls=F("calls") - (0 if counts else 1),
            tokens=F("tokens") - row.reserved["tokens"] + spent,
            cost=F("cost") - Decimal(row.reserved["cost"]) + request.cost,
        )
    request.reserved = {}
    request.save(
        update_fields=["tokens_in", "tokens_out", "cost", "latency_ms", "outcome", "reserved"]
    )


def left_today(user: User, *, now: datetime | None = None) -> Left:
    """Return what `user` may still ask for on their own local day; the site's limits count too."""
    now = now or timezone.now()
    share, calls = 1.0, None
    for counter in _counters(user, now):
        row = _rows(counter).first() or Spend()
        for name, limit in counter.limits.items():
            share = min(share, 1 - float(getattr(row, name)) / limit if limit else 0.0)
        if counter.user is not None and "calls" in counter.limits:
            calls = max(0, int(counter.limits["calls"]) - row.calls)
    return Left(calls=calls, share=max(0.0, share))


def site_standings(*, now: datetime) -> list[Standing]:
    """Return what the site has spent of today's and this month's budgets, with the limits."""
    return [
        Standing(counter.cause, _rows(counter).first() or Spend(), counter.limits, counter.ends)
        for counter in _site_counters(now)
    ]


def site_shares(*, now: datetime) -> dict[str, float]:
    """Return how much of the site's budgets of today and this month is spent, from 0 to 1."""
    return {standing.cause.value: standing.share for standing in site_standings(now=now)}


def forget_old(*, now: datetime) -> int:
    """Delete the counters of periods that are over for two months; returns how many."""
    return Spend.objects.filter(period__lt=f"{now - timedelta(days=62):%Y-%m}").delete()[0]


def _set_aside(counter: _Counter, tokens: int, cost: Decimal) -> list[Any]:
    rows = _rows(counter)
    below = {f"{name}__lt": Decimal(str(limit)) for name, limit in counter.limits.items()}
    more = {"calls": F("calls") + 1, "tokens": F("tokens") + tokens, "cost": F("cost") + cost}
    if not rows.filter(**below).update(**more):
        # The first call of a period makes its row, which many may do at once.
        Spend.objects.bulk_create(
            [Spend(user=counter.user, period=counter.period)], ignore_conflicts=True
        )
        if not rows.filter(**below).update(**more):
            raise _Full(counter)
    return [counter.user.pk if counter.user else None, counter.period]


def _rows(counter: _Counter) -> QuerySet[Spend]:
    return Spend.objects.filter(
        _of(counter.user.pk if counter.user else None), period=counter.period
    )


def _of(user_id: int | None) -> Q:
    return Q(user__isnull=True) if user_id is None else Q(user_id=user_id)


def _counters(user: User, now: datetime) -> list[_Counter]:
    zone = zoneinfo.ZoneInfo(user.time_zone)
    day = now.astimezone(zone).date()
    own = _Counter(
        user,
        day.isoformat(),
        settings.AI_BUDGETS[role(user)],
        Cause.NONE,
        datetime.combine(day + timedelta(days=1), time.min, zone),
    )
    return [own, *_site_counters(now)]


def _site_counters(now: datetime) -> list[_Counter]:
    """The site's day and month are those of TIME_ZONE."""
    zone = zoneinfo.ZoneInfo(settings.TIME_ZONE)
    day = now.astimezone(zone).date()
    tomorrow = datetime.combine(day + timedelta(days=1), time.min, zone)
    next_month = datetime.combine(
        (day.replace(day=28) + timedelta(days=4)).replace(day=1), time.min, zone
    )
    budgets = settings.AI_BUDGETS
    return [
        _Counter(None, f"{day:%Y-%m}", budgets["site_month"], Cause.SITE_MONTH, next_month),
        _Counter(None, day.isoformat(), budgets["site_day"], Cause.SITE_DAY, tomorrow),
    ]
