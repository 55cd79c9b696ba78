"""What must hold when many do the same at once. SQLite lets writers in one at a time anyway."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event
from time import sleep

import pytest
from django.db import connection, connections, transaction

from accounts import tokens
from accounts.models import RefreshToken, User
from challenges.models import Challenge
from leaderboard import points, recount, tallies
from leaderboard.models import PointEntry, Standing
from learnquest.core.errors import Conflict
from reviews import assignment, copies, handin, known_works, peer_review, training, waiting
from reviews.models import AIFeedback, CopyDecision, PeerReview, ReviewCase, TrainingWork
from submissions.models import SimilarityFlag, Submission
from tests.factories import (
    WORK,
    answers,
    claim,
    make_challenge,
    make_draft,
    make_flag,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

THREADS = 20

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def all_at_once[T](deeds: list[Callable[[], T]]) -> list[T]:
    """Run each deed in a thread with a connection of its own, all released at one moment."""
    gate = Barrier(len(deeds))

    def run(deed: Callable[[], T]) -> T:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_twenty_reviewers_never_share_a_seat() -> None:
    goal = make_goal(make_user())
    works = [make_submission(make_challenge(goal)) for _ in range(6)]
    reviewers: list[User] = [make_user() for _ in range(THREADS)]
    claims = all_at_once([partial(assignment.claim_next, by=who) for who in reviewers])
    seats = Counter(claim.submission_id for claim in claims if claim is not None)
    assert set(seats) <= {work.pk for work in works}
    assert max(seats.values()) <= assignment.SEATS
    # A claim may pass over work that somebody else is looking at; asking again gets the rest.
    for who in reviewers:
        assignment.claim_next(by=who)
    assert PeerReview.objects.count() == len(works) * assignment.SEATS


def test_two_who_reach_for_each_others_work_at_once_do_not_both_get_it() -> None:
    for _ in range(8):
        PeerReview.objects.all().delete()
        Submission.objects.all().delete()
        pair: list[User] = [make_user() for _ in range(2)]
        for who in pair:
            make_submission(make_challenge(make_goal(who)))
        claims = all_at_once([partial(assignment.claim_next, by=who) for who in pair])
        assert sum(claim is not None for claim in claims) <= 1


def test_the_queue_is_one_walk_along_its_index() -> None:
    goal = make_goal(make_user())
    for _ in range(3):
        make_submission(make_challenge(goal))
    with connection.cursor() as cursor:
        # So few rows would be read and sorted at once; what counts is that an index is there.
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off")
        try:
            plan = assignment.waiting_for(make_user())[:50].explain()
        finally:
            cursor.execute("RESET enable_seqscan; RESET enable_sort")
    assert "review_cases_queue" in plan and "Seq Scan" not in plan and "Sort" not in plan


def test_one_reviewer_who_clicks_twenty_times_holds_one_claim() -> None:
    goal = make_goal(make_user())
    for _ in range(5):
        make_submission(make_challenge(goal))
    bob = make_user()
    claims = all_at_once([lambda: assignment.claim_next(by=bob)] * THREADS)
    assert len({claim.pk for claim in claims if claim is not None}) == 1
    assert PeerReview.objects.count() == 1


def test_twenty_who_practise_first_after_an_update_store_each_known_work_once() -> None:
    training.load()
    Submission.objects.filter(training_work__key__endswith="e").delete()
    works = all_at_once([partial(training.begin, by=make_user()) for _ in range(THREADS)])
    assert all(works)
    assert TrainingWork.objects.count() == len(known_works.read())


def test_twenty_identical_hand_ins_make_one_submission() -> None:
    alice = make_user()
    challenge = make_challenge(make_goal(alice))
    results = all_at_once(
        [lambda: handin.hand_in_work(challenge=challenge, by=alice, body=WORK)] * THREADS
    )
    assert len({submission.pk for submission, _ in results}) == 1
    assert sum(is_new for _, is_new in results) == 1
    assert Submission.objects.count() == AIFeedback.objects.count() == 1
    assert alice.point_entries.filter(reason="handed_in").count() == 1


def test_twenty_clicks_on_hand_in_make_one() -> None:
    alice = make_user()
    draft = make_draft(make_challenge(make_goal(alice)))
    all_at_once([lambda: handin.hand_in(submission=draft, by=alice)] * THREADS)
    assert AIFeedback.objects.count() == 1
    assert Challenge.objects.get().status == "handed_in"


def test_two_last_reviews_at_once_settle_the_work_once() -> None:
    work = make_submission(make_challenge(make_goal(make_user())))
    reviewers: list[User] = [make_user() for _ in range(2)]
    claims = [assignment.claim_next(by=who) for who in reviewers]
    all_at_once(
        [
            partial(
                peer_review.submit_review,
                review=claim,
                by=claim.reviewer,
                **answers(work.challenge, 80),
            )
            for claim in claims
            if claim is not None and claim.reviewer is not None
        ]
    )
    work.refresh_from_db()
    assert work.status == "accepted"
    assert PointEntry.objects.filter(reason="work_accepted").count() == 1
    assert PointEntry.objects.filter(reason="review_quality").count() == 2


def test_no_point_is_lost_when_twenty_come_at_once() -> None:
    alice = make_user()

    def give(number: int) -> object:
        return points.award(
            user_id=alice.pk,
            amount=7,
            reason=PointEntry.Reason.WORK_ACCEPTED,
            key=f"{number}",
            verified=True,
            category="music",
        )

    all_at_once([partial(give, number) for number in range(THREADS)])
    assert set(Standing.objects.values_list("points", flat=True)) == {7 * THREADS}
    all_at_once([lambda: give(0)] * THREADS)
    assert PointEntry.objects.count() == THREADS


TABS = tokens.Client(user_agent="browser", ip="192.0.2.1")


def rotated(refresh: str, client: tokens.Client = TABS) -> tokens.Pair | None:
    try:
        return tokens.rotate(refresh=refresh, client=client)
    except tokens.InvalidToken:
        return None


def test_tabs_that_refresh_at_once_all_stay_signed_in() -> None:
    alice = make_user()
    first = tokens.issue(user=alice, client=TABS)
    pairs = all_at_once([lambda: rotated(first.refresh)] * THREADS)
    assert None not in pairs
    assert len({pair.refresh for pair in pairs if pair}) == THREADS
    for pair in pairs:
        assert pair is not None
        assert tokens.user_of(pair.access)[0] == alice
    # Whichever of them the browser kept, it goes on.
    assert None not in all_at_once([partial(rotated, pair.refresh) for pair in pairs if pair])
    assert not alice.notifications.exists()


def test_no_token_is_born_into_a_family_that_dies_at_that_moment() -> None:
    """A thief replays an old token while its owner refreshes: nothing of the family survives."""
    thief = tokens.Client(user_agent="thief", ip="198.51.100.7")
    for _ in range(10):
        alice = make_user()
        first = tokens.issue(user=alice, client=TABS)
        second = tokens.rotate(refresh=first.refresh, client=TABS)
        pairs = all_at_once(
            [partial(rotated, first.refresh, thief), *[partial(rotated, second.refresh)] * 5]
        )
        assert pairs[0] is None
        assert not RefreshToken.objects.filter(user=alice, revoked_at=None).exists()
        for pair in pairs[1:]:
            if pair is not None:
                with pytest.raises(tokens.InvalidToken):
                    tokens.user_of(pair.access)
        assert alice.notifications.count() == 1


def test_sign_out_everywhere_leaves_no_token_that_was_just_being_made() -> None:
    for _ in range(10):
        alice = make_user()
        first = tokens.issue(user=alice, client=TABS)
        deeds: list[Callable[[], object]] = [partial(rotated, first.refresh) for _ in range(5)]
        deeds.append(partial(tokens.revoke_all, user=alice))
        all_at_once(deeds)
        assert not RefreshToken.objects.filter(user=alice, revoked_at=None).exists()


def test_two_deeds_that_pay_the_same_two_learners_do_not_wait_in_a_ring() -> None:
    bob, carol = make_user(), make_user()

    def pay(number: int) -> None:
        # One pays bob first, the next carol.
        order = (bob, carol) if number % 2 else (carol, bob)
        with transaction.atomic(), points.together():
            for who in order:
                points.award(
                    user_id=who.pk,
                    amount=1,
                    reason=PointEntry.Reason.REVIEW_GIVEN,
                    key=f"{number}:{who.pk}",
                    verified=True,
                )

    all_at_once([partial(pay, number) for number in range(THREADS)])
    assert set(Standing.objects.values_list("points", flat=True)) == {THREADS}
    assert not list(recount.differences())


def test_who_leaves_while_the_first_points_come_is_on_no_board() -> None:
    for number in range(10):
        alice = make_user()

        def give(user: User = alice, number: int = number) -> object:
            return points.award(
                user_id=user.pk,
                amount=7,
                reason=PointEntry.Reason.REVIEW_GIVEN,
                key=f"{number}",
                verified=True,
                category="music",
            )

        def leave(user: User = alice) -> object:
            return User.objects.filter(pk=user.pk).update(is_on_leaderboard=False)

        all_at_once([give, leave])
        assert not Standing.objects.filter(user=alice, is_listed=True).exists()
    assert not list(recount.differences())


def test_folding_loses_no_count_while_points_come() -> None:
    users: list[User] = [make_user() for _ in range(THREADS - 2)]

    def give(user: User) -> None:
        for number in range(5):
            points.award(
                user_id=user.pk,
                amount=3,
                reason=PointEntry.Reason.REVIEW_GIVEN,
                key=f"{user.pk}:{number}",
                verified=True,
            )

    def fold() -> None:
        for _ in range(10):
            tallies.fold()

    deeds: list[Callable[[], object]] = [partial(give, user) for user in users]
    all_at_once([*deeds, fold, fold])
    assert not list(recount.differences())


def test_of_two_moderators_who_decide_at_once_one_wins() -> None:
    mona, other = make_user(is_superuser=True), make_user(is_superuser=True)
    original = make_submission(make_challenge(make_goal(make_user())))
    work = make_submission(make_challenge(make_goal(make_user())))
    flag = make_flag(work, original)

    def decide(by: User) -> bool:
        try:
            copies.decide(flag=flag, by=by, confirmed=True, reason="The same, word for word.")
        except Conflict:
            return False
        return True

    assert sorted(all_at_once([partial(decide, mona), partial(decide, other)])) == [False, True]
    copy = CopyDecision.objects.get()

    def take_back(by: User) -> bool:
        try:
            copies.take_back(copy=copy, by=by, reason="Both wrote down one recording.")
        except Conflict:
            return False
        return True

    assert sorted(all_at_once([partial(take_back, mona), partial(take_back, other)])) == [
        False, True
    ]  # fmt: skip
    work.refresh_from_db()
    assert work.status == Submission.Status.SUBMITTED


def test_a_copy_is_found_while_its_reviews_are_being_sent() -> None:
    """Neither waits for the other for ever; the work is a copy, and whoever sent is paid."""
    mona = make_user(is_superuser=True)
    for _ in range(5):
        original = make_submission(make_challenge(make_goal(make_user())))
        ReviewCase.objects.filter(submission=original).update(is_open=False)
        work = make_submission(make_challenge(make_goal(make_user())))
        held = [(claim(work, reviewer), reviewer) for reviewer in (make_user(), make_user())]
        flag = make_flag(work, original)

        def send(review: PeerReview, by: User) -> bool:
            given = answers(review.submission.challenge)
            try:
                peer_review.submit_review(review=review, by=by, **given)
            except Conflict:
                return False
            return True

        def decide(flag: SimilarityFlag = flag) -> bool:
            copies.decide(flag=flag, by=mona, confirmed=True, reason="The same, word for word.")
            return True

        deeds: list[Callable[[], bool]] = [decide, *(partial(send, *pair) for pair in held)]
        sent = all_at_once(deeds)
        work.refresh_from_db()
        assert (work.status, work.score) == ("returned", None)
        reviews = PeerReview.objects.filter(submission=work)
        assert reviews.sent().count() == sum(sent[1:])
        assert not reviews.filter(status=PeerReview.Status.CLAIMED).exists()
        paid = PointEntry.objects.filter(user=work.author_id, reason="work_accepted")
        assert sum(entry.amount for entry in paid) == -sum(
            entry.amount for entry in PointEntry.objects.filter(reverses__in=paid)
        )


def test_a_claim_that_is_being_saved_as_its_work_is_found_copied_ends_a_moment_later() -> None:
    original = make_submission(make_challenge(make_goal(make_user())))
    ReviewCase.objects.filter(submission=original).update(is_open=False)
    work = make_submission(make_challenge(make_goal(make_user())))
    review, is_held = claim(work, make_user()), Event()

    def save() -> None:
        with transaction.atomic():
            PeerReview.objects.select_for_update().get(pk=review.pk)
            is_held.set()
            while not CopyDecision.objects.exists():
                sleep(0.01)

    def decide() -> None:
        is_held.wait(timeout=30)
        copies.decide(
            flag=make_flag(work, original),
            by=make_user(is_superuser=True),
            confirmed=True,
            reason="The same, word for word.",
        )

    all_at_once([save, decide])
    review.refresh_from_db()
    assert review.status == PeerReview.Status.RELEASED
    assert CopyDecision.objects.get().claims == [review.pk]


def test_of_two_moderators_at_once_one_marks_a_note() -> None:
    work = make_submission(make_challenge(make_goal(make_user())))
    noted = make_review(work, make_user())
    PeerReview.objects.filter(pk=noted.pk).update(private_note="I saw this before.")
    people = [make_user(is_superuser=True) for _ in range(4)]

    def mark(by: User) -> User | None:
        review = PeerReview.objects.get(pk=noted.pk)
        return waiting.mark_note_read(review=review, by=by).note_read_by

    told = all_at_once([partial(mark, person) for person in people])
    assert len({person.pk for person in told if person}) == 1 and None not in told
