"""How much may still be spent: by a learner today, by the whole site today and this month.

A call sets the most it can cost aside before it is made, in one transaction on the counters'
rows, and gives back what it did not use. So however many come at once, spending passes a limit
by one call at most.
"""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from ai import statements
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


def role(user: User) -> str:
    """Return the role whose limits hold for `user`."""
    if user.is_superuser:
        return "admin"
    return "moderator" if user.is_staff else "learner"


@transaction.atomic(savepoint=False)
def reserve(request: AIRequest, user: User, *, tokens: int, cost: Decimal) -> Refusal | None:
    """Save the request with `tokens` and `cost` set aside, or say which limit is reached."""
    now = request.created_at
    counters = _counters(user, now)
    rows = _locked(counters)
    for counter, row in zip(counters, rows, strict=True):
        if any(getattr(row, name) >= limit for name, limit in counter.limits.items()):
            return Refusal(counter.cause, max(1, int((counter.ends - now).total_seconds())))
    ids = [row.pk for row in rows]
    _add(ids, calls=1, tokens=tokens, cost=cost)
    request.reserved = {"rows": ids, "tokens": tokens, "cost": str(cost)}
    request.save()
    return None


@transaction.atomic(savepoint=False)
def settle(request: AIRequest, *, counts: bool) -> None:
    """Put what was spent in the place of what was set aside; a second time does nothing.

    `counts` says whether the call is one of today's: one that brought nothing is given back.
    """
    aside, request.reserved = request.reserved, {}
    if not aside:
        return
    # Whoever empties the row settles it: a worker that was thought lost comes too late.
    is_first = statements.run(
        "UPDATE ai_requests SET tokens_in = %s, tokens_out = %s, cost = %s, latency_ms = %s,"
        " outcome = %s, reserved = '{}' WHERE id = %s AND reserved <> '{}'",
        request.tokens_in,
        request.tokens_out,
        request.cost,
        request.latency_ms,
        request.outcome,
        request.pk,
    )
    if not is_first:
        return
    marks = ", ".join(["%s"] * len(aside["rows"]))
    _lock(f"id IN ({marks})", *aside["rows"])
    _add(
        aside["rows"],
        calls=0 if counts else -1,
        tokens=request.tokens_in + request.tokens_out - aside["tokens"],
        cost=request.cost - Decimal(aside["cost"]),
    )


def left_today(user: User, *, now: datetime | None = None) -> Left:
    """Return what `user` may still ask for on their own local day; the site's limits count too."""
    now = now or timezone.now()
    share, calls = 1.0, None
    for counter in _counters(user, now):
        row = Spend.objects.filter(_is_of(counter)).first() or Spend()
        for name, limit in counter.limits.items():
            share = min(share, 1 - float(getattr(row, name)) / limit if limit else 0.0)
        if counter.user is not None and "calls" in counter.limits:
            calls = max(0, int(counter.limits["calls"]) - row.calls)
    return Left(calls=calls, share=max(0.0, share))


def _spent(counter: _Counter) -> Spend:
    return Spend.objects.filter(_is_of(counter)).first() or Spend()


def site_standings(*, now: datetime) -> list[Standing]:
    """Return what the site has spent of today's and this month's budgets, with the limits."""
    return [
        Standing(
            counter.cause,
            Spend.objects.filter(_is_of(counter)).first() or Spend(),
            counter.limits,
            counter.ends,
        )
        for counter in _site_counters(now)
    ]


def site_shares(*, now: datetime) -> dict[str, float]:
    """Return how much of the site's budgets of today and this month is spent, from 0 to 1."""
    return {standing.cause.value: standing.share for standing in site_standings(now=now)}


def forget_old(*, now: datetime) -> int:
    """Delete the counters of periods that are over for two months; returns how many."""
    return Spend.objects.filter(period__lt=f"{now - timedelta(days=62):%Y-%m}").delete()[0]


def _locked(counters: list[_Counter]) -> list[Spend]:
    """Return the counters' rows, which nobody else changes until the transaction ends."""
    own, *site = counters
    which = "user_id = %s AND period = %s OR user_id IS NULL AND period IN (%s, %s)"
    values = (own.user and own.user.pk, own.period, *(counter.period for counter in site))
    rows = _lock(which, *values)
    if len(rows) < len(counters):
        # The first call of a period makes its row, which many may do at once.
        made = [Spend(user=counter.user, period=counter.period) for counter in counters]
        Spend.objects.bulk_create(made, ignore_conflicts=True)
        rows = _lock(which, *values)
    by_key = {(row.user_id, row.period): row for row in rows}
    return [by_key[c.user.pk if c.user else None, c.period] for c in counters]


def _lock(which: str, *values: object) -> list[Spend]:
    # Always in the same order, so that no two wait for each other.
    found = statements.rows(
        f"SELECT id, user_id, period, calls, tokens, cost FROM ai_spend WHERE {which}"  # noqa: S608 - the conditions are ours
        f" ORDER BY id{statements.for_update()}",
        *values,
    )
    return [
        Spend(id=row[0], user_id=row[1], period=row[2], calls=row[3], tokens=row[4], cost=row[5])
        for row in found
    ]


def _add(ids: list[int], *, calls: int, tokens: int, cost: Decimal) -> None:
    marks = ", ".join(["%s"] * len(ids))
    statements.run(
        "UPDATE ai_spend SET calls = calls + %s, tokens = tokens + %s,"  # noqa: S608 - marks alone
        f" cost = CAST(cost + %s AS numeric) WHERE id IN ({marks})",
        calls,
        tokens,
        cost,
        *ids,
    )


def _is_of(counter: _Counter) -> Q:
    if counter.user is None:
        return Q(user__isnull=True, period=counter.period)
    return Q(user_id=counter.user.pk, period=counter.period)


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
