"""Reports and decisions: who may report what, who decides, who is told, and what hiding does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import moderation, reportables
from accounts.models import AuditEvent, Notification, Report, User
from goals.models import Goal
from learnquest.core.errors import Conflict, Forbidden, Invalid, NotFound
from reviews import after, assignment
from reviews.models import PeerReview
from submissions.models import Submission
from tests.factories import (
    claim,
    make_challenge,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

Posted = Callable[[], list[Any]]
REASONS = "It calls the author names, which our rules do not allow."


@pytest.fixture
def review(submission: Submission, bob: User) -> PeerReview:
    return make_review(submission, bob)


def report(by: User, thing: Any, kind: str, **more: Any) -> Report:
    more.setdefault("reason", "unkind")
    return moderation.report(kind=kind, target_id=thing.pk, by=by, **more)


def decided(found: Report, by: User, decision: str, **more: Any) -> Report:
    moderation.claim(report=found, by=by)
    return moderation.decide(report=found, by=by, decision=decision, reason=REASONS, **more)


def test_each_kind_names_a_model_that_can_be_hidden() -> None:
    assert set(reportables.kinds()) == {
        "profile", "goal", "quest", "submission", "work", "review", "answer",
    }  # fmt: skip
    for one in reportables.kinds().values():
        assert one.model._meta.get_field("hidden_at").null


def test_alice_reports_a_review_of_her_work(alice: User, bob: User, review: PeerReview) -> None:
    found = report(alice, review, "review", note="He calls me lazy.")
    assert found.person == bob and found.state == Report.State.OPEN
    assert "describe the talk well" in found.excerpt


def test_reporting_twice_is_one_report(alice: User, review: PeerReview) -> None:
    assert report(alice, review, "review") == report(alice, review, "review", reason="spam")
    assert Report.objects.count() == 1


def test_nobody_reports_what_they_cannot_see(
    bob: User, charlie: User, alice: User, review: PeerReview
) -> None:
    for by, thing, kind in (
        (charlie, review, "review"),
        (bob, review, "review"),
        (charlie, review.submission, "submission"),
        (charlie, make_goal(alice), "goal"),
        (charlie, alice, "profile"),
        (charlie, review, "nonsense"),
    ):
        with pytest.raises(NotFound):
            report(by, thing, kind)


def test_something_else_wants_words(alice: User, review: PeerReview) -> None:
    with pytest.raises(Invalid) as refusal:
        report(alice, review, "review", reason="other")
    assert list(refusal.value.errors) == ["note"]
    with pytest.raises(Invalid):
        report(alice, review, "review", reason="nonsense")


def test_only_one_moderator_at_a_time(alice: User, mona: User, review: PeerReview) -> None:
    found = report(alice, review, "review")
    other = moderator("nils")
    moderation.claim(report=found, by=mona)
    with pytest.raises(Conflict, match="Mona is looking"):
        moderation.claim(report=found, by=other)
    with pytest.raises(Conflict, match="Take this report first"):
        moderation.decide(report=found, by=other, decision="dismissed", reason=REASONS)
    later = timezone.now() + timedelta(days=1, minutes=1)
    assert moderation.claim(report=found, by=other, now=later).moderator == other


def moderator(name: str) -> User:
    from django.contrib.auth.models import Group

    person = make_user(username=name, display_name=name.title(), is_staff=True)
    person.groups.add(Group.objects.get(name="Moderators"))
    return User.objects.get(pk=person.pk)


def test_learners_decide_nothing(alice: User, charlie: User, review: PeerReview) -> None:
    found = report(alice, review, "review")
    for deed in (moderation.claim, moderation.undo):
        with pytest.raises(NotFound):
            deed(report=found, by=charlie)


def test_nobody_decides_on_their_own(mona: User, alice: User, submission: Submission) -> None:
    review = make_review(submission, mona)
    found = report(alice, review, "review")
    with pytest.raises(Forbidden, match="something of yours"):
        moderation.claim(report=found, by=mona)
    Goal.objects.update(visibility="public")
    own = report(mona, Goal.objects.get(), "goal")
    with pytest.raises(Forbidden, match="reported this yourself"):
        moderation.claim(report=own, by=mona)


def test_a_decision_needs_reasons_and_both_sides_read_them(
    alice: User, bob: User, mona: User, review: PeerReview, posted: Posted
) -> None:
    found = report(alice, review, "review")
    moderation.claim(report=found, by=mona)
    with pytest.raises(Invalid) as refusal:
        moderation.decide(report=found, by=mona, decision="", reason="no")
    assert set(refusal.value.errors) == {"decision", "explanation"}
    posted().clear()
    moderation.decide(report=found, by=mona, decision="warned", reason=REASONS)
    mails = {mail.to[0]: mail for mail in posted()}
    assert set(mails) == {alice.email, bob.email}
    assert all(REASONS in mail.body for mail in mails.values())
    assert all("List-Unsubscribe" in mail.extra_headers for mail in mails.values())
    assert Notification.objects.get(user=alice, kind="report_decided")
    assert Notification.objects.get(user=bob, kind="moderated")
    # Nothing tells bob who it was.
    assert "alice" not in mails[bob.email].body.lower()


def test_whoever_wants_no_such_mails_finds_it_in_the_inbox(
    alice: User, bob: User, mona: User, review: PeerReview, posted: Posted
) -> None:
    User.objects.filter(pk__in=[alice.pk, bob.pk]).update(wants_moderation_mail=False)
    posted().clear()
    decided(report(alice, review, "review"), mona, "warned")
    assert posted() == [] and Notification.objects.filter(kind="moderated", user=bob).exists()


def test_a_dismissal_is_told_to_who_reported_alone(
    alice: User, bob: User, mona: User, review: PeerReview
) -> None:
    decided(report(alice, review, "review"), mona, "dismissed")
    # Not even in bob's export: an event of the audit log would stand there as his.
    assert AuditEvent.objects.get(kind="moderated").user is None
    assert Notification.objects.filter(user=alice, kind="report_decided").exists()
    assert not Notification.objects.filter(user=bob, kind="moderated").exists()


def test_all_reports_of_one_thing_are_decided_at_once(
    alice: User, bob: User, charlie: User, mona: User
) -> None:
    goal = make_goal(alice, visibility="public")
    reports = [report(by, goal, "goal") for by in (bob, charlie)]
    decided(reports[0], mona, "hidden")
    for one in reports:
        one.refresh_from_db()
        assert one.decision == "hidden" and one.moderator == mona
    assert Notification.objects.filter(user=alice, kind="moderated").count() == 1
    with pytest.raises(Conflict, match="decided already"):
        moderation.claim(report=reports[1], by=mona)


def test_a_hidden_review_is_gone_for_the_author_and_counts_no_more(
    client: Client, alice: User, bob: User, mona: User, review: PeerReview
) -> None:
    decided(report(alice, review, "review"), mona, "hidden")
    review.refresh_from_db()
    work = review.submission
    assert not review.is_visible_to(alice) and review.is_visible_to(bob)
    assert review.is_visible_to(mona)
    client.force_login(alice)
    assert "describe the talk well" not in client.get(work.get_absolute_url()).content.decode()
    assert client.get(f"/api/submissions/{work.pk}").json()["reviews"] == []
    client.force_login(bob)
    page = client.get(review.get_absolute_url()).content.decode()
    assert "A moderator has hidden this" in page and "describe the talk well" in page
    # The seat is free again.
    assert assignment.seats_taken(work, now=timezone.now()) == 0


def test_hidden_work_leaves_the_queue_and_its_reviewers_hands(
    client: Client, alice: User, bob: User, charlie: User, mona: User, submission: Submission
) -> None:
    held = claim(submission, bob)
    with pytest.raises(NotFound):  # bob is not to know its id yet
        report(bob, submission, "submission", reason="copied")
    found = report(bob, held, "work", reason="copied")
    assert (found.kind, found.target_id) == ("submission", submission.pk)
    assert report(bob, held, "work", reason="spam") == found
    decided(found, mona, "hidden")
    held.refresh_from_db()
    assert held.status == PeerReview.Status.EXPIRED
    assert assignment.claim_next(by=charlie) is None
    client.force_login(bob)
    assert client.get(held.get_absolute_url()).status_code == 404
    assert client.get(f"/api/reviews/{held.pk}").status_code == 404
    client.force_login(alice)
    assert (
        "A moderator has hidden this" in client.get(submission.get_absolute_url()).content.decode()
    )
    # Undone, it waits again.
    moderation.undo(report=found, by=mona)
    assert assignment.claim_next(by=charlie) is not None


def test_a_hidden_goal_is_for_its_owner_and_moderators(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    goal = make_goal(alice, visibility="public")
    found = report(bob, goal, "goal")
    decided(found, mona, "hidden")
    path = goal.get_absolute_url()
    for person, status in ((alice, 200), (bob, 404), (mona, 200)):
        client.force_login(person)
        assert client.get(path).status_code == status
    moderation.undo(report=found, by=mona)
    client.force_login(bob)
    assert client.get(path).status_code == 200
    assert Notification.objects.filter(user=alice, kind="moderated").count() == 2
    with pytest.raises(Conflict, match="nothing to undo"):
        moderation.undo(report=found, by=mona)


def test_a_hidden_profile_takes_name_and_page_away(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    User.objects.filter(pk=alice.pk).update(is_profile_public=True)
    alice.refresh_from_db()
    decided(report(bob, alice, "profile"), mona, "hidden")
    alice.refresh_from_db()
    assert alice.name == "A learner"
    for person, status in ((alice, 200), (bob, 404), (mona, 200)):
        client.force_login(person)
        assert client.get("/people/alice/").status_code == status


def test_what_was_changed_after_the_report_is_shown_as_it_was(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    goal = make_goal(alice, visibility="public", description="Something rude.")
    found = report(bob, goal, "goal")
    Goal.objects.update(description="Something nice.")
    client.force_login(mona)
    page = client.get(f"/moderation/{found.pk}/").content.decode()
    assert "Something rude." in page and "changed after the report" in page


def test_each_step_is_in_the_audit_log(
    alice: User, bob: User, mona: User, review: PeerReview
) -> None:
    found = report(alice, review, "review")
    decided(found, mona, "hidden")
    moderation.undo(report=found, by=mona)
    events = AuditEvent.objects.filter(kind="moderated", user=bob, actor=mona)
    assert [event.details["decision"] for event in events.order_by("pk")] == ["hidden", "undone"]
    assert all(event.details["target"] == f"review:{review.pk}" for event in events)


def test_the_pages_from_the_button_to_the_decision(
    client: Client, alice: User, bob: User, mona: User, submission: Submission, carol: User
) -> None:
    review = make_review(submission, bob)
    make_review(submission, carol)
    client.force_login(alice)
    button = f"/report/review/{review.pk}/"
    assert button in client.get(submission.get_absolute_url()).content.decode()
    asked = client.get(button, {"next": submission.get_absolute_url()})
    assert "Review of “Talk to a shopkeeper”" in asked.content.decode()
    assert client.post(button, {"reason": ""}).status_code == 422
    sent = client.post(button, {"reason": "unkind", "next": "https://evil.example/"})
    assert sent.status_code == 302 and sent.headers["Location"] == "/today/"
    found = Report.objects.get()
    client.force_login(mona)
    assert "Review of" in client.get("/moderation/").content.decode()
    case = f"/moderation/{found.pk}/"
    assert "Take it" in client.get(case).content.decode()
    client.post(f"{case}claim/")
    refused = client.post(f"{case}decide/", {"decision": "hidden", "explanation": "x"})
    assert refused.status_code == 422 and "Give the reasons" in refused.content.decode()
    client.post(f"{case}decide/", {"decision": "hidden", "explanation": REASONS, "days": "7"})
    assert "Undo" in client.get(case).content.decode()
    client.force_login(alice)
    assert REASONS in client.get(f"/reports/{found.pk}/").content.decode()
    client.force_login(bob)
    page = client.get(f"/reports/{found.pk}/").content.decode()
    assert REASONS in page and "alice" not in page.lower()
    assert "About something of yours" in client.get("/reports/").content.decode()


def test_the_queue_takes_the_same_queries_however_long_it_is(
    client: Client, alice: User, mona: User, django_assert_max_num_queries: Any
) -> None:
    goal = make_goal(alice, visibility="public")
    client.force_login(mona)
    for number in range(12):
        report(make_user(username=f"r{number}"), goal, "goal")
        if number == 1:
            client.get("/moderation/")
    with django_assert_max_num_queries(12):
        client.get("/moderation/")


def test_reports_are_limited(client: Client, alice: User, bob: User) -> None:
    goal = make_goal(alice, visibility="public")
    client.force_login(bob)
    path = f"/report/goal/{goal.pk}/"
    answers = [client.post(path, {"reason": "spam"}).status_code for _turn in range(21)]
    assert answers[-2:] == [302, 429]


def test_the_api_from_report_to_decision(
    client: Client, alice: User, bob: User, mona: User, review: PeerReview
) -> None:
    client.force_login(alice)
    sent = {"kind": "review", "target": review.pk, "reason": "unkind"}
    made = client.post("/api/reports/", sent, content_type="application/json")
    assert made.status_code == 201 and "person" not in made.json()
    number = made.json()["id"]
    assert client.get("/api/moderation/reports").status_code == 404
    client.force_login(mona)
    assert client.get("/api/moderation/reports").json()["items"][0]["person"] == "bob"
    path = f"/api/moderation/reports/{number}"
    decision = {"decision": "hidden", "explanation": REASONS}
    early = client.post(f"{path}/decide", decision, content_type="application/json")
    assert early.status_code == 409
    assert client.post(f"{path}/claim").status_code == 200
    done = client.post(f"{path}/decide", decision, content_type="application/json")
    assert done.status_code == 200 and done.json()["state"] == "decided"
    client.force_login(bob)
    shown = client.get(f"/api/reports/{number}").json()
    assert shown["explanation"] == REASONS and "note" not in shown
    client.force_login(mona)
    assert client.post(f"{path}/undo").json()["undone_at"]


@pytest.fixture
def of_mona(mona: User, bob: User) -> PeerReview:
    """Bob's review of work of the moderator mona."""
    return make_review(make_submission(make_challenge(make_goal(mona))), bob)


