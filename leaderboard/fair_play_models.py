"""Points that wait for a moderator, and what looks wrong about an account."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models import User


class Pattern(models.TextChoices):
    """What was noticed."""

    RECIPROCITY = "reciprocity", _("Two review each other again and again")
    RING = "ring", _("A few review each other in a circle")
    SAME_DEVICE = "same_device", _("Several accounts on one device")
    SAME_ADDRESS = "same_address", _("Several accounts at one address, and they review each other")
    SELF_REVIEW = "self_review", _("Somebody reviews work of what may be their own other account")


class ForModeratorsQuerySet[M: models.Model](models.QuerySet[M]):
    def visible_to(self, user: "User") -> Self:
        return self if user.is_moderator else self.none()


class HeldPoints(models.Model):
    """Points earned in a way that asks for a second look. Not in the ledger until released."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RELEASED = "released", _("Released")
        REFUSED = "refused", _("Refused")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="held_points"
    )
    # All that `points.award` needs, once a moderator lets it.
    amount = models.IntegerField()
    reason = models.CharField(max_length=16)
    key = models.CharField(max_length=100, unique=True)
    category = models.CharField(max_length=16, blank=True)
    occurred_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    pattern = models.CharField(max_length=16, choices=Pattern)
    # Whom the pattern joins, for the moderator alone.
    others = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ForModeratorsQuerySet["HeldPoints"].as_manager()

    class Meta:
        db_table = "held_points"
        verbose_name_plural = "held points"
        default_permissions = ("view",)
        ordering: ClassVar[list[str]] = ["occurred_at", "pk"]
        indexes = [
            # The moderators' list: what has waited longest.
            models.Index(
                fields=["occurred_at"], condition=Q(state="waiting"), name="held_points_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.user_id}: {self.pattern}"

    def is_visible_to(self, user: "User") -> bool:
        return user.is_moderator


class Suspicion(models.Model):
    """Two accounts that may be one person's. A flag for people to look at: nothing follows of it.

    The two stand in the order of their ids, so that a pair is there once.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CONFIRMED = "confirmed", _("Confirmed")
        DISMISSED = "dismissed", _("Dismissed")

    first = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    pattern = models.CharField(max_length=16, choices=Pattern)
    reviews = models.PositiveIntegerField(
        default=0, help_text=_("How often one reviewed the other, in ninety days.")
    )
    noticed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ForModeratorsQuerySet["Suspicion"].as_manager()

    class Meta:
        db_table = "suspicions"
        default_permissions = ("view",)
        ordering: ClassVar[list[str]] = ["-reviews", "-noticed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second", "pattern"], name="suspicions_pair_once"
            ),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second")), name="suspicions_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} and {self.second_id}: {self.pattern}"

    def is_visible_to(self, user: "User") -> bool:
        return user.is_moderator
