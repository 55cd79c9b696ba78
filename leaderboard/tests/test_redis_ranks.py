"""With Redis the ranks are the same, whatever happens to it; without an answer of it, too."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries
from redis import Redis

from accounts.models import User
from leaderboard import mirror, ranking, recount, rows, tasks
from leaderboard.models import RankChange, RankMirror
from leaderboard.periods import Period
from leaderboard.tests.test_ranks import NOW, crowd, give, sorted_ranks

BOARD = ("everyone", "all")


@pytest.fixture
def ranks(redis: str, settings: Any, db: None) -> Iterator[Redis]:
    """Redis, set for ranks; the breaker of an earlier test is closed."""
    settings.REDIS_URL = redis
    mirror.breaker.closed_until = 0.0
    RankMirror.objects.get_or_create(pk=1)
    client = Redis.from_url(redis, decode_responses=True)
    yield client
    client.close()
    mirror._client(redis).close()
    mirror._client.cache_clear()
    mirror.breaker.closed_until = 0.0


@pytest.fixture
def asked_of_the_database(monkeypatch: pytest.MonkeyPatch) -> list[rows.Wish]:
    """What the database was asked for, since Redis could not say."""
    asked: list[rows.Wish] = []
    find: Callable[..., rows.Found] = rows.find

    def noted(scope: str, period: str, user_id: int, wish: rows.Wish) -> rows.Found:
        asked.append(wish)
        return find(scope, period, user_id, wish)

    monkeypatch.setattr(rows, "find", noted)
    return asked


def read(viewer: User, cursor: str = "") -> ranking.Board:
    return ranking.board(viewer=viewer, period=Period.ALL, cursor=cursor, now=NOW)


def shown(board: ranking.Board) -> list[tuple[int, int]]:
    return [(place.user.pk, place.rank) for place in board.places]


def test_redis_shows_what_the_database_shows(
    ranks: Redis, alice: User, settings: Any, asked_of_the_database: list[rows.Wish]
) -> None:
    users = crowd(70, Random(11))
    url, cursors = settings.REDIS_URL, ["", "me", "rank:1", "rank:40", "rank:70", "rank:99"]
    cursors += [read(users[5]).next, read(users[5], read(users[5]).next).previous]
    asked_of_the_database.clear()
    for viewer in (alice, *users[:4]):
        for cursor in cursors:
            settings.REDIS_URL = url
            from_redis = read(viewer, cursor)
            assert not asked_of_the_database, cursor
            settings.REDIS_URL = ""
            in_database = read(viewer, cursor)
            asked_of_the_database.clear()
            assert shown(from_redis) == shown(in_database), cursor
            assert from_redis.near == in_database.near
            assert from_redis.mine == in_database.mine
            assert from_redis.total == in_database.total
            assert bool(from_redis.next) == bool(in_database.next)


def test_no_question_fetches_a_whole_board(
    ranks: Redis, alice: User, bob: User, asked_of_the_database: list[rows.Wish]
) -> None:
    give(alice, 50)
    read(alice)
    ranks.zadd(mirror._key(*BOARD), {mirror.member(n, NOW): -1 for n in range(10**6, 10**6 + 5000)})

    def sent() -> int:
        return int(ranks.info("stats")["total_net_output_bytes"])

    asked_of_the_database.clear()
    for who in (alice, bob):  # with a place, and without
        before = sent()
        ranking.around(user=who, viewer=alice, period=Period.ALL, now=NOW)
        read(who)
        assert sent() - before < 25_000 and not asked_of_the_database


def test_changes_reach_redis_before_the_next_answer(
    ranks: Redis, alice: User, bob: User, asked_of_the_database: list[rows.Wish]
) -> None:
    crowd(10, Random(12))
    read(alice)
    give(alice, 150)
    give(bob, 500)
    assert shown(read(alice)) == sorted_ranks()
    User.objects.filter(pk=bob.pk).update(is_on_leaderboard=False)
    assert shown(read(alice)) == sorted_ranks() and read(alice).total == 11
    bob.delete()
    User.objects.filter(username="crowd-3").delete()
    assert shown(read(alice)) == sorted_ranks()
    recount.rebuild()
    assert shown(read(alice)) == sorted_ranks()
    assert not asked_of_the_database and not RankChange.objects.exists()


def test_what_is_rolled_back_never_reaches_redis(ranks: Redis, alice: User) -> None:
    crowd(5, Random(13))
    read(alice)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        give(alice, 900)
        raise ZeroDivisionError
    assert shown(read(alice)) == sorted_ranks()


def test_a_redis_that_was_emptied_or_restored_is_filled_anew(ranks: Redis, alice: User) -> None:
    crowd(10, Random(14))
    read(alice)
    told = ranks.get(mirror.TOLD)
    give(alice, 40)
    read(alice)
    ranks.flushall()
    assert shown(read(alice)) == sorted_ranks() and ranks.zcard(mirror._key(*BOARD)) == 11
    # An old dump: its number is of then, and so are its points.
    ranks.set(mirror.TOLD, str(told))
    ranks.zadd(mirror._key(*BOARD), {mirror.member(alice.pk, NOW): -7777})
    assert shown(read(alice)) == sorted_ranks()


def test_when_redis_is_down_the_database_answers_at_once(
    ranks: Redis, alice: User, settings: Any, asked_of_the_database: list[rows.Wish]
) -> None:
    crowd(10, Random(15))
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _ in range(3):
        assert shown(read(alice)) == sorted_ranks()
    assert len(asked_of_the_database) == 3 and mirror.breaker.is_open()
    # Points are given all the same, and told when it is back.
    give(alice, 77)
    mirror.tell_changes()
    assert RankChange.objects.exists()


def test_too_many_changes_are_the_workers_to_tell(
    ranks: Redis, alice: User, monkeypatch: pytest.MonkeyPatch,
    asked_of_the_database: list[rows.Wish],
) -> None:  # fmt: skip
    crowd(10, Random(16))
    monkeypatch.setattr(mirror, "MOST_CHANGES", 5)
    assert shown(read(alice)) == sorted_ranks() and len(asked_of_the_database) == 1
    mirror.tell_changes()
    assert shown(read(alice)) == sorted_ranks() and len(asked_of_the_database) == 1


def test_a_large_board_is_made_by_the_worker(
    ranks: Redis, alice: User, monkeypatch: pytest.MonkeyPatch,
    asked_of_the_database: list[rows.Wish],
) -> None:  # fmt: skip
    crowd(10, Random(17))
    monkeypatch.setattr(mirror, "SMALL", 5)
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(type(tasks.make_board), "enqueue", lambda self, *args: told.append(args))
    for _ in range(2):
        assert shown(read(alice)) == sorted_ranks()
    assert len(asked_of_the_database) == 2 and told == [BOARD]
    mirror.make(*BOARD)
    assert shown(read(alice)) == sorted_ranks() and len(asked_of_the_database) == 2


def test_a_cursor_whose_row_has_moved_is_the_databases_to_read(
    ranks: Redis, alice: User, asked_of_the_database: list[rows.Wish]
) -> None:
    crowd(40, Random(18))
    first = read(alice)
    give(first.places[-1].user, 200)
    second = read(alice, first.next)
    assert len(asked_of_the_database) == 1 and second.places
    assert set(shown(second)) <= set(sorted_ranks())


def test_a_page_takes_no_more_queries_with_redis(
    ranks: Redis, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    crowd(10, Random(19))
    read(alice)
    with django_assert_num_queries(3):
        read(alice)


def test_members_stand_in_the_order_of_their_times() -> None:
    times = [NOW + timedelta(microseconds=n) for n in (0, 1, 10, 10**6, 10**12)]
    names = [mirror.member(user_id, at) for user_id, at in enumerate(times[::-1])][::-1]
    assert names == sorted(names)
    assert [mirror.read_member(name)[0] for name in names] == times
