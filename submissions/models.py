"""Work that learners write and hand in."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxLengthValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.conduct import Hideable
from accounts.models import User
from challenges.models import Challenge

MAX_BODY_LENGTH = 50_000


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(author=user)

    def visible_to(self, user: User) -> Self:
        """Own work; moderators see all that was handed in.

        A reviewer sees the work through their review, which hides whose it is.
        """
        if user.is_moderator:
            return self.filter(Q(author=user) | ~Q(status=Submission.Status.DRAFT))
        return self.filter(author=user)


class Submission(Hideable):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("In review")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Try again")

    # A goal with work in it cannot vanish beneath its reviewers. RESTRICT, not PROTECT, because
    # a whole account may: then the work goes with its author.
    challenge = models.ForeignKey(Challenge, on_delete=models.RESTRICT, related_name="submissions")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="submissions"
    )
    attempt = models.PositiveSmallIntegerField(default=1)
    body = models.TextField(
        _("your work"), blank=True, validators=[MaxLengthValidator(MAX_BODY_LENGTH)]
    )
    link = models.URLField(
        _("link"),
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    score_error = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        db_table = "submissions"
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "author"],
                condition=Q(status="draft"),
                name="submissions_one_draft",
            ),
            models.UniqueConstraint(
                fields=["challenge", "author", "attempt"], name="submissions_attempt_unique"
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(submitted_at__isnull=False),
                name="submissions_handed_in_when",
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__gte=Decimal(0), score__lte=Decimal(100)),
                name="submissions_score_range",
            ),
        ]
        indexes = [
            # "Review next" takes the longest wait among what is in review.
            models.Index(
                fields=["submitted_at"],
                condition=Q(status="submitted"),
                name="submissions_waiting",
            ),
            # The author's own list, newest first.
            models.Index(fields=["author", "-saved_at"], name="submissions_mine"),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.attempt} at challenge {self.challenge_id}"

    def get_absolute_url(self) -> str:
        return reverse("reviews:submission", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        return self.author_id == user.pk or (user.is_moderator and self.status != self.Status.DRAFT)
