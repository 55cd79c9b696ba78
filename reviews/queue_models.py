"""What the queue of reviews rests on: where each submission stands in it, and the known works."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from goals.models import Category
from submissions.models import Submission

SEATS = 2
# The reader of a review's work may hurry: how long until a wait is too long, and when it ends.
BOOSTED_AFTER = timedelta(hours=72)
WAIT_ENDS_AFTER = timedelta(days=7)


class ReviewCaseQuerySet(models.QuerySet["ReviewCase"]):
    def visible_to(self, user: User) -> Self:
        """The author's; moderators see all."""
        return self.all() if user.is_moderator else self.filter(author=user)

    def in_queue_order(self) -> Self:
        """Boosted ones, then the fewest live reviews, then the longest wait."""
        return self.order_by("-is_boosted", "taken", "waiting_since", "pk")

    def for_moderators(self) -> Self:
        """What went to the moderators' list, the oldest first; of hidden work they decided."""
        found = self.filter(escalated_at__isnull=False, submission__hidden_at=None)
        return found.order_by("escalated_at", "pk")


class ReviewCase(models.Model):
    """Where a submission stands in the queue.

    Author, category and seats stand here too, so that "review next" walks one index.
    """

    class Concern(models.TextChoices):
        WAIT = "wait", _("Waited too long")
        CANNOT_JUDGE = "cannot_judge", _("Reviewers could not judge it")
        REPORTED = "reported", _("Reported by a reviewer")
        HIDDEN = "hidden", _("All its reviews are hidden")

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, related_name="review_case"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    category = models.CharField(max_length=16, choices=Category, blank=True)
    # How many reviews it should get; a wide standard error asks for one more.
    seats = models.PositiveSmallIntegerField(default=SEATS)
    # How many are sent or in the hands of somebody who is at it. `cases.recount` writes it.
    taken = models.PositiveSmallIntegerField(default=0)
    is_open = models.BooleanField(default=True, help_text="In review, with a seat free.")
    waiting_since = models.DateTimeField(default=timezone.now)
    is_boosted = models.BooleanField(default=False)
    boosted_at = models.DateTimeField(null=True, blank=True)
    # When the wait was over: from then on one review settles the work.
    ended_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    escalated_for = models.CharField(max_length=12, choices=Concern, blank=True)
    # When the second review came: what authors are told of the wait rests on it.
    full_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewCaseQuerySet.as_manager()

    class Meta:
        db_table = "review_cases"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(closed_at=None, taken__lt=F("seats")),
                name="review_cases_open_with_seat",
            )
        ]
        indexes = [
            # "Review next", and what waits, in the order in which it is given out.
            models.Index(
                fields=["-is_boosted", "taken", "waiting_since", "id"],
                condition=Q(is_open=True),
                name="review_cases_queue",
            ),
            # The hourly look for waits that are too long.
            models.Index(
                fields=["waiting_since"],
                condition=Q(closed_at=None),
                name="review_cases_waits",
            ),
            # What authors are told: the waits of the last four weeks.
            models.Index(
                fields=["full_at"], condition=Q(full_at__isnull=False), name="review_cases_full"
            ),
            # The moderators' list.
            models.Index(
                fields=["escalated_at"],
                condition=Q(escalated_at__isnull=False),
                name="review_cases_escalated",
            ),
        ]

    def __str__(self) -> str:
        return f"Review case of submission {self.submission_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.author_id == user.pk or user.is_moderator

    def waited(self, now: datetime) -> timedelta:
        return now - self.waiting_since


class TrainingWork(models.Model):
    """Work of the house with known marks: reviewers learn on it, and are measured by it.

    It is a settled submission of the house's own account, so that the desk treats it like any
    other; its score is the submission's.
    """

    key = models.SlugField(max_length=60, unique=True)
    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, related_name="training_work"
    )
    category = models.CharField(max_length=16, choices=Category)
    # Criterion key to score, and to why.
    marks = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "training_works"

    def __str__(self) -> str:
        return self.key
