"""Seats that come free, and words that are not lost, when people or works go or are hidden."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import moderation, suspension
from accounts.models import Notification, Report, User
from leaderboard import badges, points
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict
from learnquest.pages import leaving
from reviews import assignment, cases, claims, deadlines, peer_review, tasks
from reviews.models import PeerReview, ReviewCase
from submissions.models import Submission
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_goal,
    make_review,
    make_submission,
    make_submission_with_file,
    make_user,
)

HOUR = timedelta(hours=1)


def hide(kind: str, thing: Any, by: User, mona: User) -> Report:
    if kind == "submission":
        # A reviewer who has not sent yet reports the work by their review.
        kind, thing = "work", PeerReview.objects.get(submission=thing, reviewer=by)
    report = moderation.report(kind=kind, target_id=thing.pk, by=by, reason="unfair")
    moderation.claim(report=report, by=mona)
    return moderation.decide(report=report, by=mona, decision="hidden", reason="It is unkind.")


def begin(work: Submission, by: User) -> PeerReview:
    """Claim a work and write something about it."""
    review = claim(work, by)
    return peer_review.save_draft(
        review=review, by=by, scores={}, comments={}, overall="What I have so far"
    )


def sends(review: PeerReview, by: User) -> bool:
    by = User.objects.get(pk=by.pk)
    sent = peer_review.submit_review(review=review, by=by, **answers(review.submission.challenge))
    return sent.status == PeerReview.Status.SUBMITTED


def told(user: User) -> list[str]:
    lines = Notification.objects.filter(user=user, kind=Notification.Kind.CLAIM_ENDED)
    return list(lines.values_list("subject", flat=True))


def taken(work: Submission) -> tuple[int, bool]:
    case = ReviewCase.objects.get(submission=work)
    return case.taken, case.is_open


# --- Erased ---


def test_the_seats_of_reviewers_who_are_erased_come_free(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    claim(submission, bob)
    claim(submission, carol)
    leaving.erase_now(bob)
    assert taken(submission) == (1, True)
    leaving.erase_now(carol)
    assert taken(submission) == (0, True)
    assert assignment.claim_next(by=charlie) is not None


def test_what_an_erased_reviewer_sent_keeps_its_seat(bob: User, submission: Submission) -> None:
    make_review(submission, bob)
    leaving.erase_now(bob)
    assert taken(submission) == (1, True)
    assert PeerReview.objects.get().reviewer is None


def test_who_holds_work_of_somebody_erased_is_told_without_their_words(
    alice: User, bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    claim(submission, bob)
    wrote = begin(submission, carol)
    PeerReview.objects.filter(pk=wrote.pk).update(status=PeerReview.Status.EXPIRED)
    leaving.erase_now(alice)
    assert told(bob) == told(carol) == ["Its author has left."]
    assert told(charlie) == []


def test_who_sent_or_never_wrote_is_told_nothing(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    make_review(submission, bob)
    idle = claim(submission, carol)
    PeerReview.objects.filter(pk=idle.pk).update(status=PeerReview.Status.EXPIRED)
    leaving.erase_now(alice)
    assert told(bob) == told(carol) == []


def test_a_review_of_work_that_is_gone_is_refused_kindly(
    alice: User, bob: User, submission: Submission
) -> None:
    review = claim(submission, bob)
    leaving.erase_now(alice)
    with pytest.raises(Conflict, match="no longer there"):
        claims.locked(review, bob)


def test_who_cannot_be_erased_hinders_nobody_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, alice: User, bob: User
) -> None:
    for user in (alice, bob):
        leaving.request_deletion(user=user)
    later = timezone.now() + leaving.TIME_TO_THINK + HOUR
    forget = leaving._forget_mentions

    def stumble(user: User) -> None:
        if user.pk == alice.pk:
            raise RuntimeError("No luck today")
        forget(user)

    monkeypatch.setattr(leaving, "_forget_mentions", stumble)
    assert leaving.erase_due(now=later) == 1
    assert list(User.objects.filter(pk__in=[alice.pk, bob.pk])) == [alice]
    assert f"User {alice.pk} could not be erased" in caplog.text
    monkeypatch.undo()
    assert leaving.erase_due(now=later) == 1
    assert not User.objects.filter(pk=alice.pk).exists()


def test_who_is_gone_is_neither_paid_nor_given_a_badge(bob: User) -> None:
    pk = bob.pk
    leaving.erase_now(bob)
    paid = points.award(
        user_id=pk, amount=5, reason=PointEntry.Reason.REVIEW_GIVEN, key="k", verified=True
    )
    assert paid is None and not PointEntry.objects.filter(key="k").exists()
    assert badges.award_due(user_id=pk) == []


# --- Left for a time ---


def test_who_stays_after_all_sends_what_they_wrote(bob: User, submission: Submission) -> None:
    review = begin(submission, bob)
    leaving.request_deletion(user=bob)
    assert taken(submission) == (0, True)
    leaving.keep_account(user=bob)
    assert sends(review, bob)


def test_so_does_whose_suspension_is_lifted(bob: User, mona: User, submission: Submission) -> None:
    review = begin(submission, bob)
    suspension.suspend(user=bob, by=mona, reason="A mistake, sorry.")
    assert taken(submission) == (0, True)
    suspension.lift(user=bob, by=mona)
    assert sends(review, bob)


# --- Hidden ---


def test_hidden_work_is_offered_again_when_it_is_shown_again(
    bob: User, carol: User, charlie: User, mona: User, submission: Submission
) -> None:
    claim(submission, bob)
    claim(submission, carol)
    report = hide("submission", submission, bob, mona)
    assert taken(submission) == (0, True)
    assert assignment.claim_next(by=charlie) is None
    assert told(bob) == told(carol) == [submission.challenge.title]
    moderation.undo(report=report, by=mona)
    assert assignment.claim_next(by=charlie) is not None


def test_what_was_written_about_hidden_work_waits_until_it_is_back(
    client: Client, bob: User, mona: User, challenge: Any, media: Any
) -> None:
    work = make_submission_with_file(challenge)
    review = begin(work, bob)
    report = hide("submission", work, bob, mona)
    with pytest.raises(Conflict, match="hidden this work"):
        sends(review, bob)
    client.force_login(bob)
    page = review.get_absolute_url()
    paths = [page, reverse("reviews:attachment", args=[review.pk, 1]), f"/api/reviews/{review.pk}"]
    assert [client.get(path).status_code for path in paths] == [404, 404, 404]
    moderation.undo(report=report, by=mona)
    assert [client.get(path).status_code for path in paths] == [200, 200, 200]
    assert "What I have so far" in client.get(page).content.decode()
    assert sends(review, bob)


def test_a_hidden_review_frees_its_seat_and_takes_it_again(
    alice: User, bob: User, carol: User, charlie: User, mona: User, submission: Submission
) -> None:
    review = make_review(submission, bob)
    claim(submission, carol)
    assert taken(submission) == (2, False)
    report = hide("review", review, alice, mona)
    assert taken(submission) == (1, True)
    moderation.undo(report=report, by=mona)
    assert taken(submission) == (2, False)
    hide("review", review, alice, mona)
    assert assignment.claim_next(by=charlie) is not None


def test_work_whose_only_review_is_hidden_stays_open_after_a_week(
    alice: User, bob: User, carol: User, mona: User, submission: Submission
) -> None:
    hide("review", make_review(submission, bob), alice, mona)
    later = timezone.now() + timedelta(days=8)
    deadlines.end_waits(now=later)
    submission.refresh_from_db()
    assert submission.status == Submission.Status.SUBMITTED
    assert taken(submission) == (0, True)
    assert assignment.claim_next(by=carol, now=later) is not None


# --- The safety net ---


def test_seats_that_nobody_holds_come_free_within_the_hour(
    bob: User, carol: User, charlie: User, submission: Submission
) -> None:
    for reviewer in (bob, carol):
        claim(submission, reviewer)
    PeerReview.objects.all().delete()  # by a hand that counts nothing
    assert assignment.claim_next(by=charlie) is None
    tasks.watch_the_queue.call()
    assert taken(submission) == (0, True)
    assert assignment.claim_next(by=charlie) is not None
    assert cases.recount_wrong() == 0


def test_what_is_as_it_should_be_takes_one_query(
    bob: User, carol: User, submission: Submission, django_assert_num_queries: Any
) -> None:
    make_review(submission, bob)
    claim(submission, carol)
    make_submission(make_challenge(make_goal(make_user())))
    with django_assert_num_queries(1):
        assert cases.recount_wrong() == 0


def test_closed_cases_are_left_alone(bob: User, carol: User, submission: Submission) -> None:
    make_review(submission, bob)
    make_review(submission, carol)
    ReviewCase.objects.update(taken=0)
    assert cases.recount_wrong() == 0
