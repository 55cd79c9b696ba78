"""A model server that is down is not asked by everybody: one probe at a time, for all processes.

After AI_BREAKER_FAILURES failures in a row the way is closed for AI_BREAKER_SECONDS, twice as
long after each failed probe, up to LONGEST. A server that names a wait (Retry-After) gets it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from ai.exchange import Cause, Reply, State
from ai.models import Breaker
from ai.statements import Statement, statement

LONGEST = timedelta(minutes=10)
# Not the server's fault, or an answer: these close nothing.
_FINE = {State.OK, State.INVALID, State.REFUSED, State.OVER_BUDGET}


def server_of(model: str) -> str:
    """Return the name under which the troubles of a model's server are remembered."""
    return f"{settings.OPENAI_BASE_URL or 'openai'} {model}"[:300]


def admit(server: str, *, now: datetime) -> Reply | None:
    """Let a call through, or say how long there is to wait.

    When the wait is over, one caller gets through as the probe; the others wait for its result.
    """
    seen = Breaker.objects.filter(server=server).first()
    if seen is None or seen.open_until is None:
        return None
    if seen.open_until <= now:
        probe = timedelta(seconds=settings.AI_DEADLINE_SECONDS)
        won = Breaker.objects.filter(pk=seen.pk, open_until=seen.open_until)
        if won.update(open_until=now + probe) == 1:
            return None
        seen.open_until = now + timedelta(seconds=settings.AI_BREAKER_SECONDS)
    wait = max(1, round((seen.open_until - now).total_seconds()))
    return Reply(
        state=State(seen.state or State.UNAVAILABLE), retry_after=wait, cause=Cause(seen.cause)
    )


def closed(server: str) -> Statement:
    """Return what finds out whether `admit` has to be asked at all; mostly it need not."""
    return statement(
        "SELECT id FROM ai_breakers WHERE server = %s AND open_until IS NOT NULL", server
    )


def is_failure(reply: Reply) -> bool:
    """Whether a call ended in a way that counts against its server."""
    return reply.state not in _FINE


def forgotten(server: str) -> Statement:
    """Return what forgets a server's failures; mostly there are none, and nothing is written."""
    return statement(
        "UPDATE ai_breakers SET failures = 0, open_until = NULL, state = '', cause = ''"
        " WHERE server = %s AND (failures <> 0 OR open_until IS NOT NULL)",
        server,
    )


def note_failure(server: str, reply: Reply, *, now: datetime) -> None:
    """Remember a call that failed, and close the way when there were too many."""
    row, _ = Breaker.objects.get_or_create(server=server)
    rows = Breaker.objects.filter(pk=row.pk)
    rows.update(failures=F("failures") + 1, state=reply.state, cause=reply.cause)
    row.refresh_from_db()
    pause = _pause(row.failures, reply)
    if pause is not None:
        rows.update(open_until=now + pause)


def _pause(failures: int, reply: Reply) -> timedelta | None:
    if reply.state is State.LIMITED and reply.retry_after is not None:
        return min(LONGEST, timedelta(seconds=reply.retry_after))
    beyond = failures - int(settings.AI_BREAKER_FAILURES)
    if beyond < 0:
        return None
    seconds = int(settings.AI_BREAKER_SECONDS) * 2 ** min(beyond, 10)
    return min(LONGEST, timedelta(seconds=seconds))
