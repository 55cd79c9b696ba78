"""What the site keeps of its own work: mails on their way, known devices, and the audit log."""

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learnquest.core.own import OwnQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class OutgoingMail(models.Model):
    """A mail, from the deed that causes it until a mail server has taken it.

    Its words are gone once it is sent: a link in it may open an account.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    # The same for each try, so that a reader's mail program can tell a second copy.
    message_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    template = models.CharField(max_length=60)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=250)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # A worker that takes the mail moves this ahead, so that no other takes it meanwhile.
    next_try = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OwnQuerySet["OutgoingMail"].as_manager()

    class Meta:
        db_table = "outgoing_mails"
        default_permissions = ("view",)
        indexes = [
            # The sweep for mails whose worker died, every few minutes.
            models.Index(
                fields=["next_try"], condition=Q(state="queued"), name="outgoing_mails_due"
            ),
            # The admin's list, and the clearing of old ones.
            models.Index(fields=["created_at"], name="outgoing_mails_age"),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.state})"

    def is_visible_to(self, user: "User") -> bool:
        return self.user_id == user.pk


class KnownDevice(models.Model):
    """A browser or app from which somebody has signed in. Only a hash of its mark is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_devices"
    )
    mark_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=100)
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)

    objects = OwnQuerySet["KnownDevice"].as_manager()

    class Meta:
        db_table = "known_devices"
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["user", "mark_hash"], name="known_devices_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.name}"

    def is_visible_to(self, user: "User") -> bool:
        return self.user_id == user.pk


class WeeklyDigest(models.Model):
    """That a learner was told about a week; the database lets it happen once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="weekly_digests"
    )
    week = models.CharField(max_length=8, help_text="ISO week in the learner's zone: 2026-W48.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = OwnQuerySet["WeeklyDigest"].as_manager()

    class Meta:
        db_table = "weekly_digests"
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["user", "week"], name="weekly_digests_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.week}"

    def is_visible_to(self, user: "User") -> bool:
        return self.user_id == user.pk


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: "User") -> Self:
        """One's own events; all of them for those who may read the log."""
        return self if user.has_perm("accounts.view_auditevent") else self.filter(user=user)

    def update(self, **values: Any) -> int:
        raise TypeError("What the audit log says is not changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("The audit log is not deleted, save by audit.purge.")


class AuditEvent(models.Model):
    """Something that matters to security happened. Written once, by `accounts.audit.record`."""

    class Kind(models.TextChoices):
        SIGNED_UP = "signed_up", _("Signed up")
        SIGNED_IN = "signed_in", _("Signed in")
        SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
        SIGNED_OUT = "signed_out", _("Signed out")
        SIGNED_OUT_EVERYWHERE = "signed_out_everywhere", _("Signed out everywhere")
        NEW_DEVICE = "new_device", _("Signed in from a new device")
        API_SIGNED_IN = "api_signed_in", _("API client signed in")
        API_SIGNED_OUT = "api_signed_out", _("API client signed out")
        TOKEN_REPLAYED = "token_replayed", _("Refresh token replayed")
        FACTOR_ADDED = "factor_added", _("Second factor added")
        FACTOR_REMOVED = "factor_removed", _("Second factor removed")
        FACTOR_RESET = "factor_reset", _("Recovery codes made anew")
        FACTOR_FAILED = "factor_failed", _("Second factor refused")
        PASSWORD_CHANGED = "password_changed", _("Password changed")
        PASSWORD_RESET = "password_reset", _("Password reset")
        EMAIL_CHANGED = "email_changed", _("E-mail address changed")
        EMAIL_CONFIRMED = "email_confirmed", _("E-mail address confirmed")
        DATA_EXPORTED = "data_exported", _("Data exported")
        DELETION_REQUESTED = "deletion_requested", _("Deletion asked for")
        DELETION_UNDONE = "deletion_undone", _("Deletion undone")
        ACCOUNT_DELETED = "account_deleted", _("Account deleted")
        ROLE_CHANGED = "role_changed", _("Role changed")
        MODERATED = "moderated", _("Moderated")

    kind = models.CharField(max_length=24, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Whom it is about."),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Who did it, where that is somebody else."),
    )
    # A keyed hash of the e-mail address: ties events of one account together after it is gone,
    # and failures at one address without keeping what was typed.
    user_label = models.CharField(max_length=32, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField(default=timezone.now)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        db_table = "audit_events"
        default_permissions = ("view",)
        ordering: ClassVar[list[str]] = ["-occurred_at", "-pk"]
        indexes = [
            # The admin's list: newest first, all or of one kind.
            models.Index(fields=["-occurred_at", "-id"], name="audit_events_newest"),
            models.Index(fields=["kind", "-occurred_at"], name="audit_events_kind"),
            # What happened to one account.
            models.Index(fields=["user", "-occurred_at"], name="audit_events_user"),
            models.Index(fields=["user_label"], name="audit_events_label"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("What the audit log says is not changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("The audit log is not deleted, save by audit.purge.")

    def is_visible_to(self, user: "User") -> bool:
        return self.user_id == user.pk or user.has_perm("accounts.view_auditevent")
