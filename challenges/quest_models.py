"""Quests: plans that learners share, and who has started them."""

from datetime import date, timedelta
from typing import Self

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.conduct import Hideable
from accounts.models import User
from challenges.quest_plans import QuestPlan, parse_plan, validate_plan
from goals.models import Category, Goal
from learnquest.core.text import LineField, ProseField


def _in_catalogue(viewer: User | None = None) -> Q:
    """Published, by LearnQuest itself or by somebody who is here, and not hidden.

    For a `viewer` without what a block keeps from them; moderators see what is hidden, too.
    """
    is_here = Q(publisher__is_active=True, publisher__erase_at__isnull=True)
    found = Q(published_at__isnull=False) & (Q(publisher=None) | is_here)
    if viewer is None:
        return found & Q(hidden_at=None)
    return (
        found if viewer.is_moderator else found & Q(hidden_at=None) & viewer.not_apart("publisher")
    )


class QuestQuerySet(models.QuerySet["Quest"]):
    def published(self, viewer: User | None = None) -> Self:
        """The catalogue, for `viewer` without those whom a block keeps apart."""
        listed = self.filter(_in_catalogue())
        return listed if viewer is None else listed.filter(viewer.not_apart("publisher"))

    def published_by(self, user: User) -> Self:
        return self.filter(publisher=user)

    def visible_to(self, user: User) -> Self:
        """What is in the catalogue, and one's own in any case."""
        return self.filter(_in_catalogue(user) | Q(publisher=user))

    def with_counts(self) -> Self:
        """Tell of each how many `started` it and how many `finished`, in the same query."""
        done = Q(starts__goal__status=Goal.Status.COMPLETED)
        return self.annotate(started=Count("starts"), finished=Count("starts", filter=done))


class Quest(Hideable):
    """A plan as a template: a snapshot that later changes of the goal do not touch."""

    # None is LearnQuest itself: the quests that come with it.
    publisher = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="quests"
    )
    goal = models.OneToOneField(
        Goal, on_delete=models.SET_NULL, null=True, blank=True, related_name="quest"
    )
    key = models.SlugField(
        null=True, blank=True, unique=True, help_text="Which file it came from, if it was shipped."
    )
    # What the file said when it was loaded: a quest that differs was changed here, and stays.
    shipped_digest = models.CharField(max_length=64, blank=True, editable=False)
    title = LineField(_("title"), max_length=120)
    summary = ProseField(_("what it leads to"), validators=[MaxLengthValidator(600)])
    category = models.CharField(_("field"), max_length=16, choices=Category)
    level = models.CharField(_("for whom"), max_length=16, choices=Goal.Level)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    weeks = models.PositiveSmallIntegerField(
        _("weeks"), validators=[MinValueValidator(1), MaxValueValidator(104)]
    )
    plan = models.JSONField(_("plan"), validators=[validate_plan])
    # What the catalogue filters and sorts by, taken from the plan.
    minutes = models.PositiveIntegerField(_("minutes in all"))
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    challenge_count = models.PositiveSmallIntegerField()
    words = models.TextField(editable=False, help_text="Small letters, for the search.")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    # Told by `with_counts`.
    started: int
    finished: int

    objects = QuestQuerySet.as_manager()

    class Meta:
        db_table = "quests"
        constraints = [
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=5), name="quests_difficulty_range"
            ),
            models.CheckConstraint(condition=Q(weeks__gte=1), name="quests_weeks_positive"),
        ]
        indexes = [
            # The catalogue, by field.
            models.Index(
                fields=["category", "difficulty"],
                condition=Q(published_at__isnull=False),
                name="quests_catalogue",
            ),
            # "My quests".
            models.Index(fields=["publisher", "-changed_at"], name="quests_mine"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("challenges:quest", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        if self.publisher_id == user.pk:
            return True
        is_here = self.publisher is None or self.publisher.is_present
        if self.published_at is None or not is_here:
            return False
        if user.is_moderator:
            return True
        return not self.is_hidden and not (
            self.publisher_id is not None and user.is_apart_from(self.publisher_id)
        )

    @property
    def content(self) -> QuestPlan:
        """The plan, checked."""
        return parse_plan(self.plan)

    @property
    def hours_per_week(self) -> int:
        """The hours that it asks for each week, at least one."""
        return max(1, round(self.minutes / 60 / self.weeks))

    def last_day(self, start: date) -> date:
        """Return the target date of a copy that begins on `start`."""
        return start + timedelta(weeks=self.weeks)


class QuestStartQuerySet(models.QuerySet["QuestStart"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(learner=user)


class QuestStart(models.Model):
    """Somebody's own copy of a quest: the goal that was made of it."""

    quest = models.ForeignKey(Quest, on_delete=models.CASCADE, related_name="starts")
    goal = models.OneToOneField(Goal, on_delete=models.CASCADE, related_name="quest_start")
    learner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="quest_starts")
    started_at = models.DateTimeField(default=timezone.now)

    objects = QuestStartQuerySet.as_manager()

    class Meta:
        db_table = "quest_starts"
        indexes = [
            # A learner's running copy, looked for before another is made.
            models.Index(fields=["learner", "quest"], name="quest_starts_of_learner"),
        ]

    def __str__(self) -> str:
        return f"{self.learner_id} on quest {self.quest_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.learner_id == user.pk
