"""Ranks from Redis or Valkey, where there is one: sorted sets that follow the database.

A set holds a board's learners by their points, negative, so that the first comes first; a member
begins with when the points were reached, which is the order among ties, since members of one
score stand in the order of their letters. Whoever changes points writes down of whom Redis has
yet to hear, in the same transaction; whoever reads tells it first. Both sides keep the number of
the last change told: where they differ, Redis was restarted or restored, and the sets are made
anew. Whenever anything is in doubt, the database answers, which is exact on its own.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import batched
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from redis import Redis
from redis.exceptions import RedisError

from leaderboard.models import RankChange, RankMirror, Standing

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 0.25
# After a failure nobody asks for so long.
PAUSE_SECONDS = 10.0
# A reader tells so many changes itself; with more the database answers, and the worker tells them.
MOST_CHANGES = 500
# A board of so many is made where it is missed; a larger one is made by the worker.
SMALL = 2000
BATCH = 5000
PREFIX = "learnquest:ranks"
TOLD = f"{PREFIX}:told"
BOARDS = f"{PREFIX}:boards"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unsure(Exception):
    """Redis cannot be relied on for this: the database answers."""


class _Breaker:
    """Keeps this process from waiting for a Redis that is down, again and again."""

    def __init__(self) -> None:
        self.closed_until = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self.closed_until

    def trip(self) -> None:
        self.closed_until = time.monotonic() + PAUSE_SECONDS


breaker = _Breaker()


@cache
def _client(url: str) -> Redis:
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        decode_responses=True,
    )


def is_on() -> bool:
    return bool(settings.REDIS_URL) and not breaker.is_open()


def ask[Answer](scope: str, period: str, read: Callable[[Redis, str], Answer]) -> Answer:
    """Return what `read` finds in a board that is in step. Raises Unsure in any doubt."""
    if not is_on():
        raise Unsure
    client = _client(settings.REDIS_URL)
    try:
        _catch_up(client)
        key = _key(scope, period)
        if not client.sismember(BOARDS, f"{scope} {period}"):
            _make_small(client, scope, period)
        return read(client, key)
    except RedisError as error:
        breaker.trip()
        logger.warning("Redis does not answer, so the database does: %s", error)
        raise Unsure from error


def tell_changes() -> None:
    """Tell Redis of all that changed; the worker's part. Without Redis, forget it."""
    if not settings.REDIS_URL:
        RankChange.objects.all().delete()
        # Whatever a Redis of before holds is out of step from here on.
        RankMirror.objects.filter(pk=1).update(told=F("told") + 1)
        return
    client = _client(settings.REDIS_URL)
    try:
        while RankChange.objects.exists() and _tell(client):
            pass
    except RedisError as error:
        logger.warning("Redis could not be told of changes: %s", error)


@transaction.atomic
def make(scope: str, period: str) -> None:
    """Make a board in Redis from the database. Raises Unsure where somebody else tells it."""
    _lock()
    client = _client(settings.REDIS_URL)
    key, fresh = _key(scope, period), f"{_key(scope, period)}:new"
    client.delete(fresh, f"{fresh}:members")
    rows = (
        Standing.objects.on_board(scope, period)
        .listed()
        .values_list("user_id", "points", "reached_at")
    )
    for some in batched(rows.iterator(chunk_size=BATCH), BATCH, strict=False):
        members = {user_id: member(user_id, reached) for user_id, _, reached in some}
        with client.pipeline() as pipe:
            pipe.zadd(fresh, {members[user_id]: -points for user_id, points, _ in some})
            pipe.hset(f"{fresh}:members", mapping={str(u): m for u, m in members.items()})
            pipe.execute()
    with client.pipeline() as pipe:
        pipe.delete(key, f"{key}:members")
        if client.exists(fresh):
            pipe.rename(fresh, key)
            pipe.rename(f"{fresh}:members", f"{key}:members")
        pipe.sadd(BOARDS, f"{scope} {period}")
        pipe.execute()


def member(user_id: int, reached_at: datetime) -> str:
    """Return how a learner is named in a sorted set: by when, so that ties stand in order."""
    micros = (reached_at - _EPOCH) // timedelta(microseconds=1)
    return f"{micros:017d}.{user_id:019d}"


