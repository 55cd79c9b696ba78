"""Leagues: who rises and who goes down, who is away, and a turn that happens once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from leaderboard import seasons, seasons_turn
from leaderboard.league_models import HIGHEST, League
from leaderboard.models import (
    LeagueGroup,
    LeagueMembership,
    LeaguePlayer,
    LeagueTurn,
    Standing,
)
from leaderboard.points import EVERYONE
from learnquest.core.errors import Conflict

Outcome = LeagueMembership.Outcome

# Europe's clocks go back on the Sunday of the first week.
FIRST, SECOND, THIRD = "2026-W43", "2026-W44", "2026-W45"
IN_FIRST = datetime(2026, 10, 21, 12, tzinfo=UTC)
IN_SECOND = IN_FIRST + timedelta(weeks=1)


def make_players(count: int, league: League = League.GROVE) -> list[User]:
    users = User.objects.bulk_create(
        User(username=f"p-{n}", email=f"p{n}@example.com", password="!") for n in range(count)
    )
    LeaguePlayer.objects.bulk_create(
        LeaguePlayer(user=user, league=league, highest=league) for user in users
    )
    return users


def score(user: User, points: int, week: str = FIRST) -> None:
    Standing.objects.update_or_create(
        scope=EVERYONE, period=week, user=user, defaults={"points": points, "reached_at": IN_FIRST}
    )


def outcomes(week: str = FIRST) -> dict[int, str]:
    return dict(LeagueMembership.objects.filter(week=week).values_list("user", "outcome"))


def leagues() -> dict[int, int]:
    return dict(LeaguePlayer.objects.values_list("user", "league"))


def state() -> list[Any]:
    """All that a turn writes, without ids."""
    return [
        list(LeaguePlayer.objects.order_by("user").values_list(
            "user", "league", "highest", "absences")),
        list(LeagueMembership.objects.order_by("week", "user").values_list(
            "week", "user", "group__league", "group__number", "points", "place", "outcome")),
        list(LeagueGroup.objects.order_by("week", "league", "number").values_list(
            "week", "league", "number")),
        list(LeagueTurn.objects.order_by("week").values_list("week", "step")),
    ]  # fmt: skip


@pytest.mark.django_db
def test_seven_rise_and_seven_go_down() -> None:
    users = make_players(30)
    seasons_turn.turn(FIRST)
    for number, user in enumerate(users):
        score(user, 10 + number)
    seasons_turn.turn(SECOND)
    found = outcomes()
    assert [found[user.pk] for user in users] == ["down"] * 7 + ["stay"] * 16 + ["up"] * 7
    expected = [League.BROOK] * 7 + [League.GROVE] * 16 + [League.HEATH] * 7
    assert [leagues()[user.pk] for user in users] == expected
    places = dict(LeagueMembership.objects.filter(week=FIRST).values_list("user", "place"))
    assert [places[user.pk] for user in users] == list(range(30, 0, -1))


@pytest.mark.django_db
def test_ties_share_the_better_fate() -> None:
    users = make_players(21)
    seasons_turn.turn(FIRST)
    # Six above, then three that share the seventh place; and below, eight share the last one.
    points = [90, 89, 88, 87, 86, 85, 50, 50, 50, 30, 29, 28, 27, *[10] * 8]
    for user, amount in zip(users, points, strict=True):
        score(user, amount)
    seasons_turn.turn(SECOND)
    found = outcomes()
    assert [found[user.pk] for user in users] == ["up"] * 9 + ["stay"] * 12


@pytest.mark.django_db
def test_there_is_no_way_above_the_highest_or_below_the_lowest() -> None:
    top, bottom = make_players(30), []
    LeaguePlayer.objects.update(league=HIGHEST, highest=HIGHEST)
    bottom = User.objects.bulk_create(
        User(username=f"b-{n}", email=f"b{n}@example.com", password="!") for n in range(30)
    )
    LeaguePlayer.objects.bulk_create(LeaguePlayer(user=user) for user in bottom)
    seasons_turn.turn(FIRST)
    for number, user in enumerate([*top, *bottom]):
        score(user, 10 + number)
    seasons_turn.turn(SECOND)
    found = outcomes()
    assert {found[user.pk] for user in top} == {"stay", "down"}
    assert {found[user.pk] for user in bottom} == {"stay", "up"}
    assert set(leagues().values()) == {1, 2, 9, 10}


@pytest.mark.django_db
def test_in_a_small_group_a_third_rises_and_a_third_goes_down() -> None:
    users = make_players(6)
    seasons_turn.turn(FIRST)
    for number, user in enumerate(users):
        score(user, 10 + number)
    seasons_turn.turn(SECOND)
    found = outcomes()
    assert [found[user.pk] for user in users] == ["down", "down", "stay", "stay", "up", "up"]


@pytest.mark.django_db
def test_a_first_week_away_is_free_and_after_four_one_rests_until_one_is_back() -> None:
    [user] = make_players(1)
    seen = []
    weeks = [f"2026-W{number}" for number in range(40, 47)]
    for week in weeks:
        seasons_turn.turn(week)
        player = LeaguePlayer.objects.get()
        seen.append((player.league, player.absences, outcomes(week) != {}))
    assert seen == [
        (3, 0, True), (3, 1, True), (2, 2, True), (1, 3, True), (1, 4, False), (1, 4, False),
        (1, 4, False),
    ]  # fmt: skip
    score(user, 5, weeks[-1])
    seasons_turn.turn("2026-W47")
    assert LeaguePlayer.objects.get().absences == 0 and outcomes("2026-W47") == {user.pk: ""}


@pytest.mark.django_db
def test_groups_join_those_who_did_about_as_much() -> None:
    users = make_players(90)
    for number, user in enumerate(users):
        score(user, 1 + number, "2026-W42")
        score(user, 1 + number, "2026-W40")
    seasons_turn.turn(FIRST)
    groups: dict[int, set[int]] = {}
    for user_id, number in LeagueMembership.objects.values_list("user", "group__number"):
        groups.setdefault(number, set()).add(user_id)
    ids = [user.pk for user in users]
    assert groups == {2: set(ids[:30]), 1: set(ids[30:60]), 0: set(ids[60:])}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (44, [44]), (45, [22, 23]), (100, [33, 33, 34])]
)
def test_groups_are_about_thirty_and_about_equal(count: int, sizes: list[int]) -> None:
    make_players(count)
    seasons_turn.turn(FIRST)
    found = [group.memberships.count() for group in LeagueGroup.objects.all()]
    assert sorted(found) == sizes


@pytest.mark.django_db
def test_the_order_of_joining_says_nothing_about_the_group() -> None:
    users = make_players(60)
    seasons_turn.turn(FIRST)
    first_half = {user.pk for user in users[:30]}
    group = set(LeagueMembership.objects.filter(group__number=0).values_list("user", flat=True))
    assert group != first_half and group & first_half


@pytest.mark.django_db
def test_turning_again_changes_nothing() -> None:
    users = make_players(25)
    seasons_turn.turn(FIRST)
    for number, user in enumerate(users):
        score(user, number)
    seasons_turn.turn(SECOND)
    before = state()
    seasons_turn.turn(SECOND)
    assert state() == before
    # What is written to the old week later does not change how it ended.
    score(users[0], 999)
    seasons_turn.turn(THIRD)
    assert outcomes()[users[0].pk] == "absent"


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["_close", "_move", "_group"])
@pytest.mark.parametrize("statement", [1, 2])
def test_a_turn_that_was_cut_off_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch, at: str, statement: int
) -> None:
    users = make_players(65)
    seasons_turn.turn(FIRST)
    for number, user in enumerate(users):
        score(user, number % 40)
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before_the_turn")
    seasons_turn.turn(SECOND)
    expected = state()
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK TO SAVEPOINT before_the_turn")
    step = getattr(seasons_turn, at)

    def die(*args: str) -> None:
        seen = 0

        def counting(execute: Any, sql: str, *rest: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen > statement:
                raise KeyboardInterrupt
            return execute(sql, *rest)

        with connection.execute_wrapper(counting):
            step(*args)

    with monkeypatch.context() as patch:
        patch.setattr(seasons_turn, at, die)
        if statement < 2 or at == "_group":
            with pytest.raises(KeyboardInterrupt):
                seasons_turn.turn(SECOND)
            assert state() != expected
    seasons_turn.turn(SECOND)
    assert state() == expected


@pytest.mark.django_db
def test_the_week_ends_in_utc_whatever_clocks_do() -> None:
    make_players(3)
    assert seasons_turn.turn_due(now=IN_FIRST)
    # Half past midnight on Monday in Berlin, whose clocks went back; it is Sunday in UTC.
    assert not seasons_turn.turn_due(now=datetime(2026, 10, 25, 23, 30, tzinfo=UTC))
    # And ten minutes are left for what was earned before midnight.
    assert not seasons_turn.turn_due(now=datetime(2026, 10, 26, 0, 5, tzinfo=UTC))
    assert seasons_turn.turn_due(now=datetime(2026, 10, 26, 0, 15, tzinfo=UTC))
    assert seasons.end_of_week(IN_FIRST) == datetime(2026, 10, 26, tzinfo=UTC)
    for now in (IN_FIRST, datetime(2026, 3, 25, tzinfo=UTC)):
        end = seasons.end_of_week(now)
        assert seasons.end_of_week(end) - end == timedelta(hours=168)


@pytest.mark.django_db
def test_weeks_that_nobody_turned_are_no_weeks_away() -> None:
    users = make_players(9)
    seasons_turn.turn("2026-W30")
    for number, user in enumerate(users):
        score(user, 10 + number, "2026-W30")
    seasons_turn.turn(FIRST)
    assert sorted(outcomes("2026-W30").values()) == ["down"] * 3 + ["stay"] * 3 + ["up"] * 3
    assert set(LeaguePlayer.objects.values_list("absences", flat=True)) == {0}


@given(points=st.lists(st.integers(0, 12), min_size=1, max_size=45), league=st.sampled_from(League))
def test_the_page_tells_what_the_turn_will_do(points: list[int], league: League) -> None:
    """The rules in Python, by themselves: all that the SQL is compared with below."""
    taking_part = [p for p in points if p]
    zone = seasons.zone_size(len(taking_part))
    found = [seasons._standing(p, taking_part, zone, league)[1] for p in points]
    up, down = found.count(Outcome.UP), found.count(Outcome.DOWN)
    assert down <= zone and (up >= zone or league == HIGHEST)
    assert found.count(Outcome.ABSENT) == points.count(0)
    by_points = sorted(zip(points, found, strict=True), key=lambda pair: pair[0])
    order = [Outcome.ABSENT, Outcome.DOWN, Outcome.STAY, Outcome.UP]
    assert [order.index(o) for _p, o in by_points] == sorted(order.index(o) for o in found)


@pytest.mark.django_db
@pytest.mark.parametrize("league", [League.MEADOW, League.GROVE, League.AURORA])
@pytest.mark.parametrize("modulus", [1, 3, 7, 100])
def test_the_table_and_the_turn_agree(league: League, modulus: int) -> None:
    users = make_players(31, league)
    seasons_turn.turn(FIRST)
    for number, user in enumerate(users):
        score(user, number * 17 % modulus + number % 2)
    table = seasons.table_of(users[0], IN_FIRST)
    assert table is not None and len(table.rows) == 31
    seasons_turn.turn(SECOND)
    ended = {
        user: (place, outcome)
        for user, place, outcome in LeagueMembership.objects.filter(week=FIRST).values_list(
            "user", "place", "outcome"
        )
    }
    assert {row.user.pk: (row.place, row.zone.value) for row in table.rows} == ended


@pytest.mark.django_db
def test_who_leaves_or_may_not_be_seen_is_gone_at_once_and_moves_nowhere(alice: User) -> None:
    users = make_players(10)
    seasons_turn.turn(FIRST)
    for number, user in enumerate(users):
        score(user, 10 + number)
    seasons.leave(by=users[9])
    User.objects.filter(pk=users[8].pk).update(is_active=False)
    User.objects.filter(pk=users[7].pk).update(is_on_leaderboard=False)
    table = seasons.table_of(users[0], IN_FIRST)
    assert table is not None and {row.user for row in table.rows} == set(users[:7])
    seasons_turn.turn(SECOND)
    found = outcomes()
    assert [found[user.pk] for user in users[7:]] == ["left"] * 3
    assert [found[user.pk] for user in users[5:7]] == ["up", "up"]
    assert {leagues()[user.pk] for user in users[7:]} == {League.GROVE}
    assert set(outcomes(SECOND)) == {user.pk for user in users[:7]}


def test_joining_waits_for_the_next_week_and_coming_back_finds_the_old_league(alice: User) -> None:
    seasons_turn.turn(FIRST)
    seasons.join(by=alice)
    assert seasons.table_of(alice, IN_FIRST) is None
    LeaguePlayer.objects.update(league=League.RIDGE)
    seasons.leave(by=alice)
    assert seasons.player_of(alice) is None
    assert seasons.join(by=alice).league == League.RIDGE
    seasons_turn.turn(SECOND)
    table = seasons.table_of(alice, IN_SECOND)
    assert table is not None and table.mine is not None and table.league == League.RIDGE
    assert seasons.scope_of(alice, IN_SECOND) == f"league:{table.group.pk}"
    assert seasons.scope_of(alice, IN_FIRST) is None


def test_who_left_the_board_cannot_take_part(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_on_leaderboard=False)
    alice.refresh_from_db()
    with pytest.raises(Conflict, match="left the leaderboard"):
        seasons.join(by=alice)
    client.force_login(alice)
    assert client.put(
        "/api/leagues/mine", {"is_in": True}, content_type="application/json"
    ).status_code == 409  # fmt: skip


def test_who_only_wants_to_learn_hears_nothing_of_leagues(client: Client, alice: User) -> None:
    client.force_login(alice)
    for url in ("/today/", "/people/alice/", "/settings/"):
        assert "league" not in client.get(url).content.decode().lower()
    assert client.get("/api/leagues/mine").json()["is_in"] is False


def test_the_page_and_the_api_show_the_same_table(
    client: Client, alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for user in (alice, bob):
        seasons.join(by=user)
    call_command("turn_week", verbosity=0)
    week = seasons.week_of(datetime.now(UTC))
    score(bob, 20, week)
    client.force_login(alice)
    page = client.get("/league/").content.decode()
    assert "Bob" in page and "/people/bob/" not in page and "No points yet this week" in page
    answer = client.get("/api/leagues/mine").json()
    assert [(row["name"], row["points"], row["zone"]) for row in answer["rows"]] == [
        ("Bob", 20, "stay"), ("Alice", 0, "absent"),
    ]  # fmt: skip
    with django_assert_num_queries(2):
        seasons.table_of(alice)
    assert client.post("/league/leave/").status_code == 302
    assert client.get("/api/leagues/mine").json()["rows"] == []
    assert "Take part" in client.get("/league/").content.decode()


def test_the_board_of_a_league_is_its_groups_alone(
    client: Client, alice: User, bob: User, carol: User, charlie: User
) -> None:
    for user in (alice, bob, carol):
        seasons.join(by=user)
    call_command("turn_week", verbosity=0)
    week = seasons.week_of(datetime.now(UTC))
    for user, count in ((alice, 20), (bob, 20), (carol, 5), (charlie, 90)):
        score(user, count, week)
    seasons.leave(by=carol)
    client.force_login(bob)
    answer = client.get("/api/leaderboard/?scope=league&period=week").json()
    assert [(row["name"], row["rank"]) for row in answer["items"]] == [("Alice", 1), ("Bob", 1)]
    assert (answer["scope"], answer["count"], answer["next"]) == ("league", 2, None)
    answer = client.get(f"/api/leaderboard/user/{bob.pk}?scope=league&period=week").json()
    assert (answer["rank"], answer["week"]["rank"], answer["all"]) == (1, 1, None)
    page = client.get("/leaderboard/?scope=league&q=al").content.decode()
    assert "Where each place leads" in page and "Charlie" not in page
    assert "Nobody of that name" not in page
    assert "Why am I 1st?" in client.get("/leaderboard/why/?scope=league").content.decode()
    for stranger in (charlie, carol):
        client.force_login(stranger)
        for scope in ("league", seasons.scope_of(bob)):
            assert client.get(f"/api/leaderboard/?scope={scope}").status_code == 404
        page = client.get("/leaderboard/?scope=league").content.decode()
        assert "Charlie" in page and "My league" not in page


@pytest.mark.django_db
def test_old_weeks_are_forgotten() -> None:
    make_players(3)
    seasons_turn.turn("2026-W20")
    seasons_turn.turn(FIRST)
    assert set(LeagueGroup.objects.values_list("week", flat=True)) == {FIRST}
