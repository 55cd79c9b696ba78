"""Badges: due by one fact each, awarded once, told to the learner, shown to all but for secrets."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from challenges import catalogue
from goals import lifecycle, milestones, progress_log
from goals.models import Goal
from leaderboard import badge_art, badge_facts, badges, points
from leaderboard.badge_list import BADGES, BY_CODE, UNITS, Deed, Fact, Family
from leaderboard.models import BadgeAward, PointEntry
from learnquest.core.errors import Conflict
from learnquest.pages import badge_counts
from reviews import peer_review
from submissions.models import Submission
from tests.factories import answers, claim, make_challenge, make_goal, make_review, make_submission

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
Reason = PointEntry.Reason


def earn(user: User, reason: PointEntry.Reason, *, count: int = 1, at: datetime = NOW) -> None:
    """Write to the ledger what some deed would."""
    for number in range(count):
        points.award(
            user_id=user.pk, amount=5, reason=reason, category="music",
            verified=reason == Reason.REVIEW_GIVEN,
            key=f"{reason}:{user.pk}:{at.isoformat()}:{number}", now=at,
        )  # fmt: skip


def codes(user: User) -> set[str]:
    return set(BadgeAward.objects.filter(user=user).values_list("badge", flat=True))


def test_there_are_thirty_and_more_in_seven_families() -> None:
    assert len(BADGES) >= 30 and len(BY_CODE) == len(BADGES)
    assert {badge.family for badge in BADGES} == set(Family)
    assert sum(badge.is_secret for badge in BADGES) <= 5
    assert UNITS.keys() == set(Fact)


@pytest.mark.parametrize("badge", BADGES, ids=lambda badge: badge.code)
def test_each_has_a_picture_of_its_own(badge: badges.Badge) -> None:
    root = ET.fromstring(badge_art.file(badge))
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    assert "class=" not in badge_art.file(badge)
    same = [b for b in BADGES if badge_art.GLYPHS[b.code] == badge_art.GLYPHS[badge.code]]
    assert same == [badge]


def test_a_badge_is_due_when_its_fact_has_reached_its_number() -> None:
    mentor = BY_CODE["mentor"]
    assert not mentor.is_due({}) and not mentor.is_due({Fact.REVIEWS: 9})
    assert mentor.is_due({Fact.REVIEWS: 10}) and mentor.is_due({Fact.REVIEWS: 11})
    assert mentor.progress({Fact.REVIEWS: 7}) == "7 of 10 reviews"
    assert mentor.progress({Fact.REVIEWS: 99}) == "10 of 10 reviews"


def test_a_deed_awards_in_its_own_transaction_and_tells_the_learner_once(alice: User) -> None:
    goal = make_goal(alice)
    assert codes(alice) == {"first-goal"}
    note = alice.notifications.get(kind="badge")
    assert (note.subject, note.target) == ("Flag in the ground", "/badges/first-goal/")
    make_goal(alice, title="Another")
    assert alice.notifications.filter(kind="badge").count() == 1
    lifecycle.move(goal=goal, to=Goal.Status.COMPLETED, by=alice)
    assert "goal-reached" in codes(alice)


def test_a_deed_has_all_facts_counted_that_it_changes(
    alice: User, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a badge would come in the night, and not with what earned it."""
    everybody = [alice.pk, bob.pk, carol.pk]
    counted: dict[int, set[Fact]] = {user_id: set() for user_id in everybody}

    def note(*, user_id: int, after: Deed, now: datetime | None = None) -> None:
        counted[user_id] |= after.value

    def facts() -> dict[int, dict[Fact, int]]:
        return badge_facts.facts_of(user_ids=everybody, zone=ZoneInfo("UTC"))

    monkeypatch.setattr(badges, "award_due", note)
    seen: set[Fact] = set()
    before = facts()
    for deed in deeds(alice, bob, carol):
        after = facts()
        for user_id in everybody:
            changed = {
                fact for fact in Fact if after[user_id].get(fact, 0) != before[user_id].get(fact, 0)
            }
            assert changed <= counted[user_id], (deed, changed - counted[user_id])
            seen |= changed
            counted[user_id].clear()
        before = after
    assert {fact for deed in Deed for fact in deed.value} - seen <= HARD_TO_COME_BY


# Of another day or hour than that of the test, or of more than one work.
HARD_TO_COME_BY = {
    Fact.NIGHTS, Fact.MORNINGS, Fact.LEAP_DAYS, Fact.NEW_YEARS, Fact.COMEBACKS, Fact.IMPROVED,
}  # fmt: skip


