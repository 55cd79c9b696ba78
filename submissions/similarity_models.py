"""What finds copied work again among all others, and what moderators decide about it."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from submissions.models import Submission


class TextMark(models.Model):
    """One of the numbers under which a text is found by texts that are much like it.

    Twenty are of its passages, one is of the whole. Texts that share a mark may be alike; those
    that share none are not. The marks say nothing of the text.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="text_marks")
    value = models.BigIntegerField()

    class Meta:
        db_table = "text_marks"
        constraints = [
            models.UniqueConstraint(fields=["submission", "value"], name="text_marks_once")
        ]
        indexes = [
            # Which other texts share a mark with this one.
            models.Index(fields=["value", "submission"], name="text_marks_alike"),
        ]

    def __str__(self) -> str:
        return f"Mark of submission {self.submission_id}"


class SimilarityFlagQuerySet(models.QuerySet["SimilarityFlag"]):
    def visible_to(self, user: User) -> Self:
        """Moderators alone; none where it is about a draft, or work that they wrote or reviewed.

        Reviewers are not to know whose the work is, and authors not what others decide of it.
        """
        if not user.is_moderator:
            return self.none()
        draft = Submission.Status.DRAFT
        return self.exclude(
            Q(submission__author=user)
            | Q(other__author=user)
            | Q(submission__peer_reviews__reviewer=user)
            | Q(other__peer_reviews__reviewer=user)
            | Q(submission__status=draft)
            | Q(other__status=draft)
        )

    def open(self) -> Self:
        return self.filter(state=SimilarityFlag.State.OPEN)


class SimilarityFlag(models.Model):
    """Two works of two learners with much the same text or a same file, for a moderator."""

    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        DISMISSED = "dismissed", _("No harm in it")
        CONFIRMED = "confirmed", _("Copied")

    # The one that was handed in later, and the one that was there before.
    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="similarity_flags"
    )
    other = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    percent = models.PositiveSmallIntegerField(
        help_text="Passages of three words that both share, of all that either has."
    )
    same_files = models.PositiveSmallIntegerField(
        default=0, help_text="Attached files that are the same in both."
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.TextField(_("reason"), blank=True, validators=[MaxLengthValidator(500)])
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = SimilarityFlagQuerySet.as_manager()

    class Meta:
        db_table = "similarity_flags"
        constraints = [
            models.UniqueConstraint(fields=["submission", "other"], name="similarity_flags_once"),
            models.CheckConstraint(
                condition=~Q(submission=F("other")), name="similarity_flags_two_works"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | ~Q(reason="") & Q(decided_at__isnull=False),
                name="similarity_flags_decided_with_reason",
            ),
        ]
        indexes = [
            # The moderators' list: what is open, the oldest first.
            models.Index(fields=["state", "created_at"], name="similarity_flags_queue"),
        ]

    def __str__(self) -> str:
        return f"Submission {self.submission_id} like {self.other_id}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:similar", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        if not user.is_moderator:
            return False
        return not any(
            work.author_id == user.pk
            or work.status == Submission.Status.DRAFT
            or work.peer_reviews.filter(reviewer=user).exists()
            for work in (self.submission, self.other)
        )
