"""What author and reviewers have to say to each other after the outcome, and appeals."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.conduct import Hideable
from accounts.models import User
from submissions.models import Submission

if TYPE_CHECKING:
    from reviews.models import PeerReview


class AnswerQuerySet(models.QuerySet["Answer"]):
    def visible_to(self, user: User) -> Self:
        """The two sides of the review, unless hidden or held; always the writer's own; moderators.

        What is held, since a block stands between the two, not even a moderator on the other side.
        """
        if user.is_moderator:
            is_side = Q(review__reviewer=user) | Q(review__author=user)
            return self.filter(Q(writer=user) | Q(is_delivered=True) | ~is_side)
        side = Q(review__reviewer=user) | Q(review__author=user, review__hidden_at=None)
        return self.filter(Q(writer=user) | side & Q(hidden_at=None, is_delivered=True))


class Answer(Hideable):
    """One line of the short talk between an author and a reviewer about a review."""

    review = models.ForeignKey(
        "reviews.PeerReview", on_delete=models.CASCADE, related_name="answers"
    )
    # Empty once the writer's account is erased: which side they were on stays.
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_by_author = models.BooleanField()
    text = models.TextField(_("answer"), validators=[MaxLengthValidator(1000)])
    created_at = models.DateTimeField(default=timezone.now)
    # Not where a block stood between the two as it was written; its writer is not told so.
    is_delivered = models.BooleanField(default=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        db_table = "review_answers"
        indexes = [
            # The talk beneath a review, in order.
            models.Index(fields=["review", "created_at"], name="review_answers_in_order"),
        ]

    def __str__(self) -> str:
        return f"Answer to review {self.review_id}"

    def is_visible_to(self, user: User) -> bool:
        if self.writer_id == user.pk:
            return True
        is_author, is_reviewer = (
            side == user.pk for side in (self.review.author_id, self.review.reviewer_id)
        )
        if user.is_moderator:
            return self.is_delivered or not (is_author or is_reviewer)
        is_author = is_author and not self.review.is_hidden
        return (is_author or is_reviewer) and not self.is_hidden and self.is_delivered


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user: User) -> Self:
        """The author, who has reviewed the work, and moderators.

        Who is asked for a second opinion does not see what they are to judge before it is sent;
        nor does a moderator whose own review of the work was hidden.
        """
        # Imported late: the reviews' own models import this module.
        from reviews.models import PeerReview

        if user.is_moderator:
            return self.exclude(submission__in=_judged_apart(user))
        sent = PeerReview.objects.sent().filter(submission=OuterRef("submission"), reviewer=user)
        return self.filter(Q(submission__author=user) | Exists(sent))

    def undecided(self) -> Self:
        """Those that wait; one of work that was found copied rests until that is taken back."""
        # Imported late, as above.
        from reviews.copy_models import CopyDecision

        copied = CopyDecision.objects.standing().filter(submission=OuterRef("submission"))
        return self.filter(~Exists(copied), decided_at=None)


class Appeal(models.Model):
    """An author holds the outcome to be wrong: two more look, and a moderator decides."""

    class Decision(models.TextChoices):
        UPHELD = "upheld", _("The outcome stays")
        RAISED = "raised", _("The outcome was corrected")

    # One for each piece of work.
    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="appeal")
    reason = models.TextField(_("reasons"), validators=[MaxLengthValidator(2000)])
    created_at = models.DateTimeField(default=timezone.now)
    # When both second opinions were there.
    heard_at = models.DateTimeField(null=True, blank=True)
    score_before = models.DecimalField(max_digits=5, decimal_places=2)
    decision = models.CharField(max_length=8, choices=Decision, blank=True)
    explanation = models.TextField(_("reasons"), blank=True, validators=[MaxLengthValidator(2000)])
    score_after = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        db_table = "appeals"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None) | ~Q(decision="") & Q(score_after__isnull=False),
                name="appeals_decided_with_decision",
            ),
            models.CheckConstraint(
                condition=Q(score_after=None) | Q(score_after__gte=models.F("score_before")),
                name="appeals_never_lower_a_score",
            ),
        ]
        indexes = [
            # The moderators' queue, the longest wait first.
            models.Index(
                fields=["created_at"], condition=Q(decided_at=None), name="appeals_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"Appeal on submission {self.submission_id}"

    def is_visible_to(self, user: User) -> bool:
        if self.submission.author_id == user.pk:
            return True
        if user.is_moderator:
            return not _judged_apart(user).filter(submission=self.submission_id).exists()
        return any(review.reviewer_id == user.pk for review in self.submission.peer_reviews.sent())


def _judged_apart(moderator: User) -> "models.QuerySet[PeerReview, int]":
    """Return the works on which a moderator may send a review, or sent one that was hidden."""
    # Imported late, as above.
    from reviews.models import PeerReview

    hidden = PeerReview.objects.given_by(moderator).filter(
        status=PeerReview.Status.SUBMITTED, hidden_at__isnull=False
    )
    unsent = PeerReview.objects.unsent_by(moderator)
    return (hidden | unsent).values_list("submission", flat=True)
