"""What is counted about learners for their badges, for many at once, in a fixed number of queries.

The ledger, its days and the leagues are known here. What stands in the layers above, such as
reviews, is counted there: `count_with` takes such a function at start-up.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import cast
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractHour, TruncDate
from django.utils import timezone

from leaderboard import streaks
from leaderboard.activity import DONE
from leaderboard.badge_list import Fact
from leaderboard.models import LeagueMembership, LeaguePlayer, PointEntry

type Facts = Mapping[Fact, int]
type Counter = Callable[[Collection[int]], Mapping[int, Facts]]

Reason = PointEntry.Reason
AWAY = timedelta(days=30)
NIGHT = range(4)
MORNING = range(4, 7)

_counters: list[Counter] = []


def count_with(counter: Counter) -> None:
    """Add a function that counts facts of some people, by their ids."""
    if counter not in _counters:
        _counters.append(counter)


def facts_of(
    *, user_ids: Collection[int], zone: ZoneInfo, now: datetime | None = None
) -> dict[int, dict[Fact, int]]:
    """Return the facts about people who live in one zone; what is missing is 0."""
    now = now or timezone.now()
    facts: dict[int, dict[Fact, int]] = {user_id: {} for user_id in user_ids}
    for counter in (_ledger, _leagues, *_counters):
        for user_id, found in counter(user_ids).items():
            facts[user_id].update(found)
    days = _hours(user_ids, zone)
    runs = streaks.streaks_of(user_ids=user_ids, zone=zone, now=now)
    for user_id, hours in days.items():
        facts[user_id] |= _of_days(hours) | {Fact.STREAK: runs[user_id].longest}
    return facts


def _ledger(user_ids: Collection[int]) -> dict[int, Facts]:
    """What was overturned since counts for no badge, although the day on which it was done does."""

    def stands(reason: PointEntry.Reason) -> Q:
        return Q(reason=reason, reversal=None)

    def times(reason: PointEntry.Reason) -> Count:
        return Count("pk", filter=stands(reason))

    def fields(reason: PointEntry.Reason) -> Count:
        return Count("category", filter=stands(reason) & ~Q(category=""), distinct=True)

    rows = (
        PointEntry.objects.filter(user__in=user_ids)
        .values("user")
        .annotate(
            **{
                Fact.HANDED_IN: times(Reason.HANDED_IN),
                Fact.ACCEPTED: times(Reason.WORK_ACCEPTED),
                Fact.MILESTONES: times(Reason.MILESTONE),
                Fact.PRACTICES: times(Reason.PRACTICE),
                Fact.REVIEWS: times(Reason.REVIEW_GIVEN),
                Fact.FIELDS: fields(Reason.WORK_ACCEPTED),
                Fact.REVIEW_FIELDS: fields(Reason.REVIEW_GIVEN),
                Fact.POINTS: Sum("amount", filter=Q(verified=True), default=0),
            }
        )
        .order_by()
    )
    return {
        row["user"]: {Fact(name): value for name, value in row.items() if name != "user"}
        for row in cast("Iterable[dict[str, int]]", rows)
    }


def _leagues(user_ids: Collection[int]) -> dict[int, Facts]:
    rows = (
        LeaguePlayer.objects.filter(user__in=user_ids)
        .annotate(
            rises=Count(
                "user__league_memberships",
                filter=Q(user__league_memberships__outcome=LeagueMembership.Outcome.UP),
            )
        )
        .values_list("user", "highest", "rises")
    )
    return {user: {Fact.LEAGUE: highest, Fact.RISES: rises} for user, highest, rises in rows}


def _hours(user_ids: Collection[int], zone: ZoneInfo) -> dict[int, set[tuple[date, int]]]:
    """Return the days and hours, on their own clock, at which people did something."""
    hours: dict[int, set[tuple[date, int]]] = {user_id: set() for user_id in user_ids}
    rows = (
        PointEntry.objects.filter(user__in=user_ids, reason__in=DONE)
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .annotate(hour=ExtractHour("occurred_at", tzinfo=zone))
        .values_list("user", "day", "hour")
        .order_by()
        .distinct()
    )
    for user_id, day, hour in rows:
        hours[user_id].add((day, hour))
    return hours


def _of_days(hours: set[tuple[date, int]]) -> dict[Fact, int]:
    days = sorted({day for day, _hour in hours})
    return {
        Fact.NIGHTS: len({day for day, hour in hours if hour in NIGHT}),
        Fact.MORNINGS: len({day for day, hour in hours if hour in MORNING}),
        Fact.LEAP_DAYS: sum((day.month, day.day) == (2, 29) for day in days),
        Fact.NEW_YEARS: sum((day.month, day.day) == (1, 1) for day in days),
        Fact.COMEBACKS: sum(b - a >= AWAY for a, b in pairwise(days)),
    }
