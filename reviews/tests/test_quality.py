"""What a review is worth, part by part."""

import pytest
from django.test import Client

from accounts.models import User
from challenges.models import Challenge
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict, Invalid
from reviews import marks, peer_review, standings, taking_up, tasks
from reviews.consensus import Weighed
from reviews.models import GraderStanding, PeerReview
from reviews.quality import Parts, heed_of, parts_of, tip_for
from reviews.tests.test_outcome import settled
from submissions.models import Submission
from tests.factories import (
    answers,
    claim,
    make_challenge,
    make_goal,
    make_review,
    make_submission,
    make_user,
)

OTHERS = Weighed(score=70, stderr=8, parts=(), is_mean=False)


def parts(score: float, *, comments: int = 3, helpful: bool | None = None, used: int = 0) -> Parts:
    review = PeerReview(
        score=score,
        comments={str(n): "Three good words" for n in range(comments)},
        is_helpful=helpful,
    )
    return parts_of(review, criteria=3, others=OTHERS, correction=0, pass_mark=60, used=used)


def test_agreement_leaves_out_what_the_others_error_explains() -> None:
    assert parts(70).agreement == parts(78).agreement == 1
    assert parts(20).agreement == 0
    assert 0 < (parts(50).agreement or 0) < 1


def test_comments_count_by_the_criteria_they_cover() -> None:
    assert [parts(70, comments=n).words for n in (0, 3, 5)] == [0, 1, 1]


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        ("Name the oven first", 1),
        ("ok ok ok", 0),
        ("OK, ok... Ok! ok", 0),
        ("\u2800 \u2800 \u2800", 0),
        ("\u3164 \u3164\u3164 \u200b", 0),
        (". . . !", 0),
        ("Good \u2800 work \u2800", 0),
        ("写得很好", 1),
        ("Хорошо видно, откуда", 1),
        ("पहला वाक्य छोटा करो", 1),
    ],
)
def test_a_comment_counts_by_different_words_that_can_be_seen(comment: str, says: int) -> None:
    review = PeerReview(score=70, comments={"one": comment})
    found = parts_of(review, criteria=1, others=OTHERS, correction=0, pass_mark=60)
    assert found.words == says


def test_agreement_counts_as_far_as_they_look_at_the_works() -> None:
    review = PeerReview(score=70, comments={})

    def of(**known: float) -> Parts:
        heed = heed_of(GraderStanding(**known))
        return parts_of(review, criteria=3, others=OTHERS, correction=0, pass_mark=60, heed=heed)

    assert of(attention=1.0, grades=30).agreement == of(attention=0.6, grades=30).agreement == 1
    assert of(attention=0.0, grades=9).agreement == 1 and heed_of(None) == 1
    assert of(attention=0.1, grades=10).agreement == pytest.approx(0.2)
    blind = of(attention=0.0, grades=10)
    assert blind.agreement == blind.value == 0
    # What is shown explains the whole: nothing is left out of the parts.
    assert Parts.from_json(blind.to_json()).value == blind.value


def lazily(count: int, by: User) -> list[PeerReview]:
    """Reviews that always say 75 and "ok ok ok", of works that differ."""
    scores = (95, 50, 80, 62, 70, 88, 45, 77)
    sent = []
    for number in range(count):
        work = make_submission(make_challenge(make_goal(make_user())))
        review = claim(work, by)
        keys = [criterion.key for criterion in work.challenge.criteria]
        peer_review.submit_review(
            review=review, by=by, scores=dict.fromkeys(keys, 75),
            comments=dict.fromkeys(keys, "ok ok ok"), overall="",
        )  # fmt: skip
        for _turn in range(2):
            work.refresh_from_db()
            if work.status == "submitted":
                make_review(work, make_user(), scores[number % len(scores)])
        sent.append(review)
    return sent


def test_who_does_not_look_is_hardly_paid_and_told_why(client: Client, bob: User) -> None:
    sent = lazily(20, bob)
    GraderStanding.objects.get(reviewer=bob, grades__gte=10, attention__lt=0.1)
    keys = [f"review-quality:{review.pk}" for review in sent[12:]]
    assert sum(entry.amount for entry in bob.point_entries.filter(key__in=keys)) <= 4
    mine = standings.of(bob)
    assert "hardly differ" in mine.tip and "hardly follow the works" in mine.habit
    client.force_login(bob)
    page = client.get("/reviews/standing/").content.decode()
    assert "hardly follow the works" in page and "hardly differ" in page
    assert client.get("/api/reviews/standing").json()["tip"] == mine.tip


