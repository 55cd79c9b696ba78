"""Days in a row on which a learner did something, in their own time zone, kindly counted.

Four things do not break a streak, and none of them counts as a day: one rest day in each week,
Monday to Sunday; a freeze, of which every ten active days earn one; a day on which the site was
down; and the days of a journey eastwards, which are short, or over the date line never happen.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import BigIntegerField, CharField, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from leaderboard.activity import DONE, pending_of
from leaderboard.models import MOMENT, Outage, PointEntry, ZoneMove

LOOK_BACK_DAYS = 366
DAYS_PER_FREEZE = 10
MOST_FREEZES = 3
# A journey shortens a day by so much or more; and how many within four weeks are believed.
SHORTENED = timedelta(hours=2)
MOST_JOURNEYS = 2
JOURNEY_WEEKS = timedelta(weeks=4)

A_DAY = timedelta(days=1)
NONE: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Streak:
    """A streak as it stands today, and what has kept it."""

    length: int = 0
    longest: int = 0
    freezes: int = 0
    # Active days since the last freeze was earned.
    towards_freeze: int = 0
    frozen: tuple[date, ...] = ()
    rested: tuple[date, ...] = ()
    excused: tuple[date, ...] = ()

    @property
    def days_to_freeze(self) -> int:
        return DAYS_PER_FREEZE - self.towards_freeze


@dataclass(frozen=True)
class Days:
    """One person's own days: those with something in them, and those that nobody asks of them."""

    active: set[date] = field(default_factory=set)
    excused: frozenset[date] = NONE


@dataclass(frozen=True)
class Move:
    """Somebody lived in one zone until then, and in another from then on."""

    at: datetime
    before: str
    after: str


def streak(*, user: User, now: datetime | None = None) -> int:
    """Return how many days the learner was active without breaking off."""
    return streak_of(user=user, now=now).length


def streak_of(*, user: User, now: datetime | None = None) -> Streak:
    """Return the learner's streak with its freezes, for their own eyes, in a few queries."""
    zone = ZoneInfo(user.time_zone)
    return streaks_of(user_ids=[user.pk], zone=zone, with_pending=True, now=now)[user.pk]


def streaks(
    *, user_ids: Collection[int], zone: ZoneInfo, now: datetime | None = None
) -> dict[int, int]:
    """Return the streak's length of each of many people of one zone, for their own eyes."""
    found = streaks_of(user_ids=user_ids, zone=zone, with_pending=True, now=now)
    return {user_id: one.length for user_id, one in found.items()}


def streaks_of(
    *,
    user_ids: Collection[int],
    zone: ZoneInfo,
    with_pending: bool = False,
    now: datetime | None = None,
) -> dict[int, Streak]:
    """Return the streak of each of many people who live in one zone; see `days_of`."""
    now = now or timezone.now()
    today = now.astimezone(zone).date()
    days = days_of(user_ids=user_ids, zone=zone, with_pending=with_pending, now=now)
    return {user_id: measure(own, today) for user_id, own in days.items()}


def days_of(
    *, user_ids: Collection[int], zone: ZoneInfo, now: datetime, with_pending: bool = False
) -> dict[int, Days]:
    """Return the days of the last year of people who live in one zone now.

    A day is the one it was where they lived then. `with_pending` adds the days of reviews whose
    works are not settled: for each person's own eyes, and never for a badge.
    """
    since = now - timedelta(days=LOOK_BACK_DAYS)
    moves, down = _circumstances(user_ids, since, now)
    outages = frozenset(day for begun, ended in down for day in _touched(begun, ended, zone))
    days = {
        user_id: Days(excused=outages | _travelled(moves[user_id]))
        if user_id in moves
        else Days(excused=outages)
        for user_id in user_ids
    }
    # By when it was paid first, for the index: nothing is paid before it is done.
    entries = PointEntry.objects.annotate(moment=MOMENT).filter(
        reason__in=DONE, occurred_at__gte=since, moment__range=(since, now)
    )
    stayed = days.keys() - moves.keys()
    at_home: QuerySet[PointEntry, Any] = (
        entries.filter(user__in=stayed)
        .annotate(day=TruncDate("moment", tzinfo=zone))
        .values_list("user", "day")
        .order_by()
        .distinct()
    )
    if with_pending:
        pending = pending_of(stayed, since, now).annotate(day=TruncDate("moment", tzinfo=zone))
        at_home = at_home.union(pending.values_list("person", "day"), all=True)
    for user_id, day in at_home:
        days[user_id].active.add(day)
    if moves:
        away: QuerySet[PointEntry, Any] = entries.filter(user__in=moves).values_list(
            "user", "moment"
        )
        if with_pending:
            pending = pending_of(moves.keys(), since, now)
            away = away.union(pending.values_list("person", "moment"), all=True)
        for user_id, moment in away:
            there = _zone_at(moment, moves[user_id], zone)
            days[user_id].active.add(moment.astimezone(there).date())
    return days


