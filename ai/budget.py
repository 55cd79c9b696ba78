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
from ai.statements import Statement, statement


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
    """Set `tokens` and `cost` aside for a request that is yet to be saved, with what was set aside
    in it; or say which limit is reached."""
    now = request.created_at
    counters = _counters(user, now)
    own, site = statements.together(*_set_aside(counters, tokens=tokens, cost=cost))
    spent = [Spend(pk=row[0], calls=row[1], tokens=row[2], cost=row[3]) for row in own + site]
    ids = [row.pk for row in spent]
    for counter, row in zip(counters, spent, strict=True):
        before: dict[str, Decimal | int] = {
            "calls": row.calls - 1,
            "tokens": row.tokens - tokens,
            # SQLite calculates in binary fractions.
            "cost": round(Decimal(str(row.cost)) - cost, 6),
        }
        if any(before[name] >= limit for name, limit in counter.limits.items()):
            statements.together(*_added(ids, calls=-1, tokens=-tokens, cost=-cost))
            return Refusal(counter.cause, max(1, int((counter.ends - now).total_seconds())))
    request.reserved = {"rows": ids, "tokens": tokens, "cost": str(cost)}
    return None


@transaction.atomic(savepoint=False)
def settle(request: AIRequest, *, counts: bool) -> None:
    """Put what was spent in the place of what was set aside; a second time does nothing.

    `counts` says whether the call is one of today's: one that brought nothing is given back.
    """
    statements.together(*settled(request, counts=counts))


def settled(request: AIRequest, *, counts: bool) -> list[Statement]:
    """Return the statements of `settle`, to be sent with others in one transaction."""
    aside, request.reserved = request.reserved, {}
    if not aside:
        return []
    is_open = "id = %s AND reserved <> '{}'"
    return [
        # Whoever gets the row first settles it: a worker that was thought lost comes too late.
        statement(
            f"SELECT id FROM ai_requests WHERE {is_open}{statements.for_update()}",  # noqa: S608 - nobody's values
            request.pk,
        ),
        *_added(
            aside["rows"],
            calls=0 if counts else -1,
            tokens=request.tokens_in + request.tokens_out - aside["tokens"],
            cost=request.cost - Decimal(aside["cost"]),
            where=f"EXISTS (SELECT 1 FROM ai_requests WHERE {is_open})",  # noqa: S608 - as above
            values=(request.pk,),
        ),
        statement(
            "UPDATE ai_requests SET tokens_in = %s, tokens_out = %s, cost = %s, latency_ms = %s,"  # noqa: S608 - as above
            f" outcome = %s, reserved = '{{}}' WHERE {is_open}",
            request.tokens_in,
            request.tokens_out,
            request.cost,
            request.latency_ms,
            request.outcome,
            request.pk,
        ),
    ]


def left_today(user: User, *, now: datetime | None = None) -> Left:
    """Return what `user` may still ask for on their own local day; the site's limits count too."""
    now = now or timezone.now()
    share, calls = 1.0, None
    for counter in _counters(user, now):
        row = _spent(counter)
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
        Standing(counter.cause, _spent(counter), counter.limits, counter.ends)
        for counter in _site_counters(now)
    ]


def site_shares(*, now: datetime) -> dict[str, float]:
    """Return how much of the site's budgets of today and this month is spent, from 0 to 1."""
    return {standing.cause.value: standing.share for standing in site_standings(now=now)}


def forget_old(*, now: datetime) -> int:
    """Delete the counters of periods that are over for two months; returns how many."""
    return Spend.objects.filter(period__lt=f"{now - timedelta(days=62):%Y-%m}").delete()[0]


def _set_aside(
    counters: list[_Counter], *, tokens: int, cost: Decimal
) -> tuple[Statement, Statement]:
    """Return what adds a call to a learner's counter, and to both of the site's, in this order.

    The first call of a period makes its rows, which many may do at once.
    """
    added = (
        " DO UPDATE SET calls = ai_spend.calls + excluded.calls,"
        " tokens = ai_spend.tokens + excluded.tokens,"
        " cost = CAST(ai_spend.cost + excluded.cost AS numeric)"
        " RETURNING id, calls, tokens, cost"
    )
    start = "INSERT INTO ai_spend (user_id, period, calls, tokens, cost) VALUES"
    one = (1, tokens, cost)
    own, month, day = counters
    return (
        statement(
            f"{start} (%s, %s, %s, %s, %s)"
            f" ON CONFLICT (user_id, period) WHERE user_id IS NOT NULL{added}",
            *(own.user and own.user.pk, own.period, *one),
        ),
        statement(
            f"{start} (NULL, %s, %s, %s, %s), (NULL, %s, %s, %s, %s)"
            f" ON CONFLICT (period) WHERE user_id IS NULL{added}",
            *(month.period, *one, day.period, *one),
        ),
    )


def _added(
    ids: list[int],
    *,
    calls: int,
    tokens: int,
    cost: Decimal,
    where: str = "TRUE",
    values: tuple[object, ...] = (),
) -> list[Statement]:
    """Return what adds to counters; one by one, in the order in which they were locked first, so
    that no two wait for each other."""
    return [
        statement(
            "UPDATE ai_spend SET calls = calls + %s, tokens = tokens + %s,"  # noqa: S608 - the conditions are ours
            f" cost = CAST(cost + %s AS numeric) WHERE id = %s AND {where}",
            *(calls, tokens, cost, pk, *values),
        )
        for pk in ids
    ]


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
