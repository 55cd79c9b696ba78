"""Goals, their milestones, and the log of what happened on the way."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Category(models.TextChoices):
    """The fields in which people learn; reviewers and boards are matched by them."""

    LANGUAGES = "languages", _("Languages")
    PROGRAMMING = "programming", _("Programming")
    MUSIC = "music", _("Music")
    FITNESS = "fitness", _("Fitness")
    WRITING = "writing", _("Writing")
    MATHS = "maths", _("Maths")
    OTHER = "other", _("Something else")


class GoalQuerySet(models.QuerySet["Goal"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def visible_to(self, user: User) -> Self:
        return self.filter(Q(owner=user) | Q(visibility=Goal.Visibility.PUBLIC))


class Goal(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        COMPLETED = "completed", _("Completed")
        ARCHIVED = "archived", _("Archived")

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only me")
        PUBLIC = "public", _("Everyone")

    class Level(models.TextChoices):
        BEGINNER = "beginner", _("I am new to this")
        INTERMEDIATE = "intermediate", _("I know the basics")
        ADVANCED = "advanced", _("I am good and want to be better")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="goals"
    )
    title = models.CharField(_("What do you want to be able to do?"), max_length=120)
    description = models.TextField(
        _("Why, and what does success look like?"),
        blank=True,
        validators=[MaxLengthValidator(5000)],
    )
    category = models.CharField(_("field"), max_length=16, choices=Category, default=Category.OTHER)
    level = models.CharField(
        _("where you stand"), max_length=16, choices=Level, default=Level.BEGINNER
    )
    tags = models.JSONField(_("tags"), default=list, blank=True)
    status = models.CharField(max_length=12, choices=Status, default=Status.ACTIVE)
    visibility = models.CharField(
        _("who can see it"), max_length=12, choices=Visibility, default=Visibility.PRIVATE
    )
    start_date = models.DateField(_("start"), default=timezone.localdate)
    target_date = models.DateField(_("target date"), null=True, blank=True)
    cloned_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="clones"
    )
    created_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        db_table = "goals"
        constraints = [
            models.CheckConstraint(
                condition=Q(target_date=None) | Q(target_date__gte=F("start_date")),
                name="goals_target_after_start",
                violation_error_message=_("The target date cannot be before the start."),
            )
        ]
        indexes = [
            # "My goals", newest first, by status.
            models.Index(fields=["owner", "status", "-created_at"], name="goals_mine"),
            # A public profile's goals.
            models.Index(
                fields=["owner", "-created_at"],
                condition=Q(visibility="public"),
                name="goals_public",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pages:goal", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        return self.owner_id == user.pk or self.visibility == self.Visibility.PUBLIC


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(goal__owner=user)

    def visible_to(self, user: User) -> Self:
        return self.filter(Q(goal__owner=user) | Q(goal__visibility=Goal.Visibility.PUBLIC))


class Milestone(models.Model):
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(_("milestone"), max_length=120)
    due_date = models.DateField(_("due"), null=True, blank=True)
    position = models.PositiveIntegerField()
    completed_at = models.DateTimeField(null=True, blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        db_table = "milestones"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "position"],
                name="milestones_position_unique",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def is_visible_to(self, user: User) -> bool:
        return self.goal.is_visible_to(user)


class ProgressQuerySet(models.QuerySet["Progress"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)


class Progress(models.Model):
    """One line of a learner's log. Rows are added, never changed."""

    class Kind(models.TextChoices):
        GOAL_CREATED = "goal_created", _("Set the goal")
        STATUS_CHANGED = "status_changed", _("Changed the goal's status")
        PLAN_ACCEPTED = "plan_accepted", _("Accepted challenges from a plan")
        CHALLENGE_ADDED = "challenge_added", _("Added a challenge")
        HANDED_IN = "handed_in", _("Handed in work")
        ACCEPTED = "accepted", _("Work accepted")
        RETURNED = "returned", _("Work returned for another try")
        MILESTONE_COMPLETED = "milestone_completed", _("Reached a milestone")
        PRACTICE = "practice", _("Practised")
        NOTE = "note", _("Noted")
        CHALLENGE_MOVED = "challenge_moved", _("Changed what to do")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="progress"
    )
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="progress")
    kind = models.CharField(max_length=20, choices=Kind)
    note = models.CharField(_("note"), max_length=500, blank=True)
    minutes = models.PositiveIntegerField(_("minutes"), default=0)
    percent_after = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    occurred_at = models.DateTimeField(default=timezone.now)

    objects = ProgressQuerySet.as_manager()

    class Meta:
        db_table = "progress"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "goal_created",
                        "status_changed",
                        "plan_accepted",
                        "challenge_added",
                        "handed_in",
                        "accepted",
                        "returned",
                        "milestone_completed",
                        "practice",
                        "note",
                        "challenge_moved",
                    ]
                ),
                name="progress_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(percent_after__gte=0, percent_after__lte=100),
                name="progress_percent_range",
            ),
        ]
        indexes = [
            # A goal's activity list, newest first.
            models.Index(fields=["goal", "-occurred_at"], name="progress_of_goal"),
            # The dashboard's activity list.
            models.Index(fields=["user", "-occurred_at"], name="progress_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.occurred_at:%Y-%m-%d}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk
