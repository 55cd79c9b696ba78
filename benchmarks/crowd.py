"""Many learners at once, for benchmarks on PostgreSQL."""

from typing import Any


def fill_users(cursor: Any, count: int, **columns: str) -> None:
    """Write `count` learners, numbered from 1.

    `columns` are SQL for the learner `n`; every other column has what the model gives it.
    """
    from django.db import connection

    from accounts.models import User

    columns = {
        "id": "n",
        "username": "'learner-' || n",
        "email": "'learner-' || n || '@example.com'",
        **columns,
    }
    blank = User(password="!")
    names, values, defaults = [], [], []
    for field in User._meta.concrete_fields:
        assert field.column is not None
        names.append(field.column)
        values.append(columns.get(field.column, "%s"))
        if values[-1] == "%s":
            default = field.value_from_object(blank)
            defaults.append(field.get_db_prep_save(default, connection=connection))
    cursor.execute(
        f"INSERT INTO users ({', '.join(names)}) SELECT {', '.join(values)}"
        " FROM generate_series(1::bigint, %s) AS n",
        [*defaults, count],
    )
