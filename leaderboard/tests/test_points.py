from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from leaderboard import badges, points, ranking, streaks
from leaderboard.models import BadgeAward, PointEntry, Standing
from leaderboard.points import Period
from tests.factories import make_user

PRACTICE = PointEntry.Reason.PRACTICE
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def give(
    user: User,
    amount: int,
    *,
    key: str,
    verified: bool = True,
    category: str = "music",
    now: datetime = NOW,
    reason: PointEntry.Reason = PointEntry.Reason.WORK_ACCEPTED,
) -> PointEntry | None:
    return points.award(
        user_id=user.pk,
        amount=amount,
        reason=reason,
        key=key,
        verified=verified,
        category=category,
        now=now,
    )


def test_points_stand_in_each_scope_and_period(alice: User) -> None:
    give(alice, 30, key="a")
    rows = set(Standing.objects.values_list("scope", "period", "points"))
    assert rows == {
        (scope, period, 30)
        for scope in ("everyone", "category:music")
        for period in ("2026-W48", "2026-11", "all")
    }


def test_the_same_key_pays_once(alice: User) -> None:
    assert give(alice, 30, key="a") is not None
    assert give(alice, 30, key="a") is None
    assert PointEntry.objects.count() == 1
    assert set(Standing.objects.values_list("points", flat=True)) == {30}


def test_effort_does_not_rank(alice: User) -> None:
    give(alice, 30, key="a", verified=False)
    assert not Standing.objects.exists()
    assert points.effort(alice) == 30


@pytest.mark.parametrize(
    ("difficulty", "score", "expected"), [(1, 60, 5), (1, 100, 10), (5, 100, 80), (3, 80, 26)]
)
def test_work_pays_half_at_the_pass_mark_and_all_at_the_top(
    difficulty: int, score: float, expected: int
) -> None:
    assert points.work_points(difficulty=difficulty, score=score, pass_mark=60) == expected