def _circumstances(
    user_ids: Collection[int], since: datetime, now: datetime
) -> tuple[dict[int, list[Move]], list[tuple[datetime, datetime]]]:
    """Return who moved when, in the order of time, and when the site was down; in one query."""
    moves: dict[int, list[Move]] = defaultdict(list)
    down = []
    of_people = ZoneMove.objects.filter(
        user__in=user_ids, moved_at__range=(since, now)
    ).values_list("user_id", "moved_at", "moved_at", "before", "after")
    of_all = Outage.objects.filter(ends_at__gte=since, starts_at__lte=now).values_list(
        Value(None, BigIntegerField()),
        "starts_at",
        "ends_at",
        Value("", CharField()),
        Value("", CharField()),
    )
    found = of_people.union(of_all, all=True).order_by("moved_at")
    rows = cast("Iterable[tuple[int | None, datetime, datetime, str, str]]", found)
    for user_id, begun, ended, before, after in rows:
        if user_id is None:
            down.append((begun, ended))
        else:
            moves[user_id].append(Move(begun, before, after))
    return moves, down


def active_days(*, user: User, now: datetime) -> set[date]:
    """Return the learner's own days of the last year on which they did something."""
    zone = ZoneInfo(user.time_zone)
    return days_of(user_ids=[user.pk], zone=zone, now=now)[user.pk].active


def length(days: Collection[date], today: date) -> int:
    """Return how long a streak of these days is; see `measure`."""
    return measure(Days(set(days)), today).length


def measure(days: Days, today: date) -> Streak:
    """Return the longest streak that holds until today.

    Today without activity is not a day off yet. Somebody who flew westwards may have been active
    on a day that is still to come where they are now; it counts.
    """
    if not days.active:
        return Streak()
    starts = sorted(days.active)
    today = max(today, starts[-1])
    end = today if today in days.active else today - A_DAY
    longest = 0
    for start in starts:
        run, is_alive = _run(days, start, end)
        longest = max(longest, run.length)
        # A later start makes a shorter one.
        if is_alive:
            return Streak(
                run.length, longest, run.freezes, run.towards_freeze, run.frozen, run.rested,
                run.excused,
            )  # fmt: skip
    return Streak(longest=longest)


def _run(days: Days, start: date, end: date) -> tuple[Streak, bool]:
    """Go from an active day to `end`; returns the streak and whether nothing broke it."""
    count = freezes = 0
    rested: list[date] = []
    frozen: list[date] = []
    excused: list[date] = []
    rested_weeks: set[date] = set()
    is_alive = True
    for day in _each(start, end):
        monday = day - timedelta(days=day.weekday())
        if day in days.active:
            count += 1
            freezes = min(MOST_FREEZES, freezes + (count % DAYS_PER_FREEZE == 0))
        elif day in days.excused:
            excused.append(day)
        elif monday not in rested_weeks:
            rested_weeks.add(monday)
            rested.append(day)
        elif freezes:
            freezes -= 1
            frozen.append(day)
        else:
            is_alive = False
            break
    run = Streak(
        count, count, freezes, count % DAYS_PER_FREEZE, tuple(frozen), tuple(rested), tuple(excused)
    )
    return run, is_alive


def _each(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _touched(begun: datetime, ended: datetime, zone: ZoneInfo) -> Iterator[date]:
    yield from _each(begun.astimezone(zone).date(), ended.astimezone(zone).date())


def _zone_at(moment: datetime, moves: list[Move], now_in: ZoneInfo) -> ZoneInfo:
    """Return where somebody lived at a moment: before the first move that came after it."""
    for move in moves:
        if moment < move.at:
            return ZoneInfo(move.before)
    return now_in


def _travelled(moves: Iterable[Move]) -> frozenset[date]:
    """Return the days that journeys eastwards shortened or left out, the first and last included.

    Who moves more often than people travel is believed twice in four weeks.
    """
    days: set[date] = set()
    believed: list[datetime] = []
    for move in moves:
        before = move.at.astimezone(ZoneInfo(move.before))
        after = move.at.astimezone(ZoneInfo(move.after))
        gained = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
        lately = [when for when in believed if move.at - when < JOURNEY_WEEKS]
        if gained >= SHORTENED and len(lately) < MOST_JOURNEYS:
            believed.append(move.at)
            days.update(_each(before.date(), after.date()))
    return frozenset(days)