def test_an_honest_mark_counts_in_full() -> None:
    assert parts(70, helpful=True).helpful == 1
    assert parts(75, helpful=False).helpful == 0
    assert parts(70).helpful is None


def test_a_low_mark_that_answers_a_low_grade_is_discounted() -> None:
    assert parts(40, helpful=False).helpful == 0.5
    assert 0 < (parts(58, helpful=False).helpful or 0) < 0.5


def test_thanks_for_a_high_grade_are_discounted_too() -> None:
    assert parts(100, helpful=True).helpful == 0.5


def test_what_was_taken_up_counts_most_and_never_against() -> None:
    plain = parts(50, comments=1)
    assert parts(50, comments=1, used=2).value > plain.value + 0.2
    assert parts(70, helpful=True, used=1).value == parts(70, helpful=True).value == 1


def test_without_others_the_rest_speaks() -> None:
    alone = Parts(agreement=None, words=1, helpful=None, used=None)
    assert alone.value == 1


def test_the_tip_names_what_is_weakest() -> None:
    standing = GraderStanding(attention=1, spread=8)
    means = {"agreement": 0.9, "words": 0.3, "helpful": 0.8, "used": None}
    assert "each criterion" in tip_for(means, standing)
    assert "quote the line" in tip_for(means | {"words": 1, "helpful": 0.2}, standing)


def returned(submission: Submission, bob: User, carol: User) -> PeerReview:
    review = claim(submission, bob)
    form = answers(submission.challenge, 50) | {"comments": {"clear": "Say which line you mean."}}
    peer_review.submit_review(review=review, by=bob, **form)
    make_review(submission, carol, score=50)
    review.refresh_from_db()
    return review


