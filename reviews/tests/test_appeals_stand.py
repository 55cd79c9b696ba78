"""What an appeal raised stays, and is paid in the same book as all work on a challenge."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from challenges.models import Challenge
from leaderboard import points, recount
from leaderboard.models import PointEntry
from reviews import copies, outcome, withdrawal
from reviews.hidden import count_again
from reviews.models import Appeal, CopyDecision, PeerReview
from reviews.tests.test_appeals import REASONS, WHY, appeal, decide
from reviews.tests.test_outcome import begin, send
from submissions.models import Submission
from tests.factories import make_challenge, make_flag, make_goal, make_submission, make_user

OTHER = "A second attempt, quite another text than the first."


def raise_to(work: Submission, by: User, score: int) -> None:
    decide(appeal(work), by, score=Decimal(score), now=timezone.now() + timedelta(days=15))
    work.refresh_from_db()


def paid(user: User) -> int:
    """Return what work was paid, in whichever book."""
    return sum(entry.amount for entry in PointEntry.objects.filter(user=user, verified=True))


def worth(score: float) -> int:
    return points.work_points(difficulty=3, score=score, pass_mark=60)


def settled(work: Submission, score: int) -> Submission:
    for _number in range(2):
        send(work, make_user(), score)
    work.refresh_from_db()
    return work


def second_attempt(work: Submission) -> Submission:
    return make_submission(Challenge.objects.get(pk=work.challenge_id), body=OTHER)


def test_a_late_review_does_not_undo_it(alice: User, mona: User, submission: Submission) -> None:
    work = settled(submission, 50)
    late = make_user()
    PeerReview.objects.filter(pk=begin(work, late).pk).update(status="expired")
    raise_to(work, mona, 90)
    send(work, late, 50)
    work.refresh_from_db()
    assert (work.score, work.status, paid(alice)) == (90, "accepted", worth(90))


def test_a_late_review_may_raise_it_further(
    alice: User, mona: User, submission: Submission
) -> None:
    work = settled(submission, 65)
    raise_to(work, mona, 75)
    for _number in range(4):
        send(work, make_user(), 100)
    work.refresh_from_db()
    assert work.score is not None and work.score > 75
    assert paid(alice) == worth(float(work.score))


def test_a_review_that_is_shown_again_does_not_undo_it(
    alice: User, mona: User, submission: Submission
) -> None:
    low = send(submission, make_user(), 40)
    work = settled(submission, 50)
    PeerReview.objects.filter(pk=low.pk).update(hidden_at=timezone.now())
    outcome.settle(submission_id=work.pk)
    raise_to(Submission.objects.get(pk=work.pk), mona, 90)
    PeerReview.objects.filter(pk=low.pk).update(hidden_at=None)
    count_again(PeerReview.objects.get(pk=low.pk))
    work.refresh_from_db()
    assert (work.score, work.status, paid(alice)) == (90, "accepted", worth(90))


def test_an_outcome_that_was_upheld_still_follows_its_reviews(
    mona: User, submission: Submission
) -> None:
    work = settled(submission, 80)
    decide(appeal(work), mona, "upheld", now=timezone.now() + timedelta(days=15))
    send(work, make_user(), 40)
    work.refresh_from_db()
    assert work.score is not None and work.score < 80


def test_no_more_is_paid_than_the_score_is_worth(
    alice: User, mona: User, submission: Submission
) -> None:
    work = settled(submission, 65)
    raise_to(work, mona, 90)
    assert paid(alice) == worth(90)
    for _number in range(3):
        send(work, make_user(), 100)
    work.refresh_from_db()
    assert paid(alice) == worth(float(work.score or 0))
    assert list(recount.differences()) == []


def test_the_best_attempt_is_paid(alice: User, mona: User, submission: Submission) -> None:
    work = settled(submission, 50)
    settled(second_attempt(work), 62)
    raise_to(work, mona, 100)
    assert points.of_work(challenge_id=work.challenge_id, user=alice) == worth(100)


def test_a_raise_below_the_best_attempt_pays_nothing(
    alice: User, mona: User, submission: Submission
) -> None:
    work = settled(submission, 50)
    settled(second_attempt(work), 100)
    raise_to(work, mona, 70)
    assert paid(alice) == worth(100)


def test_the_challenge_is_accepted_though_another_attempt_is_in_review(
    alice: User, mona: User, submission: Submission
) -> None:
    work = settled(submission, 50)
    second = second_attempt(work)
    raise_to(work, mona, 90)
    challenge = Challenge.objects.get(pk=work.challenge_id)
    assert challenge.status == Challenge.Status.ACCEPTED and challenge.finished_at
    # The other attempt can still be taken back, and the challenge stays where it is.
    withdrawal.withdraw(submission=second, by=alice)
    challenge.refresh_from_db()
    assert challenge.status == Challenge.Status.ACCEPTED


def test_the_other_attempt_in_review_then_settles(
    alice: User, mona: User, submission: Submission
) -> None:
    work = settled(submission, 50)
    second = second_attempt(work)
    raise_to(work, mona, 80)
    assert settled(second, 50).status == Submission.Status.RETURNED
    challenge = Challenge.objects.get(pk=work.challenge_id)
    assert challenge.status == Challenge.Status.ACCEPTED and paid(alice) == worth(80)


def test_a_challenge_that_was_skipped_since_is_accepted(mona: User, submission: Submission) -> None:
    work = settled(submission, 50)
    Challenge.objects.filter(pk=work.challenge_id).update(status=Challenge.Status.SKIPPED)
    raise_to(work, mona, 90)
    assert Challenge.objects.get(pk=work.challenge_id).status == Challenge.Status.ACCEPTED


def raised_once(work: Submission) -> None:
    """Have 65 raised to 90, with the difference paid under the appeal's own key, as once."""
    now = timezone.now()
    found = Appeal.objects.create(
        submission=work, reason=WHY, score_before=65, score_after=90, decision="raised",
        explanation=REASONS, decided_at=now,
    )  # fmt: skip
    Submission.objects.filter(pk=work.pk).update(score=90)
    work.refresh_from_db()
    points.award(
        user_id=work.author_id,
        amount=worth(90) - worth(65),
        reason=PointEntry.Reason.CORRECTION,
        key=f"appeal:{found.pk}",
        verified=True,
        category=work.challenge.goal.category,
        now=now,
    )


def test_what_was_paid_under_the_key_of_an_appeal_is_not_paid_again(
    alice: User, submission: Submission
) -> None:
    work = settled(submission, 65)
    raised_once(work)
    for _number in range(3):
        send(work, make_user(), 100)
    work.refresh_from_db()
    assert paid(alice) == worth(float(work.score or 0))
    assert list(recount.differences()) == []


def test_nor_after_a_copy_that_was_none(alice: User, mona: User, submission: Submission) -> None:
    work = settled(submission, 65)
    raised_once(work)
    original = make_submission(make_challenge(make_goal(make_user())), body="Another.")
    flag = make_flag(work, original)
    copies.decide(flag=flag, by=mona, confirmed=True, reason="Word for word.")
    assert paid(alice) == 0
    copies.take_back(copy=CopyDecision.objects.get(), by=mona, reason="It is none at all.")
    assert paid(alice) == worth(90)
    assert list(recount.differences()) == []


def test_nor_is_what_a_moderator_took_back_since(alice: User, submission: Submission) -> None:
    work = settled(submission, 65)
    raised_once(work)
    points.reverse(key=f"appeal:{work.appeal.pk}", reason="It was paid by mistake.")
    send(work, make_user(), 66)
    assert paid(alice) == worth(65)