def seen_by(client: Client, moderator: User, found: Report) -> str:
    """All that a moderator reads of a report, on the pages and over the API."""
    client.force_login(moderator)
    paths = ("/moderation/", f"/moderation/{found.pk}/", "/api/moderation/reports")
    answers = [client.get(path, follow=True) for path in paths]
    answers.append(client.get(f"/api/moderation/reports/{found.pk}"))
    assert [answer.status_code for answer in answers] == [200] * 4
    return " ".join(answer.content.decode() for answer in answers)


def refused_all(moderator: User, found: Report) -> None:
    for deed in (
        lambda: moderation.claim(report=found, by=moderator),
        lambda: decided(found, moderator, "hidden"),
        lambda: moderation.undo(report=found, by=moderator),
    ):
        with pytest.raises(Forbidden, match="another moderator decides"):
            deed()


def test_a_moderator_who_reports_a_review_of_their_work_learns_no_name(
    client: Client, mona: User, of_mona: PeerReview
) -> None:
    found = report(mona, of_mona, "review", note="He is unfair.")
    assert "bob" not in seen_by(client, mona, found).lower()
    refused_all(mona, found)
    other = make_user(username="second", is_superuser=True)
    assert "@bob" in seen_by(client, other, found)
    decided(found, other, "hidden")
    assert "bob" not in seen_by(client, mona, found).lower()
    refused_all(mona, found)