def test_a_comment_that_bore_fruit_pays_its_reviewer(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = returned(submission, bob, carol)
    earned = sum(entry.amount for entry in bob.point_entries.filter(key__startswith="review-q"))
    taking_up.mark_addressed(review=review, by=alice, criterion="clear", addressed=True)
    review.refresh_from_db()
    assert review.addressed == ["clear"] and review.quality_parts["used"] is None
    again = make_submission(Challenge.objects.get(pk=submission.challenge_id), "Much better now.")
    settled(again, carol, bob, score=100)
    later = PeerReview.objects.get(pk=review.pk)
    assert later.quality_parts["used"] == 1
    assert (later.quality or 0) > (review.quality or 0)
    of_review = bob.point_entries.filter(key__startswith=f"review-quality:{review.pk}")
    assert sum(entry.amount for entry in of_review) > earned


def test_only_the_author_of_returned_work_marks_comments(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = returned(submission, bob, carol)
    with pytest.raises(PeerReview.DoesNotExist):
        taking_up.mark_addressed(review=review, by=bob, criterion="clear", addressed=True)
    with pytest.raises(Invalid):
        taking_up.mark_addressed(review=review, by=alice, criterion="correct", addressed=True)
    Submission.objects.update(status="accepted")
    with pytest.raises(Conflict):
        taking_up.mark_addressed(review=review, by=alice, criterion="clear", addressed=True)


def of_review(review: PeerReview) -> list[int]:
    """What the quality of a review has paid, entry by entry."""
    entries = PointEntry.objects.filter(key__startswith=f"review-quality:{review.pk}")
    return list(entries.order_by("pk").values_list("amount", flat=True))


def test_a_mark_after_the_outcome_counts_once_and_not_at_once(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = make_review(submission, bob, score=75)
    make_review(submission, carol, score=75)
    review.refresh_from_db()
    before, paid = review.quality, of_review(review)
    for helpful in (True, False, True, False):
        peer_review.mark_helpful(review=review, by=alice, helpful=helpful)
    review.refresh_from_db()
    assert review.is_helpful is False and not review.is_mark_counted
    assert (review.quality, of_review(review)) == (before, paid)
    assert marks.count_all() == 1 and marks.count_all() == 0
    review.refresh_from_db()
    assert before is not None and review.quality is not None and review.quality < before
    assert sum(of_review(review)) == round(10 * float(review.quality))
    assert len(of_review(review)) == len(paid) + 1
    with pytest.raises(Conflict, match="stays as it is"):
        peer_review.mark_helpful(review=review, by=alice, helpful=True)
    # The same answer again is no other one.
    assert peer_review.mark_helpful(review=review, by=alice, helpful=False).is_helpful is False


def test_a_mark_before_the_outcome_counts_with_it(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = make_review(submission, bob, score=75)
    for helpful in (True, False):
        peer_review.mark_helpful(review=review, by=alice, helpful=helpful)
    assert marks.count_all() == 0 and of_review(review) == []
    make_review(submission, carol, score=75)
    review.refresh_from_db()
    assert review.is_mark_counted and len(of_review(review)) == 1
    assert marks.count_all() == 0


def test_what_is_taken_up_after_the_next_outcome_counts_once_and_not_at_once(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = returned(submission, bob, carol)
    again = make_submission(Challenge.objects.get(pk=submission.challenge_id), "Much better now.")
    settled(again, carol, bob, score=100)
    paid = of_review(review)
    for addressed in (True, False, True):
        taking_up.mark_addressed(review=review, by=alice, criterion="clear", addressed=addressed)
    assert of_review(review) == paid
    assert marks.count_all() == 1 and marks.count_all() == 0
    review.refresh_from_db()
    assert review.is_use_counted and sum(of_review(review)) > sum(paid)
    with pytest.raises(Conflict, match="stays as it is"):
        taking_up.mark_addressed(review=review, by=alice, criterion="clear", addressed=False)


def test_what_bore_no_fruit_is_not_counted_and_may_be_changed(
    alice: User, bob: User, carol: User, submission: Submission
) -> None:
    review = returned(submission, bob, carol)
    taking_up.mark_addressed(review=review, by=alice, criterion="clear", addressed=True)
    assert marks.uncounted().get() == review and marks.count_all() == 0
    taking_up.mark_addressed(review=review, by=alice, criterion="clear", addressed=False)
    assert not marks.uncounted().exists()


def test_no_mark_moves_the_board_before_the_day_is_counted(
    client: Client, alice: User, bob: User, carol: User, submission: Submission
) -> None:
    """At both doors; the page says what has counted, and offers no button any more."""
    review = make_review(submission, bob, score=85)
    make_review(submission, carol, score=60)
    client.force_login(alice)
    path, page = f"/api/reviews/{review.pk}/helpful", f"/reviews/{review.pk}/helpful/"

    def board() -> object:
        return client.get("/api/leaderboard/?period=week").json()

    before, entries = board(), PointEntry.objects.count()
    for helpful in (False, True) * 3:
        answer = client.post(path, {"helpful": helpful}, content_type="application/json")
        assert answer.status_code == 200 and answer.json()["is_mark_counted"] is False
        client.post(page, {"helpful": "yes" if helpful else "no"})
    assert (board(), PointEntry.objects.count()) == (before, entries)
    shown = client.get(submission.get_absolute_url()).content.decode()
    assert f'action="{page}"' in shown
    tasks.count_marks.call()
    shown = client.get(submission.get_absolute_url()).content.decode()
    assert "You found this review helpful. That has counted" in shown
    assert f'action="{page}"' not in shown
    assert client.post(path, {"helpful": False}, "application/json").status_code == 409
    told = client.post(page, {"helpful": "no"}, follow=True).content.decode()
    assert "so it stays as it is" in told
    part = client.post(page, {"helpful": "no"}, headers={"HX-Request": "true"}).content.decode()
    assert "so it stays as it is" in part and "<form" not in part


def test_a_reviewer_learns_of_their_quality_after_five_reviews(bob: User) -> None:
    standing = GraderStanding.objects.create(reviewer=bob, quality=0.8, reviews=4, grades=9)
    assert standings.of(bob).missing == 1 and standings.of(bob).quality is None
    standing.reviews = 5
    standing.bias = -6
    standing.save()
    mine = standings.of(bob)
    assert mine.is_shown and mine.quality == 0.8 and "6 points lower" in mine.habit
    assert [part.name for part in mine.parts] == ["agreement", "words", "helpful", "used"]


def test_trusted_reviewers_are_found_by_the_same_rule(bob: User, carol: User) -> None:
    GraderStanding.objects.create(reviewer=bob, quality=0.8, reviews=10, spread=9)
    GraderStanding.objects.create(reviewer=carol, quality=0.8, reviews=10, spread=20)
    GraderStanding.objects.create(coach="offline", quality=1, reviews=99, spread=1)
    trusted = GraderStanding.objects.exclude(reviewer=None).trusted()
    assert [standing.reviewer for standing in trusted] == [bob]
    assert all(s.is_trusted == (s in trusted) for s in GraderStanding.objects.all())
