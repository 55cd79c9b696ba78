"""How people treat each other: what was reported, what moderators decided, who blocks whom."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User

# A moderator who does not come back keeps nobody else from deciding.
CLAIM_LIFE = timedelta(days=1)


class Hideable(models.Model):
    """Something that a moderator can take out of sight, and bring back.

    Each model's own `visible_to` says what that means: gone for all but whose it is and moderators.
    """

    hidden_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: "User") -> Self:
        """Who reported; whom a decision fell on, without who reported; moderators."""
        if user.is_moderator:
            return self
        return self.filter(
            Q(reporter=user) | Q(person=user, decision__in=Report.DECISIONS_AGAINST)
        ).distinct()

    def waiting(self) -> Self:
        return self.exclude(state=Report.State.DECIDED)

    def about_the_same(self, report: "Report") -> Self:
        return self.filter(kind=report.kind, target_id=report.target_id)


class Report(models.Model):
    """Somebody says that something breaks the rules; a moderator decides, with reasons."""

    class Reason(models.TextChoices):
        UNKIND = "unkind", _("It is unkind, hateful or harassing")
        PRIVATE = "private", _("It shows private things, or who somebody is")
        COPIED = "copied", _("It is somebody else's work")
        UNFAIR = "unfair", _("It is unfair, or the work was not read")
        SPAM = "spam", _("It is advertising, or does not belong here")
        UNSAFE = "unsafe", _("It is dangerous or against the law")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        CLAIMED = "claimed", _("Being looked at")
        DECIDED = "decided", _("Decided")

    class Decision(models.TextChoices):
        DISMISSED = "dismissed", _("No rule was broken")
        WARNED = "warned", _("The person was warned")
        HIDDEN = "hidden", _("It was hidden")
        SUSPENDED = "suspended", _("It was hidden and the person suspended")

    DECISIONS_AGAINST = (Decision.WARNED, Decision.HIDDEN, Decision.SUSPENDED)

    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports_made",
    )
    # A name from `accounts.reportables`, and the key of what is meant.
    kind = models.CharField(max_length=20)
    target_id = models.PositiveBigIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports_about",
        help_text=_("Whose it is."),
    )
    reason = models.CharField(max_length=12, choices=Reason)
    note = models.TextField(_("note"), blank=True, validators=[MaxLengthValidator(1000)])
    # As it stood then: what somebody changes afterwards does not change what was reported.
    title = models.CharField(max_length=200, blank=True)
    excerpt = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    explanation = models.TextField(_("reasons"), blank=True, validators=[MaxLengthValidator(2000)])
    decided_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReportQuerySet.as_manager()

    class Meta:
        db_table = "reports"
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "kind", "target_id"],
                condition=~Q(state="decided"),
                name="reports_one_waiting",
            ),
            models.CheckConstraint(
                condition=~Q(state="decided") | ~Q(decision="") & Q(decided_at__isnull=False),
                name="reports_decided_with_decision",
            ),
        ]
        indexes = [
            # The moderators' queue, the longest wait first.
            models.Index(
                fields=["created_at"], condition=~Q(state="decided"), name="reports_waiting"
            ),
            # All reports of one thing are decided at once.
            models.Index(fields=["kind", "target_id"], name="reports_of_one_thing"),
            # "Reports and decisions" of a learner, and what was decided before on a person.
            models.Index(fields=["reporter", "-created_at"], name="reports_made"),
            models.Index(fields=["person", "-created_at"], name="reports_about"),
            # What was decided last.
            models.Index(fields=["state", "-decided_at"], name="reports_decided"),
        ]

    def __str__(self) -> str:
        return f"Report {self.pk} of {self.kind} {self.target_id}"

    def get_absolute_url(self) -> str:
        return reverse("moderation:one", args=[self.pk])

    def is_visible_to(self, user: "User") -> bool:
        return self.reporter_id == user.pk or self.fell_on(user) or user.is_moderator

    def fell_on(self, user: "User") -> bool:
        """Whether a moderator's decision was against something of this person's."""
        return self.person_id == user.pk and self.decision in self.DECISIONS_AGAINST

    @property
    def can_be_undone(self) -> bool:
        is_lasting = self.decision in {self.Decision.HIDDEN, self.Decision.SUSPENDED}
        return is_lasting and self.undone_at is None


class BlockQuerySet(models.QuerySet["Block"]):
    def visible_to(self, user: "User") -> Self:
        """One's own: nobody learns that they were blocked."""
        return self.filter(blocker=user)

    def standing(self) -> Self:
        """Those that were not taken back. All but the queue of reviews ask for these alone."""
        return self.filter(ended_at=None)


class Block(models.Model):
    """Somebody wants nothing to do with somebody else, in either direction.

    One that was taken back is kept for a while: work that was handed in while it stood still does
    not go to the blocker, or taking a block back would tell whose it is.
    """

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks"
    )
    blocked = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocked_by"
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = BlockQuerySet.as_manager()

    class Meta:
        db_table = "blocks"
        constraints = [
            # Also the index for whom somebody blocks.
            models.UniqueConstraint(
                fields=["blocker", "blocked"], condition=Q(ended_at=None), name="blocks_once"
            ),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="blocks_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"

    def is_visible_to(self, user: "User") -> bool:
        return self.blocker_id == user.pk
