"""A peer's review: drafted, sent, and marked helpful by the author."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox, notices
from accounts.models import Notification, User
from challenges.models import Challenge
from challenges.rubrics import weighted_score
from leaderboard import points
from learnquest.core.errors import Conflict, Invalid, Stale
from learnquest.core.text import visible_words
from reviews import appeals, assignment, attempts, cases, claims, marks, outcome, paying, training
from reviews.models import PeerReview
from reviews.quotes import anchored, incomplete
from submissions.models import Submission

MAX_COMMENT_LENGTH = 2000
MIN_WORDS_IN_ALL = 5


def save_draft(
    *,
    review: PeerReview,
    by: User,
    scores: dict[str, Any],
    comments: dict[str, str],
    overall: str,
    quotes: Sequence[Mapping[str, Any]] | None = None,
    private_note: str | None = None,
    difficulty: int | None = None,
    version: str | None = None,
    now: datetime | None = None,
) -> PeerReview:
    """Keep what a reviewer wrote so far, with or without all scores; their seat stays theirs.

    `version` is the `version_of` the draft that this was written upon. Raises Stale when other
    words were saved since; without it the last save wins. Passages, the note to moderators and the
    difficulty stay as they are where None is given.

    Raises Conflict once the review was sent or given back, and Invalid for a score that is not
    between 0 and 100, a difficulty not between 1 and 5, or a criterion that the rubric does not
    have.
    """
    now = now or timezone.now()
    passages = _placed(review, quotes)
    with transaction.atomic():
        review = _in_hand(review, by)
        before = _content(review)
        _fill(review, scores=scores, comments=comments, overall=overall)
        _fill_more(review, passages, private_note, difficulty)
        _check_newest(review, version, before)
        review.saved_at = now
        review.save(
            update_fields=[
                "scores", "comments", "overall", "quotes", "private_note", "difficulty", "saved_at",
            ]
        )  # fmt: skip
        assignment.stay(review, now=now)
        return review


def submit_review(
    *,
    review: PeerReview,
    by: User,
    scores: dict[str, Any],
    comments: dict[str, str],
    overall: str,
    quotes: Sequence[Mapping[str, Any]] | None = None,
    private_note: str | None = None,
    difficulty: int | None = None,
    version: str | None = None,
    now: datetime | None = None,
) -> PeerReview:
    """Send a review; with enough of them the submission settles in the same transaction.

    It is paid with the outcome: now, where this one brings it or comes after it.
    A review whose lease is over counts all the same, and so does one whose seat somebody else has
    filled: nobody's work is refused. Raises Invalid, by field, for a criterion without a score, a
    passage that is not in the work, or a review without words; Stale as `save_draft` does; and
    Conflict when it was sent or given back already.
    """
    now = now or timezone.now()
    passages = _placed(review, quotes)
    with transaction.atomic(), points.together():
        review = _in_hand(review, by)
        challenge = review.submission.challenge
        rubric = challenge.criteria
        before = _content(review)
        _fill(review, scores=scores, comments=comments, overall=overall)
        _fill_more(review, passages, private_note, difficulty)
        _check_newest(review, version, before)
        check_complete(review)
        review.score = Decimal(str(round(weighted_score(rubric, review.scores), 2)))
        review.saved_at = now
        assignment.finish(review, now=now)
        if training.is_known(review):
            training.conclude(review, now=now)
            return review
        _tell_author(review, challenge, now)
        if outcome.settle(submission_id=review.submission_id, now=now) is None:
            # For one that comes after the outcome, and changes nothing of it.
            paying.pay_all_given(submission_id=review.submission_id, now=now)
        if review.is_for_appeal:
            appeals.note_opinion(submission_id=review.submission_id, now=now)
        cases.recount(submission_id=review.submission_id, now=now)
        review.refresh_from_db()
        return review


def _tell_author(review: PeerReview, challenge: Challenge, now: datetime) -> None:
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


@transaction.atomic
def mark_helpful(*, review: PeerReview, by: User, helpful: bool) -> PeerReview:
    """Keep whether the author of the work found a review helpful.

    It counts with the outcome; made later, it counts with the next `marks.count_all`. Until then
    they may change their mind. Raises Conflict for another mark than the one that has counted.
    """
    review = attempts.lock_received(review, by)
    was_helpful, review.is_helpful = review.is_helpful, helpful
    if was_helpful == helpful:
        return review
    marks.refuse_counted(review.is_mark_counted)
    review.save(update_fields=["is_helpful"])
    if helpful and was_helpful is None and review.reviewer_id is not None:
        inbox.notify(
            user_id=review.reviewer_id,
            kind=Notification.Kind.REVIEW_HELPFUL,
            subject=review.submission.challenge.title,
            target=review.get_absolute_url(),
        )
    return review


def _in_hand(review: PeerReview, by: User) -> PeerReview:
    review = claims.locked(review, by)
    if review.status == PeerReview.Status.SUBMITTED:
        raise Conflict(_("This review was sent already."))
    if review.status == PeerReview.Status.RELEASED:
        raise Conflict(
            _("This review is no longer in your hands. Take the next one from the queue.")
        )
    return review


def version_of(review: PeerReview) -> str:
    """Return what tells one save of a review from the next; "" before the first."""
    return review.saved_at.isoformat() if review.saved_at else ""


def _content(review: PeerReview) -> tuple[Any, ...]:
    """Return what a reviewer wrote, for comparing; forms send other line ends than scripts do."""
    return (
        review.scores,
        {key: text.replace("\r\n", "\n") for key, text in review.comments.items()},
        review.overall.replace("\r\n", "\n"),
        [(one["quote"], one["comment"].replace("\r\n", "\n")) for one in review.quotes],
        review.private_note.replace("\r\n", "\n"),
        review.difficulty,
    )


def _check_newest(review: PeerReview, version: str | None, before: tuple[Any, ...]) -> None:
    """Raise Stale where other words were saved since `version`; the same twice harm nobody."""
    if version is None or version == version_of(review) or _content(review) == before:
        return
    raise Stale(
        _("Another tab saved other words. Nothing was overwritten: choose one."),
        current=PeerReview.objects.get(pk=review.pk),
    )


def _placed(
    review: PeerReview, quotes: Sequence[Mapping[str, Any]] | None
) -> list[dict[str, Any]] | None:
    """Return the passages with their places; outside of the transaction, since it takes a while.

    Work in review does not change. Raises Invalid as `quotes.anchored` does.
    """
    return None if quotes is None else anchored(quotes, review.submission.body)


def _fill_more(
    review: PeerReview,
    passages: list[dict[str, Any]] | None,
    private_note: str | None,
    difficulty: int | None,
) -> None:
    errors: dict[str, list[str]] = {}
    if passages is not None:
        review.quotes = passages
    if private_note is not None:
        review.private_note = private_note.strip()
        if len(review.private_note) > assignment.NOTE_LENGTH:
            errors["private_note"] = [_("Shorten this to 2000 characters.")]
    if difficulty is not None:
        if not 1 <= difficulty <= 5:
            errors["difficulty"] = [_("A difficulty is a whole number from 1 to 5.")]
        # Nobody makes a task harder than its author says: that is no different from agreeing.
        is_easier = difficulty < review.submission.challenge.difficulty
        review.difficulty = difficulty if is_easier else None
    if errors:
        raise Invalid(_("Some answers need another look."), errors=errors)


def _fill(
    review: PeerReview,
    *,
    scores: dict[str, Any],
    comments: dict[str, str],
    overall: str,
) -> None:
    keys = {criterion.key for criterion in review.submission.challenge.criteria}
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


def check_complete(review: PeerReview) -> None:
    """Raise Invalid, by field, unless a review can be sent as it is.

    Raises Conflict for work that its author took back, or that a moderator has hidden.
    """
    errors = {
        f"score_{criterion.key}": [_("Choose a level for “%s”.") % criterion.name]
        for criterion in review.submission.challenge.criteria
        if criterion.key not in review.scores
    }
    errors |= incomplete(review.quotes)
    said = [*review.comments.values(), review.overall, *(one["comment"] for one in review.quotes)]
    if len(visible_words(" ".join(said))) < MIN_WORDS_IN_ALL:
        errors["overall"] = [
            _("Say at least in a sentence what is good and what would make it better.")
        ]
    if errors:
        raise Invalid(_("The review is not complete yet."), errors=errors)
    if review.submission.status == Submission.Status.DRAFT:
        raise Conflict(_("This work was taken back by its author."))
    if review.submission.hidden_at is not None:
        raise Conflict(_("A moderator has hidden this work. What you wrote is kept."))
