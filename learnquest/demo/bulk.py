"""Rows by the hundred thousand: past the models, which cost more than the database here.

PostgreSQL takes them by COPY. What a row leaves out gets its field's default.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from django.db import connection, models
from django.db.models import Max


def ids(model: type[models.Model]) -> Iterator[int]:
    """Return ids for new rows of `model`, endlessly, after the highest there is.

    Nobody else may add rows until `release_ids` has told the database how far they went.
    """
    highest = model._default_manager.aggregate(highest=Max("pk"))["highest"] or 0
    return count(highest + 1)


def release_ids(*tables: type[models.Model]) -> None:
    """Let the database count on from the highest id of each table."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in tables:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}",  # noqa: S608
                [model._meta.db_table],
            )


def insert(model: type[models.Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, given as column name to value, in one statement or one COPY."""
    rows = list(rows)
    if not rows:
        return
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.column in rows[0] or not field.primary_key
    ]
    names = [str(field.column) for field in fields]
    defaults = {name: field.get_default() for name, field in zip(names, fields, strict=True)}
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            json_columns = {str(f.column) for f in fields if isinstance(f, models.JSONField)}
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    values = {**defaults, **row}
                    for column in json_columns:
                        values[column] = json.dumps(values[column])
                    copy.write_row([values[name] for name in names])
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
                [
                    [
                        field.get_db_prep_save(row.get(name, defaults[name]), connection)
                        for name, field in zip(names, fields, strict=True)
                    ]
                    for row in rows
                ],
            )
