"""What grades came to, and what is known of those who gave them."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from submissions.models import Submission

# Whose single review may settle easy work.
TRUSTED_QUALITY, TRUSTED_REVIEWS, TRUSTED_SPREAD = 0.75, 10, 12.0
TRUSTED_ATTENTION = 0.9
# Whose reviews are worth less, or who looks at works less likely than not, is asked in no appeal.
POOR_QUALITY = POOR_ATTENTION = 0.5
# Attention says nothing before it rests on so many grades.
GRADES_BEFORE_ATTENTION = 10
# A reviewer learns of their standing once it rests on this many reviews.
REVIEWS_BEFORE_SHOWN = 5


class GradingFit(models.Model):
    """One nightly fit of all grades: how far it came, and what was usual among graders then."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(help_text="The oldest grades that it read.")
    grades = models.PositiveIntegerField(default=0)
    works = models.PositiveIntegerField(default=0)
    graders = models.PositiveIntegerField(default=0)
    # As `grader_beliefs.Population` writes it.
    usual = models.JSONField(default=dict)

    class Meta:
        db_table = "grading_fits"
        indexes = [
            # Each settling reads the latest one.
            models.Index(fields=["-finished_at"], name="grading_fits_latest"),
        ]

    def __str__(self) -> str:
        return f"Fit of {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def took(self) -> timedelta | None:
        return self.finished_at - self.started_at if self.finished_at else None


class GraderStandingQuerySet(models.QuerySet["GraderStanding"]):
    def visible_to(self, user: User) -> Self:
        """One's own. How strict others are is nobody's business."""
        return self.filter(reviewer=user)

    def of_coaches(self) -> Self:
        return self.exclude(coach="")

    def trusted(self) -> Self:
        """Reviewers whose single review may settle easy work, and who are asked in appeals."""
        return self.filter(
            quality__gte=TRUSTED_QUALITY,
            reviews__gte=TRUSTED_REVIEWS,
            spread__lte=TRUSTED_SPREAD,
            attention__gte=TRUSTED_ATTENTION,
        )

    def poor(self) -> Self:
        """Reviewers whose reviews are known to be poor, or who are known hardly to look."""
        is_poor = Q(reviews__gte=REVIEWS_BEFORE_SHOWN, quality__lt=POOR_QUALITY)
        is_blind = Q(grades__gte=GRADES_BEFORE_ATTENTION, attention__lt=POOR_ATTENTION)
        return self.filter(is_poor | is_blind, reviewer__isnull=False)


class GraderStanding(models.Model):
    """What is known of one grader, a learner or a model that plays the coach."""

    reviewer = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="grader_standing",
    )
    coach = models.CharField(max_length=100, blank=True, help_text="The model, if no learner.")
    # The sums of `grader_beliefs.Beliefs`, to which each new grade adds its term.
    belief = models.JSONField(default=list, blank=True, editable=False)
    grades = models.PositiveIntegerField(default=0, help_text="Grades that the sums hold.")
    # How many points more than others they give, and by how much that varies.
    bias = models.FloatField(default=0)
    spread = models.FloatField(default=0)
    attention = models.FloatField(default=1, help_text="How likely they look at the work, 0 to 1.")
    # The mean of their latest reviews' quality, and how many have one.
    quality = models.FloatField(default=0)
    reviews = models.PositiveIntegerField(default=0)
    # The fit that wrote the sums last; what came in since was added to them.
    fit = models.ForeignKey(
        GradingFit, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(default=timezone.now)

    objects = GraderStandingQuerySet.as_manager()

    class Meta:
        db_table = "grader_standings"
        constraints = [
            models.UniqueConstraint(
                fields=["coach"], condition=~Q(coach=""), name="grader_standings_coach_once"
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=False, coach="") | (Q(reviewer=None) & ~Q(coach="")),
                name="grader_standings_learner_or_coach",
            ),
        ]
        indexes = [
            # Appeals look for trusted reviewers.
            models.Index(
                fields=["-quality"],
                condition=Q(reviewer__isnull=False, reviews__gte=TRUSTED_REVIEWS),
                name="grader_standings_trusted",
            ),
        ]

    def __str__(self) -> str:
        return self.coach or f"Standing of reviewer {self.reviewer_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.reviewer_id == user.pk

    @property
    def is_shown(self) -> bool:
        return self.reviews >= REVIEWS_BEFORE_SHOWN

    @property
    def is_trusted(self) -> bool:
        return (
            self.reviewer_id is not None
            and self.quality >= TRUSTED_QUALITY
            and self.reviews >= TRUSTED_REVIEWS
            and self.spread <= TRUSTED_SPREAD
            and self.attention >= TRUSTED_ATTENTION
        )


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def visible_to(self, user: User) -> Self:
        """As the work: its author's, and the moderators'."""
        return self.all() if user.is_moderator else self.filter(submission__author=user)

    def late(self) -> Self:
        """What had to settle on less than it should have: the moderators' list."""
        return self.filter(is_late=True)


class Outcome(models.Model):
    """What the graders of one submission agree on so far, and how it came about."""

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="outcome")
    score = models.DecimalField(max_digits=5, decimal_places=2)
    error = models.DecimalField(max_digits=5, decimal_places=2)
    # One for each grade: the review's id (null for the coach), score, correction, share.
    parts = models.JSONField(default=list)
    # Nobody's way of grading was known, so all count as they are.
    is_mean = models.BooleanField(default=False)
    # The coach's word alone, since no peer came in time; it goes once they do.
    is_provisional = models.BooleanField(default=False)
    is_late = models.BooleanField(default=False, help_text="Its wait was over before it was sure.")
    reviews = models.PositiveSmallIntegerField(default=0)
    reviews_wanted = models.PositiveSmallIntegerField(default=2)
    settled_at = models.DateTimeField(null=True, blank=True)
    revisions = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        db_table = "outcomes"
        indexes = [
            # The moderators' list of what settled late.
            models.Index(fields=["-updated_at"], condition=Q(is_late=True), name="outcomes_late"),
        ]

    def __str__(self) -> str:
        return f"Outcome of submission {self.submission_id}"

    def is_visible_to(self, user: User) -> bool:
        return user.is_moderator or self.submission.author_id == user.pk

    @property
    def is_final(self) -> bool:
        return self.settled_at is not None

    def part_of(self, review_id: int | None) -> dict[str, Any] | None:
        """Return what one review, or the coach, came to."""
        return next((part for part in self.parts if part["review"] == review_id), None)
