"""Challenges, and the plans from which they come."""

from typing import Self

from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai.models import AIRequest, Leased
from challenges.quest_models import Quest, QuestStart
from challenges.replan_models import Replan, ReplanLine
from challenges.rubrics import Criterion, Rubric, parse_rubric, validate_rubric
from goals.models import Goal, Milestone, open_to
from learnquest.core.searching import matching
from learnquest.core.text import LineField, ProseField

MAX_MINUTES = 1200
MOST_MIN_WORDS = 5000


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(goal__owner=user)

    def with_lock(self) -> Self:
        """Tell of each whether something must come first, as `is_locked`, in the same query."""
        missing = Prerequisite.objects.filter(challenge=OuterRef("pk")).exclude(
            needs__status__in=Challenge.DONE_FOR_OTHERS
        )
        return self.annotate(is_locked=Exists(missing))

    def visible_to(self, user: User) -> Self:
        return self.filter(open_to(user, "goal__"))

    def matching(self, words: str) -> Self:
        """Challenges that have all the words in title or instructions."""
        return matching(self, words, ("title", "instructions"))


class Challenge(models.Model):
    class Source(models.TextChoices):
        MANUAL = "manual", _("Written by hand")
        AI = "ai", _("Proposed by the coach")
        QUEST = "quest", _("From a quest")

    class Status(models.TextChoices):
        TODO = "todo", _("To do")
        DOING = "doing", _("Doing")
        HANDED_IN = "handed_in", _("Handed in")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Try again")
        SKIPPED = "skipped", _("Skipped")

    # What others wait for is done once it is handed in: reviewers may take days, and a learner
    # should not stand still meanwhile. Work that came back has to be tried again first.
    DONE_FOR_OTHERS = (Status.HANDED_IN, Status.ACCEPTED, Status.SKIPPED)

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="challenges")
    milestone = models.ForeignKey(
        Milestone,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="challenges",
        verbose_name=_("milestone"),
    )
    title = LineField(_("title"), max_length=120)
    instructions = ProseField(
        _("what to do and what to hand in"), validators=[MaxLengthValidator(10_000)]
    )
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), default=2, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    estimated_minutes = models.PositiveIntegerField(
        _("estimated minutes"),
        default=60,
        validators=[MinValueValidator(5), MaxValueValidator(MAX_MINUTES)],
    )
    rubric = models.JSONField(
        _("rubric"),
        validators=[validate_rubric],
        error_messages={"blank": _("A rubric needs 1 to 6 criteria.")},
    )
    due_date = models.DateField(_("due"), null=True, blank=True)
    # What work must have before it can be handed in.
    min_words = models.PositiveSmallIntegerField(
        _("words at least"), default=0, validators=[MaxValueValidator(MOST_MIN_WORDS)]
    )
    requires_link = models.BooleanField(_("work needs a link"), default=False)
    requires_attachment = models.BooleanField(_("work needs an attached file"), default=False)
    needs = models.ManyToManyField(
        "self",
        through="Prerequisite",
        through_fields=("challenge", "needs"),
        symmetrical=False,
        related_name="unlocks",
        verbose_name=_("comes after"),
    )
    source = models.CharField(max_length=8, choices=Source, default=Source.MANUAL)
    status = models.CharField(max_length=12, choices=Status, default=Status.TODO)
    position = models.PositiveIntegerField()
    # Told by `with_lock`.
    is_locked: bool
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Counts the learner's changes, so that two tabs do not overwrite each other.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        db_table = "challenges"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=5),
                name="challenges_difficulty_range",
            ),
            models.CheckConstraint(
                condition=Q(estimated_minutes__gte=1), name="challenges_minutes_positive"
            ),
            models.UniqueConstraint(
                fields=["goal", "position"],
                name="challenges_position_unique",
            ),
        ]
        indexes = [
            # A goal's plan, and its progress by status.
            models.Index(fields=["goal", "status"], name="challenges_of_goal"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("challenges:detail", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        return self.goal.is_visible_to(user)

    @property
    def criteria(self) -> Rubric:
        """The rubric's criteria, in order."""
        return parse_rubric(self.rubric)

    @property
    def is_open_for_work(self) -> bool:
        """Whether the learner may write and hand in work now."""
        return self.status in {self.Status.TODO, self.Status.DOING, self.Status.RETURNED}


class PrerequisiteQuerySet(models.QuerySet["Prerequisite"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(open_to(user, "challenge__goal__"))


class Prerequisite(models.Model):
    """One challenge of a goal that comes after another one of the same goal."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="prerequisites")
    needs = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="dependants")

    objects = PrerequisiteQuerySet.as_manager()

    class Meta:
        db_table = "challenge_prerequisites"
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "needs"], name="challenge_prerequisites_once"
            ),
            models.CheckConstraint(
                condition=~Q(challenge=F("needs")), name="challenge_prerequisites_not_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id} after {self.needs_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.challenge.is_visible_to(user)


class PlanQuerySet(models.QuerySet["Plan"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(goal__owner=user)

    def visible_to(self, user: User) -> Self:
        return self.owned_by(user)

    def undecided(self) -> Self:
        """Ready plans that still propose something, and how much as `open_count`; newest first."""
        is_open = Q(proposals__state=Proposal.State.OPEN)
        return (
            self.filter(status=Plan.Status.READY)
            .annotate(open_count=Count("proposals", filter=is_open))
            .filter(open_count__gt=0)
            .order_by("-created_at", "-pk")
        )


class Plan(Leased):
    """One request for a plan, and what came of it."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="plans")
    wish = models.CharField(_("wishes for the plan"), max_length=500, blank=True)
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
    created_at = models.DateTimeField(default=timezone.now)
    request = models.ForeignKey(
        AIRequest, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        db_table = "plans"
        constraints = [
            models.UniqueConstraint(
                fields=["goal"],
                condition=Q(status="pending"),
                name="plans_one_pending_per_goal",
            )
        ]
        indexes = [
            # The goal page shows the newest plan.
            models.Index(fields=["goal", "-created_at"], name="plans_of_goal"),
        ]

    def __str__(self) -> str:
        return f"Plan {self.pk} for goal {self.goal_id}"

    def get_absolute_url(self) -> str:
        return reverse("challenges:plan", args=[self.pk])

    def is_visible_to(self, user: User) -> bool:
        return self.goal.owner_id == user.pk


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(plan__goal__owner=user)

    def visible_to(self, user: User) -> Self:
        return self.owned_by(user)


class Proposal(models.Model):
    """A challenge that a plan proposes; the learner edits, accepts or drops it."""

    class State(models.TextChoices):
        OPEN = "open", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        DROPPED = "dropped", _("Dropped")

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="proposals")
    position = models.PositiveIntegerField()
    title = LineField(_("title"), max_length=120)
    instructions = ProseField(
        _("what to do and what to hand in"), validators=[MaxLengthValidator(10_000)]
    )
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    estimated_minutes = models.PositiveIntegerField(
        _("estimated minutes"),
        validators=[MinValueValidator(5), MaxValueValidator(MAX_MINUTES)],
    )
    rubric = models.JSONField(
        _("rubric"),
        validators=[validate_rubric],
        error_messages={"blank": _("A rubric needs 1 to 6 criteria.")},
    )
    milestone_title = LineField(_("milestone"), max_length=120, blank=True)
    milestone_due = models.DateField(_("due"), null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    challenge = models.OneToOneField(
        Challenge, on_delete=models.SET_NULL, null=True, blank=True, related_name="proposal"
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        db_table = "plan_proposals"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "position"], name="plan_proposals_position_unique"
            ),
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=5),
                name="plan_proposals_difficulty_range",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_visible_to(self, user: User) -> bool:
        return self.plan.is_visible_to(user)

    @property
    def criteria(self) -> Rubric:
        return parse_rubric(self.rubric)


class VariationQuerySet(models.QuerySet["Variation"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(proposal__plan__goal__owner=user)


class Variation(Leased):
    """A wish for another proposal: more like it, easier, harder, or simply another one."""

    class How(models.TextChoices):
        MORE = "more", _("More like this")
        EASIER = "easier", _("Easier")
        HARDER = "harder", _("Harder")
        AGAIN = "again", _("Another one")

    class Status(models.TextChoices):
        PENDING = "pending", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="variations")
    how = models.CharField(max_length=8, choices=How)
    # What stood in the proposal before, so that it is not proposed again.
    replaced_title = LineField(max_length=120, blank=True, db_default="")
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = VariationQuerySet.as_manager()

    class Meta:
        db_table = "plan_variations"
        constraints = [
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(status="pending"),
                name="plan_variations_one_pending",
            )
        ]

    def __str__(self) -> str:
        return f"{self.how} {self.proposal_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.proposal.is_visible_to(user)


__all__ = [
    "Challenge",
    "Criterion",
    "Plan",
    "Prerequisite",
    "Proposal",
    "Quest",
    "QuestStart",
    "Replan",
    "ReplanLine",
    "Variation",
]
