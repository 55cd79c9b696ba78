"""People, their API tokens, and what they are told."""

import zoneinfo
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.conduct import Block, Hideable, Report
from accounts.usernames import in_plain_letters, is_reserved
from learnquest.core.own import OwnQuerySet
from learnquest.core.text import LineField


def validate_time_zone(name: str) -> None:
    """Refuse a name that the IANA time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone such as Europe/Berlin."))


def validate_locale(code: str) -> None:
    """Refuse a language in which the site does not speak."""
    if code not in dict(settings.LANGUAGES):
        raise ValidationError(_("The site does not speak this language."))


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by e-mail address, whatever its case."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a learner; without a username, one is made from the e-mail's local part."""
        email = self.normalize_email(email)
        fields.setdefault("username", self.free_username(email.split("@")[0]))
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create somebody who may do everything, in the admin too."""
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)

    def free_username(self, wish: str) -> str:
        """Return `wish` made valid, with a short random end where it is taken or reserved."""
        name = in_plain_letters(wish, most=24) or "learner"
        is_free = len(name) > 2 and not is_reserved(name)
        if not is_free or self.filter(username__iexact=name).exists():
            name = f"{name}-{uuid4().hex[:6]}"
        return name

    def visible_to(self, viewer: "User") -> "models.QuerySet[User]":
        """People whose profile `viewer` may open."""
        present = self.filter(is_active=True, erase_at=None)
        if viewer.is_moderator:
            return present
        others = Q(is_profile_public=True, hidden_at=None) & viewer.not_apart("pk")
        return present.filter(others | Q(pk=viewer.pk))


class User(Hideable, AbstractUser):
    """A person. Signs in by e-mail; others know them by username and display name.

    What a moderator hides of a person is their page, with picture, name and text.
    """

    first_name = None  # type: ignore[assignment]  # one display name serves every culture
    last_name = None  # type: ignore[assignment]

    email = models.EmailField(_("e-mail address"), max_length=254)
    username = models.CharField(
        _("username"),
        max_length=32,
        validators=[
            RegexValidator(
                r"\A[a-zA-Z0-9][a-zA-Z0-9_-]{2,31}\Z",
                _("Use 3 to 32 letters, digits, hyphens or underscores, letter or digit first."),
            )
        ],
        help_text=_("In the address of your public profile."),
    )
    display_name = LineField(_("display name"), max_length=60, blank=True)
    bio = models.CharField(_("about you"), max_length=500, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    locale = models.CharField(
        _("language"), max_length=12, default="en", validators=[validate_locale]
    )
    # A name that nobody can guess, in MEDIA_ROOT; the page that serves it looks for it by name.
    avatar = models.FileField(_("picture"), max_length=100, blank=True, db_index=True)
    is_profile_public = models.BooleanField(_("show my profile to other learners"), default=False)
    is_on_leaderboard = models.BooleanField(_("show me on the leaderboard"), default=True)
    sees_only_neighbours = models.BooleanField(
        _("show me only my neighbours on the leaderboard"), default=False
    )
    wants_review_mail = models.BooleanField(_("mail me when a review arrives"), default=True)
    wants_review_invitations = models.BooleanField(
        _("ask me when work in my fields waits for a review"), default=True
    )
    wants_digest_mail = models.BooleanField(_("mail me a weekly digest"), default=True)
    wants_moderation_mail = models.BooleanField(
        _("mail me what moderators decide on my reports and my content"), default=True
    )
    # When a learner who asked to leave is erased. Until then they may sign in and stay.
    erase_at = models.DateTimeField(_("to be erased"), null=True, blank=True)
    # Since when a moderator keeps this person out; they are inactive meanwhile. Without an end it
    # lasts until a moderator lifts it.
    suspended_at = models.DateTimeField(null=True, blank=True, editable=False)
    suspended_until = models.DateTimeField(null=True, blank=True, editable=False)
    suspended_for = models.CharField(max_length=2000, blank=True, editable=False)
    wants_ai = models.BooleanField(
        _("let an AI model read my goals and my work"),
        default=True,
        help_text=_("Without it the built-in coach answers, and nothing leaves this server."),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # ours: by e-mail

    class Meta:
        db_table = "users"
        permissions = [("moderate", "May see and decide on reported and unsettled work")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="users_email_unique",
                violation_error_message=_("This e-mail address is in use."),
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="users_username_unique",
                violation_error_message=_("This username is taken."),
            ),
        ]
        indexes = [
            # The daily job that erases those whose time is up; nearly everybody stays.
            models.Index(
                fields=["erase_at"], condition=Q(erase_at__isnull=False), name="users_leaving"
            ),
            # The moderators' list of the suspended, and the job that lets them in again.
            models.Index(
                fields=["suspended_at"],
                condition=Q(suspended_at__isnull=False),
                name="users_suspended",
            ),
            # The weekly digest asks who it is Monday morning for.
            models.Index(
                fields=["time_zone", "id"],
                condition=Q(wants_digest_mail=True, is_active=True),
                name="users_of_the_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What others call this person. A name that a moderator hid with the page is nobody's."""
        if self.is_hidden:
            return str(_("A learner"))
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def today(self, now: datetime | None = None) -> date:
        """Return the day it is where this person lives."""
        return timezone.localdate(now, zoneinfo.ZoneInfo(self.time_zone))

    @property
    def is_moderator(self) -> bool:
        """Whether this person may see reported and unsettled work of others."""
        return self.is_active and self.has_perm("accounts.moderate")

    @property
    def is_leaving(self) -> bool:
        """Whether this person asked for their account to be erased."""
        return self.erase_at is not None

    @property
    def is_suspended(self) -> bool:
        """Whether a moderator keeps this person out; they are inactive then, too."""
        return self.suspended_at is not None

    @property
    def is_present(self) -> bool:
        """Whether others may meet this person at all."""
        return self.is_active and not self.is_leaving

    def is_profile_visible_to(self, viewer: "User") -> bool:
        """Whether `viewer` may open this person's profile page."""
        if not self.is_present:
            return False
        if self.pk == viewer.pk or viewer.is_moderator:
            return True
        is_open = self.is_profile_public and not self.is_hidden
        return is_open and not self.is_apart_from(viewer.pk)

    def not_apart(self, path: str) -> Q:
        """Return which rows are of nobody who blocks this person or whom this person blocks.

        `path` leads from a row to whose it is. Moderators see everybody: their callers do not ask.
        """
        standing = Block.objects.standing()
        mine = standing.filter(blocker=self.pk).values("blocked")
        theirs = standing.filter(blocked=self.pk).values("blocker")
        return ~Q(**{f"{path}__in": mine}) & ~Q(**{f"{path}__in": theirs})

    @cached_property
    def apart_ids(self) -> frozenset[int]:
        """Whom this person blocks and who blocks them, read once for a page full of people."""
        pairs = Block.objects.standing().filter(Q(blocker=self.pk) | Q(blocked=self.pk))
        rows = pairs.values_list("blocker", "blocked")
        return frozenset(one for pair in rows for one in pair) - {self.pk}

    def is_apart_from(self, other_id: int | None) -> bool:
        """Whether one of the two blocks the other."""
        return other_id in self.apart_ids

    def is_visible_to(self, viewer: "User") -> bool:
        return self.is_profile_visible_to(viewer)


