"""Search in texts: PostgreSQL's full text, and plain matching where that is not to be had.

Both find rows that have all the words, each as the beginning of a word ("span" finds Spanish);
SQLite finds them inside of words too.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connections
from django.db.models import Q, QuerySet

# Without a language: learners write in many, and a wrong stem finds less than none.
CONFIG = "simple"
MOST_WORDS = 8


def words_of(text: str) -> list[str]:
    """Return the words of a search, eight at most, without what has a meaning in a query."""
    return re.findall(r"\w+", text)[:MOST_WORDS]


def matching[Rows: QuerySet[Any]](rows: Rows, text: str, fields: Sequence[str]) -> Rows:
    """Return those of `rows` that have all words of `text` in `fields`; without words, all.

    On PostgreSQL an index over the same expression answers this; `index_of` makes it.
    """
    words = words_of(text)
    if not words:
        return rows
    if connections[rows.db].vendor == "postgresql":
        query = SearchQuery(
            " & ".join(f"'{word}':*" for word in words), config=CONFIG, search_type="raw"
        )
        return rows.alias(text=SearchVector(*fields, config=CONFIG)).filter(text=query)
    for word in words:
        found = Q()
        # SQLite knows upper and lower case of ASCII alone.
        for form in {word, word.lower(), word.upper(), word.capitalize()}:
            for field in fields:
                found |= Q(**{f"{field}__icontains": form})
        rows = rows.filter(found)
    return rows


def index_of(*, name: str, table: str, fields: Sequence[str]) -> tuple[Any, Any]:
    """Return what makes and drops the index for `matching`, for `migrations.RunPython`.

    Databases without full text have no such index.
    """
    text = " || ' ' || ".join(f"COALESCE({field}, '')" for field in fields)
    vector = f"to_tsvector('{CONFIG}'::regconfig, {text})"

    def make(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"CREATE INDEX {name} ON {table} USING gin ({vector})")

    def drop(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX {name}")

    return make, drop
