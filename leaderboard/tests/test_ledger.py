"""The ledger is append-only and pays once; what is taken back counts where it was paid."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from leaderboard import points, recount
from leaderboard.models import PointEntry, Standing
from leaderboard.periods import Period, bounds, period_key
from leaderboard.rules import RULES
from learnquest.core.errors import NotFound

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAST_WEEK = NOW - timedelta(weeks=1)


def give(user: User, amount: int, key: str, *, now: datetime = NOW, **more: Any) -> PointEntry:
    entry = points.award(
        user_id=user.pk,
        amount=amount,
        reason=PointEntry.Reason.WORK_ACCEPTED,
        key=key,
        verified=more.pop("verified", True),
        category="music",
        now=now,
    )
    assert entry is not None
    return entry


def standing(user: User, period: str) -> tuple[int, datetime]:
    row = Standing.objects.get(user=user, scope="everyone", period=period)
    return row.points, row.reached_at


@pytest.fixture
def rules_of_the_database(db: None) -> Iterator[None]:
    """Checks that wait for the commit happen now."""
    yield
    connection.check_constraints()


def test_an_entry_knows_the_day_it_was_where_the_learner_lived(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="Pacific/Kiritimati")  # UTC+14
    entry = give(alice, 5, "a", now=datetime(2026, 11, 24, 11, tzinfo=UTC))
    assert entry.local_day == date(2026, 11, 25)
    entry.refresh_from_db()
    assert entry.occurred_at == entry.counted_at == datetime(2026, 11, 24, 11, tzinfo=UTC)


@pytest.mark.django_db
def test_the_database_refuses_to_change_an_entry(alice: User) -> None:
    give(alice, 5, "a")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        PointEntry.objects.update(amount=500)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite defers no trigger")
def test_the_database_lets_an_entry_go_with_its_learner_alone(alice: User, bob: User) -> None:
    give(alice, 5, "a")
    give(bob, 5, "b")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():  # noqa: PT012
        PointEntry.objects.filter(user=alice).delete()
        connection.check_constraints()
    bob.delete()
    connection.check_constraints()
    assert set(PointEntry.objects.values_list("user", flat=True)) == {alice.pk}


def test_what_is_taken_back_goes_from_the_week_in_which_it_was_paid(alice: User) -> None:
    give(alice, 30, "old", now=LAST_WEEK)
    give(alice, 20, "new")
    entry = points.reverse(key="old", reason="The work was copied.", now=NOW)
    assert entry is not None and (entry.amount, entry.note) == (-30, "The work was copied.")
    assert standing(alice, period_key(Period.WEEK, LAST_WEEK))[0] == 0
    assert standing(alice, period_key(Period.WEEK, NOW)) == (20, NOW)
    assert standing(alice, "all")[0] == 20
    assert points.effort(alice) == 20
    assert not list(recount.differences())


def test_taking_back_twice_takes_back_once(alice: User) -> None:
    give(alice, 30, "a")
    assert points.reverse(key="a", reason="No.") is not None
    assert points.reverse(key="a", reason="No.") is None
    assert points.effort(alice) == 0
    with pytest.raises(NotFound):
        points.reverse(key="never paid", reason="No.")


def test_who_lost_the_last_points_stands_where_they_stood_before(alice: User) -> None:
    give(alice, 30, "a", now=LAST_WEEK)
    give(alice, 20, "b")
    points.reverse(key="b", reason="No.", now=NOW + timedelta(hours=1))
    assert standing(alice, "all") == (30, LAST_WEEK)


def test_points_given_together_are_written_at_the_end(alice: User, bob: User) -> None:
    with transaction.atomic(), points.together():
        give(bob, 10, "b")
        give(alice, 20, "a")
        with points.together():
            give(bob, 1, "b2")
        assert not Standing.objects.exists()
    assert (standing(alice, "all")[0], standing(bob, "all")[0]) == (20, 11)


def test_what_was_rolled_back_meanwhile_is_not_written(alice: User) -> None:
    with transaction.atomic(), points.together():
        give(alice, 20, "a")
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
            give(alice, 5, "b")
            raise ZeroDivisionError
    assert standing(alice, "all")[0] == 20
    with pytest.raises(ZeroDivisionError), transaction.atomic(), points.together():  # noqa: PT012
        give(alice, 7, "c")
        raise ZeroDivisionError
    assert standing(alice, "all")[0] == 20 and not list(recount.differences())


@pytest.mark.parametrize("key", ["2026-W48", "2026-W01", "2026-11", "2026-12"])
def test_a_period_begins_and_ends_where_its_name_says(key: str) -> None:
    time = bounds(key)
    assert time is not None
    period = Period.WEEK if "W" in key else Period.MONTH
    assert period_key(period, time[0]) == key == period_key(period, time[1] - timedelta(seconds=1))
    assert period_key(period, time[1]) != key and bounds("all") is None


def test_every_reason_has_one_rule_which_the_page_tells(client: Client, alice: User) -> None:
    assert sorted(rule.reason for rule in RULES) == sorted(PointEntry.Reason)
    client.force_login(alice)
    page = client.get("/points/").content.decode()
    assert all(str(rule.name) in page for rule in RULES)


def test_the_nightly_check_tells_the_admins(
    alice: User, settings: Any, mailoutbox: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    settings.ADMINS = ["root@example.com"]
    give(alice, 30, "a")
    assert recount.check() and not mailoutbox
    Standing.objects.filter(period="all").update(points=31)
    assert not recount.check()
    assert "points 31, ledger 30" in mailoutbox[0].body and mailoutbox[0].to == ["root@example.com"]
    assert "run recount_points" in caplog.text
    recount.rebuild()
    assert recount.check()
