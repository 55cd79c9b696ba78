"""A peer's review: drafted, sent, and marked helpful by the author."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox, notices
from accounts.models import Notification, User
from challenges.rubrics import Rubric, weighted_score
from leaderboard import badges, fair_play, points
from leaderboard.models import PointEntry
from learnquest.core.errors import Conflict, Invalid
from reviews import outcome
from reviews.models import PeerReview
from submissions.models import Submission

MAX_COMMENT_LENGTH = 2000
MIN_WORDS_IN_ALL = 5


@transaction.atomic
def save_draft(
    *,
    review: PeerReview,
    by: User,
    scores: dict[str, Any],
    comments: dict[str, str],
    overall: str,
) -> PeerReview:
    """Keep what a reviewer wrote so far, with or without all scores.

    Raises Conflict once the review was sent or given back, and Invalid for a score that is not
    between 0 and 100 or a criterion that the rubric does not have.
    """
    review = _in_hand(review, by)
    rubric = review.submission.challenge.criteria
    _fill(review, rubric, scores=scores, comments=comments, overall=overall)
    review.save(update_fields=["scores", "comments", "overall"])
    return review


@transaction.atomic
def submit_review(
    *,
    review: PeerReview,
    by: User,
    scores: dict[str, Any],
    comments: dict[str, str],
    overall: str,
    now: datetime | None = None,
) -> PeerReview:
    """Send a review; with enough of them the submission settles in the same transaction.

    A review whose lease is over counts all the same: nobody's work is refused. Raises Invalid,
    by field, for a criterion without a score or a review without words, and Conflict when it was
    sent or given back already.
    """
    now = now or timezone.now()
    review = _in_hand(review, by)
    challenge = review.submission.challenge
    rubric = challenge.criteria
    _fill(review, rubric, scores=scores, comments=comments, overall=overall)
    _check_complete(review, rubric)
    review.score = Decimal(str(round(weighted_score(rubric, review.scores), 2)))
    review.status = PeerReview.Status.SUBMITTED
    review.submitted_at = now
    review.save()
    fair_play.award(
        user_id=by.pk,
        counterpart_id=review.author_id,
        amount=points.REVIEW_GIVEN,
        reason=PointEntry.Reason.REVIEW_GIVEN,
        key=f"review-given:{review.pk}",
        category=challenge.goal.category,
        now=now,
    )
    badges.award_due(user_id=by.pk, now=now)
    inbox.notify(
        user_id=review.author_id,
        kind=Notification.Kind.REVIEW_RECEIVED,
        subject=challenge.title,
        target=review.submission.get_absolute_url(),
        now=now,
    )
    notices.review_received(
        user_id=review.author_id,
        title=challenge.title,
        path=review.submission.get_absolute_url(),
        now=now,
    )
    outcome.settle(submission_id=review.submission_id, now=now)
    review.refresh_from_db()
    return review


@transaction.atomic
def mark_helpful(*, review: PeerReview, by: User, helpful: bool) -> PeerReview:
    """Keep whether the author of the work found a review helpful; they may change their mind."""
    review = (
        PeerReview.objects.select_for_update(of=("self",))
        .sent()
        .filter(author=by)
        .select_related("submission__challenge")
        .get(pk=review.pk)
    )
    was_helpful, review.is_helpful = review.is_helpful, helpful
    review.save(update_fields=["is_helpful"])
    if helpful and was_helpful is None and review.reviewer_id is not None:
        inbox.notify(
            user_id=review.reviewer_id,
            kind=Notification.Kind.REVIEW_HELPFUL,
            subject=review.submission.challenge.title,
            target=review.get_absolute_url(),
        )
        badges.award_due(user_id=review.reviewer_id)
    return review


def _in_hand(review: PeerReview, by: User) -> PeerReview:
    review = (
        PeerReview.objects.select_for_update(of=("self",))
        .given_by(by)
        .select_related("submission__challenge__goal")
        .get(pk=review.pk)
    )
    if review.status == PeerReview.Status.SUBMITTED:
        raise Conflict(_("This review was sent already."))
    if review.status == PeerReview.Status.RELEASED:
        raise Conflict(_("You gave this review back. Take the next one from the queue."))
    return review


def _fill(
    review: PeerReview,
    rubric: Rubric,
    *,
    scores: dict[str, Any],
    comments: dict[str, str],
    overall: str,
) -> None:
    keys = {criterion.key for criterion in rubric}
    errors: dict[str, list[str]] = {}
    for key in sorted((scores.keys() | comments.keys()) - keys):
        errors[f"score_{key}"] = [_("The rubric has no such criterion.")]
    for key, score in scores.items():
        is_whole = isinstance(score, int) and not isinstance(score, bool)
        if not is_whole or not 0 <= score <= 100:
            errors[f"score_{key}"] = [_("A score is a whole number from 0 to 100.")]
    for key, comment in comments.items():
        if len(comment) > MAX_COMMENT_LENGTH:
            errors[f"comment_{key}"] = [_("Shorten this comment to 2000 characters.")]
    if len(overall) > 5000:
        errors["overall"] = [_("Shorten this to 5000 characters.")]
    if errors:
        raise Invalid(_("Some answers need another look."), errors=errors)
    review.scores, review.comments, review.overall = scores, comments, overall


def _check_complete(review: PeerReview, rubric: Rubric) -> None:
    errors = {
        f"score_{criterion.key}": [_("Choose a level for “%s”.") % criterion.name]
        for criterion in rubric
        if criterion.key not in review.scores
    }
    words = " ".join([*review.comments.values(), review.overall]).split()
    if len(words) < MIN_WORDS_IN_ALL:
        errors["overall"] = [
            _("Say at least in a sentence what is good and what would make it better.")
        ]
    if errors:
        raise Invalid(_("The review is not complete yet."), errors=errors)
    if review.submission.status == Submission.Status.DRAFT:
        raise Conflict(_("This work was taken back by its author."))
