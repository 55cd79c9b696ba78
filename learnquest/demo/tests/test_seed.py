"""The demo community: believable, deterministic, safe to make twice; and volume, fast."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from accounts.models import Report, User
from challenges.models import Challenge
from goals.models import Goal, Progress
from leaderboard import recount
from leaderboard.models import BadgeAward, PointEntry, Standing
from learnquest.demo.people import DEMO_SIGN_INS
from reviews import handin, next_work, peer_review
from reviews.models import AIFeedback, Answer, Appeal, PeerReview
from submissions.models import Submission
from tests.factories import answers, make_challenge, make_draft, make_goal, make_user

# What it draws goes into a folder of the test's own.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

DAY = "2026-11-24"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def seed(**options: Any) -> str:
    out = StringIO()
    call_command("seed", stdout=out, **{"date": DAY, **options})
    return out.getvalue()


def fingerprint() -> list[Any]:
    """What a demo is, without ids."""
    return [
        list(
            Submission.objects.order_by("author__username", "submitted_at", "body").values_list(
                "author__username", "challenge__title", "attempt", "status", "score", "submitted_at"
            )
        ),
        list(
            Standing.objects.order_by("scope", "period", "user__username").values_list(
                "scope", "period", "user__username", "points"
            )
        ),
    ]


def test_the_demo(client: Client, settings: Any) -> None:
    """All that one community tells, since making it takes some seconds."""
    # As `bin/run` has them.
    settings.REVIEW_OTHERS_FIRST_HOURS = settings.REVIEW_KNOWN_EVERY = 0
    seed(demo=True)
    is_believable()
    no_text_stands_twice()
    the_past_keeps_the_rules()
    a_second_run_changes_nothing()
    an_appeal_waits_for_the_moderator(client)
    what_is_said_of_an_outcome_comes_after_it()
    a_visitors_work_comes_first_for_the_peer_and_then_the_moderator()
    the_three_can_sign_in_and_one_moderates(client)
    the_same_seed_and_date_make_the_same_past()


def is_believable() -> None:
    assert User.objects.count() >= 40
    assert Goal.objects.values("category").distinct().count() == 6
    handed_in = Submission.objects.exclude(status="draft")
    assert handed_in.count() >= 180
    assert set(Submission.objects.values_list("status", flat=True)) == {
        "draft",
        "submitted",
        "accepted",
        "returned",
    }
    assert PeerReview.objects.filter(quality__lt=0.6).exists()
    assert PeerReview.objects.filter(quality__gt=0.8).exists()
    assert Standing.objects.filter(period__contains="-W").values("period").distinct().count() >= 10
    assert BadgeAward.objects.values("badge").distinct().count() >= 5
    assert AIFeedback.objects.filter(status="ready").count() == handed_in.count()


def no_text_stands_twice() -> None:
    bodies = list(Submission.objects.exclude(status="draft").values_list("body", flat=True))
    assert len(set(bodies)) == len(bodies)


def the_past_keeps_the_rules() -> None:
    assert list(recount.differences()) == []
    assert not Submission.objects.filter(submitted_at__gt=NOW).exists()
    assert not PointEntry.objects.filter(occurred_at__gt=NOW).exists()
    for submission in Submission.objects.filter(status="accepted").prefetch_related("peer_reviews"):
        assert submission.score is not None and submission.score >= 60
        assert submission.peer_reviews.count() == 2
    # A challenge stands as its last attempt does.
    for challenge in Challenge.objects.prefetch_related("submissions"):
        last = max(challenge.submissions.all(), key=lambda one: one.attempt, default=None)
        if last is not None and last.status != "draft":
            expected = {"submitted": "handed_in"}.get(last.status, last.status)
            assert challenge.status == expected
    assert not Progress.objects.filter(percent_after__gt=100).exists()


def the_same_seed_and_date_make_the_same_past() -> None:
    first = fingerprint()
    Submission.objects.all().delete()
    User.objects.all().delete()
    Standing.objects.all().delete()
    seed(demo=True)
    assert fingerprint() == first


def a_second_run_changes_nothing() -> None:
    before = fingerprint()
    assert "nothing was changed" in seed(demo=True)
    assert fingerprint() == before


def an_appeal_waits_for_the_moderator(client: Client) -> None:
    """With both opinions, and a decision form that can be sent as it is filled in."""
    appeal = Appeal.objects.get()
    client.force_login(User.objects.get(email=DEMO_SIGN_INS[2].email))
    page = client.get(f"/moderation/appeals/{appeal.pk}/")
    assert "2 second opinions are there" in page.content.decode()
    assert appeal.score_before < page.context["form"].initial["score"] <= 100
    notes = client.get("/moderation/waiting/?show=notes").content.decode()
    assert "their street and their school" in notes


def what_is_said_of_an_outcome_comes_after_it() -> None:
    appeal = Appeal.objects.get()
    said = [(appeal.submission.settled_at, appeal.created_at)]
    said += Answer.objects.values_list("review__submission__settled_at", "created_at")
    reported = PeerReview.objects.in_bulk(Report.objects.values_list("target_id", flat=True))
    said += [
        (reported[report.target_id].submission.settled_at, report.created_at)
        for report in Report.objects.all()
    ]
    assert len(said) == 5 and all(settled and settled <= when for settled, when in said)


def a_visitors_work_comes_first_for_the_peer_and_then_the_moderator() -> None:
    """What the README's tour promises, and gone again afterwards."""
    visitor = make_user(username="visitor")
    with transaction.atomic():
        for field in ("languages", "maths"):
            draft = make_draft(make_challenge(make_goal(visitor, category=field)))
            work = handin.hand_in(submission=draft, by=visitor, now=NOW)
            for sign_in in DEMO_SIGN_INS[1:]:
                reader = User.objects.get(email=sign_in.email)
                review = next_work.next_for(by=reader, now=NOW)
                assert review is not None and review.submission_id == work.pk
                peer_review.submit_review(
                    review=review, by=reader, now=NOW, **answers(work.challenge)
                )
            work.refresh_from_db()
            assert work.status == Submission.Status.ACCEPTED
        transaction.set_rollback(True)
    User.objects.filter(pk=visitor.pk).delete()


def the_three_can_sign_in_and_one_moderates(client: Client) -> None:
    for sign_in in DEMO_SIGN_INS:
        assert client.login(email=sign_in.email, password=sign_in.password)
        assert client.get("/today/").status_code == 200
    assert User.objects.get(email=DEMO_SIGN_INS[2].email).is_moderator


def test_published_passwords_are_not_for_a_site_on_the_net(settings: Any) -> None:
    settings.HTTPS = True
    with pytest.raises(CommandError, match="passwords are published"):
        seed(demo=True)
    assert User.objects.count() == 0


def test_many_learners_come_in_bulk_and_only_up_to_the_number() -> None:
    seed(learners=30)
    seed(learners=50)
    seed(learners=50)
    assert User.objects.count() == 50
    assert Submission.objects.count() == 100
    assert list(recount.differences()) == []


def test_a_wrong_date_is_named() -> None:
    with pytest.raises(CommandError, match="such as 2026-11-24"):
        seed(demo=True, date="yesterday")