def deeds(alice: User, bob: User, carol: User) -> Iterator[str]:
    """Do one thing after another that may earn a badge."""
    goal = make_goal(alice)
    yield "a goal"
    progress_log.log_practice(goal=goal, by=alice, minutes=60)
    yield "practice"
    first = milestones.add_milestone(goal=goal, by=alice, title="First")
    milestones.complete_milestone(milestone=first, by=alice)
    yield "a milestone"
    make_challenge(goal, title="Listen to the radio")
    quest = catalogue.publish_quest(goal=goal, by=alice, summary="Talk to people in shops.")
    catalogue.start_quest(quest=quest, by=bob)
    yield "a quest"
    work = make_submission(make_challenge(goal, difficulty=5))
    yield "handing in"
    review = claim(work, bob)
    peer_review.submit_review(review=review, by=bob, **answers(work.challenge, 100))
    yield "a review"
    peer_review.mark_helpful(review=review, by=alice, helpful=True)
    yield "a mark of the author"
    make_review(work, carol, 100)
    yield "the outcome"
    lifecycle.move(goal=goal, to=Goal.Status.COMPLETED, by=alice)
    yield "a goal reached"


def test_a_draft_is_no_flag_in_the_ground_until_it_is_a_goal(alice: User) -> None:
    goal = make_goal(alice, draft=True)
    assert codes(alice) == set()
    lifecycle.move(goal=goal, to=Goal.Status.ACTIVE, by=alice)
    assert codes(alice) == {"first-goal"}


def test_a_better_attempt_after_feedback_earns_a_badge(alice: User) -> None:
    challenge = make_challenge(make_goal(alice))
    for attempt, (score, status) in enumerate([(40, "returned"), (85, "accepted")], start=1):
        Submission.objects.create(
            challenge=challenge, author=alice, attempt=attempt, body="x", status=status,
            score=Decimal(score), submitted_at=NOW, settled_at=NOW,
        )  # fmt: skip
    assert badge_counts.count([alice.pk])[alice.pk][Fact.IMPROVED] == 1
    assert "second-wind" in {award.badge for award in badges.award_due(user_id=alice.pk)}


def test_a_worse_second_attempt_earns_none(alice: User) -> None:
    challenge = make_challenge(make_goal(alice))
    for attempt, score in enumerate([50, 45], start=1):
        Submission.objects.create(
            challenge=challenge, author=alice, attempt=attempt, body="x", status="returned",
            score=Decimal(score), submitted_at=NOW, settled_at=NOW,
        )  # fmt: skip
    assert badge_counts.count([alice.pk])[alice.pk][Fact.IMPROVED] == 0


@time_machine.travel(NOW)
def test_a_review_and_the_mark_for_it_count_for_the_reviewer_with_the_outcome(
    alice: User, bob: User, carol: User
) -> None:
    work = make_submission(make_challenge(make_goal(alice)))
    review = claim(work, bob)
    peer_review.submit_review(review=review, by=bob, **answers(work.challenge))
    peer_review.mark_helpful(review=review, by=alice, helpful=True)
    # Both would tell alice who bob is. What the night finds is no more than that.
    assert badges.award_missing() == 0 and codes(bob) == set()
    assert badge_counts.count([bob.pk])[bob.pk][Fact.HELPFUL] == 0
    make_review(work, carol)
    assert codes(bob) == {"helping-hand"}
    assert badge_counts.count([bob.pk])[bob.pk][Fact.HELPFUL] == 1


def test_days_and_hours_are_those_of_the_learners_own_clock(alice: User) -> None:
    alice.time_zone = "Asia/Tokyo"
    alice.save()
    # 18:30 UTC is half past three at night there.
    for back in range(5):
        earn(alice, Reason.PRACTICE, at=datetime(2026, 11, 20 - back, 18, 30, tzinfo=UTC))
    # New Year in Tokyo, while it is the year before in UTC.
    earn(alice, Reason.PRACTICE, at=datetime(2026, 12, 31, 16, tzinfo=UTC))
    later = datetime(2027, 1, 2, tzinfo=UTC)
    assert {"night-owl", "new-year", "comeback"} <= {
        award.badge for award in badges.award_due(user_id=alice.pk, now=later)
    }


def test_what_was_overturned_counts_for_no_badge(alice: User) -> None:
    earn(alice, Reason.REVIEW_GIVEN, count=8)
    mentor = BY_CODE["mentor"]
    assert badges.standing_of(mentor, alice, NOW).progress == "8 of 10 reviews"
    entries = PointEntry.objects.filter(user=alice).order_by("pk")
    points.reverse(key=entries[0].key, reason="Nobody had written this review.", now=NOW)
    assert badges.standing_of(mentor, alice, NOW).progress == "7 of 10 reviews"
    for entry in entries[1:8]:
        points.reverse(key=entry.key, reason="Nor these.", now=NOW)
    facts = badge_facts.facts_of(user_ids=[alice.pk], zone=ZoneInfo("UTC"), now=NOW)[alice.pk]
    assert (facts[Fact.REVIEWS], facts[Fact.REVIEW_FIELDS]) == (0, 0)


def test_an_hour_away_is_no_month_away(alice: User) -> None:
    for days in (0, 29):
        earn(alice, Reason.PRACTICE, at=NOW - timedelta(days=days))
    badges.award_due(user_id=alice.pk, now=NOW)
    assert "comeback" not in codes(alice)
    earn(alice, Reason.PRACTICE, at=NOW - timedelta(days=59))
    badges.award_due(user_id=alice.pk, now=NOW)
    assert "comeback" in codes(alice)


