"""Single flight: of many who ask the same at once, one asks the model and the others wait.

The first to write the row is the leader, by a lease, so that a leader who died is replaced. A
follower sleeps between looks and gives its database connection back meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from ai import statements
from ai.exchange import Cause, Reply, State
from ai.models import CachedCompletion, Flight
from ai.statements import Statement, statement

FIRST_NAP, LONGEST_NAP = 0.05, 0.5


@dataclass(frozen=True)
class Seat:
    """A place on a flight. Who leads asks the model, then calls `land`."""

    request_hash: str
    token: str
    leads: bool


def board(request_hash: str, *, now: datetime, anew: bool = False) -> Seat | None:
    """Take a seat on the flight for this question: the leader's, or a follower's.

    Returns None when the answer is in the cache already, unless it is to be asked for `anew`.
    """
    token = uuid4().hex
    lease = now + timedelta(seconds=settings.AI_DEADLINE_SECONDS + 10)
    is_known = (
        "EXISTS (SELECT 1 FROM cached_completions WHERE request_hash = %s AND expires_at > %s)"
    )
    known = (request_hash, now)
    *_, [(leader, is_answered)] = statements.together(
        # After a crash of the database nobody would be on this flight any more.
        *statements.hurried(),
        statement(
            "INSERT INTO ai_flights (request_hash, token, lease_until, state, cause)"
            f" SELECT %s, %s, %s, '', '' WHERE %s OR NOT {is_known} ON CONFLICT DO NOTHING",
            *(request_hash, token, lease, anew, *known),
        ),
        statement(
            f"SELECT (SELECT token FROM ai_flights WHERE request_hash = %s), {is_known}",  # noqa: S608 - nobody's values
            *(request_hash, *known),
        ),
    )
    leads = leader == token
    if is_answered and not anew:
        if leads:
            # Another flight landed with the answer just before this one would have started.
            land(Seat(request_hash, token, leads), Reply(state=State.OK))
        return None
    if leads:
        return Seat(request_hash, token, leads)
    # A flight that failed, or whose leader is gone, may be taken over.
    over = Flight.objects.filter(Q(lease_until__lte=now) | ~Q(state=""), request_hash=request_hash)
    taken = over.update(token=token, lease_until=lease, state="", cause="", retry_after=None)
    if taken or not leader:
        return Seat(request_hash, token, leads=bool(taken))
    return Seat(request_hash, leader, leads=False)


def land(seat: Seat, reply: Reply) -> None:
    """End a flight that one leads: an answer is in the cache, a failure is told to who waits."""
    statements.together(landed(seat, reply))


def landed(seat: Seat, reply: Reply) -> Statement:
    """Return the statement of `land`, to be sent with others."""
    if reply.state in {State.OK, State.OVER_BUDGET}:
        # A budget is one learner's own: the next in line may well ask.
        return statement(
            "DELETE FROM ai_flights WHERE request_hash = %s AND token = %s",
            seat.request_hash,
            seat.token,
        )
    return statement(
        "UPDATE ai_flights SET state = %s, cause = %s, retry_after = %s"
        " WHERE request_hash = %s AND token = %s",
        reply.state.value,
        reply.cause.value,
        reply.retry_after,
        seat.request_hash,
        seat.token,
    )


def wait(seat: Seat) -> Reply | None:
    """Wait for the leader; returns how the flight failed, or None to look into the cache again."""
    nap, end = FIRST_NAP, monotonic() + settings.AI_DEADLINE_SECONDS + 15
    while monotonic() < end:
        let_go_of_connection()
        sleep(nap)
        nap = min(LONGEST_NAP, nap * 1.5)
        now = timezone.now()
        row = Flight.objects.filter(request_hash=seat.request_hash).first()
        if (
            row is None
            or CachedCompletion.objects.filter(
                request_hash=seat.request_hash, expires_at__gt=now
            ).exists()
        ):
            return None
        if row.state:
            return Reply(
                state=State(row.state), cause=Cause(row.cause), retry_after=row.retry_after
            )
        if row.lease_until <= now:
            return None
    return Reply(state=State.TIMED_OUT)


def let_go_of_connection() -> None:
    """Give the database connection back while we wait for something else.

    Inside a transaction, where only tests are, it is kept.
    """
    if not connection.in_atomic_block:
        connection.close()


def forget_old(*, now: datetime) -> int:
    """Delete flights that nobody can be waiting for."""
    return Flight.objects.filter(lease_until__lte=now - timedelta(hours=1)).delete()[0]