def read_member(text: str) -> tuple[datetime, int]:
    micros, _, user_id = text.partition(".")
    return _EPOCH + timedelta(microseconds=int(micros)), int(user_id)


def _catch_up(client: Redis) -> None:
    """Bring Redis in step, or raise Unsure."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT told, (SELECT COUNT(*) FROM (SELECT 1 FROM rank_changes LIMIT %s) AS waiting)"
            " FROM rank_mirror WHERE id = 1",
            [MOST_CHANGES + 1],
        )
        row = cursor.fetchone()
    if row is None or row[1] > MOST_CHANGES:
        raise Unsure
    told, waiting = row
    if (waiting or str(told) != client.get(TOLD)) and not _tell(client):
        raise Unsure


@transaction.atomic
def _tell(client: Redis) -> bool:
    """Tell Redis of changes; returns False where another process is at it."""
    mirror = RankMirror.objects.select_for_update(skip_locked=_can_skip()).filter(pk=1).first()
    if mirror is None:
        return False
    changes = list(RankChange.objects.order_by("pk").values_list("pk", "user_id")[:BATCH])
    is_lost = client.get(TOLD) != str(mirror.told)
    if is_lost or any(user_id is None for _, user_id in changes):
        _forget_all(client)
    else:
        _push(client, {user_id for _, user_id in changes if user_id is not None})
    RankChange.objects.filter(pk__in=[pk for pk, _ in changes]).delete()
    mirror.told += 1
    mirror.save(update_fields=["told"])
    # Should the commit fail, the numbers differ and the boards are made anew.
    client.set(TOLD, str(mirror.told))
    return True


def _lock() -> None:
    """Hold off whoever else would tell Redis something; raises Unsure where they are at it."""
    rows = RankMirror.objects.select_for_update(skip_locked=_can_skip()).filter(pk=1)
    if rows.first() is None:
        raise Unsure


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def _push(client: Redis, user_ids: Iterable[int]) -> None:
    """Write the standings of some learners to the boards that Redis holds."""
    ids = list(user_ids)
    boards = _boards(client)
    if not ids or not boards:
        return
    rows = {
        (scope, period, user_id): (points, reached)
        for scope, period, user_id, points, reached in Standing.objects.listed()
        .filter(user__in=ids)
        .values_list("scope", "period", "user_id", "points", "reached_at")
    }
    with client.pipeline() as pipe:
        for scope, period in boards:
            pipe.hmget(f"{_key(scope, period)}:members", [str(user_id) for user_id in ids])
        old = pipe.execute()
    with client.pipeline() as pipe:
        for (scope, period), members in zip(boards, old, strict=True):
            key = _key(scope, period)
            for user_id, known in zip(ids, members, strict=True):
                if known:
                    pipe.zrem(key, known)
                if (row := rows.get((scope, period, user_id))) is not None:
                    pipe.zadd(key, {(name := member(user_id, row[1])): -row[0]})
                    pipe.hset(f"{key}:members", str(user_id), name)
                elif known:
                    pipe.hdel(f"{key}:members", str(user_id))
        pipe.execute()


def _forget_all(client: Redis) -> None:
    keys = [_key(scope, period) for scope, period in _boards(client)]
    client.delete(BOARDS, *keys, *(f"{key}:members" for key in keys))


def _make_small(client: Redis, scope: str, period: str) -> None:
    """Make a missing board at once if it is small; otherwise the worker does, once."""
    rows = Standing.objects.on_board(scope, period).listed()
    if len(rows.values_list("pk")[: SMALL + 1]) <= SMALL:
        make(scope, period)
        return
    from leaderboard import tasks  # they call this module

    if client.set(f"{PREFIX}:making:{scope} {period}", "1", nx=True, ex=120):
        tasks.make_board.enqueue(scope, period)
    raise Unsure


def _boards(client: Redis) -> list[tuple[str, str]]:
    """Return the scope and the period of each board that Redis holds."""
    names: Any = client.smembers(BOARDS)
    parts = [name.partition(" ") for name in names]
    return [(scope, period) for scope, _, period in parts]


def _key(scope: str, period: str) -> str:
    return f"{PREFIX}:{scope}:{period}"
