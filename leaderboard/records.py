"""What the site keeps so that streaks are fair and badges can be proved."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learnquest.core.own import OwnQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class Outage(models.Model):
    """A time in which the site could not be used. Days that it touches break no streak."""

    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    note = models.CharField(_("what happened"), max_length=200, blank=True)
    is_detected = models.BooleanField(default=False, editable=False)

    class Meta:
        db_table = "outages"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="outages_end_after_start",
                violation_error_message=_("An outage ends after it began."),
            ),
            # Two workers that notice one outage write it down once.
            models.UniqueConstraint(
                fields=["starts_at"], condition=Q(is_detected=True), name="outages_detected_once"
            ),
        ]
        indexes = [
            # A streak looks back over a year.
            models.Index(fields=["ends_at"], name="outages_recent")
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When the site was last seen at work: one row, moved on every few minutes."""

    name = models.CharField(max_length=20, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "heartbeats"

    def __str__(self) -> str:
        return f"{self.name} at {self.seen_at:%Y-%m-%d %H:%M}"


class ZoneMove(models.Model):
    """A learner changed their time zone: their days before it stay the days that they were."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="zone_moves"
    )
    before = models.CharField(max_length=64)
    after = models.CharField(max_length=64)
    moved_at = models.DateTimeField(default=timezone.now)

    objects = OwnQuerySet["ZoneMove"].as_manager()

    class Meta:
        db_table = "zone_moves"
        indexes = [
            # The streak of one learner.
            models.Index(fields=["user", "moved_at"], name="zone_moves_mine")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.before} to {self.after}"

    def is_visible_to(self, user: "User") -> bool:
        return self.user_id == user.pk


class SigningKey(models.Model):
    """A key that signs badges. The public half stays published for as long as they are believed.

    The private half is encrypted with a key made of SECRET_KEY; empty where the settings hold it.
    """

    name = models.CharField(max_length=64, unique=True)
    public = models.TextField()
    private = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "signing_keys"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