def test_whose_review_is_reported_reads_neither_who_nor_why(
    client: Client, mona: User, alice: User, submission: Submission
) -> None:
    review = make_review(submission, mona)
    found = report(alice, review, "review", note="Signed, your author.")
    html = seen_by(client, mona, found)
    assert "Signed, your author" not in html and "alice" not in html.lower()
    refused_all(mona, found)


def test_reviewers_of_reported_work_and_sides_of_a_talk_stay_out_of_it(
    client: Client, mona: User, alice: User, bob: User, submission: Submission
) -> None:
    make_review(submission, bob)
    review = make_review(submission, mona)
    work = report(bob, submission, "submission")
    line = after.answer(review=review, by=alice, text="You know nothing.")
    answer = Report.objects.create(
        reporter=bob, kind="answer", target_id=line.pk, person=alice, reason="unkind"
    )
    for found in (work, answer):
        assert "alice" not in seen_by(client, mona, found).lower()
        refused_all(mona, found)


def test_the_list_of_the_api_takes_the_same_queries_however_long_it_is(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    def one_more() -> None:
        work = make_submission(make_challenge(make_goal(alice)))
        report(alice, make_review(work, bob), "review")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/moderation/reports").status_code == 200
        return len(captured)

    client.force_login(mona)
    one_more()
    queries()
    before = queries()
    for _again in range(3):
        one_more()
    assert queries() == before
