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

from leaderboard import points, streaks
from leaderboard.activity import DONE
from leaderboard.badge_list import Fact
from leaderboard.models import MOMENT, LeagueMembership, LeaguePlayer, PointEntry

type Facts = Mapping[Fact, int]
# Counts the facts it knows among those wanted, of people by their ids.
type Counter = Callable[[Collection[int], frozenset[Fact]], Mapping[int, Facts]]

# The days, and the hours of each, at which somebody did something, on their own clock.
type Hours = set[tuple[date, int]]

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
    *,
    user_ids: Collection[int],
    zone: ZoneInfo,
    wanted: frozenset[Fact] = frozenset(Fact),
    now: datetime | None = None,
) -> dict[int, dict[Fact, int]]:
    """Return the wanted facts about people who live in one zone; what is missing is 0."""
    facts: dict[int, dict[Fact, int]] = {user_id: {} for user_id in user_ids}
    for counter in (_ledger, _leagues, *_counters):
        for user_id, found in counter(user_ids, wanted).items():
            facts[user_id].update(found)
    if wanted & _OF_DAYS.keys():
        for user_id, hours in _hours(user_ids, zone).items():
            facts[user_id] |= {fact: count(hours) for fact, count in _OF_DAYS.items()}
    if Fact.STREAK in wanted:
        # By the ledger alone: a badge is public, and a review is not before its outcome.
        runs = streaks.streaks_of(user_ids=user_ids, zone=zone, now=now or timezone.now())
        for user_id, run in runs.items():
            facts[user_id][Fact.STREAK] = run.longest
    return facts


def _ledger(user_ids: Collection[int], wanted: frozenset[Fact]) -> dict[int, Facts]:
    """What was overturned since counts for no badge, although the day on which it was done does."""

    def stands(reason: PointEntry.Reason) -> Q:
        return Q(reason=reason, reversal=None)

    def times(reason: PointEntry.Reason, also: Q | None = None) -> Count:
        return Count("pk", filter=stands(reason) & (also or Q()))

    def fields(reason: PointEntry.Reason, also: Q | None = None) -> Count:
        counted = stands(reason) & (also or Q()) & ~Q(category="")
        return Count("category", filter=counted, distinct=True)

    # Their credentials say so: announced practice is not verified, and known works have a key.
    of_peers = Q(verified=True) & ~Q(key__startswith=points.OF_KNOWN)

    known = {
        Fact.HANDED_IN: times(Reason.HANDED_IN),
        Fact.ACCEPTED: times(Reason.WORK_ACCEPTED),
        Fact.MILESTONES: times(Reason.MILESTONE),
        Fact.PRACTICES: times(Reason.PRACTICE),
        Fact.REVIEWS: times(Reason.REVIEW_GIVEN, of_peers),
        Fact.FIELDS: fields(Reason.WORK_ACCEPTED),
        Fact.REVIEW_FIELDS: fields(Reason.REVIEW_GIVEN, of_peers),
        Fact.POINTS: Sum("amount", filter=Q(verified=True), default=0),
    }
    asked = {fact: count for fact, count in known.items() if fact in wanted}
    if not asked:
        return {}
    entries = PointEntry.objects.filter(user__in=user_ids).order_by()
    rows = entries.values("user").annotate(**asked)
    return {
        row["user"]: {Fact(name): value for name, value in row.items() if name != "user"}
        for row in cast("Iterable[dict[str, int]]", rows)
    }


def _leagues(user_ids: Collection[int], wanted: frozenset[Fact]) -> dict[int, Facts]:
    if not wanted & {Fact.LEAGUE, Fact.RISES}:
        return {}
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


def _hours(user_ids: Collection[int], zone: ZoneInfo) -> dict[int, Hours]:
    hours: dict[int, Hours] = {user_id: set() for user_id in user_ids}
    rows = (
        PointEntry.objects.filter(user__in=user_ids, reason__in=DONE)
        .annotate(moment=MOMENT)
        .annotate(day=TruncDate("moment", tzinfo=zone))
        .annotate(hour=ExtractHour("moment", tzinfo=zone))
        .values_list("user", "day", "hour")
        .order_by()
        .distinct()
    )
    for user_id, day, hour in rows:
        hours[user_id].add((day, hour))
    return hours


def _comebacks(hours: Hours) -> int:
    return sum(b - a >= AWAY for a, b in pairwise(sorted({day for day, _hour in hours})))


def _at(times: range) -> Callable[[Hours], int]:
    return lambda hours: len({day for day, hour in hours if hour in times})


def _on(month: int, number: int) -> Callable[[Hours], int]:
    return lambda hours: len({day for day, _ in hours if (day.month, day.day) == (month, number)})


_OF_DAYS: Mapping[Fact, Callable[[Hours], int]] = {
    Fact.NIGHTS: _at(NIGHT),
    Fact.MORNINGS: _at(MORNING),
    Fact.LEAP_DAYS: _on(2, 29),
    Fact.NEW_YEARS: _on(1, 1),
    Fact.COMEBACKS: _comebacks,
}
