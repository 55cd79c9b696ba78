"""SQL by hand, for the few statements that every call of the gateway makes.

Django takes longer to put such a statement together than a database takes to run it, and each one
alone waits for a way there and back: written out and sent together they take half of the time
(`benchmarks/ai_gateway.py`). They are plain SQL that PostgreSQL and SQLite read alike; whatever is
not on the path of each call goes through models.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True)
class Statement:
    """One statement with its values, to be sent alone or together with others."""

    sql: str
    values: tuple[Any, ...] = ()


def statement(sql: str, *values: Any) -> Statement:
    """Return a statement that is yet to be sent."""
    return Statement(sql, values)


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run one statement and return what it finds."""
    return together(Statement(sql, values))[0]


def together(*all_of: Statement) -> list[list[tuple[Any, ...]]]:
    """Run statements one after the other, all or none, and return what each of them finds.

    Each sees what those before it did. PostgreSQL gets them in one message, which is a transaction
    where none is open: Django binds their values on this side, so that they may stand in one text.
    """
    if connection.vendor != "postgresql":
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            return [_found(cursor, each.sql, each.values) for each in all_of]
    with connection.cursor() as cursor:
        values = tuple(value for each in all_of for value in each.values)
        found = [_found(cursor, ";\n".join(each.sql for each in all_of), values)]
        while cursor.nextset():
            found.append(_fetched(cursor))
        return found


def hurried() -> list[Statement]:
    """Return what lets a transaction end before it is on the disk, for what a crash may take."""
    if connection.vendor != "postgresql":
        return []
    return [Statement("SET LOCAL synchronous_commit TO off")]


def for_update() -> str:
    """Return what locks the rows of a query, where the database locks rows at all."""
    return " FOR UPDATE" if connection.features.has_select_for_update else ""


def _found(cursor: Any, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    cursor.execute(sql, [_adapted(value) for value in values])
    return _fetched(cursor)


def _fetched(cursor: Any) -> list[tuple[Any, ...]]:
    # A statement without RETURNING has nothing to fetch.
    return list(cursor.fetchall()) if cursor.description else []


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, Decimal):
        return connection.ops.adapt_decimalfield_value(value)
    return value
