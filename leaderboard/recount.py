"""Rebuild the standings from the ledger, or say where they differ. All of it in the database."""

# ruff: noqa: S608 - the parts of the SQL are ours; what comes from outside is a parameter

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import islice
from typing import Any

from django.core.mail import mail_admins
from django.db import connection, transaction
from django.db.models import CharField, Max, Q, Sum, Value
from django.db.models.functions import (
    Cast,
    Concat,
    ExtractIsoYear,
    ExtractMonth,
    ExtractWeek,
    ExtractYear,
    LPad,
)

from leaderboard import tallies
from leaderboard.models import PointEntry, RankChange, Standing
from leaderboard.periods import EVERYONE
from leaderboard.triggers import LISTED

logger = logging.getLogger(__name__)

SHOWN = 20

# Boards of leagues are no sums of the ledger alone.
OURS = "(scope = 'everyone' OR scope LIKE 'category:%%')"


@dataclass(frozen=True)
class Difference:
    """A row of the standings that is not what the ledger says, and in what."""

    scope: str
    period: str
    user_id: int
    what: str
    standing: str
    ledger: str

    def __str__(self) -> str:
        return (
            f"{self.scope} {self.period} user {self.user_id}: "
            f"{self.what} {self.standing}, ledger {self.ledger}"
        )


def differences() -> Iterator[Difference]:
    """Yield each difference in a stable order: points, when they were reached, who is listed."""
    ledger, values = _ledger()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT scope, period, user_id, SUM(has), SUM(should),
                MAX(has_at), MAX(should_at), MAX(is_listed), MAX(should_be_listed)
            FROM (
                SELECT scope, period, user_id, points AS has, 0 AS should,
                    reached_at AS has_at, NULL AS should_at,
                    CASE WHEN is_listed THEN 1 ELSE 0 END AS is_listed,
                    CASE WHEN {LISTED.format("u")} THEN 1 ELSE 0 END AS should_be_listed
                FROM leaderboard JOIN users AS u ON u.id = user_id WHERE {OURS}
                UNION ALL
                SELECT scope, period, user_id, 0, points, NULL, reached_at, NULL, NULL
                FROM ({ledger}) AS ledger
            ) AS both_sides GROUP BY 1, 2, 3
            HAVING SUM(has) <> SUM(should) OR MAX(is_listed) <> MAX(should_be_listed)
                OR (SUM(should) <> 0 AND MAX(has_at) <> MAX(should_at))
            ORDER BY 1, 2, 3
            """,
            values,
        )
        rows = cursor.fetchall()
    for scope, period, user_id, has, should, has_at, should_at, listed, should_list in rows:
        if has != should:
            yield Difference(scope, period, user_id, "points", f"{has}", f"{should}")
        elif listed != should_list:
            yield Difference(scope, period, user_id, "listed", f"{listed}", f"{should_list}")
        else:
            yield Difference(scope, period, user_id, "reached", f"{has_at}", f"{should_at}")
    for scope, period, width, floor, tally, counted in tallies.differences():
        what = f"tally {floor}+{width}"
        yield Difference(scope, period, 0, what, f"{tally}", f"{counted}")


def check() -> bool:
    """Compare all, and tell the log and the admins of any difference; returns whether all is well.

    Award and check may meet; what differs is looked at once more before anybody is woken.
    """
    found = list(islice(differences(), SHOWN))
    if found:
        found = [one for one in islice(differences(), SHOWN) if one in found]
    if not found:
        return True
    lines = "\n".join(str(one) for one in found)
    logger.error("The standings are not what the ledger says: run recount_points.\n%s", lines)
    mail_admins(
        "The standings are not what the ledger says",
        f"The nightly check found this, and perhaps more:\n\n{lines}\n\n"
        "manage.py recount_points makes the standings anew from the ledger.",
    )
    return False


@transaction.atomic
def rebuild() -> int:
    """Make the standings and their counts anew from the ledger, all or nothing.

    Returns how many rows there are. Whoever wants to give points meanwhile waits.
    """
    ledger, values = _ledger()
    is_true = "TRUE" if connection.vendor == "postgresql" else "1"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # In the order in which awards take them.
            cursor.execute("LOCK TABLE point_entries IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("LOCK TABLE leaderboard IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(f"DELETE FROM leaderboard WHERE {OURS.replace('%%', '%')}")
        cursor.execute(
            "INSERT INTO leaderboard (scope, period, user_id, points, reached_at, is_listed) "
            "SELECT scope, period, user_id, points, reached_at, "
            f"CASE WHEN {LISTED.format('u')} THEN {is_true} ELSE NOT {is_true} END "
            f"FROM ({ledger}) AS ledger JOIN users AS u ON u.id = user_id",
            values,
        )
    tallies.rebuild()
    RankChange.objects.create(user_id=None)
    return Standing.objects.count()


def _ledger() -> tuple[str, list[Any]]:
    """Return SQL, with its values, for the standings as the ledger has them."""
    entries = PointEntry.objects.verified().exclude(amount=0).order_by()
    parts: list[str] = []
    values: list[Any] = []
    for rows, scope in (
        (entries, Value(EVERYONE)),
        (entries.exclude(category=""), Concat(Value("category:"), "category")),
    ):
        for period in (_week(), _month(), Value("all")):
            summed = (
                rows.annotate(
                    on_scope=Cast(scope, CharField()), on_period=Cast(period, CharField())
                )
                .values("on_scope", "on_period", "user_id")
                .annotate(
                    sum_of=Sum("amount"),
                    last_at=Max("occurred_at", filter=Q(reverses=None, reversal=None)),
                    counted=Max("counted_at"),
                )
                .values_list("on_scope", "on_period", "user_id", "sum_of", "last_at", "counted")
            )
            sql, used = summed.query.sql_with_params()
            parts.append(sql)
            values += used
    union = " UNION ALL ".join(parts)
    sums = (
        "SELECT on_scope AS scope, on_period AS period, user_id, sum_of AS points, "
        f"COALESCE(last_at, counted) AS reached_at FROM ({union}) AS entries"
    )
    return sums, values


def _week() -> Any:
    year = Cast(ExtractIsoYear("counted_at", tzinfo=UTC), CharField())
    week = LPad(Cast(ExtractWeek("counted_at", tzinfo=UTC), CharField()), 2, Value("0"))
    return Concat(year, Value("-W"), week)


def _month() -> Any:
    year = Cast(ExtractYear("counted_at", tzinfo=UTC), CharField())
    month = LPad(Cast(ExtractMonth("counted_at", tzinfo=UTC), CharField()), 2, Value("0"))
    return Concat(year, Value("-"), month)
