"""Somebody is kept out: at once, everywhere, with reasons, until it is over or lifted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import moderation, suspension, tokens
from accounts.models import AuditEvent, User
from leaderboard import ranking
from leaderboard.models import Standing
from leaderboard.periods import Period
from learnquest.core.errors import Conflict, Forbidden
from reviews.models import PeerReview
from submissions.models import Submission
from tests.factories import PASSWORD, claim, make_review

Posted = Callable[[], list[Any]]
REASON = "Three unkind reviews within a week, after a warning."
BEARER = {"email": "bob@example.com", "password": PASSWORD, "transport": "bearer"}


def suspend(person: User, mona: User, **more: Any) -> User:
    return suspension.suspend(user=person, by=mona, reason=REASON, **more)


def sign_in(client: Client, person: User) -> Any:
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def test_bob_is_signed_out_everywhere_at_once(bob: User, mona: User) -> None:
    browser = Client()
    sign_in(browser, bob)
    assert browser.get("/today/").status_code == 200
    access = tokens.issue(user=bob, client=tokens.Client()).access
    suspend(bob, mona)
    assert browser.get("/today/").status_code == 302
    asked = Client().get("/api/auth/profile", headers={"Authorization": f"Bearer {access}"})
    assert asked.status_code == 401
    kinds = AuditEvent.objects.filter(user=bob).values_list("kind", flat=True)
    assert {"moderated", "signed_out_everywhere"} <= set(kinds)


def test_the_sign_in_page_says_until_when_and_why(client: Client, bob: User, mona: User) -> None:
    suspend(bob, mona, until=timezone.now() + timedelta(days=7))
    answer = sign_in(client, bob)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "This account is suspended" in page and REASON in page and "Until " in page


def test_a_wrong_password_tells_nothing(client: Client, bob: User, mona: User) -> None:
    suspend(bob, mona)
    answer = client.post("/accounts/login/", {"login": bob.email, "password": "wrong"})
    assert REASON not in answer.content.decode()
    wrong = client.post(
        "/api/auth/login", BEARER | {"password": "wrong"}, content_type="application/json"
    )
    assert wrong.status_code == 401


def test_the_api_says_why(client: Client, bob: User, mona: User) -> None:
    suspend(bob, mona)
    answer = client.post("/api/auth/login", BEARER, content_type="application/json")
    assert answer.status_code == 403 and REASON in answer.json()["detail"]


def test_he_comes_in_again_once_the_time_is_over(
    client: Client, bob: User, mona: User, posted: Posted
) -> None:
    suspend(bob, mona, until=timezone.now() - timedelta(seconds=1))
    assert sign_in(client, bob).status_code == 302
    assert client.get("/today/").status_code == 200
    assert [mail.subject for mail in posted()] == [
        "Your account is suspended",
        "You can sign in again",
    ]


def test_over_the_api_too(client: Client, bob: User, mona: User) -> None:
    suspend(bob, mona, until=timezone.now() - timedelta(seconds=1))
    answer = client.post("/api/auth/login", BEARER, content_type="application/json")
    assert answer.status_code == 200


def test_the_job_lifts_what_is_over_and_nothing_else(bob: User, carol: User, mona: User) -> None:
    now = timezone.now()
    suspend(bob, mona, until=now + timedelta(days=1))
    suspend(carol, mona)
    assert suspension.lift_over(now=now) == 0
    assert suspension.lift_over(now=now + timedelta(days=2)) == 1
    bob.refresh_from_db()
    carol.refresh_from_db()
    assert bob.is_active and not bob.is_suspended
    assert carol.is_suspended and not carol.is_active


def test_nobody_meets_somebody_suspended(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    User.objects.filter(pk=bob.pk).update(is_profile_public=True)
    Standing.objects.create(scope="everyone", period="all", user=bob, points=50)
    client.force_login(alice)
    assert client.get("/people/bob/").status_code == 200
    assert ranking.board(viewer=alice, period=Period.ALL).total == 1
    suspend(bob, mona)
    assert client.get("/people/bob/").status_code == 404
    assert ranking.board(viewer=alice, period=Period.ALL).total == 0


def test_others_get_the_work_that_he_held(
    bob: User, carol: User, mona: User, submission: Submission
) -> None:
    held = claim(submission, bob)
    suspend(bob, mona)
    held.refresh_from_db()
    assert held.status == PeerReview.Status.EXPIRED


def test_moderators_do_not_suspend_each_other(mona: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    with pytest.raises(Forbidden, match="administrator"):
        suspend(bob, mona)


def test_an_account_that_is_switched_off_stays_so(bob: User, mona: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)
    with pytest.raises(Conflict):
        suspend(bob, mona)
    with pytest.raises(Conflict):
        suspension.lift(user=bob, by=mona)


def test_a_decision_suspends_and_undoing_it_lifts(
    client: Client, alice: User, bob: User, mona: User, submission: Submission
) -> None:
    review = make_review(submission, bob)
    found = moderation.report(kind="review", target_id=review.pk, by=alice, reason="unkind")
    moderation.claim(report=found, by=mona)
    moderation.decide(report=found, by=mona, decision="suspended", reason=REASON, days=7)
    bob.refresh_from_db()
    review.refresh_from_db()
    assert bob.is_suspended and review.is_hidden
    assert bob.suspended_until is not None
    client.force_login(mona)
    assert "@bob" in client.get("/moderation/suspended/").content.decode()
    moderation.undo(report=found, by=mona)
    bob.refresh_from_db()
    review.refresh_from_db()
    assert bob.is_active and not review.is_hidden


def test_a_moderator_lifts_it_on_the_page_and_over_the_api(
    client: Client, bob: User, carol: User, mona: User
) -> None:
    suspend(bob, mona)
    suspend(carol, mona)
    client.force_login(mona)
    assert client.post(f"/moderation/suspended/{bob.pk}/lift/").status_code == 302
    listed = client.get("/api/moderation/suspensions").json()["items"]
    assert [one["username"] for one in listed] == ["carol"]
    assert client.post("/api/moderation/suspensions/carol/lift").status_code == 204
    assert not User.objects.filter(suspended_at__isnull=False).exists()
