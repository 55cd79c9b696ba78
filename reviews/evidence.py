"""What moderators decide about, as their pages show it: the work with its files and its task, and
the review. Never who wrote either: that stands where a decision needs it.
"""

from collections.abc import Collection
from typing import Any

from accounts.reportables import Shown
from learnquest.core.markdown import render as render_markdown
from reviews.models import Answer, PeerReview
from submissions.models import Submission


def of_work(work: Submission) -> dict[str, Any]:
    """Return what `moderation/_work.html` needs to show a work and what was asked of it."""
    return {
        "submission": work,
        "challenge": work.challenge,
        "body": render_markdown(work.body),
        "instructions": render_markdown(work.challenge.instructions),
    }


def of_reported_work(work: Submission) -> Shown | None:
    """Show a work; one that its author took back is a draft again, and theirs alone."""
    if work.status == Submission.Status.DRAFT:
        return None
    return Shown("moderation/_reported.html", of_work(work))


def of_reported_review(review: PeerReview) -> Shown:
    """Show a review, which stays as it was sent, and its work."""
    context = {"review": review, **of_work(review.submission)}
    return Shown("moderation/_reported.html", context)


def of_reported_answer(answer: Answer) -> Shown:
    return of_reported_review(answer.review)


def works_of_works(ids: Collection[int]) -> dict[int, int]:
    handed_in = Submission.objects.exclude(status=Submission.Status.DRAFT)
    return {pk: pk for pk in handed_in.filter(pk__in=ids).values_list("pk", flat=True)}


def works_of_reviews(ids: Collection[int]) -> dict[int, int]:
    return dict(PeerReview.objects.filter(pk__in=ids).values_list("pk", "submission"))


def works_of_answers(ids: Collection[int]) -> dict[int, int]:
    return dict(Answer.objects.filter(pk__in=ids).values_list("pk", "review__submission"))
