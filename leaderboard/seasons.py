"""Leagues: weekly groups of learners who did about as much lately, for those who want them.

A week is the boards' own, Monday to Sunday in UTC, so it has 168 hours when clocks change, too.
A group's table is the week's board of everyone, cut down to its members: there is no second count
of points that could differ from it. The turn of the week is `seasons_turn`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from leaderboard.league_models import HIGHEST, LOWEST, League
from leaderboard.models import (
    PRESENT,
    LeagueGroup,
    LeagueMembership,
    LeaguePlayer,
    Standing,
)
from leaderboard.periods import EVERYONE, Period, league_scope, period_key
from learnquest.core.errors import Conflict

# How many rise and how many go down in a group in which at least three times as many took part.
ZONE = 7
# Weeks away in a row: the first costs nothing, each further one a league, and then one rests.
FREE_ABSENCES = 1
MOST_ABSENCES = 4


@dataclass(frozen=True)
class Row:
    """One line of a group's table. `zone` is where it would lead if the week ended now."""

    place: int | None
    user: User
    points: int
    zone: LeagueMembership.Outcome
    is_me: bool


@dataclass(frozen=True)
class Table:
    """A learner's group in the week that runs."""

    group: LeagueGroup
    league: League
    rows: list[Row]
    ends_at: datetime
    up: int
    down: int

    @property
    def mine(self) -> Row | None:
        return next((row for row in self.rows if row.is_me), None)


def week_of(now: datetime) -> str:
    """Return how a week is named: "2026-W48"."""
    return period_key(Period.WEEK, now)


def end_of_week(now: datetime) -> datetime:
    """Return the Monday, 00:00 UTC, with which the week around `now` ends."""
    moment = now.astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - moment.weekday())


@transaction.atomic
def join(*, by: User, now: datetime | None = None) -> LeaguePlayer:
    """Take part from the next turn of the week on; where one has been before, in one's old league.

    Nobody is put into a group that is under way, so that there is nothing to win by waiting.
    Raises Conflict for a learner who is not on the leaderboard.
    """
    if not by.is_on_leaderboard:
        raise Conflict(
            _("You have left the leaderboard, and a league is one. Come back to it first.")
        )
    player, is_new = LeaguePlayer.objects.get_or_create(
        user=by, defaults={"joined_at": now or timezone.now()}
    )
    if not is_new and player.left_at is not None:
        player.left_at, player.absences = None, 0
        player.save(update_fields=["left_at", "absences"])
    return player


@transaction.atomic
def leave(*, by: User, now: datetime | None = None) -> None:
    """Take part no longer, and be gone from the group's table at once."""
    LeaguePlayer.objects.filter(user=by, left_at=None).update(left_at=now or timezone.now())


def player_of(user: User) -> LeaguePlayer | None:
    """Return that a learner takes part, or None for who only wants to learn."""
    return LeaguePlayer.objects.filter(user=user, left_at=None).first()


def group_of(user: User, now: datetime) -> LeagueGroup | None:
    """Return the group of somebody who takes part, in the week that runs."""
    return LeagueGroup.objects.filter(
        week=week_of(now), memberships__user=user, memberships__user__league_player__left_at=None
    ).first()


def scope_of(user: User, now: datetime | None = None) -> str | None:
    """Return how boards name the group of a learner in the week that runs; None without one."""
    group = group_of(user, now or timezone.now())
    return None if group is None else league_scope(group.pk)


def last_week_of(user: User, now: datetime) -> LeagueMembership | None:
    """Return how the week before ended for a learner."""
    return (
        LeagueMembership.objects.filter(user=user, week=week_of(now - timedelta(weeks=1)))
        .exclude(outcome=LeagueMembership.Outcome.OPEN)
        .select_related("group")
        .first()
    )


def table_of(user: User, now: datetime | None = None) -> Table | None:
    """Return the table of a learner's group as it stands, in two queries; None without one."""
    now = now or timezone.now()
    group = group_of(user, now)
    if group is None:
        return None
    members = list(_members(group))
    points = [one.points_now for one in members]  # type: ignore[attr-defined]  # annotated
    taking_part = [mine for mine in points if mine]
    zone = zone_size(len(taking_part))
    rows = []
    for one, mine in zip(members, points, strict=True):
        place, outcome = _standing(mine, taking_part, zone, League(group.league))
        rows.append(Row(place, one.user, mine, outcome, one.user_id == user.pk))
    return Table(
        group=group,
        league=League(group.league),
        rows=rows,
        ends_at=end_of_week(now),
        up=0 if group.league == HIGHEST else zone,
        down=0 if group.league == LOWEST else zone,
    )


def zone_size(taking_part: int) -> int:
    """Return how many rise, and how many go down, of those with points in the week."""
    return ZONE if taking_part >= 3 * ZONE else taking_part // 3


def _members(group: LeagueGroup) -> QuerySet[LeagueMembership]:
    """Those of a group whom everybody may see, in rank order."""
    standing = Standing.objects.on_board(EVERYONE, group.week).filter(user=OuterRef("user"))
    return (
        LeagueMembership.objects.filter(
            group=group,
            user__league_player__left_at=None,
            user__is_on_leaderboard=True,
            **PRESENT,
        )
        .annotate(
            points_now=Coalesce(Subquery(standing.values("points")[:1]), 0),
            reached_at=Subquery(
                standing.values("reached_at")[:1], output_field=DateTimeField(null=True)
            ),
        )
        .select_related("user")
        .order_by("-points_now", "reached_at", "user")
    )


def _standing(
    mine: int, taking_part: list[int], zone: int, league: League
) -> tuple[int | None, LeagueMembership.Outcome]:
    """Return place and outcome by the same rules as the turn of the week.

    Ties share the better fate: who shares the last place that rises, rises; who ties with
    somebody that stays, stays.
    """
    if not mine:
        return None, LeagueMembership.Outcome.ABSENT
    place = sum(theirs > mine for theirs in taking_part) + 1
    if place <= zone and league < HIGHEST:
        return place, LeagueMembership.Outcome.UP
    if sum(theirs <= mine for theirs in taking_part) <= zone and league > LOWEST:
        return place, LeagueMembership.Outcome.DOWN
    return place, LeagueMembership.Outcome.STAY
