"""The turn of the week: how each group ended, who moves, and the groups of the week that begins.

Three steps, each one transaction with a few statements over all learners. The row of the turn is
locked during each and says which are done, so two workers do each once, and a turn that was cut
off goes on where it stopped: a step that did not commit has not happened.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from leaderboard.league_models import HIGHEST, LOWEST
from leaderboard.models import LeagueGroup, LeagueMembership, LeagueTurn
from leaderboard.points import EVERYONE
from leaderboard.seasons import FREE_ABSENCES, MOST_ABSENCES, ZONE, week_of

# Points earned in the last minutes of a week are written by then.
GRACE = timedelta(minutes=10)
GROUP_SIZE = 30
# By the points of how many weeks groups are matched.
WEEKS_MATCHED = 4
WEEKS_KEPT = 13

Step = LeagueTurn.Step

# Who can be in a group at all. `p` are the players, `u` their accounts.
TAKES_PART = """
    p.left_at IS NULL AND u.is_active AND u.erase_at IS NULL AND u.is_on_leaderboard
"""

# Ties share a place and the better fate: RANK counts those above, and COUNT with RANGE those who
# have as few or fewer, oneself included.
CLOSE = f"""
    UPDATE league_memberships SET points = ended.points, place = ended.place,
        outcome = CASE
            WHEN ended.place <= ended.zone AND ended.league < {HIGHEST} THEN 'up'
            WHEN ended.below <= ended.zone AND ended.league > {LOWEST} THEN 'down'
            ELSE 'stay' END
    FROM (
        SELECT id, points, place, below, league,
            CASE WHEN present >= {3 * ZONE} THEN {ZONE} ELSE present / 3 END AS zone
        FROM (
            SELECT m.id, s.points, g.league,
                RANK() OVER (PARTITION BY m.group_id ORDER BY s.points DESC) AS place,
                COUNT(*) OVER (
                    PARTITION BY m.group_id ORDER BY s.points
                    RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
                ) AS below,
                COUNT(*) OVER (PARTITION BY m.group_id) AS present
            FROM league_memberships m
            JOIN league_groups g ON g.id = m.group_id
            JOIN league_players p ON p.user_id = m.user_id
            JOIN users u ON u.id = m.user_id
            JOIN leaderboard s ON s.user_id = m.user_id
                AND s.scope = '{EVERYONE}' AND s.period = %(closed)s AND s.points > 0
            WHERE g.week = %(closed)s AND m.outcome = '' AND {TAKES_PART}
        ) ranked
    ) ended
    WHERE league_memberships.id = ended.id
"""  # noqa: S608 - numbers and names of our own

CLOSE_THE_REST = f"""
    UPDATE league_memberships SET outcome = CASE
        WHEN user_id IN (
            SELECT p.user_id FROM league_players p JOIN users u ON u.id = p.user_id
            WHERE {TAKES_PART}
        ) THEN 'absent' ELSE 'left' END
    WHERE outcome = '' AND group_id IN (SELECT id FROM league_groups WHERE week = %(closed)s)
"""  # noqa: S608 - numbers and names of our own

MOVE = f"""
    UPDATE league_players SET
        league = CASE
            WHEN m.outcome = 'up' THEN league_players.league + 1
            WHEN m.outcome = 'down' THEN league_players.league - 1
            WHEN m.outcome = 'absent' AND absences >= {FREE_ABSENCES}
                AND league_players.league > {LOWEST} THEN league_players.league - 1
            ELSE league_players.league END,
        highest = CASE
            WHEN m.outcome = 'up' AND league_players.league + 1 > highest
                THEN league_players.league + 1
            ELSE highest END,
        absences = CASE WHEN m.outcome = 'absent' THEN absences + 1 ELSE 0 END
    FROM league_memberships m JOIN league_groups g ON g.id = m.group_id
    WHERE g.week = %(closed)s AND m.user_id = league_players.user_id
        AND (m.outcome IN ('up', 'down', 'absent') OR absences > 0)
"""  # noqa: S608 - numbers and names of our own

# Who rests is back after a week with points.
WAKE = f"""
    UPDATE league_players SET absences = 0
    WHERE absences >= {MOST_ABSENCES} AND user_id IN (
        SELECT user_id FROM leaderboard
        WHERE scope = '{EVERYONE}' AND period = %(before)s AND points > 0
    )
