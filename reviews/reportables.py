"""Work, reviews and answers may be reported by those who got to see them, and by nobody else."""

from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import suspension
from accounts.models import User
from accounts.reportables import Reportable, register
from reviews import assignment, cases, claims, evidence, hidden
from reviews.models import Answer, PeerReview
from submissions.models import Submission


@receiver(suspension.suspended)
def give_back_claims(user: User, **kwargs: Any) -> None:
    """Others wait for the reviews that somebody suspended will not write."""
    assignment.release_all(by=user)


def take_from_reviewers(work: Submission) -> None:
    """Take hidden work out of its reviewers' hands; what they wrote waits until it is back."""
    now = timezone.now()
    held = PeerReview.objects.filter(submission=work)
    claims.end_all(held, may_end=lambda claim: claim.submission.hidden_at is not None, now=now)
    cases.recount(submission_id=work.pk, now=now)


def offer_again(work: Submission) -> None:
    """Let work that is shown again be reviewed: its seats are counted as they are now."""
    cases.recount(submission_id=work.pk)


def words_of_review(review: PeerReview) -> str:
    """Return all that a review says, the overall text first."""
    names = {one.key: one.name for one in review.submission.challenge.criteria}
    said = [f"{names.get(key, key)}: {text}" for key, text in review.comments.items() if text]
    return "\n\n".join([review.overall, *said]).strip()


def _words_of_work(work: Submission) -> str:
    return f"{work.body}\n\n{work.link}".strip()


register(
    Reportable(
        kind="submission",
        label=gettext_lazy("a piece of work"),
        model=Submission,
        # Before one has sent a review, one is not to know the id of its work: it tells a known work
        # from others. Then the kind "work" stands for it.
        open_to=lambda user: Submission.objects.filter(
            pk__in=PeerReview.objects.given_by(user)
            .filter(status=PeerReview.Status.SUBMITTED)
            .values("submission")
        ),
        person_id=lambda work: work.author_id,
        title=lambda work: work.challenge.title,
        words=_words_of_work,
        path=lambda work: work.get_absolute_url(),
        concerns=lambda user: Submission.objects.filter(
            pk__in=PeerReview.objects.given_by(user).values("submission")
        ),
        after_hiding=take_from_reviewers,
        after_undoing=offer_again,
        shown=evidence.of_reported_work,
        works=evidence.works_of_works,
    )
)
register(
    Reportable(
        kind="work",
        label=gettext_lazy("a piece of work"),
        model=PeerReview,
        # Also by who gave it back; but not what is a draft again, of which they see nothing.
        open_to=lambda user: PeerReview.objects.given_by(user).exclude(
            submission__status=Submission.Status.DRAFT
        ),
        person_id=lambda review: review.author_id,
        title=lambda review: review.submission.challenge.title,
        words=lambda review: _words_of_work(review.submission),
        path=lambda review: review.submission.get_absolute_url(),
        stands_for=lambda review: ("submission", review.submission),
    )
)
register(
    Reportable(
        kind="review",
        label=gettext_lazy("a review"),
        model=PeerReview,
        open_to=lambda user: PeerReview.objects.sent().filter(author=user),
        person_id=lambda review: review.reviewer_id,
        title=lambda review: (
            _("Review of “%(title)s”") % {"title": review.submission.challenge.title}
        ),
        words=words_of_review,
        path=lambda review: review.get_absolute_url(),
        # Who may still send a review of the same work is not to see somebody else's scores.
        concerns=lambda user: PeerReview.objects.filter(
            Q(author=user)
            | Q(submission__in=PeerReview.objects.unsent_by(user).values("submission"))
        ),
        before_either=hidden.lock_its_work,
        after_hiding=hidden.count_no_more,
        after_undoing=hidden.count_again,
        shown=evidence.of_reported_review,
        works=evidence.works_of_reviews,
    )
)
register(
    Reportable(
        kind="answer",
        label=gettext_lazy("an answer to a review"),
        model=Answer,
        open_to=lambda user: Answer.objects.visible_to(user).exclude(writer=user),
        person_id=lambda answer: answer.writer_id,
        title=lambda answer: (
            _("Answer about “%(title)s”") % {"title": answer.review.submission.challenge.title}
        ),
        words=lambda answer: answer.text,
        path=lambda answer: (
            answer.review.submission.get_absolute_url()
            if answer.is_by_author
            else answer.review.get_absolute_url()
        ),
        concerns=lambda user: Answer.objects.filter(
            Q(review__author=user)
            | Q(review__reviewer=user)
            | Q(review__submission__in=PeerReview.objects.unsent_by(user).values("submission"))
        ),
        shown=evidence.of_reported_answer,
        works=evidence.works_of_answers,
    )
)
