"""Today: three things with reasons, in eight queries for the whole request."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from challenges import prerequisites
from challenges.forecast import forecasts
from challenges.models import Challenge
from challenges.progress import percents
from goals import milestones
from goals.models import Goal, Progress
from leaderboard import points, ranking
from leaderboard.models import PointEntry
from learnquest.pages import dashboard
from tests.factories import claim, make_challenge, make_draft, make_goal, make_submission
from tests.test_pages import fill


def test_the_whole_request_takes_eight_queries_however_much_there_is(
    client: Client, alice: User, bob: User
) -> None:
    client.force_login(alice)
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/today/").status_code == 200
        assert len(queries) <= 8, [query["sql"][:90] for query in queries]
        fill(alice, bob)


def test_the_cards_say_what_progress_and_forecast_say(alice: User) -> None:
    goals = [make_goal(alice) for _ in range(3)]
    for number, goal in enumerate(goals[:2]):
        make_challenge(goal, estimated_minutes=30)
        done = make_challenge(goal, estimated_minutes=60 + number)
        Challenge.objects.filter(pk=done.pk).update(status="accepted", finished_at=timezone.now())
        skipped = make_challenge(goal)
        Challenge.objects.filter(pk=skipped.pk).update(status="skipped")
    for title in ("One", "Two"):
        milestone = milestones.add_milestone(goal=goals[2], by=alice, title=title)
    milestones.complete_milestone(milestone=milestone, by=alice)
    now = timezone.now()
    cards = dashboard.read(alice, now=now).goals
    assert {card.goal.pk: card.percent for card in cards} == percents(goals)
    assert {card.goal.pk: card.forecast for card in cards} == forecasts(goals, now=now)


def test_what_is_due_comes_first_and_what_waits_not_at_all(alice: User, goal: Goal) -> None:
    first = make_challenge(goal, title="First")
    last = make_challenge(goal, title="Last", due_date=timezone.localdate())
    prerequisites.set_needs(challenge=last, needs=[first], by=alice)
    begun = make_draft(make_challenge(make_goal(alice), title="Begun"))
    due = make_challenge(
        begun.challenge.goal, title="Due", due_date=timezone.localdate() + timedelta(days=1)
    )
    steps = dashboard.read(alice).steps
    assert [(step.kind, step.title) for step in steps] == [
        ("begin", due.title),
        ("go_on", "Begun"),
        ("begin", "First"),
    ]
    assert steps[0].why == "It is due tomorrow." and "The next step for" in steps[2].why


def test_reviews_owed_and_feedback_waiting(client: Client, alice: User, bob: User) -> None:
    work = make_submission(make_challenge(make_goal(alice)))
    assert dashboard.read(bob).reviews_wait
    review = claim(work, bob)
    today = dashboard.read(bob)
    assert today.review and today.review.pk == review.pk and today.steps[0].kind == "finish_review"
    from reviews import ai_feedback

    ai_feedback.write(work.ai_feedback.pk)
    assert [one.kind for one in dashboard.read(alice).feedback] == ["feedback_ready"]
    client.force_login(alice)
    answer = client.get("/api/progress/dashboard").json()
    assert (answer["feedback_count"], answer["in_review"]) == (1, 1)


def test_rank_movement_is_that_of_the_board(alice: User, bob: User) -> None:
    now = timezone.now()
    for user, amount, when in (
        (alice, 10, now - timedelta(weeks=1)),
        (bob, 20, now - timedelta(weeks=1)),
        (alice, 30, now),
        (bob, 20, now),
    ):
        points.award(
            user_id=user.pk, amount=amount, reason=PointEntry.Reason.WORK_ACCEPTED,
            key=f"{user}-{amount}-{when}", verified=True, now=when,
        )  # fmt: skip
    today = dashboard.read(alice, now=now)
    assert (today.week_rank, today.last_week_rank, today.climbed) == (1, 2, 1)
    for moment, rank in ((now, 1), (now - timedelta(weeks=1), 2)):
        place = ranking.place_of(user=alice, viewer=alice, period=points.Period.WEEK, now=moment)
        assert place is not None and place.rank == rank
    alice.is_on_leaderboard = False
    assert dashboard.read(alice, now=now).week_rank is None


def test_the_activity_page_narrows_by_goal_kind_and_month(
    client: Client, alice: User, goal: Goal
) -> None:
    other = make_goal(alice, title="Other goal here")
    User.objects.filter(pk=alice.pk).update(time_zone="Pacific/Kiritimati")
    for when, note in (("2026-10-31T09:59:00Z", "before"), ("2026-10-31T10:00:00Z", "within")):
        Progress.objects.create(
            user=alice, goal=goal, kind="practice", minutes=5, note=note, occurred_at=when
        )
    client.force_login(alice)
    page = client.get("/activity/?month=2026-11&kind=practice").content.decode()
    assert "within" in page and "before" not in page
    lines = client.get(f"/activity/?goal={other.pk}").context["page"].object_list
    assert {line.goal_id for line in lines} == {other.pk}
    assert client.get("/activity/?goal=x&kind=y&month=2026-99&page=z").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"minutes": 20, "note": "Read"}, 201),
        ({"note": "Only words"}, 201),
        ({"milestone": "$milestone"}, 201),
        ({"challenge": "$challenge", "challenge_status": "doing"}, 201),
        ({"challenge": "$challenge", "challenge_status": "skipped", "minutes": 5}, 201),
        ({"challenge": "$challenge", "challenge_status": "accepted", "minutes": 5}, 409),
        ({"challenge": "$challenge"}, 422),
        ({}, 422),
        ({"goal": None, "minutes": 5}, 422),
        ({"milestone": 999_999}, 404),
        ({"minutes": 1441}, 422),
    ],
)
def test_a_client_logs_all_or_nothing(
    client: Client, alice: User, goal: Goal, body: dict[str, Any], status: int
) -> None:
    things = {
        "$challenge": make_challenge(goal).pk,
        "$milestone": milestones.add_milestone(goal=goal, by=alice, title="One").pk,
    }
    before = Progress.objects.count()
    sent = {"goal": goal.pk} | {name: things.get(value, value) for name, value in body.items()}
    client.force_login(alice)
    answer = client.post("/api/progress/", sent, content_type="application/json")
    assert answer.status_code == status, answer.content
    assert (Progress.objects.count() > before) is (status == 201)