class RefreshToken(models.Model):
    """One use of one sign-in by an API client. Only the SHA-256 of the token is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="refresh_tokens"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    family = models.UUIDField(default=uuid4)
    # A digest that changes with the user's password: then no token of before is good.
    auth_hash = models.CharField(max_length=64)
    # When somebody signed in; each refresh hands it on.
    begun_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces"
    )
    user_agent = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)

    objects = OwnQuerySet["RefreshToken"].as_manager()

    class Meta:
        db_table = "refresh_tokens"
        indexes = [
            # Sign-out and replay revoke a whole family.
            models.Index(fields=["family"], name="refresh_family"),
            # Each request of an API client asks whether its family lives.
            models.Index(
                fields=["family"],
                condition=Q(used_at=None, revoked_at=None),
                name="refresh_live",
            ),
            # `clear_tokens` deletes what has expired.
            models.Index(fields=["expires_at"], name="refresh_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.family}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something that happened to a learner's work, with the page that shows it."""

    class Kind(models.TextChoices):
        PLAN_READY = "plan_ready", _("Your plan is ready")
        PLAN_FAILED = "plan_failed", _("Your plan could not be made")
        FEEDBACK_READY = "feedback_ready", _("Feedback on your work is ready")
        FEEDBACK_FAILED = "feedback_failed", _("Feedback on your work could not be made")
        REVIEW_RECEIVED = "review_received", _("Somebody reviewed your work")
        ACCEPTED = "accepted", _("Your work was accepted")
        RETURNED = "returned", _("Your work came back for another try")
        PROVISIONAL = "provisional", _("A provisional result stands for your work")
        REVIEW_HELPFUL = "review_helpful", _("Your review was marked helpful")
        REVIEW_INVITED = "review_invited", _("Work waits for a review")
        REVIEW_DUE = "review_due", _("A review in your hands is due soon")
        BADGE = "badge", _("You earned a badge")
        SECURITY = "security", _("Security notice")
        EXPORT_READY = "export_ready", _("Your data is ready to download")
        EXPORT_FAILED = "export_failed", _("Your data could not be put together")
        LEAVING = "leaving", _("Your account is about to be deleted")
        REPORT_DECIDED = "report_decided", _("A moderator has decided on your report")
        MODERATED = "moderated", _("A moderator has decided on something of yours")
        NAMES_OFFERED = "names_offered", _("Somebody would like to exchange names")
        NAMES_SHOWN = "names_shown", _("You now know each other's names")
        THANKED = "thanked", _("The author thanks you for your review")
        ANSWERED = "answered", _("Somebody answered a review")
        APPEALED = "appealed", _("The outcome is looked at again")
        APPEAL_ASKED = "appeal_asked", _("You are asked for a second opinion")
        APPEAL_DECIDED = "appeal_decided", _("A moderator has decided on an appeal")
        COPY_FOUND = "copy_found", _("Your work was found to copy other work")
        COPY_UNDONE = "copy_undone", _("Your work is not held to be a copy any more")
        CLAIM_ENDED = "claim_ended", _("Work in your hands needs no review any more")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    subject = models.CharField(max_length=200, blank=True)
    target = models.CharField(max_length=200, blank=True, help_text="Path of the page to open.")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notifications"
        indexes = [
            # The inbox page: newest first.
            models.Index(fields=["user", "-created_at"], name="notifications_inbox"),
            # The count in every page's header.
            models.Index(fields=["user"], condition=Q(read_at=None), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk


class IdempotentRequest(models.Model):
    """A creating request that a client may send twice, and what it was answered."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idempotent_requests"
    )
    key = models.CharField(max_length=200)
    route = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = OwnQuerySet["IdempotentRequest"].as_manager()

    class Meta:
        db_table = "idempotent_requests"
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotent_requests_key_unique")
        ]
        indexes = [
            # What has expired is deleted with the next request of the same learner.
            models.Index(fields=["user", "expires_at"], name="idempotent_requests_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.route}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk


class ScheduledJob(models.Model):
    """When a job of `learnquest.core.schedule` is due next. Whoever moves that on, starts it."""

    name = models.CharField(max_length=80, unique=True)
    next_due = models.DateTimeField()
    last_started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "scheduled_jobs"

    def __str__(self) -> str:
        return self.name


class DataExportQuerySet(models.QuerySet["DataExport"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)


class DataExport(models.Model):
    """All that is kept of a learner, asked for by them, as one file for a few days."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Being put together")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_exports"
    )
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    file = models.FileField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = DataExportQuerySet.as_manager()

    class Meta:
        db_table = "data_exports"
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(status="pending"),
                name="data_exports_one_pending",
            )
        ]
        indexes = [
            # "Your data", newest first, and the count of the last day.
            models.Index(fields=["user", "-created_at"], name="data_exports_mine"),
            # `clear_exports` deletes what has expired.
            models.Index(fields=["expires_at"], name="data_exports_expiry"),
        ]

    def __str__(self) -> str:
        return f"Export {self.pk} for user {self.user_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk


# Django looks for models here; those of the site's own work have a file of their own.
from accounts.records import AuditEvent, KnownDevice, OutgoingMail, WeeklyDigest  # noqa: E402

__all__ = [
    "AuditEvent",
    "Block",
    "DataExport",
    "IdempotentRequest",
    "KnownDevice",
    "Notification",
    "OutgoingMail",
    "RefreshToken",
    "Report",
    "ScheduledJob",
    "User",
    "WeeklyDigest",
    "validate_time_zone",
]