def test_awarding_takes_the_same_queries_however_much_there_is(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    earn(bob, Reason.PRACTICE)
    for number in range(60):
        earn(alice, Reason.PRACTICE, at=NOW - timedelta(days=number))
    for user in (alice, bob):
        badges.award_due(user_id=user.pk, now=NOW)
        with django_assert_num_queries(8):
            assert badges.award_due(user_id=user.pk, now=NOW) == []


def test_the_command_awards_what_a_new_rule_makes_due_to_all_once(alice: User, bob: User) -> None:
    for user, count in ((alice, 20), (bob, 1)):
        earn(user, Reason.PRACTICE, count=count)
    out = StringIO()
    call_command("award_badges", quiet=True, stdout=out)
    assert "3 badges awarded" in out.getvalue()
    assert (codes(alice), codes(bob)) == ({"first-practice", "practice"}, {"first-practice"})
    assert not alice.notifications.exists()
    out = StringIO()
    call_command("award_badges", stdout=out)
    assert "0 badges awarded" in out.getvalue()


def test_five_can_be_pinned_and_stand_first(alice: User) -> None:
    for code in ("first-step", "accepted", "mentor", "pillar", "craft", "mastery"):
        BadgeAward.objects.create(user=alice, badge=code, awarded_at=NOW)
    for code in ("mentor", "pillar", "craft", "mastery", "accepted"):
        badges.pin(code=code, by=alice, now=NOW)
    badges.pin(code="mentor", by=alice)
    with pytest.raises(Conflict, match="Five badges are pinned"):
        badges.pin(code="first-step", by=alice)
    badges.pin(code="mentor", by=alice, pinned=False)
    badges.pin(code="first-step", by=alice)
    assert [badge.code for badge, _award in badges.of(alice)][-1] == "mentor"
    with pytest.raises(BadgeAward.DoesNotExist):
        badges.pin(code="beacon", by=alice)


def test_the_pages_tell_how_each_is_earned_but_for_secrets(client: Client, alice: User) -> None:
    for who in (None, alice):
        if who:
            client.force_login(who)
        page = client.get("/badges/").content.decode()
        for badge in BADGES:
            if badge.is_secret:
                assert str(badge.how) not in page and f"/badges/{badge.code}/" in page
                assert str(badge.how) not in client.get(f"/badges/{badge.code}/").content.decode()
            else:
                assert str(badge.name).replace("'", "&#x27;") in page


def test_a_secret_is_told_to_its_holder(client: Client, alice: User, charlie: User) -> None:
    BadgeAward.objects.create(user=alice, badge="night-owl", awarded_at=NOW)
    for who, knows in ((alice, True), (charlie, False)):
        client.force_login(who)
        page = client.get("/badges/night-owl/").content.decode()
        assert ("between midnight and four" in page) == knows
        answer = client.get("/api/badges/night-owl").json()
        assert (answer["how"] is not None) == (answer["name"] is not None) == knows
        assert answer["holders"] == 1


def test_a_badges_page_counts_all_and_names_those_who_show_themselves(
    client: Client, alice: User, bob: User, charlie: User
) -> None:
    User.objects.filter(pk=bob.pk).update(is_profile_public=True)
    for user in (alice, bob):
        BadgeAward.objects.create(user=user, badge="mentor", awarded_at=NOW)
    anonymous = client.get("/badges/mentor/").content.decode()
    assert "2 learners hold it" in anonymous and "Bob" not in anonymous
    client.force_login(charlie)
    page = client.get("/badges/mentor/").content.decode()
    assert "/people/bob/" in page and "Alice" not in page


def test_pinning_through_both_doors(client: Client, alice: User) -> None:
    BadgeAward.objects.create(user=alice, badge="mentor", awarded_at=NOW)
    client.force_login(alice)
    assert client.post("/badges/mentor/pin/").headers["Location"] == "/badges/mentor/"
    page = client.get("/people/alice/").content.decode()
    assert "medals--pinned" in page
    assert client.delete("/api/badges/mentor/pin").status_code == 204
    assert client.put("/api/badges/mentor/pin").json()["is_pinned"] is True
    assert client.post("/badges/mentor/unpin/").status_code == 302
    assert client.post("/badges/beacon/pin/").status_code == 404
    assert client.put("/api/badges/beacon/pin").status_code == 404
    assert client.get("/badges/no-such/").status_code == 404


def test_the_api_lists_all_with_progress(
    client: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    earn(alice, Reason.PRACTICE, count=7, at=NOW)
    client.force_login(alice)
    with django_assert_max_num_queries(12):
        rows = {row["code"]: row for row in client.get("/api/badges/").json()}
    assert len(rows) == len(BADGES)
    assert rows["practice"]["progress"] == "7 of 20 times"
    assert rows["night-owl"]["how"] is None