"""  # noqa: S608 - numbers and names of our own

# Neighbours by their points of the last weeks share a group; the order among equals is shuffled,
# each week anew, and the same whenever it is asked for. A league is cut into equal parts.
PLACE = f"""
    CREATE TEMPORARY TABLE league_places AS
    SELECT user_id, league, nth * parts / total AS number FROM (
        SELECT user_id, league, total, nth,
            CASE WHEN total < {GROUP_SIZE + GROUP_SIZE // 2} THEN 1
                ELSE (total + {GROUP_SIZE // 2}) / {GROUP_SIZE} END AS parts
        FROM (
            SELECT p.user_id, p.league,
                COUNT(*) OVER (PARTITION BY p.league) AS total,
                ROW_NUMBER() OVER (
                    PARTITION BY p.league
                    ORDER BY COALESCE(effort.points, 0) DESC,
                        (p.user_id * 2654435761 + %(salt)s) %% 4294967296
                ) - 1 AS nth
            FROM league_players p
            JOIN users u ON u.id = p.user_id
            LEFT JOIN (
                SELECT user_id, SUM(points) AS points FROM leaderboard
                WHERE scope = '{EVERYONE}' AND period IN %(weeks)s
                GROUP BY user_id
            ) effort ON effort.user_id = p.user_id
            WHERE p.absences < {MOST_ABSENCES} AND {TAKES_PART}
        ) numbered
    ) sized
"""  # noqa: S608 - numbers and names of our own

MAKE_GROUPS = """
    INSERT INTO league_groups (week, league, number)
    SELECT DISTINCT %(opened)s, league, number FROM league_places WHERE true
    ON CONFLICT DO NOTHING
"""

MAKE_MEMBERSHIPS = """
    INSERT INTO league_memberships (user_id, group_id, week, points, outcome)
    SELECT at.user_id, g.id, %(opened)s, 0, ''
    FROM league_places at
    JOIN league_groups g ON g.week = %(opened)s AND g.league = at.league AND g.number = at.number
    WHERE true
    ON CONFLICT DO NOTHING
"""


def turn_due(*, now: datetime | None = None) -> bool:
    """Turn to the week that runs, unless that is done; returns whether anything was left to do.

    Weeks that passed while nobody turned had no groups: what ends is the last one that had.
    """
    week = week_of((now or timezone.now()) - GRACE)
    if LeagueTurn.objects.filter(week=week, step=Step.GROUPED).exists():
        return False
    turn(week, now=now)
    return True


def turn(week: str, *, now: datetime | None = None) -> None:
    """Close the week before `week`, move everybody, and open the groups of `week`."""
    LeagueTurn.objects.get_or_create(week=week, defaults={"begun_at": now or timezone.now()})
    closed = _to_close(week)
    for step, deed in (
        (Step.CLOSED, partial(_close, closed)),
        (Step.MOVED, partial(_move, closed, week)),
        (Step.GROUPED, partial(_group, week)),
    ):
        _once(week, step, deed)
    LeagueTurn.objects.filter(week=week, finished_at=None).update(finished_at=now or timezone.now())
    forget(before=_weeks_back(week, WEEKS_KEPT))


@transaction.atomic
def _once(week: str, step: LeagueTurn.Step, deed: Callable[[], None]) -> None:
    """Do a step and note that it is done, or find that it was. A second worker waits here."""
    row = LeagueTurn.objects.select_for_update().get(week=week)
    if row.step >= step:
        return
    deed()
    row.step = step
    row.save(update_fields=["step"])


def _to_close(opened: str) -> str:
    """Return the last week that had groups, or "" when an earlier turn has closed it already."""
    last = LeagueGroup.objects.filter(week__lt=opened).aggregate(last=Max("week"))["last"] or ""
    earlier = LeagueTurn.objects.filter(week__gt=last, week__lt=opened, step__gte=Step.MOVED)
    return "" if earlier.exists() else last


def _close(closed: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, {"closed": closed})
        cursor.execute(CLOSE_THE_REST, {"closed": closed})


def _move(closed: str, opened: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"closed": closed})
        cursor.execute(WAKE, {"before": _weeks_back(opened, 1)})


def _group(opened: str) -> None:
    weeks = [_weeks_back(opened, back) for back in range(1, WEEKS_MATCHED + 1)]
    values = {f"week{number}": week for number, week in enumerate(weeks)}
    names = ", ".join(f"%({name})s" for name in values)
    salt = (int(opened[:4]) * 53 + int(opened[-2:])) * 40503 % 2**31
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS league_places")
        cursor.execute(PLACE.replace("%(weeks)s", f"({names})"), {**values, "salt": salt})
        cursor.execute(MAKE_GROUPS, {"opened": opened})
        cursor.execute(MAKE_MEMBERSHIPS, {"opened": opened})
        cursor.execute("DROP TABLE league_places")


def forget(*, before: str) -> int:
    """Delete the groups of weeks before `before`; what they led to stays with the players."""
    memberships = LeagueMembership.objects.filter(week__lt=before)
    count = memberships._raw_delete(memberships.db)
    LeagueGroup.objects.filter(week__lt=before).delete()
    return count


def _weeks_back(week: str, count: int) -> str:
    """Return the name of the week `count` weeks before."""
    monday = datetime.fromisocalendar(int(week[:4]), int(week[-2:]), 1)
    year, number, _day = (monday - timedelta(weeks=count)).isocalendar()
    return f"{year}-W{number:02d}"
