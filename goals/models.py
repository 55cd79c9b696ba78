"""Goals, their milestones, and the log of what happened on the way."""

import json
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import connections, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.conduct import Hideable
from accounts.models import User
from learnquest.core.own import OwnQuerySet
from learnquest.core.searching import matching
from learnquest.core.text import LineField


class Category(models.TextChoices):
    """The fields in which people learn; reviewers and boards are matched by them."""

    LANGUAGES = "languages", _("Languages")
    PROGRAMMING = "programming", _("Programming")
    MUSIC = "music", _("Music")
    FITNESS = "fitness", _("Fitness")
    WRITING = "writing", _("Writing")
    MATHS = "maths", _("Maths")
    OTHER = "other", _("Something else")


# The mark of a goal whose learner chose none.
ICON_OF_CATEGORY = {
    Category.LANGUAGES: "chat",
    Category.PROGRAMMING: "code",
    Category.MUSIC: "music",
    Category.FITNESS: "run",
    Category.WRITING: "pencil",
    Category.MATHS: "sigma",
    Category.OTHER: "goal",
}


def open_to(user: User, goal: str = "") -> Q:
    """Return which rows `user` may open; `goal` is the way to the goal, such as "goal__".

    What is public shows while its owner is here, to nobody whom a block keeps apart from them. A
    draft is for its owner alone. An unlisted goal opens with its link, never by its number. What
    was hidden is for its owner and for moderators.
    """
    is_open = Q(
        **{
            f"{goal}visibility": Goal.Visibility.PUBLIC,
            f"{goal}owner__is_active": True,
            f"{goal}owner__erase_at__isnull": True,
        }
    ) & ~Q(**{f"{goal}status": Goal.Status.DRAFT})
    if not user.is_moderator:
        is_open &= Q(**{f"{goal}hidden_at": None}) & user.not_apart(f"{goal}owner")
    return Q(**{f"{goal}owner": user}) | is_open


class GoalQuerySet(models.QuerySet["Goal"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def visible_to(self, user: User) -> Self:
        return self.filter(open_to(user))

    def shared_as(self, key: str) -> Self:
        """The goal that whoever has its link may see."""
        return self.filter(
            share_key=key,
            hidden_at=None,
            visibility=Goal.Visibility.UNLISTED,
            owner__is_active=True,
            owner__erase_at__isnull=True,
        ).exclude(status=Goal.Status.DRAFT)

    def matching(self, words: str) -> Self:
        """Goals that have all the words in title or description."""
        return matching(self, words, ("title", "description"))

    def tagged(self, tag: str) -> Self:
        tag = tag.strip().lower().lstrip("#")
        if connections[self.db].vendor == "postgresql":
            return self.filter(tags__contains=[tag])
        # SQLite keeps JSON as text, with its quotes and escapes.
        return self.filter(tags__icontains=json.dumps(tag))


class Goal(Hideable):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        COMPLETED = "completed", _("Completed")
        ARCHIVED = "archived", _("Archived")

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only me")
        UNLISTED = "unlisted", _("Whoever has the link")
        PUBLIC = "public", _("Everyone")

    class Icon(models.TextChoices):
        """Names in our own sprite, `static/img/icons.svg`."""

        GOAL = "goal", _("Flag")
        CHAT = "chat", _("Speech")
        CODE = "code", _("Code")
        MUSIC = "music", _("Note")
        RUN = "run", _("Shoe")
        PENCIL = "pencil", _("Pencil")
        SIGMA = "sigma", _("Sum")
        BOOK = "book", _("Book")
        HEART = "heart", _("Heart")
        FLAME = "flame", _("Flame")
        LEAF = "leaf", _("Leaf")
        TROPHY = "trophy", _("Cup")

    class Colour(models.TextChoices):
        """Names of tokens, `--tint-…` in `static/css/tokens.css`."""

        MOSS = "moss", _("Moss")
        SUN = "sun", _("Sun")
        SKY = "sky", _("Sky")
        CLAY = "clay", _("Clay")
        PLUM = "plum", _("Plum")
        STONE = "stone", _("Stone")

    class Level(models.TextChoices):
        BEGINNER = "beginner", _("I am new to this")
        INTERMEDIATE = "intermediate", _("I know the basics")
        ADVANCED = "advanced", _("I am good and want to be better")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="goals"
    )
    title = LineField(_("What do you want to be able to do?"), max_length=120)
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
    # The unguessable part of an unlisted goal's address; empty for all others.
    share_key = models.CharField(max_length=32, blank=True, editable=False)
    icon = models.CharField(
        _("icon"), max_length=12, choices=Icon, blank=True, help_text=_("The field's own, if none.")
    )
    colour = models.CharField(_("colour"), max_length=8, choices=Colour, default=Colour.MOSS)
    start_date = models.DateField(_("start"), default=timezone.localdate)
    target_date = models.DateField(_("target date"), null=True, blank=True)
    # Since when the goal stands still; its dates move by that long when it goes on.
    paused_on = models.DateField(null=True, blank=True, editable=False)
    # Counts the changes, so that two tabs do not overwrite each other.
    version = models.PositiveIntegerField(default=1, editable=False)
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
            ),
            models.UniqueConstraint(
                fields=["share_key"], condition=~Q(share_key=""), name="goals_share_key_unique"
            ),
        ]
        indexes = [
            # "My goals", newest first, by status. The migration adds one for the search, which
            # only PostgreSQL has.
            models.Index(fields=["owner", "status", "-created_at"], name="goals_mine"),
            # A public profile's goals.
            models.Index(
                fields=["owner", "-created_at"],
                condition=Q(visibility="public"),
                name="goals_public",
            ),
        ]

    def clean(self) -> None:
        # As the constraint, and at the field where it can be mended.
        if self.target_date and self.start_date and self.target_date < self.start_date:
            raise ValidationError({"target_date": _("The target date cannot be before the start.")})

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pages:goal", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        if self.owner_id == user.pk:
            return True
        is_public = self.visibility == self.Visibility.PUBLIC and self.status != self.Status.DRAFT
        if not is_public or not self.owner.is_present:
            return False
        if user.is_moderator:
            return True
        return not self.is_hidden and not user.is_apart_from(self.owner_id)

    @property
    def mark(self) -> str:
        """The icon that stands for this goal."""
        return self.icon or ICON_OF_CATEGORY.get(Category(self.category), "goal")

    @property
    def share_path(self) -> str | None:
        """The address that an unlisted goal can be seen at."""
        return reverse("pages:shared_goal", args=[self.share_key]) if self.share_key else None


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(goal__owner=user)

    def visible_to(self, user: User) -> Self:
        return self.filter(open_to(user, "goal__"))


class Milestone(models.Model):
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="milestones")
    title = LineField(_("milestone"), max_length=120)
    due_date = models.DateField(_("due"), null=True, blank=True)
    position = models.PositiveIntegerField()
    completed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

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


class CalendarFeed(models.Model):
    """A learner's own calendar address. A new key ends the old address."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OwnQuerySet["CalendarFeed"].as_manager()

    class Meta:
        db_table = "calendar_feeds"

    def __str__(self) -> str:
        return f"Calendar of user {self.user_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk
