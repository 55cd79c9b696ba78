"""What a review's quality comes to, in numbers and in points, and how later news changes them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, Sum

from challenges.models import Challenge
from leaderboard import badges, fair_play, points
from leaderboard.models import PointEntry
from reviews import quality
from reviews.hearing import Hearing, hear
from reviews.models import SETTLED, PeerReview
from submissions.models import Submission

KEY = "review-quality:"


def value(
    review: PeerReview,
    *,
    challenge: Challenge,
    hearing: Hearing,
    pass_mark: float,
    now: datetime,
) -> None:
    """Keep what a review of settled work is worth, and pay its reviewer for it."""
    parts = quality.parts_of(
        review,
        criteria=len(challenge.rubric),
        others=hearing.without(review),
        correction=hearing.correction_of(review),
        pass_mark=pass_mark,
        used=len(taken_up(review)),
        heed=quality.heed_of(hearing.standing_of(review)),
    )
    review.quality = Decimal(str(round(parts.value, 3)))
    review.quality_parts = parts.to_json()
    review.save(update_fields=["quality", "quality_parts"])
    if review.reviewer_id is None:
        return  # their account is gone; what they said counts all the same
    quality.note(review.reviewer_id)
    pay(
        user_id=review.reviewer_id,
        amount=review.times * round(points.REVIEW_QUALITY_MOST * parts.value),
        reason=PointEntry.Reason.REVIEW_QUALITY,
        key=f"{KEY}{review.pk}",
        category=challenge.goal.category,
        now=now,
        counterpart_id=review.author_id,
    )
    badges.award_due(user_id=review.reviewer_id, after=badges.Deed.HEARING_OF_A_REVIEW, now=now)


def value_anew(review: PeerReview, *, pass_mark: float, now: datetime) -> None:
    """Value a review again after its author said more of it. Does nothing before the outcome."""
    if review.quality is None:
        return
    challenge = review.submission.challenge
    sent = PeerReview.objects.filter(submission=review.submission_id).sent()
    # Second opinions are for a moderator to weigh, and are measured by all that was said.
    reviews = list(sent if review.is_for_appeal else sent.filter(is_for_appeal=False))
    hearing = hear(submission_id=review.submission_id, reviews=reviews, rubric=challenge.criteria)
    own = next(one for one in hearing.reviews if one.pk == review.pk)
    value(own, challenge=challenge, hearing=hearing, pass_mark=pass_mark, now=now)
    review.refresh_from_db(fields=["quality", "quality_parts"])


def taken_up(review: PeerReview) -> list[str]:
    """Return the criteria whose comment the author took up, and got a higher score for."""
    if not review.addressed:
        return []
    work = review.submission
    following = (
        Submission.objects.filter(
            challenge=work.challenge_id,
            attempt__gt=work.attempt,
            status__in=SETTLED,
        )
        .order_by("attempt")
        .first()
    )
    if following is None:
        return []
    before, after = _by_criterion(work), _by_criterion(following)
    return [key for key in review.addressed if after.get(key, 0) > before.get(key, 100)]


def pay(
    *,
    user_id: int,
    amount: int,
    reason: PointEntry.Reason,
    key: str,
    category: str,
    now: datetime,
    counterpart_id: int | None = None,
    judges: Iterable[int | None] = (),
    also: Q | None = None,
) -> None:
    """See to it that `key` has paid `amount` in all: a counter-entry makes up the difference.

    Entries that `also` finds count as paid under it. What was earned with `counterpart_id`, or by
    work that `judges` reviewed, may be held back at first, until a moderator has looked.
    """
    # What a moderator took back since is not among them, and so is not paid a second time.
    of_key = Q(key=key) | Q(key__startswith=f"{key}:")
    earlier = PointEntry.objects.filter(of_key | also if also else of_key, user=user_id)
    paid = earlier.aggregate(paid=Sum("amount"))["paid"]
    if paid == amount:
        return
    if paid is None:
        fair_play.award(
            user_id=user_id,
            counterpart_id=counterpart_id,
            judges=judges,
            amount=amount,
            reason=reason,
            key=key,
            category=category,
            now=now,
        )
        return
    points.award(
        user_id=user_id,
        amount=amount - paid,
        reason=PointEntry.Reason.CORRECTION,
        key=f"{key}:{earlier.count()}",
        verified=True,
        category=category,
        now=now,
    )


def _by_criterion(work: Submission) -> dict[str, float]:
    """Return the mean of the reviewers' scores of each criterion."""
    given: dict[str, list[float]] = {}
    for scores in (
        PeerReview.objects.filter(submission=work).sent().values_list("scores", flat=True)
    ):
        for key, score in scores.items():
            given.setdefault(key, []).append(score)
    return {key: sum(scores) / len(scores) for key, scores in given.items()}
