"""Ranks are exact, whoever comes, goes, gains or loses, and pages follow each other."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from leaderboard import history, points, ranking, reasons, recount, tallies
from leaderboard.charts import rank_chart
from leaderboard.counts import Tally
from leaderboard.history import Then
from leaderboard.models import PointEntry, Standing
from leaderboard.periods import Period
from tests.factories import make_user

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday


def give(user: User, amount: int, *, now: datetime = NOW, key: str = "") -> None:
    points.award(
        user_id=user.pk,
        amount=amount,
        reason=PointEntry.Reason.WORK_ACCEPTED,
        key=key or f"{PointEntry.objects.count()}",
        verified=True,
        category="music",
        now=now,
    )


def crowd(count: int, rng: Random) -> list[User]:
    """Learners with points of 1 to 300, so that some share a rank."""
    users = User.objects.bulk_create(
        User(username=f"crowd-{n}", email=f"crowd-{n}@example.com") for n in range(count)
    )
    for number, user in enumerate(users):
        give(user, rng.randint(1, 300), now=NOW + timedelta(seconds=rng.randint(0, 5)),
             key=f"crowd:{number}")  # fmt: skip
    return users


def sorted_ranks() -> list[tuple[int, int]]:
    """The board by a full sort, as (user, rank)."""
    rows = Standing.objects.filter(
        scope="everyone", period="all", points__gt=0,
        user__is_on_leaderboard=True, user__is_active=True, user__erase_at=None,
    ).order_by("-points", "reached_at", "user_id")  # fmt: skip
    had = [row.points for row in rows]
    return [(row.user_id, had.index(row.points) + 1) for row in rows]


def test_pages_down_and_up_are_the_whole_board_in_order(alice: User) -> None:
    crowd(70, Random(1))
    seen, cursor = [], ""
    for _ in range(3):
        page = ranking.board(viewer=alice, period=Period.ALL, cursor=cursor, now=NOW)
        seen += [(place.user.pk, place.rank) for place in page.places]
        cursor = page.next
    assert seen == sorted_ranks() and not cursor and page.total == 70
    up = ranking.board(viewer=alice, period=Period.ALL, cursor=page.previous, now=NOW)
    assert [(p.user.pk, p.rank) for p in up.places] == seen[25:50]


def test_ones_neighbours_are_there_and_a_page_around_oneself_or_a_place(alice: User) -> None:
    users = crowd(60, Random(2))
    truth = sorted_ranks()
    for user in (users[0], users[30], User.objects.get(pk=truth[0][0])):
        index = next(n for n, (pk, _) in enumerate(truth) if pk == user.pk)
        board = ranking.board(viewer=user, period=Period.ALL, cursor="me", now=NOW)
        near = truth[max(0, index - 5) : index + 6]
        assert [(place.user.pk, place.rank) for place in board.near] == near
        assert board.mine is not None and board.mine.rank == truth[index][1]
        assert user.pk in [place.user.pk for place in board.places]
    middle = ranking.board(viewer=alice, period=Period.ALL, cursor="rank:30", now=NOW)
    assert truth[29][1] in [place.rank for place in middle.places]
    assert [(p.user.pk, p.rank) for p in middle.places] == [
        row for row in truth if row[0] in {place.user.pk for place in middle.places}
    ]


@pytest.mark.parametrize(
    "cursor",
    ["next", "next.1.2", "next.a.b.c", "next.99999999999999.1.1", "next.1.99999999999999999.1",
     "rank:0", "rank:999999999", "rank:x", "rank:99999999999999999999", "\x00", "previous.٣.1.1"],
)  # fmt: skip
def test_a_cursor_that_makes_no_sense_is_no_error(alice: User, cursor: str) -> None:
    crowd(3, Random(3))
    assert ranking.board(viewer=alice, period=Period.ALL, cursor=cursor, now=NOW).total == 3


@pytest.mark.parametrize(
    "change",
    [
        {"is_on_leaderboard": False},
        {"is_active": False},
        {"erase_at": datetime(2026, 12, 9, tzinfo=UTC)},
    ],
)
def test_who_goes_is_gone_from_every_count_at_once_and_may_come_back(
    alice: User, change: dict[str, Any]
) -> None:
    crowd(20, Random(4))
    give(alice, 250)
    before = sorted_ranks()
    User.objects.filter(pk=alice.pk).update(**change)
    rest = [ranking.place_of(user=User(pk=pk), viewer=alice, now=NOW) for pk, _ in sorted_ranks()]
    assert [(p.user.pk, p.rank) for p in rest if p] == sorted_ranks() and len(rest) == 20
    assert ranking.place_of(user=alice, viewer=alice, now=NOW) is None
    # What is earned meanwhile waits.
    give(alice, 1)
    assert not list(recount.differences())
    User.objects.filter(pk=alice.pk).update(is_on_leaderboard=True, is_active=True, erase_at=None)
    place = ranking.place_of(user=alice, viewer=alice, now=NOW)
    assert place is not None and place.points == 251
    assert place.rank <= dict(before)[alice.pk]
    alice.delete()
    assert not list(recount.differences())


def test_folding_changes_no_rank(alice: User) -> None:
    crowd(30, Random(5))
    give(alice, 100)
    give(alice, 64)
    before = ranking.board(viewer=alice, period=Period.ALL, now=NOW)
    tallies.fold()
    assert not Tally.objects.filter(is_folded=False).exists()
    assert ranking.board(viewer=alice, period=Period.ALL, now=NOW) == before
    tallies.fold()
    Tally.objects.filter(width=1).update(learners=7)
    assert any("tally" in one.what for one in recount.differences())
    recount.rebuild()
    assert not list(recount.differences())


def test_a_page_takes_five_queries(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    crowd(40, Random(6))
    give(alice, 90, now=NOW - timedelta(days=3))
    history.count((NOW - timedelta(days=1)).date())
    for cursor in ("", "me", "rank:20"):
        with django_assert_num_queries(5):
            ranking.board(viewer=alice, period=Period.ALL, cursor=cursor, now=NOW)


def test_a_rank_has_moved_since_yesterday_and_last_week(
    alice: User, bob: User, carol: User
) -> None:
    for user, amount, days in (
        (alice, 10, 9), (bob, 20, 9), (carol, 30, 9), (bob, 20, 2), (alice, 50, 0),
    ):  # fmt: skip
        give(user, amount, now=NOW - timedelta(days=days))
    assert history.count_due(now=NOW) == 7
    assert history.count_due(now=NOW) == 0
    board = ranking.board(viewer=alice, period=Period.ALL, now=NOW)
    moved = {place.user: place.moved for place in board.places}
    # A week ago: carol 30, bob 20, alice 10. Yesterday: bob 40, carol 30, alice 10.
    assert [place.user for place in board.places] == [alice, bob, carol]
    assert (moved[alice].since_yesterday, moved[alice].since_last_week) == (2, 2)
    assert (moved[bob].since_yesterday, moved[bob].since_last_week) == (-1, 0)
    assert (moved[carol].since_yesterday, moved[carol].since_last_week) == (-1, -2)
    then = history.of(user=alice, now=NOW)
    assert [one.rank for one in then[-3:]] == [3, 3, 3] and len(then) == history.DAYS_SHOWN
    week = ranking.board(viewer=alice, period=Period.WEEK, now=NOW)
    # In the week before this one only old points came: alice had none of them in it.
    assert week.mine is not None and week.mine.moved.since_yesterday is None


def test_the_chart_draws_a_line_for_each_run_of_days() -> None:
    days = [Then((NOW + timedelta(days=n)).date(), rank) for n, rank in enumerate([None, 8, 4, 2])]
    chart = rank_chart(days)
    assert chart is not None and (chart.best, chart.worst) == (2, 8)
    assert chart.lines == ["100,100 200,50 300,0"]
    assert rank_chart(days[:2]) is None


def test_what_would_change_a_rank(alice: User, bob: User, carol: User) -> None:
    give(bob, 30)
    give(alice, 20)
    give(carol, 12)
    change = reasons.what_would_change(ranking.around(user=alice, viewer=alice, now=NOW))
    assert change is not None and change.ahead is not None and change.behind is not None
    assert (change.ahead.user, change.needed) == (bob, 11)
    assert (change.behind.user, change.lead) == (carol, 8)


def test_what_comes_after_all_was_taken_back_counts_from_its_own_day(alice: User) -> None:
    """Also where it happened before what was taken back."""
    points.award(
        user_id=alice.pk, amount=5, reason=PointEntry.Reason.REVIEW_GIVEN, key="late",
        verified=True, now=NOW,
    )  # fmt: skip
    points.reverse(key="late", reason="No.", now=NOW)
    earlier = NOW - timedelta(hours=5)
    points.award(
        user_id=alice.pk, amount=5, reason=PointEntry.Reason.REVIEW_GIVEN, key="early",
        verified=True, now=earlier,
    )  # fmt: skip
    assert set(Standing.objects.values_list("points", "reached_at")) == {(5, earlier)}
    assert list(recount.differences()) == []


# --- Properties -------------------------------------------------------------

DEEDS = st.lists(
    st.tuples(
        st.integers(0, 3),  # who
        st.integers(1, 90),  # how much
        st.integers(-12, 0),  # days ago
        st.sampled_from(["", "music"]),
        st.booleans(),  # verified
        st.sampled_from(["give", "give", "give", "take back", "leave", "come back", "fold"]),
    ),
    max_size=12,
)


@pytest.mark.django_db
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deeds=DEEDS)
def test_any_order_of_deeds_gives_what_a_recount_gives(db: None, deeds: list[Any]) -> None:
    """And own points never lower a rank."""
    users = [make_user() for _ in range(4)]
    keys: list[str] = []
    for number, (who, amount, days, category, verified, deed) in enumerate(deeds):
        user, key = users[who], f"{users[0].pk}:{number}"
        if deed == "take back" and keys:
            points.reverse(key=keys[amount % len(keys)], reason="No.", now=NOW)
        elif deed in {"leave", "come back"}:
            User.objects.filter(pk=user.pk).update(is_on_leaderboard=deed == "come back")
        elif deed == "fold":
            tallies.fold()
        else:
            before = ranking.place_of(user=user, viewer=user, now=NOW)
            points.award(
                user_id=user.pk, amount=amount, reason=PointEntry.Reason.REVIEW_GIVEN, key=key,
                verified=verified, category=category, now=NOW + timedelta(days=days),
            )  # fmt: skip
            keys.append(key)
            after = ranking.place_of(user=user, viewer=user, now=NOW)
            if before is not None:
                assert after is not None and after.rank <= before.rank
    assert list(recount.differences()) == []
    stood = set(Standing.objects.exclude(points=0).values_list(
        "scope", "period", "user", "points", "reached_at", "is_listed"))  # fmt: skip
    recount.rebuild()
    assert stood == set(Standing.objects.exclude(points=0).values_list(
        "scope", "period", "user", "points", "reached_at", "is_listed"))  # fmt: skip
    for user in users:
        user.delete()


# --- Doors ------------------------------------------------------------------


def test_the_board_finds_a_learner_and_shows_the_row_of_an_empty_board(
    client: Client, alice: User, bob: User
) -> None:
    client.force_login(alice)
    page = client.get("/leaderboard/?period=all").content.decode()
    assert page.count('<tr class="is-me">') == 1 and "Nobody has points here yet" in page
    give(bob, 30)
    page = client.get("/leaderboard/?period=all&q=bob").content.decode()
    assert "Found for “bob”" in page and page.count("Bob") >= 2
    assert "Nobody of that name" in client.get("/leaderboard/?q=zzz").content.decode()


def test_my_row_alone_is_what_an_open_board_asks_for(client: Client, alice: User) -> None:
    give(alice, 30, now=timezone.now())
    client.force_login(alice)
    panel = client.get("/leaderboard/me/?period=week", headers={"HX-Request": "true"})
    assert b"You are 1st" in panel.content and b"<h1>" not in panel.content
    assert b"<h1>" in client.get("/leaderboard/me/").content


def test_why_lists_the_entries_with_their_rules(client: Client, alice: User, bob: User) -> None:
    now = timezone.now()
    give(bob, 40, now=now)
    give(alice, 30, now=now)
    points.reverse(key="0", reason="Bob's work was copied.", now=now)
    client.force_login(bob)
    page = client.get("/leaderboard/why/?period=all").content.decode()
    assert "Bob&#x27;s work was copied." in page and "-40" in page
    client.force_login(alice)
    page = client.get("/leaderboard/why/?period=all").content.decode()
    assert "Why am I 1st?" in page and "Work accepted by peers" in page and "copied" not in page


def test_who_wants_to_sees_only_neighbours(client: Client, alice: User) -> None:
    crowd(30, Random(8))
    give(alice, 1)
    client.force_login(alice)
    client.post("/settings/privacy/", {"is_on_leaderboard": "on", "sees_only_neighbours": "on"})
    page = client.get("/leaderboard/?period=all")
    assert len(page.context["places"]) <= 11 and "Show everybody" in page.content.decode()
    page = client.get("/leaderboard/?period=all&everybody=1")
    assert len(page.context["places"]) == 25


def test_a_client_pages_through_a_board_and_asks_for_a_person(client: Client, alice: User) -> None:
    users = crowd(30, Random(9))
    client.force_login(alice)
    first = client.get("/api/leaderboard/?period=all&scope=category:music").json()
    assert (first["count"], len(first["items"]), first["previous"]) == (30, 25, None)
    more = client.get(f"/api/leaderboard/?period=all&cursor={first['next']}").json()
    assert [p["user_id"] for p in first["items"] + more["items"]] == [
        pk for pk, _ in sorted_ranks()
    ]
    for scope in ("category:nothing", "league:1", "x"):
        assert client.get(f"/api/leaderboard/?scope={scope}").status_code == 404
    person = client.get(f"/api/leaderboard/user/{users[3].pk}").json()
    assert person["rank"] == dict(sorted_ranks())[users[3].pk]
    assert 0 < person["percentile"] <= 100 and len(person["neighbours"]) >= 6
    User.objects.filter(pk=users[3].pk).update(is_on_leaderboard=False)
    assert client.get(f"/api/leaderboard/user/{users[3].pk}").status_code == 404