def test_the_new_year_belongs_to_its_iso_week() -> None:
    assert points.period_key(Period.WEEK, datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"


@pytest.mark.parametrize(("xp", "level"), [(0, 1), (99, 1), (100, 2), (299, 2), (300, 3)])
def test_each_level_takes_a_hundred_more(xp: int, level: int) -> None:
    got, begins, ends = points.level_of(xp)
    assert got == level and begins <= xp < ends


def test_ties_share_a_rank_and_the_first_to_get_there_stands_first(
    alice: User, bob: User, carol: User, charlie: User
) -> None:
    give(bob, 50, key="b", now=NOW + timedelta(minutes=1))
    give(alice, 50, key="a", now=NOW)
    give(carol, 70, key="c")
    give(charlie, 10, key="d")
    board = ranking.board(viewer=charlie, period=Period.ALL, now=NOW)
    assert [(p.rank, p.user) for p in board.places] == [
        (1, carol),
        (2, alice),
        (2, bob),
        (4, charlie),
    ]
    assert board.mine is not None and board.mine.rank == 4


def test_ones_own_row_is_there_on_every_page(alice: User) -> None:
    for number in range(ranking.PAGE_SIZE + 3):
        give(make_user(), 100 - number, key=str(number))
    give(alice, 1, key="alice")
    first = ranking.board(viewer=alice, period=Period.ALL, now=NOW)
    assert alice not in [place.user for place in first.places]
    assert first.mine is not None and first.mine.rank == ranking.PAGE_SIZE + 4
    second = ranking.board(viewer=alice, period=Period.ALL, cursor=first.next, now=NOW)
    assert [place.rank for place in second.places] == list(
        range(ranking.PAGE_SIZE + 1, ranking.PAGE_SIZE + 5)
    )
    assert not second.next and not first.previous
    again = ranking.board(viewer=alice, period=Period.ALL, cursor=second.previous, now=NOW)
    assert again.places == first.places


def test_a_tie_across_pages_keeps_its_rank(alice: User) -> None:
    for number in range(ranking.PAGE_SIZE + 2):
        give(make_user(), 40, key=str(number))
    first = ranking.board(viewer=alice, period=Period.ALL, now=NOW)
    second = ranking.board(viewer=alice, period=Period.ALL, cursor=first.next, now=NOW)
    assert {place.rank for place in second.places} == {1} and len(second.places) == 2


def test_who_left_the_board_is_neither_seen_nor_counted(alice: User, bob: User) -> None:
    give(bob, 50, key="b")
    give(alice, 40, key="a")
    User.objects.filter(pk=bob.pk).update(is_on_leaderboard=False)
    board = ranking.board(viewer=alice, period=Period.ALL, now=NOW)
    assert [(place.rank, place.user) for place in board.places] == [(1, alice)]
    assert ranking.place_of(user=bob, viewer=alice) is None


def test_the_board_takes_the_same_queries_however_long(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        give(make_user(), number + 1, key=str(number))
    with django_assert_num_queries(4):
        ranking.board(viewer=alice, period=Period.ALL, now=NOW)


def test_recounting_finds_and_mends_a_difference(alice: User, bob: User) -> None:
    give(alice, 30, key="a")
    give(bob, 20, key="b", category="")
    call_command("recount_points", check=True, stdout=StringIO())
    Standing.objects.filter(user=alice, period="all").update(points=31)
    out = StringIO()
    with pytest.raises(CommandError, match="2 rows differ"):
        call_command("recount_points", check=True, stdout=out)
    assert "points 31, ledger 30" in out.getvalue()
    call_command("recount_points", stdout=StringIO())
    call_command("recount_points", check=True, stdout=StringIO())


def test_badges_are_awarded_once_with_a_word_to_the_learner(alice: User) -> None:
    give(alice, 30, key="a")
    assert [award.badge for award in badges.award_due(user_id=alice.pk)] == ["accepted"]
    assert badges.award_due(user_id=alice.pk) == []
    assert BadgeAward.objects.count() == alice.notifications.filter(kind="badge").count() == 1


def test_a_streak_counts_the_learners_own_days(alice: User) -> None:
    alice.time_zone = "Pacific/Kiritimati"  # UTC+14
    # 11:00 UTC on the 22nd is the 23rd there; so is 09:00 UTC on the 23rd.
    give(
        alice,
        1,
        key="1",
        reason=PointEntry.Reason.PRACTICE,
        now=datetime(2026, 11, 22, 11, tzinfo=UTC),
    )
    give(
        alice,
        1,
        key="2",
        reason=PointEntry.Reason.PRACTICE,
        now=datetime(2026, 11, 23, 9, tzinfo=UTC),
    )
    give(
        alice,
        1,
        key="3",
        reason=PointEntry.Reason.PRACTICE,
        now=datetime(2026, 11, 24, 9, tzinfo=UTC),
    )
    assert streaks.streak(user=alice, now=datetime(2026, 11, 24, 9, 30, tzinfo=UTC)) == 2
    # It is the 25th there now; the streak holds until that day is over without an entry.
    assert streaks.streak(user=alice, now=NOW) == 2
    # The 25th was the week's rest day; the 26th without an entry breaks it.
    assert streaks.streak(user=alice, now=NOW + timedelta(days=1)) == 2
    assert streaks.streak(user=alice, now=NOW + timedelta(days=2)) == 0


@pytest.mark.parametrize("is_on_leaderboard", [True, False])
def test_the_list_and_the_object_rule_agree(
    alice: User, charlie: User, is_on_leaderboard: bool
) -> None:
    User.objects.filter(pk=alice.pk).update(is_on_leaderboard=is_on_leaderboard)
    give(alice, 30, key="a")
    for viewer in (alice, charlie):
        listed = set(Standing.objects.visible_to(viewer))
        assert listed == {s for s in Standing.objects.all() if s.is_visible_to(viewer)}
        entries = set(PointEntry.objects.visible_to(viewer))
        assert entries == {e for e in PointEntry.objects.all() if e.is_visible_to(viewer)}
