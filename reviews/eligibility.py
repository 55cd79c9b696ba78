"""Who may review whose work, written by hand as conditions of the query that walks the queue.

Django takes longer to put such conditions together than a database takes to check them, and a
claim must be quick however many reach for work at once (`benchmarks/review_claims.py`). They are
plain SQL that PostgreSQL and SQLite read alike.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Exists, Func, OuterRef
from django.db.models.sql.compiler import SQLCompiler

from accounts import blocks
from accounts.models import Block, User
from reviews.queue_models import SEATS, ReviewCase

# Reviewers who met within this time do not judge each other.
PAIR_REST = timedelta(days=30)
# Unless work has waited so long: in a class of five, whoever reviewed them all has nobody else.
PAIR_RESTS_UNTIL = timedelta(days=4)
# What somebody owes and gave is counted over this time.
RECKONED = timedelta(days=28)
# A block that was taken back is kept so long, and on while work waits that it still concerns.
BLOCKS_KEPT = timedelta(days=60)

# Who blocks the reviewer, and who reviewed their work within 30 days or holds it now: two people
# do not judge each other, while there may be others. This is the place for any other reason why
# two people should not meet, as long as the reviewer cannot bring it about: what vanishes from a
# queue at somebody's will tells them whose it is. Hence the last condition: whom the reviewer
# blocks is kept apart from them with what was handed in while the block stood, and with nothing
# else. Of what somebody blocks, the oldest 25 count here: who blocks everybody else would choose
# who reviews them, or whom they review. Among a reviewer's own, blocks that ended are counted too,
# so that ending one brings no other into force; and that number is looked up once, not for each
# case, or PostgreSQL leaves the queue's index.
_MAY_MEET = """
    {0} <> %s AND {0} NOT IN (
        SELECT blocker_id FROM blocks WHERE blocked_id = %s AND ended_at IS NULL AND %s > (
            SELECT COUNT(*) FROM blocks AS older
            WHERE older.blocker_id = blocks.blocker_id AND older.id < blocks.id
                AND older.ended_at IS NULL
        )
    ) AND ({1} <= %s OR {0} NOT IN (
        SELECT reviewer_id FROM peer_reviews
        WHERE author_id = %s AND claimed_at > %s
            AND reviewer_id IS NOT NULL AND status <> 'released'
    )) AND NOT EXISTS (
        SELECT 1 FROM blocks AS mine
        WHERE mine.blocker_id = %s AND mine.blocked_id = {0} AND mine.created_at <= {1}
            AND (mine.ended_at IS NULL OR mine.ended_at > {1})
            AND mine.id < COALESCE((
                SELECT newer.id FROM blocks AS newer WHERE newer.blocker_id = %s
                ORDER BY newer.id LIMIT 1 OFFSET %s
            ), 9223372036854775807)
    )"""

# Work the reviewer had before, even if they gave it back, does not come again.
# Nor does that in whose place a known work came, until they have sent what they have.
_IS_NEW = """
    {0} NOT IN (
        SELECT submission_id FROM peer_reviews WHERE reviewer_id = %s
        UNION ALL
        SELECT in_place_of_id FROM peer_reviews
        WHERE reviewer_id = %s AND in_place_of_id IS NOT NULL AND status <> 'submitted'
    )"""

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
    """A condition in SQL, whose {0}, {1} are columns of the query around it."""

    output_field = BooleanField()

    def __init__(self, *columns: str, sql: str, values: Sequence[Any]) -> None:
        super().__init__(*columns)
        self.sql, self.values = sql, values

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **_template: Any
    ) -> tuple[str, tuple[Any, ...]]:
        columns = [compiler.compile(one)[0] for one in self.get_source_expressions()]
        adapted = tuple(
            connection.ops.adapt_datetimefield_value(value)
            if isinstance(value, datetime)
            else value
            for value in self.values
        )
        return f"({self.sql.format(*columns)})", adapted


def may_meet(reviewer: User, *, now: datetime) -> Written:
    """Whether the reviewer may judge the author of a case."""
    me = reviewer.pk
    most = blocks.MOST_IN_REVIEWS
    values = [me, me, most, now - PAIR_RESTS_UNTIL, me, now - PAIR_REST, me, me, most]
    return Written("author", "waiting_since", sql=_MAY_MEET, values=values)


def is_new_to(reviewer: User) -> Written:
    """Whether the reviewer never had the work of a case."""
    return Written("submission", sql=_IS_NEW, values=[reviewer.pk, reviewer.pk])


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


def forget_ended_blocks(*, now: datetime) -> int:
    """Delete blocks taken back long ago that concern nothing that waits; returns how many."""
    waiting = ReviewCase.objects.filter(
        author=OuterRef("blocked"),
        closed_at=None,
        waiting_since__gte=OuterRef("created_at"),
        waiting_since__lt=OuterRef("ended_at"),
    )
    old = Block.objects.filter(~Exists(waiting), ended_at__lt=now - BLOCKS_KEPT)
    return old.delete()[0]
