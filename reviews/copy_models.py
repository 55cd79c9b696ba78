"""What a moderator's finding that work is copied changed, kept so that it can be taken back."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from submissions.models import SimilarityFlag, Submission


class CopyDecisionQuerySet(models.QuerySet["CopyDecision"]):
    def visible_to(self, user: User) -> Self:
        """Moderators; and the author of the work, of what was decided about it."""
        return self if user.is_moderator else self.filter(submission__author=user)

    def standing(self) -> Self:
        """Those that nobody took back."""
        return self.filter(taken_back_at=None)


class CopyDecision(models.Model):
    """A moderator found that a work copies another. It stands until a moderator takes it back.

    Of the other work nothing is here: the flag leads there, for moderators, as long as it exists.
    """

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="copy_decisions"
    )
    # Empty once the other work's author has left: the decision stands all the same.
    flag = models.ForeignKey(
        SimilarityFlag, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("reason"), validators=[MaxLengthValidator(500)])
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(default=timezone.now)
    # As it was before.
    status = models.CharField(max_length=12, choices=Submission.Status)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    score_error = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(
        null=True, blank=True, help_text="When its challenge was finished."
    )
    # What it took away: points in all, and the claims (ids of reviews) of those who were at it.
    points = models.IntegerField(default=0)
    claims = models.JSONField(default=list, blank=True)
    undone_for = models.TextField(_("reason"), blank=True, validators=[MaxLengthValidator(500)])
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = CopyDecisionQuerySet.as_manager()

    class Meta:
        db_table = "copy_decisions"
        constraints = [
            # Also what each settling asks: whether the work is a copy.
            models.UniqueConstraint(
                fields=["submission"],
                condition=Q(taken_back_at=None),
                name="copy_decisions_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | ~Q(undone_for=""),
                name="copy_decisions_undone_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Submission {self.submission_id} is a copy"

    def is_visible_to(self, user: User) -> bool:
        return user.is_moderator or self.submission.author_id == user.pk
