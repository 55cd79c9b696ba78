"""Who may review whose work, written by hand as conditions of the query that walks the queue.

Django takes longer to put such conditions together than a database takes to check them, and a
claim must be quick however many reach for work at once (`benchmarks/review_claims.py`). They are
plain SQL that PostgreSQL and SQLite read alike.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Func
from django.db.models.sql.compiler import SQLCompiler

from accounts.models import User
from reviews.queue_models import SEATS

# Reviewers who met within this time do not judge each other.
PAIR_REST = timedelta(days=30)
# What somebody owes and gave is counted over this time.
RECKONED = timedelta(days=28)

# Whom the reviewer blocks, who blocks them, and who reviewed their work within 30 days or holds it
# now: two people do not judge each other. This is the place for any other reason why two people
# should not meet.
_MAY_MEET = """
    {0} <> %s AND {0} NOT IN (
        SELECT blocked_id FROM blocks WHERE blocker_id = %s
        UNION ALL
        SELECT blocker_id FROM blocks WHERE blocked_id = %s
        UNION ALL
        SELECT reviewer_id FROM peer_reviews
        WHERE author_id = %s AND claimed_at > %s
            AND reviewer_id IS NOT NULL AND status <> 'released'
    )"""

# Work the reviewer had before, even if they gave it back, does not come again.
_IS_NEW = "{0} NOT IN (SELECT submission_id FROM peer_reviews WHERE reviewer_id = %s)"

# As many as they receive, and one: so many may somebody give before others are asked first. What
# they practised on was nobody's wait.
_OWES = """
    {0} <= %s OR %s + %s * (
        SELECT COUNT(*) FROM submissions WHERE author_id = %s AND submitted_at > %s
    ) > (
        SELECT COUNT(*) FROM peer_reviews
        WHERE reviewer_id = %s AND status = 'submitted' AND hidden_at IS NULL
            AND NOT is_training AND submitted_at > %s
    )"""

_IN_OWN_FIELD = "EXISTS (SELECT 1 FROM goals WHERE owner_id = %s AND category = {0})"

_MET = "{0} IN (SELECT author_id FROM peer_reviews WHERE reviewer_id = %s AND claimed_at > %s)"


class Written(Func):
    """A condition in SQL, whose {0} is a column of the query around it."""

    output_field = BooleanField()

    def __init__(self, column: str, *, sql: str, values: Sequence[Any]) -> None:
        super().__init__(column)
        self.sql, self.values = sql, values

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **_template: Any
    ) -> tuple[str, tuple[Any, ...]]:
        column, _none = compiler.compile(self.get_source_expressions()[0])
        adapted = tuple(
            connection.ops.adapt_datetimefield_value(value)
            if isinstance(value, datetime)
            else value
            for value in self.values
        )
        return f"({self.sql.format(column)})", adapted


def may_meet(reviewer: User, *, now: datetime) -> Written:
    """Whether the reviewer may judge the author of a case."""
    me = reviewer.pk
    return Written("author", sql=_MAY_MEET, values=[me, me, me, me, now - PAIR_REST])


def is_new_to(reviewer: User) -> Written:
    """Whether the reviewer never had the work of a case."""
    return Written("submission", sql=_IS_NEW, values=[reviewer.pk])


def is_due(reviewer: User, *, others_first: timedelta, now: datetime) -> Written:
    """Whether the reviewer has not given more than they owe, or the case has waited that long."""
    since = now - RECKONED
    values = [now - others_first, 1, SEATS, reviewer.pk, since, reviewer.pk, since]
    return Written("waiting_since", sql=_OWES, values=values)


def is_in_own_field(reviewer: User) -> Written:
    """Whether the reviewer has a goal in the category of a case."""
    return Written("category", sql=_IN_OWN_FIELD, values=[reviewer.pk])


def is_met(reviewer: User, *, now: datetime) -> Written:
    """Whether the reviewer had work of the same author within 30 days."""
    return Written("author", sql=_MET, values=[reviewer.pk, now - PAIR_REST])
