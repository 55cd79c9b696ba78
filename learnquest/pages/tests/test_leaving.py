"""How somebody leaves: unseen at once, back with one click, erased after two weeks, while what
they gave to others stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import moderation, pictures, tokens
from accounts.models import Notification, Report, User
from accounts.records import AuditEvent
from ai.models import AIRequest
from goals.models import Goal
from leaderboard import ranking, recount
from leaderboard.models import BadgeAward, PointEntry
from learnquest.core.errors import Conflict, Invalid
from learnquest.pages import data_export, leaving
from learnquest.pages.export_sections import leads_to_person
from reviews import ai_feedback, assignment, outcome, peer_review
from reviews.models import PeerReview
from submissions.models import Submission
from tests.factories import (
    PASSWORD,
    WORDS,
    answers,
    claim,
    make_challenge,
    make_goal,
    make_picture,
    make_review,
    make_submission,
)

pytestmark = pytest.mark.usefixtures("media")
AFTER = leaving.TIME_TO_THINK + timedelta(hours=1)


def leave(user: User) -> User:
    return leaving.request_deletion(user=user)


def erase() -> int:
    return leaving.erase_due(now=timezone.now() + AFTER)


def bearer(client: Client, user: User) -> dict[str, str]:
    sent = {"email": user.email, "password": PASSWORD, "transport": "bearer"}
    pair = client.post("/api/auth/login", sent, content_type="application/json").json()
    return {"Authorization": f"Bearer {pair['access']}"}


def reauthenticate(client: Client) -> None:
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


# --- Asked for: hidden at once ---


def test_others_stop_seeing_somebody_who_leaves(
    client: Client, alice: User, bob: User, carol: User, charlie: User
) -> None:
    goal = make_goal(alice, visibility="public")
    challenge = make_challenge(goal)
    work = make_submission(make_challenge(make_goal(bob)))
    make_review(work, alice)
    make_review(work, carol)
    User.objects.filter(pk=alice.pk).update(is_profile_public=True)
    client.force_login(charlie)
    paths = ["/people/alice/", f"/goals/{goal.pk}/", f"/challenges/{challenge.pk}/",
             "/api/users/alice", f"/api/leaderboard/user/{alice.pk}"]  # fmt: skip
    assert [client.get(path).status_code for path in paths] == [200] * 5
    assert "Alice" in client.get("/leaderboard/?period=all").content.decode()
    leave(alice)
    assert [client.get(path).status_code for path in paths] == [404] * 5
    assert "Alice" not in client.get("/leaderboard/?period=all").content.decode()
    assert BadgeAward.objects.filter(user=alice).exists()
    assert not BadgeAward.objects.visible_to(charlie).filter(user=alice).exists()
    leaving.keep_account(user=alice)
    assert [client.get(path).status_code for path in paths] == [200] * 5
    assert "Alice" in client.get("/leaderboard/?period=all").content.decode()


def test_their_work_leaves_the_queue_and_what_they_hold_returns_to_it(
    alice: User, bob: User, carol: User
) -> None:
    work = make_submission(make_challenge(make_goal(bob)))
    held = claim(work, alice)
    make_submission(make_challenge(make_goal(alice)))
    assert assignment.waiting_for(carol).count() == 2
    leave(alice)
    held.refresh_from_db()
    assert held.status == PeerReview.Status.EXPIRED
    assert [one.author_id for one in assignment.waiting_for(carol)] == [bob.pk]
    leaving.keep_account(user=alice)
    assert assignment.waiting_for(carol).count() == 2


def test_all_apps_are_signed_out_and_one_is_told_until_when(alice: User) -> None:
    tokens.issue(user=alice, client=tokens.Client())
    left = leave(alice)
    assert left.erase_at is not None
    assert left.erase_at - timezone.now() == pytest.approx(
        leaving.TIME_TO_THINK, abs=timedelta(minutes=1)
    )
    assert not alice.refresh_tokens.filter(revoked_at=None).exists()
    assert Notification.objects.get(user=alice).kind == "leaving"


def test_nobody_leaves_twice_or_stays_without_having_left(alice: User) -> None:
    with pytest.raises(Conflict):
        leaving.keep_account(user=alice)
    leave(alice)
    with pytest.raises(Conflict):
        leave(alice)


# --- The doors ---


def test_alice_leaves_after_saying_who_she_is_and_comes_back(client: Client, alice: User) -> None:
    client.force_login(alice)
    for ask in (client.get, client.post):
        assert ask("/settings/delete/").headers["Location"].startswith("/accounts/reauthenticate/")
    assert not User.objects.get(pk=alice.pk).is_leaving
    reauthenticate(client)
    # The request that waited for it goes on by itself only when it is asked for again.
    User.objects.filter(pk=alice.pk).update(erase_at=None)
    assert "for good" in client.get("/settings/delete/").content.decode()
    assert client.post("/settings/delete/").headers["Location"] == "/settings/leaving/"
    client.logout()
    # She can sign in, and lands on the one page that there is for her.
    signed_in = client.post(
        "/accounts/login/", {"login": alice.email, "password": PASSWORD}, follow=True
    )
    assert signed_in.redirect_chain[-1][0] == "/settings/leaving/"
    assert "Keep my account" in signed_in.content.decode()
    for path in ("/goals/", "/reviews/", "/settings/", "/people/alice/"):
        assert client.get(path).headers["Location"] == "/settings/leaving/"
    htmx = client.get("/goals/", headers={"HX-Request": "true"})
    assert htmx.headers["HX-Redirect"] == "/settings/leaving/"
    assert client.get("/settings/data/").status_code == 200
    assert client.get("/points/").status_code == 200
    assert client.post("/settings/leaving/keep/").headers["Location"] == "/today/"
    assert client.get("/goals/").status_code == 200
    assert client.get("/settings/leaving/").headers["Location"] == "/settings/data/"


def test_a_client_leaves_with_the_password_and_comes_back(client: Client, alice: User) -> None:
    headers = bearer(client, alice)
    how: dict[str, Any] = {"content_type": "application/json", "headers": headers}
    wrong = client.delete("/api/auth/profile", {"password": "wrong"}, **how)
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "#/password"
    assert client.delete("/api/auth/profile", {}, **how).status_code == 422
    gone = client.delete("/api/auth/profile", {"password": PASSWORD}, **how)
    assert gone.status_code == 202 and gone.json()["erase_at"]
    assert client.get("/api/auth/profile", headers=headers).status_code == 401, "signed out"
    headers = bearer(client, alice)
    refused = client.get("/api/goals/", headers=headers)
    assert refused.status_code == 403 and "restore" in refused.json()["detail"]
    back = client.post("/api/auth/profile/restore", headers=headers)
    assert back.status_code == 200 and back.json()["erase_at"] is None
    assert client.get("/api/goals/", headers=headers).status_code == 200
    assert client.post("/api/auth/profile/restore", headers=headers).status_code == 409


def test_going_and_staying_are_on_record(alice: User) -> None:
    leaving.request_deletion(user=alice)
    leaving.keep_account(user=alice)
    kinds = AuditEvent.objects.filter(user=alice).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["deletion_requested", "deletion_undone"]


def test_guessing_the_password_is_slowed_down(client: Client, alice: User) -> None:
    client.force_login(alice)
    how: dict[str, Any] = {"content_type": "application/json"}
    statuses = [
        client.delete("/api/auth/profile", {"password": f"guess {n}"}, **how).status_code
        for n in range(21)
    ]
    assert statuses == [422] * 20 + [429]


def test_an_account_without_a_password_is_told_where_to_go(alice: User) -> None:
    alice.set_unusable_password()
    with pytest.raises(Invalid, match="in the browser"):
        leaving.confirm_password(user=alice, password="")


# --- Erased ---


@pytest.fixture
def shared(alice: User, bob: User, carol: User, charlie: User) -> Submission:
    """Bob's work, accepted on the reviews of alice and carol; and alice's own, with two, too."""
    work = make_submission(make_challenge(make_goal(bob)))
    make_review(work, alice, 90)
    make_review(work, carol, 80)
    own = make_submission(make_challenge(make_goal(alice)))
    ai_feedback.write(own.ai_feedback.pk)
    make_review(own, charlie)
    received = make_review(own, carol)
    peer_review.mark_helpful(review=received, by=alice, helpful=True)
    pictures.set_picture(user=alice, data=make_picture())
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True)
    tokens.issue(user=alice, client=tokens.Client())
    work.refresh_from_db()
    return work


def test_nothing_happens_before_the_two_weeks_are_over(alice: User) -> None:
    leave(alice)
    assert leaving.erase_due(now=timezone.now() + timedelta(days=13)) == 0
    assert User.objects.filter(pk=alice.pk).exists()


def test_who_came_back_is_never_erased(alice: User) -> None:
    leave(alice)
    leaving.keep_account(user=alice)
    assert erase() == 0
    assert not leaving.erase(user_id=alice.pk, now=timezone.now() + AFTER)
    assert User.objects.filter(pk=alice.pk).exists()


def test_all_that_is_theirs_is_gone(
    client: Client,
    alice: User,
    shared: Submission,
    media: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    client.force_login(alice)
    export = data_export.request_export(by=alice)
    data_export.build(export.pk)
    assert len(list(media.glob("*/*"))) == 2
    leave(alice)
    with django_capture_on_commit_callbacks(execute=True):
        assert erase() == 1
    assert not User.objects.filter(pk=alice.pk).exists()
    left = {}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is User and leads_to_person(model):
                count = model._default_manager.filter(**{field.attname: alice.pk}).count()
                if count:
                    left[f"{model._meta.label}.{field.name}"] = count
    assert left == {}
    assert not Goal.objects.filter(title__contains="Spanish", owner_id=alice.pk).exists()
    assert Submission.objects.exclude(pk=shared.pk).count() == 0
    assert AIRequest.objects.filter(user=None).exists(), "costs stay, without a name"
    assert list(media.glob("*/*")) == []
    assert not any(
        session.get_decoded().get("_auth_user_id") == str(alice.pk)
        for session in Session.objects.all()
    )
    assert not Notification.objects.filter(kind="review_helpful").exists(), "its page is gone"
    assert client.get("/today/").status_code == 302


def test_what_they_gave_stays_without_them(
    client: Client, alice: User, bob: User, carol: User, mona: User, shared: Submission
) -> None:
    score, points = shared.score, PointEntry.objects.filter(user__in=[bob, carol]).count()
    leave(alice)
    erase()
    shared.refresh_from_db()
    assert (shared.status, shared.score) == ("accepted", score)
    anonymous = PeerReview.objects.get(submission=shared, reviewer=None)
    assert anonymous.overall == WORDS
    assert PointEntry.objects.filter(user__in=[bob, carol]).count() == points
    assert list(recount.differences()) == []
    assert ranking.place_of(user=carol, viewer=carol) is not None
    client.force_login(bob)
    page = client.get(shared.get_absolute_url())
    assert page.status_code == 200 and page.content.decode().count(WORDS) == 2
    told = client.get(f"/api/submissions/{shared.pk}").json()
    assert len(told["reviews"]) == 2
    # He can still say that it helped; there is nobody left to tell.
    answer = client.post(f"/reviews/{anonymous.pk}/helpful/", {"helpful": "yes"})
    assert answer.status_code == 302
    mona.is_superuser = True
    mona.save()
    client.force_login(mona)
    for path in ("/admin/reviews/peerreview/", f"/admin/reviews/peerreview/{anonymous.pk}/change/"):
        assert client.get(path).status_code == 200


def test_two_erased_reviewers_still_count_as_two(
    alice: User, bob: User, carol: User, charlie: User
) -> None:
    work = make_submission(make_challenge(make_goal(bob)))
    make_review(work, alice, 90)
    leave(alice)
    erase()
    # The seat of somebody who is gone is still taken by what they said.
    assert assignment.seats_taken(work, now=timezone.now()) == 1
    make_review(work, carol, 70)
    work.refresh_from_db()
    assert (work.status, float(work.score or 0)) == ("accepted", 80.0)
    leave(carol)
    erase()
    consensus = outcome.consensus_of(list(PeerReview.objects.filter(submission=work)))
    assert (consensus.reviews, consensus.score) == (2, 80.0)


def test_a_review_that_was_never_sent_goes_with_its_reviewer(
    alice: User, bob: User, carol: User
) -> None:
    work = make_submission(make_challenge(make_goal(bob)))
    review = claim(work, alice)
    peer_review.save_draft(review=review, by=alice, **answers(work.challenge))
    leave(alice)
    erase()
    assert not PeerReview.objects.exists()
    assert assignment.waiting_for(carol).count() == 1


def test_the_job_can_run_again_and_has_a_command(alice: User, capsys: Any) -> None:
    leave(alice)
    assert (erase(), erase()) == (1, 0)
    call_command("erase_accounts")
    assert capsys.readouterr().out == "Erased: 0\n"


def test_the_address_and_the_name_are_free_again(client: Client, alice: User) -> None:
    leave(alice)
    erase()
    sent = {"email": "alice@example.com", "password": PASSWORD, "display_name": "alice"}
    answer = client.post("/api/auth/register", sent, content_type="application/json")
    assert answer.status_code == 201 and answer.json()["username"] == "alice"


def test_leaving_and_staying_are_told_by_mail(alice: User, posted: Any) -> None:
    leave(alice)
    leaving.keep_account(user=alice)
    going, kept = posted()
    assert going.subject.startswith("Your account will be deleted on ")
    assert "/settings/leaving/" in going.body and going.to == [alice.email]
    assert kept.subject == "Your account stays"


def test_an_administrator_deletes_in_no_other_way(
    client: Client,
    alice: User,
    bob: User,
    carol: User,
    media: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    work = make_submission(make_challenge(make_goal(alice)))
    sent = make_review(work, bob)
    for person in (bob, carol):
        pictures.set_picture(user=person, data=make_picture())
    export = data_export.request_export(by=bob)
    data_export.build(export.pk)
    browser = Client()
    browser.force_login(bob)
    root = User.objects.create_superuser("root@example.com", PASSWORD, username="root")
    client.force_login(root)
    chosen = {"action": "delete_selected", "_selected_action": [carol.pk], "post": "yes"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/accounts/user/{bob.pk}/delete/", {"post": "yes"})
        client.post("/admin/accounts/user/", chosen)
    assert not User.objects.filter(pk__in=[bob.pk, carol.pk]).exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []
    assert browser.get("/today/").status_code == 302
    # What bob gave to alice stays, without him.
    sent.refresh_from_db()
    assert sent.reviewer is None and sent.overall == WORDS


def test_a_report_keeps_its_decision_and_loses_the_words(
    alice: User, bob: User, mona: User
) -> None:
    goal = make_goal(bob, visibility="public", description="Something rude.")
    found = moderation.report(
        kind="goal", target_id=goal.pk, by=alice, reason="unkind", note="About me."
    )
    moderation.claim(report=found, by=mona)
    moderation.decide(report=found, by=mona, decision="hidden", reason="It names a person.")
    leave(bob)
    assert erase() == 1
    found = Report.objects.get()
    assert (found.decision, found.excerpt, found.title) == ("hidden", "", "–")
    assert not Notification.objects.filter(target=found.get_absolute_url()).exists()
    leave(alice)
    erase()
    assert Report.objects.get().note == ""
