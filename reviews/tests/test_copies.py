"""Work that a moderator finds copied comes back without points; taken back, all is as it was."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Notification, OutgoingMail, User
from challenges.models import Challenge
from goals.models import Progress
from leaderboard import points, recount
from leaderboard.models import PointEntry, Standing
from learnquest.core.errors import Conflict, Forbidden, Invalid
from reviews import appeals, assignment, copies, deadlines, outcome, paying, peer_review
from reviews.models import Appeal, CopyDecision, Outcome, PeerReview, ReviewCase
from submissions import similarity
from submissions.models import SimilarityFlag, Submission
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_flag,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

WHY = "Word for word the same as work that was there before."
BACK = "Both wrote down the same recording."
OWN = "This time I went alone, and I wrote down what I said myself, word by word."


@pytest.fixture
def olga(db: None) -> User:
    return make_user(username="olga", display_name="Olga Orlova")


@pytest.fixture
def original(olga: User) -> Submission:
    """Work that was there first; nobody needs to review it."""
    return Submission.objects.create(
        challenge=make_challenge(make_goal(olga)), author=olga, status="accepted",
        body="A text of Olga's.", submitted_at=timezone.now() - timedelta(days=40),
        settled_at=timezone.now() - timedelta(days=39), score=90,
    )  # fmt: skip


@pytest.fixture
def flag(submission: Submission, original: Submission) -> SimilarityFlag:
    return make_flag(submission, original)


def confirm(flag: SimilarityFlag, by: User, **more: Any) -> CopyDecision:
    copies.decide(flag=flag, by=by, confirmed=True, reason=WHY, **more)
    return CopyDecision.objects.standing().get(submission=flag.submission_id)


def undo(copy: CopyDecision, by: User, **more: Any) -> CopyDecision:
    return copies.take_back(copy=copy, by=by, reason=BACK, **more)


def accept(work: Submission, *reviewers: User, score: int = 80) -> None:
    for reviewer in reviewers:
        make_review(work, reviewer, score=score)
    work.refresh_from_db()
    assert work.status == Submission.Status.ACCEPTED


def paid(user: User) -> int:
    """What somebody has for accepted work, appeals and all."""
    entries = PointEntry.objects.filter(user=user, verified=True)
    return sum(entries.values_list("amount", flat=True))


def snapshot(work: Submission) -> dict[str, Any]:
    """Whatever a decision changes of the work and around it."""
    work = Submission.objects.select_related("challenge").get(pk=work.pk)
    case = ReviewCase.objects.filter(submission=work)
    return {
        "work": (work.status, work.score, work.score_error, work.settled_at),
        "challenge": (work.challenge.status, work.challenge.finished_at),
        "case": case.values_list("is_open", "taken", "seats", "closed_at").get(),
        "points": paid(work.author),
        "of work": points.of_work(challenge_id=work.challenge_id, user=work.author),
        "standings": sorted(
            Standing.objects.filter(user=work.author).values_list("scope", "period", "points")
        ),
        "reviews": sorted(PeerReview.objects.sent().values_list("pk", "quality")),
    }


def test_accepted_work_comes_back_without_its_points(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    accept(submission, bob, carol)
    earned = paid(alice)
    reviewers = paid(bob), paid(carol)
    assert earned > 0
    copy = confirm(flag, mona)
    submission.refresh_from_db()
    assert (submission.status, submission.score) == ("returned", None)
    assert Challenge.objects.get(pk=submission.challenge_id).status == "returned"
    assert Challenge.objects.get(pk=submission.challenge_id).finished_at is None
    assert paid(alice) == points.of_work(challenge_id=submission.challenge_id, user=alice) == 0
    assert copy.points == earned
    counter_entry = PointEntry.objects.get(reverses__key=f"work-accepted:{submission.challenge_id}")
    assert "copies other work" in counter_entry.note
    # In the week in which it was earned.
    assert counter_entry.reverses is not None
    assert counter_entry.counted_at == counter_entry.reverses.counted_at
    assert list(recount.differences()) == []
    assert (paid(bob), paid(carol)) == reviewers
    last = Progress.objects.filter(user=alice).latest("pk")
    assert (last.kind, last.percent_after) == (Progress.Kind.RETURNED, 0)


def test_the_author_is_told_why_and_not_by_whom_or_of_whom(
    submission: Submission, flag: SimilarityFlag, mona: User, alice: User
) -> None:
    confirm(flag, mona)
    line = Notification.objects.get(user=alice, kind=Notification.Kind.COPY_FOUND)
    assert line.subject == f"{submission.challenge.title} – {WHY}"
    assert line.target == submission.get_absolute_url()
    mail = OutgoingMail.objects.get(user=alice)
    for words in (f"{mail.subject} {mail.text} {mail.html} {line.subject}".lower(),):
        assert WHY.lower() in words
        assert not any(name in words for name in ("olga", "orlova", "mona", "a text of"))
    event = AuditEvent.objects.get(kind="moderated")
    assert (event.user, event.actor) == (alice, mona)
    assert event.details == {"target": f"similarity:{flag.pk}", "decision": "confirmed"}


def test_who_wants_no_such_mail_gets_the_line_alone(
    flag: SimilarityFlag, mona: User, alice: User
) -> None:
    User.objects.filter(pk=alice.pk).update(wants_moderation_mail=False)
    confirm(flag, mona)
    assert Notification.objects.filter(user=alice, kind="copy_found").exists()
    assert not OutgoingMail.objects.filter(user=alice).exists()


def test_work_in_review_leaves_the_queue_and_its_reviewers_are_let_go(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, olga: User
) -> None:
    review = claim(submission, bob)
    sent = make_review(submission, carol)
    before = paid(carol)
    copy = confirm(flag, mona)
    submission.refresh_from_db()
    assert submission.status == Submission.Status.RETURNED
    case = ReviewCase.objects.get(submission=submission)
    assert not case.is_open and case.closed_at is not None
    assert not assignment.waiting_for(olga).filter(submission=submission).exists()
    review.refresh_from_db()
    assert (review.status, copy.claims) == (PeerReview.Status.RELEASED, [review.pk])
    line = Notification.objects.get(user=bob, kind=Notification.Kind.CLAIM_ENDED)
    assert (line.target, line.subject) == ("/reviews/", submission.challenge.title)
    with pytest.raises(Conflict, match="no longer in your hands"):
        peer_review.submit_review(review=review, by=bob, **answers(submission.challenge))
    # The review that was sent stays, and is paid as after any outcome.
    sent.refresh_from_db()
    assert sent.status == PeerReview.Status.SUBMITTED and sent.quality is not None
    assert paid(carol) >= before
    assert PointEntry.objects.filter(user=carol, reason="review_given").exists()
    assert PointEntry.objects.filter(user=carol, reason="review_quality").exists()


def test_a_late_review_of_a_copy_is_paid_and_changes_nothing(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User
) -> None:
    review = claim(submission, bob)
    assignment.expire_leases(now=timezone.now() + timedelta(days=3))
    copy = confirm(flag, mona)
    assert copy.claims == []
    peer_review.submit_review(review=review, by=bob, **answers(submission.challenge, 95))
    submission.refresh_from_db()
    assert (submission.status, submission.score) == ("returned", None)
    assert PointEntry.objects.filter(user=bob, reason="review_quality").exists()


def test_nothing_settles_revises_or_pays_a_copy(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User
) -> None:
    accept(submission, bob, carol)
    confirm(flag, mona)
    before = snapshot(submission)
    # A hidden review would have the outcome made anew.
    PeerReview.objects.filter(reviewer=bob).update(hidden_at=timezone.now())
    later = timezone.now() + timedelta(days=9)
    assert outcome.settle(submission_id=submission.pk, now=later) is None
    deadlines.boost_waiting(now=later)
    deadlines.end_waits(now=later)
    PeerReview.objects.update(hidden_at=None)
    assert snapshot(submission) == before


def test_the_wait_of_a_copy_is_over_and_no_score_stands_in(
    submission: Submission, flag: SimilarityFlag, mona: User
) -> None:
    confirm(flag, mona)
    ReviewCase.objects.update(closed_at=None)  # even where the queue had kept it
    deadlines.end_waits(now=timezone.now() + timedelta(days=9))
    submission.refresh_from_db()
    assert submission.status == Submission.Status.RETURNED
    assert not Outcome.objects.filter(submission=submission).exists()


def test_a_copy_has_no_outcome_to_appeal(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    accept(submission, bob, carol)
    copy = confirm(flag, mona)
    submission.refresh_from_db()
    assert not appeals.can_appeal(submission, alice)
    with pytest.raises(Conflict, match="found to be copied"):
        appeals.appeal(work=submission, by=alice, reason="It is mine, from the first word on.")
    undo(copy, mona)
    submission.refresh_from_db()
    assert appeals.can_appeal(submission, alice)


def test_an_appeal_that_waits_rests_while_the_work_is_a_copy(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    make_review(submission, bob, score=50)
    make_review(submission, carol, score=50)
    appeal = appeals.appeal(work=submission, by=alice, reason="The second half was not read.")
    copy = confirm(flag, mona)
    assert not Appeal.objects.undecided().exists()
    late = timezone.now() + timedelta(days=15)
    with pytest.raises(Conflict, match="Take that back first"):
        appeals.decide(
            appeal=appeal, by=mona, decision="raised", score=90, reason=WHY, now=late  # type: ignore[arg-type]
        )  # fmt: skip
    submission.refresh_from_db()
    assert submission.status == Submission.Status.RETURNED and paid(alice) == 0
    undo(copy, mona)
    assert Appeal.objects.undecided().get() == appeal
    submission.refresh_from_db()
    assert submission.score == 50


def test_taken_back_accepted_work_is_as_it_was(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    # What it earned last month counts there, and not now.
    then = timezone.now() - timedelta(days=33)
    for person in (bob, carol):
        given = answers(submission.challenge, 80)
        peer_review.submit_review(review=claim(submission, person), by=person, now=then, **given)
    before = snapshot(submission)
    copy = confirm(flag, mona)
    assert snapshot(submission) != before
    undo(copy, mona)
    assert snapshot(submission) == before
    assert list(recount.differences()) == []
    again = PointEntry.objects.filter(user=alice, reason="work_accepted").latest("pk")
    assert again.key == f"work-accepted:{submission.challenge_id}:again-1"
    assert again.counted_at == then
    flag.refresh_from_db()
    assert (flag.state, flag.reason) == ("dismissed", BACK)
    copy.refresh_from_db()
    assert (copy.undone_for, copy.taken_back_by) == (BACK, mona)
    assert Notification.objects.get(user=alice, kind="copy_undone").subject.endswith(BACK)
    decisions = AuditEvent.objects.filter(kind="moderated", user=alice, actor=mona)
    assert [one.details["decision"] for one in decisions.order_by("pk")] == [
        "confirmed", "copy taken back"
    ]  # fmt: skip
    # And nothing pays it a second time.
    outcome.settle(submission_id=submission.pk)
    assert paid(alice) == before["points"]


def test_the_standings_are_as_they_were(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User
) -> None:
    accept(submission, bob, carol)
    before = snapshot(submission)
    undo(confirm(flag, mona), mona)
    assert snapshot(submission) == before


def test_taken_back_work_in_review_goes_back_to_the_queue_and_settles(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, olga: User
) -> None:
    make_review(submission, carol)
    before = snapshot(submission)
    copy = confirm(flag, mona)
    undo(copy, mona)
    after = snapshot(submission)
    assert after | {"reviews": None} == before | {"reviews": None}
    review = claim(submission, bob)
    peer_review.submit_review(review=review, by=bob, **answers(submission.challenge, 80))
    submission.refresh_from_db()
    assert submission.status == Submission.Status.ACCEPTED
    assert paid(submission.author) > 0


def test_a_review_that_was_begun_may_still_be_sent_once_it_is_taken_back(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User
) -> None:
    review = claim(submission, bob)
    make_review(submission, carol, score=80)
    undo(confirm(flag, mona), mona)
    case = ReviewCase.objects.get(submission=submission)
    assert case.is_open and case.taken == 1
    peer_review.submit_review(review=review, by=bob, **answers(submission.challenge, 80))
    submission.refresh_from_db()
    assert submission.status == Submission.Status.ACCEPTED


def test_what_has_enough_reviews_settles_as_it_is_taken_back(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User
) -> None:
    make_review(submission, carol)
    copy = confirm(flag, mona)
    undo(copy, mona, now=timezone.now() + timedelta(days=8))  # by then the wait is over
    submission.refresh_from_db()
    assert submission.status == Submission.Status.ACCEPTED


def test_work_that_had_come_back_stays_so_both_times(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User
) -> None:
    make_review(submission, bob, score=40)
    make_review(submission, carol, score=40)
    before, log = snapshot(submission), Progress.objects.count()
    copy = confirm(flag, mona)
    assert copy.points == 0 and Progress.objects.count() == log
    undo(copy, mona)
    assert snapshot(submission) == before


def test_own_work_handed_in_afterwards_is_reviewed_and_paid(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    accept(submission, bob, carol)
    earned = paid(alice)
    copy = confirm(flag, mona)
    own = make_submission(Challenge.objects.get(pk=submission.challenge_id), OWN)
    accept(own, make_user(), make_user())
    assert paid(alice) == earned
    # Once it is no copy after all, one challenge still pays once.
    undo(copy, mona)
    submission.refresh_from_db()
    assert submission.status == own.status == Submission.Status.ACCEPTED
    assert paid(alice) == earned
    assert Challenge.objects.get(pk=submission.challenge_id).status == "accepted"


@pytest.mark.parametrize("score", [80, 40])
def test_a_copy_that_is_none_and_own_work_beside_it_settle_in_any_order(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, score: int
) -> None:
    accept(submission, bob, carol)
    copy = confirm(flag, mona)
    challenge = Challenge.objects.get(pk=submission.challenge_id)
    own = make_submission(challenge, OWN)
    undo(copy, mona)
    for _ in range(2):
        make_review(own, make_user(), score=score)
    own.refresh_from_db()
    assert own.status == ("accepted" if score == 80 else "returned")
    challenge.refresh_from_db()
    assert challenge.status == "accepted"


def test_another_accepted_attempt_keeps_the_challenge_and_its_own_worth(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    accept(submission, bob, carol, score=100)
    best = paid(alice)
    Submission.objects.create(
        challenge_id=submission.challenge_id, author=alice, attempt=2, status="accepted", body=OWN,
        submitted_at=timezone.now(), settled_at=timezone.now(), score=60,
    )  # fmt: skip
    copy = confirm(flag, mona)
    assert Challenge.objects.get(pk=submission.challenge_id).status == "accepted"
    assert 0 < paid(alice) < best
    undo(copy, mona)
    assert paid(alice) == best


def test_points_that_a_moderator_took_back_before_are_not_paid_again(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    accept(submission, bob, carol)
    points.reverse(key=f"work-accepted:{submission.challenge_id}", reason="A game.")
    copy = confirm(flag, mona)
    assert copy.points == 0
    undo(copy, mona)
    assert paid(alice) == 0


def test_what_an_appeal_added_goes_and_comes_with_the_rest(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    accept(submission, bob, carol, score=65)
    appeal = appeals.appeal(work=submission, by=alice, reason="The second half was not read.")
    appeals.decide(
        appeal=appeal, by=mona, decision="raised", score=95, reason=WHY,  # type: ignore[arg-type]
        now=timezone.now() + timedelta(days=15),
    )  # fmt: skip
    raised = paid(alice)
    copy = confirm(flag, mona)
    assert paid(alice) == 0
    undo(copy, mona)
    submission.refresh_from_db()
    assert (submission.score, paid(alice)) == (95, raised)


def test_a_second_flag_of_the_same_work_adds_nothing_and_goes_with_the_first(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    accept(submission, bob, carol)
    stranger = make_user(username="zoe")
    other = Submission.objects.create(
        challenge=make_challenge(make_goal(stranger)), author=stranger, status="accepted",
        submitted_at=timezone.now(), score=90,
    )  # fmt: skip
    second = make_flag(submission, other)
    copy = confirm(flag, mona)
    assert confirm(second, mona) == copy
    assert Notification.objects.filter(user=alice, kind="copy_found").count() == 1
    undo(copy, mona)
    assert set(SimilarityFlag.objects.values_list("state", flat=True)) == {"dismissed"}
    # A third one may still lead to another decision, and back.
    third = make_flag(submission, make_submission(make_challenge(make_goal(make_user()))))
    earned = paid(alice)
    again = confirm(third, mona)
    assert paid(alice) == 0 and again != copy
    undo(again, mona)
    assert paid(alice) == earned


def test_a_dismissed_flag_changes_nothing(
    submission: Submission, flag: SimilarityFlag, bob: User, carol: User, mona: User, alice: User
) -> None:
    accept(submission, bob, carol)
    before = snapshot(submission)
    copies.decide(flag=flag, by=mona, confirmed=False, reason="Both quote a song by Olga.")
    assert snapshot(submission) == before
    assert not CopyDecision.objects.exists()
    assert not Notification.objects.filter(user=alice, kind="copy_found").exists()


def test_the_right_people_decide_with_words_that_name_nobody(
    flag: SimilarityFlag, mona: User, alice: User, olga: User, charlie: User
) -> None:
    for person in (alice, olga, charlie):
        with pytest.raises(Forbidden):
            copies.decide(flag=flag, by=person, confirmed=True, reason=WHY)
    for reason in ("", "  ", "x" * 501, "Taken from olga.", "As Olga Orlova wrote it.", olga.email):
        with pytest.raises(Invalid) as refusal:
            copies.decide(flag=flag, by=mona, confirmed=True, reason=reason)
        assert refusal.value.errors.keys() == {"reason"}
    flag.refresh_from_db()
    assert flag.state == "open" and not CopyDecision.objects.exists()
    copy = confirm(flag, mona)
    for person in (alice, olga, charlie):
        with pytest.raises(Forbidden):
            undo(copy, person)
    for reason in ("", "x" * 501, "OLGA wrote it first."):
        with pytest.raises(Invalid):
            copies.take_back(copy=copy, by=mona, reason=reason)


def test_a_moderator_takes_nothing_back_about_their_own_or_the_other_work(
    submission: Submission, flag: SimilarityFlag, mona: User
) -> None:
    copy = confirm(flag, mona)
    for work in (submission.pk, flag.other_id):
        author = Submission.objects.get(pk=work).author
        Submission.objects.filter(pk=work).update(author=mona)
        assert not copies.may_take_back(CopyDecision.objects.get(), mona)
        with pytest.raises(Forbidden):
            undo(copy, mona)
        Submission.objects.filter(pk=work).update(author=author)
    assert copies.may_take_back(CopyDecision.objects.get(), mona)


def test_of_two_moderators_one_wins(flag: SimilarityFlag, mona: User) -> None:
    stale = SimilarityFlag.objects.get(pk=flag.pk)
    copy = confirm(flag, mona)
    for confirmed in (True, False):
        with pytest.raises(Conflict):
            copies.decide(flag=stale, by=mona, confirmed=confirmed, reason=WHY)
    undo(copy, mona)
    with pytest.raises(Conflict, match="already"):
        undo(copy, mona)
    assert CopyDecision.objects.count() == 1


def test_a_flag_whose_work_was_taken_back_is_no_more_to_decide(
    submission: Submission, flag: SimilarityFlag, mona: User
) -> None:
    similarity.forget(submission)
    with pytest.raises(Conflict, match="nothing to decide"):
        copies.decide(flag=flag, by=mona, confirmed=True, reason=WHY)


def test_the_decision_stands_and_can_be_taken_back_when_the_other_author_has_left(
    submission: Submission, flag: SimilarityFlag, mona: User, olga: User
) -> None:
    copy = confirm(flag, mona)
    Submission.objects.filter(author=olga).delete()
    copy.refresh_from_db()
    assert copy.flag_id is None and copy.taken_back_at is None
    undo(copy, mona)
    submission.refresh_from_db()
    assert submission.status == Submission.Status.SUBMITTED


def test_who_reviewed_a_copy_before_its_outcome_is_paid_for_it_once(
    bob: User, carol: User, mona: User, submission: Submission, flag: SimilarityFlag
) -> None:
    make_review(submission, bob)
    given = PointEntry.objects.filter(reason="review_given")
    assert not given.exists() and paying.on_their_way(bob) == 5
    copy = confirm(flag, mona)
    assert given.get().user == bob and paying.on_their_way(bob) == 0
    undo(copy, mona)
    make_review(submission, carol)
    assert list(given.order_by("user").values_list("user", "amount")) == [
        (bob.pk, 5), (carol.pk, 5),
    ]  # fmt: skip
