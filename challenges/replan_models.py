"""New plans for goals that have slipped: a difference, whose lines are taken or left one by one."""

from datetime import date
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai.models import AIRequest, Leased
from goals.models import Goal, Milestone


class ReplanQuerySet(models.QuerySet["Replan"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(goal__owner=user)

    def visible_to(self, user: User) -> Self:
        return self.owned_by(user)


class Replan(Leased):
    """One request to make a plan fit again, and what came of it."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="replans")
    wish = models.CharField(_("what happened, and what you wish"), max_length=500, blank=True)
    hours_per_week = models.PositiveSmallIntegerField(
        _("hours a week"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(80)],
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    summary = models.TextField(blank=True)
    message = models.CharField(max_length=500, blank=True)
    model = models.CharField(max_length=100, blank=True)
    is_offline = models.BooleanField(default=False)
    request = models.ForeignKey(
        AIRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ReplanQuerySet.as_manager()

    class Meta:
        db_table = "replans"
        constraints = [
            models.UniqueConstraint(
                fields=["goal"],
                condition=Q(status="pending"),
                name="replans_one_pending_per_goal",
            )
        ]

    def __str__(self) -> str:
        return f"New plan {self.pk} for goal {self.goal_id}"

    def get_absolute_url(self) -> str:
        return reverse("challenges:replan", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        return self.goal.owner_id == user.pk


class ReplanLineQuerySet(models.QuerySet["ReplanLine"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(replan__goal__owner=user)

    def visible_to(self, user: User) -> Self:
        return self.owned_by(user)


class ReplanLine(models.Model):
    """One change that a new plan proposes. `old` is what it was when it was proposed."""

    class Kind(models.TextChoices):
        TARGET = "target", _("Target date")
        MILESTONE = "milestone", _("Milestone")
        CHALLENGE = "challenge", _("Challenge")

    class Action(models.TextChoices):
        CHANGE = "change", _("Change")
        DROP = "drop", _("Leave out")
        ADD = "add", _("New")

    class State(models.TextChoices):
        OPEN = "open", _("Proposed")
        ACCEPTED = "accepted", _("Taken")
        DROPPED = "dropped", _("Left")
        GONE = "gone", _("No longer possible")

    replan = models.ForeignKey(Replan, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    action = models.CharField(max_length=8, choices=Action)
    milestone = models.ForeignKey(
        Milestone, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # What it is about; of a new challenge, the one that it comes before.
    challenge = models.ForeignKey(
        "challenges.Challenge", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    title = models.CharField(max_length=120, blank=True)
    old = models.JSONField(default=dict, blank=True)
    new = models.JSONField(default=dict, blank=True)
    why = models.CharField(max_length=800, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    # Why it could not be taken.
    message = models.CharField(max_length=500, blank=True)

    objects = ReplanLineQuerySet.as_manager()

    class Meta:
        db_table = "replan_lines"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["replan", "position"], name="replan_lines_position_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.kind} {self.title}"

    def is_visible_to(self, user: User) -> bool:
        return self.replan.is_visible_to(user)

    @property
    def old_day(self) -> date | None:
        return _day(self.old)

    @property
    def new_day(self) -> date | None:
        return _day(self.new)


def _day(told: dict[str, Any]) -> date | None:
    return date.fromisoformat(told["day"]) if told.get("day") else None
