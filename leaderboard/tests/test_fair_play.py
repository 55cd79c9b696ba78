"""Fair play: less for more of the same, a second look at who helps whom, accounts of one person."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts import audit
from accounts.models import AuditEvent, KnownDevice, User
from leaderboard import alternates, fair_play, overturning, points
from leaderboard.fair_play_models import Pattern
from leaderboard.models import HeldPoints, PointEntry, Standing, Suspicion
from learnquest.core.errors import Conflict, Forbidden
from reviews.models import PeerReview
from tests.factories import make_challenge, make_goal, make_review, make_submission, make_user

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
Reason = PointEntry.Reason


def reviewed(
    reviewer: User, author: User, *, times: int = 1, at: datetime = NOW - timedelta(days=3)
) -> None:
    """Reviews as they stand once sent; the queue would not let the same pair meet so often."""
    for _ in range(times):
        work = make_submission(make_challenge(make_goal(author)))
        PeerReview.objects.create(
            submission=work, reviewer=reviewer, author=author, status="submitted",
            claimed_at=at, lease_until=at, submitted_at=at, score=80,
        )  # fmt: skip


def award(user: User, author: User, key: str = "k") -> PointEntry | HeldPoints | None:
    return fair_play.award(
        user_id=user.pk, counterpart_id=author.pk, amount=5, reason=Reason.REVIEW_GIVEN,
        key=key, category="music", now=NOW,
    )  # fmt: skip


def points_of(user: User) -> int:
    row = Standing.objects.filter(user=user, scope="everyone", period="all").first()
    return row.points if row else 0


@pytest.mark.parametrize(
    ("before", "points"), [(0, 80), (2, 80), (3, 40), (4, 40), (5, 16), (50, 16)]
)
def test_the_fourth_work_of_a_difficulty_in_a_day_earns_less(before: int, points: int) -> None:
    assert fair_play.diminished(80, before=before) == points


@given(amount=st.integers(0, 100), before=st.integers(0, 30))
def test_more_of_the_same_never_earns_more_and_never_nothing(amount: int, before: int) -> None:
    now, then = (fair_play.diminished(amount, before=b) for b in (before, before + 1))
    assert then <= now <= amount and (then > 0 or amount == 0)


def test_reviewing_strangers_earns_at_once(alice: User, bob: User) -> None:
    reviewed(bob, alice)
    assert isinstance(award(bob, alice), PointEntry)
    assert points_of(bob) == 5


def test_two_who_review_each_other_again_and_again_wait_for_a_moderator(
    alice: User, bob: User
) -> None:
    reviewed(bob, alice, times=3)
    reviewed(alice, bob, times=2)
    assert isinstance(award(bob, alice, "two back"), PointEntry)
    reviewed(alice, bob)
    held = award(bob, alice, "three back")
    assert isinstance(held, HeldPoints) and held.pattern == Pattern.RECIPROCITY
    assert list(held.others.all()) == [alice] and points_of(bob) == 5
    assert fair_play.waiting_of(bob) == 5
    # The same key again is neither a second wait nor points after all.
    assert award(bob, alice, "three back") is None
    assert award(bob, alice, "two back") is None


def test_what_was_long_ago_does_not_count(alice: User, bob: User) -> None:
    reviewed(bob, alice, times=3)
    reviewed(alice, bob, times=3, at=NOW - timedelta(days=61))
    assert isinstance(award(bob, alice), PointEntry)


@pytest.mark.parametrize(("size", "is_held"), [(3, True), (4, True), (5, False)])
def test_a_circle_of_up_to_four_waits(db: None, size: int, is_held: bool) -> None:
    people = [make_user() for _ in range(size)]
    for reviewer, author in zip(people, [*people[1:], people[0]], strict=True):
        reviewed(reviewer, author, times=2)
    held = award(people[0], people[1])
    assert isinstance(held, HeldPoints) == is_held
    if isinstance(held, HeldPoints):
        assert held.pattern == Pattern.RING and set(held.others.all()) == set(people[1:])


def test_an_open_chain_is_no_ring(alice: User, bob: User, carol: User) -> None:
    reviewed(alice, bob, times=2)
    reviewed(bob, carol, times=2)
    reviewed(carol, alice)  # once is chance
    assert isinstance(award(alice, bob), PointEntry)


def test_looking_takes_few_queries(
    alice: User, bob: User, carol: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    reviewed(alice, bob, times=2)
    reviewed(bob, carol, times=2)
    with django_assert_max_num_queries(4):
        assert fair_play.pattern_of(user_id=alice.pk, counterpart_id=bob.pk, now=NOW) is None


@pytest.fixture
def held(alice: User, bob: User) -> HeldPoints:
    found = HeldPoints.objects.create(
        user=bob, amount=5, reason=Reason.REVIEW_GIVEN, key="held", category="music",
        occurred_at=NOW, pattern=Pattern.RECIPROCITY,
    )  # fmt: skip
    found.others.add(alice)
    return found


def test_a_moderator_releases_points_as_of_when_they_were_earned(
    held: HeldPoints, bob: User, mona: User
) -> None:
    fair_play.release(held=held, by=mona)
    entry = PointEntry.objects.get(user=bob)
    assert (entry.amount, entry.key, entry.occurred_at) == (5, "held", NOW)
    assert points_of(bob) == 5 and fair_play.waiting_of(bob) == 0
    event = AuditEvent.objects.get(kind=audit.Kind.MODERATED)
    assert (event.user, event.actor, event.details["decision"]) == (bob, mona, "released")
    with pytest.raises(Conflict):
        fair_play.refuse(held=held, by=mona)


def test_or_refuses_them(held: HeldPoints, bob: User, mona: User) -> None:
    assert fair_play.refuse(held=held, by=mona).state == "refused"
    assert not PointEntry.objects.filter(user=bob).exists()


def test_nobody_else_decides_and_nobody_on_their_own_circle(
    held: HeldPoints, alice: User, charlie: User, mona: User
) -> None:
    held.others.add(mona)
    for person in (alice, charlie, mona):
        with pytest.raises(Forbidden):
            fair_play.release(held=held, by=person)


def test_moderators_decide_in_the_administration(
    client: Client, held: HeldPoints, mona: User, django_user_model: type[User]
) -> None:
    admin = django_user_model.objects.create_superuser("root@example.com", "a long password")
    client.force_login(admin)
    answer = client.post(
        "/admin/leaderboard/heldpoints/",
        {"action": "release", "_selected_action": [held.pk]},
        follow=True,
    )
    assert "1 decided." in answer.content.decode()
    held.refresh_from_db()
    assert held.state == "released"


def test_a_moderator_takes_back_what_was_paid_for_a_wrong_outcome(
    client: Client, alice: User, mona: User, django_user_model: type[User]
) -> None:
    for user in (alice, mona):
        points.award(
            user_id=user.pk, amount=20, reason=Reason.WORK_ACCEPTED, key=f"work:{user.pk}",
            verified=True,
        )  # fmt: skip
    entry = PointEntry.objects.get(user=alice)
    for person, paid in ((alice, entry), (mona, PointEntry.objects.get(user=mona))):
        with pytest.raises(Forbidden):
            overturning.overturn(entry=paid, by=person)
    client.force_login(django_user_model.objects.create_superuser("root@example.com", "a word"))
    for answer in ("1 decided.", "0 decided."):
        page = client.post(
            "/admin/leaderboard/pointentry/",
            {"action": "overturn", "_selected_action": [entry.pk]},
            follow=True,
        )
        assert answer in page.content.decode()
    assert points_of(alice) == 0 and PointEntry.objects.filter(user=alice).count() == 2
    assert AuditEvent.objects.get(kind=audit.Kind.MODERATED).user == alice
    client.force_login(alice)
    why = client.get("/leaderboard/why/?period=all").content.decode()
    assert "A moderator looked at what this was paid for" in why


def came_in(user: User, address: str, at: datetime = NOW - timedelta(hours=3)) -> None:
    audit.record(kind=audit.Kind.SIGNED_IN, user=user, address=address, now=at)


def device(user: User, mark: str, at: datetime = NOW - timedelta(hours=3)) -> None:
    KnownDevice.objects.create(
        user=user, mark_hash=mark, name="Firefox on Linux", first_seen=at, last_seen=at
    )


def flags() -> set[tuple[str, str, str, int]]:
    return {
        (one.first.username, one.second.username, one.pattern, one.reviews)
        for one in Suspicion.objects.select_related("first", "second")
    }


def test_one_browser_with_two_accounts_is_flagged_once(alice: User, bob: User) -> None:
    for user in (alice, bob):
        device(user, "same")
    assert alternates.look(now=NOW) == 1
    assert flags() == {("alice", "bob", "same_device", 0)}
    assert alternates.look(now=NOW) == 0


def test_reviews_between_two_accounts_of_one_browser_are_self_reviews(
    alice: User, bob: User
) -> None:
    for user in (alice, bob):
        device(user, "same")
    reviewed(bob, alice, times=2)
    alternates.look(now=NOW)
    assert flags() == {("alice", "bob", "self_review", 2)}


def test_an_address_alone_says_nothing(alice: User, bob: User, carol: User) -> None:
    for user in (alice, bob, carol):
        came_in(user, "192.0.2.7")
    assert alternates.look(now=NOW) == 0
    reviewed(alice, bob)
    alternates.look(now=NOW)
    assert flags() == {("alice", "bob", "same_address", 1)}


def test_what_a_school_shares_and_what_is_long_ago_is_left_out(alice: User, bob: User) -> None:
    for _ in range(alternates.MOST_AT_ADDRESS):
        came_in(make_user(), "192.0.2.7")
    for user in (alice, bob):
        came_in(user, "192.0.2.7")
        device(user, "old", NOW - timedelta(days=91))
    reviewed(alice, bob)
    assert alternates.look(now=NOW) == 0


def test_a_look_takes_the_same_queries_however_many_there_are(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        for _ in range(2):
            user = make_user()
            device(user, f"mark-{number}")
            came_in(user, f"192.0.2.{number}")
    with django_assert_max_num_queries(9):
        assert alternates.look(now=NOW) == 12


def test_a_moderator_keeps_what_was_found_out(alice: User, bob: User, mona: User) -> None:
    for user in (alice, bob):
        device(user, "same")
    alternates.look(now=NOW)
    suspicion = Suspicion.objects.get()
    with pytest.raises(Forbidden):
        alternates.decide(suspicion=suspicion, is_one_person=True, by=alice)
    found = alternates.decide(suspicion=suspicion, is_one_person=False, by=mona, now=NOW)
    assert (found.state, found.decided_by) == ("dismissed", mona)
    with pytest.raises(Conflict):
        alternates.decide(suspicion=suspicion, is_one_person=True, by=mona)
    # It is not raised again.
    assert alternates.look(now=NOW) == 0


def test_the_fourth_work_alike_on_one_day_is_paid_by_half(
    alice: User, bob: User, carol: User
) -> None:
    goal = make_goal(alice)
    amounts = []
    for number in range(4):
        work = make_submission(make_challenge(goal, title=f"Step {number}", difficulty=1))
        for reviewer in (bob, carol):
            make_review(work, reviewer, score=100)
        amounts.append(PointEntry.objects.get(key=f"work-accepted:{work.challenge_id}").amount)
    assert amounts == [10, 10, 10, 5]
    harder = make_submission(make_challenge(goal, title="Another", difficulty=2))
    for reviewer in (bob, carol):
        make_review(harder, reviewer, score=100)
    assert PointEntry.objects.get(key=f"work-accepted:{harder.challenge_id}").amount == 20


def test_the_page_of_points_tells_what_waits(client: Client, held: HeldPoints, bob: User) -> None:
    client.force_login(bob)
    page = client.get("/points/").content.decode()
    assert "5 points wait" in page and "alice" not in page.lower()
