"""SQL by hand, for the few statements that every call of the gateway makes.

Django takes longer to put such a statement together than a database takes to run it: written out,
the gateway's own time is half of what it was (`benchmarks/ai_gateway.py`). They are plain SQL that
PostgreSQL and SQLite read alike; whatever is not on the path of each call goes through models.
"""

from datetime import datetime
from typing import Any

from django.db import connection


def run(sql: str, *values: Any) -> int:
    """Run a statement; returns how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_adapted(value) for value in values])
        return int(cursor.rowcount)


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_adapted(value) for value in values])
        return list(cursor.fetchall())


def for_update() -> str:
    """Return what locks the rows of a query, where the database locks rows at all."""
    return " FOR UPDATE" if connection.features.has_select_for_update else ""


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
