"""The tables of accounts, and the one in which requests are counted where there is no Redis."""

import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import accounts.models


def make_counts(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Does nothing for caches that are no tables, and for a table that exists.
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_counts(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP TABLE IF EXISTS rate_limits")


class Migration(migrations.Migration):
    initial = True

    # What stood here before; remove the list with the first release.
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_rate_limits"),
        ("accounts", "0003_refresh_tokens_and_schedule"),
        ("accounts", "0004_leaving_exports_and_pictures"),
        ("accounts", "0005_mail_devices_and_audit"),
        ("accounts", "0006_idempotent_requests"),
        ("accounts", "0007_wants_ai"),
        ("accounts", "0008_reports_blocks_and_suspension"),
        ("accounts", "0009_review_invitations"),
        ("accounts", "0010_sees_only_neighbours"),
        ("accounts", "0011_more_kinds_of_notification"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScheduledJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("next_due", models.DateTimeField()),
                ("last_started_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "scheduled_jobs",
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "username",
                    models.CharField(
                        help_text="In the address of your public profile.",
                        max_length=32,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-zA-Z0-9][a-zA-Z0-9_-]{2,31}\\Z",
                                "Use 3 to 32 letters, digits, hyphens or underscores, letter or digit first.",
                            )
                        ],
                        verbose_name="username",
                    ),
                ),
                (
                    "display_name",
                    models.CharField(blank=True, max_length=60, verbose_name="display name"),
                ),
                ("bio", models.CharField(blank=True, max_length=500, verbose_name="about you")),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[accounts.models.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "locale",
                    models.CharField(
                        default="en",
                        max_length=12,
                        validators=[accounts.models.validate_locale],
                        verbose_name="language",
                    ),
                ),
                (
                    "avatar",
                    models.FileField(
                        blank=True, db_index=True, upload_to="", verbose_name="picture"
                    ),
                ),
                (
                    "is_profile_public",
                    models.BooleanField(
                        default=False, verbose_name="show my profile to other learners"
                    ),
                ),
                (
                    "is_on_leaderboard",
                    models.BooleanField(default=True, verbose_name="show me on the leaderboard"),
                ),
                (
                    "sees_only_neighbours",
                    models.BooleanField(
                        default=False, verbose_name="show me only my neighbours on the leaderboard"
                    ),
                ),
                (
                    "wants_review_mail",
                    models.BooleanField(default=True, verbose_name="mail me when a review arrives"),
                ),
                (
                    "wants_review_invitations",
                    models.BooleanField(
                        default=True,
                        verbose_name="ask me when work in my fields waits for a review",
                    ),
                ),
                (
                    "wants_digest_mail",
                    models.BooleanField(default=True, verbose_name="mail me a weekly digest"),
                ),
                (
                    "wants_moderation_mail",
                    models.BooleanField(
                        default=True,
                        verbose_name="mail me what moderators decide on my reports and my content",
                    ),
                ),
                (
                    "erase_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="to be erased"),
                ),
                ("suspended_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("suspended_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("suspended_for", models.CharField(blank=True, editable=False, max_length=2000)),
                (
                    "wants_ai",
                    models.BooleanField(
                        default=True,
                        help_text="Without it the built-in coach answers, and nothing leaves this server.",
                        verbose_name="let an AI model read my goals and my work",
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "db_table": "users",
                "permissions": [("moderate", "May see and decide on reported and unsettled work")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("erase_at__isnull", False)),
                        fields=["erase_at"],
                        name="users_leaving",
                    ),
                    models.Index(
                        condition=models.Q(("suspended_at__isnull", False)),
                        fields=["suspended_at"],
                        name="users_suspended",
                    ),
                    models.Index(
                        condition=models.Q(("is_active", True), ("wants_digest_mail", True)),
                        fields=["time_zone", "id"],
                        name="users_of_the_digest",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        name="users_email_unique",
                        violation_error_message="This e-mail address is in use.",
                    ),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("username"),
                        name="users_username_unique",
                        violation_error_message="This username is taken.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("signed_up", "Signed up"),
                            ("signed_in", "Signed in"),
                            ("sign_in_failed", "Sign-in failed"),
                            ("signed_out", "Signed out"),
                            ("signed_out_everywhere", "Signed out everywhere"),
                            ("new_device", "Signed in from a new device"),
                            ("api_signed_in", "API client signed in"),
                            ("api_signed_out", "API client signed out"),
                            ("token_replayed", "Refresh token replayed"),
                            ("factor_added", "Second factor added"),
                            ("factor_removed", "Second factor removed"),
                            ("factor_reset", "Recovery codes made anew"),
                            ("factor_failed", "Second factor refused"),
                            ("password_changed", "Password changed"),
                            ("password_reset", "Password reset"),
                            ("email_changed", "E-mail address changed"),
                            ("email_confirmed", "E-mail address confirmed"),
                            ("data_exported", "Data exported"),
                            ("deletion_requested", "Deletion asked for"),
                            ("deletion_undone", "Deletion undone"),
                            ("account_deleted", "Account deleted"),
                            ("role_changed", "Role changed"),
                            ("moderated", "Moderated"),
                        ],
                        max_length=24,
                    ),
                ),
                ("user_label", models.CharField(blank=True, max_length=32)),
                ("address", models.GenericIPAddressField(blank=True, null=True)),
                ("user_agent", models.CharField(blank=True, max_length=200)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        help_text="Who did it, where that is somebody else.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whom it is about.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "audit_events",
                "ordering": ["-occurred_at", "-pk"],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["-occurred_at", "-id"], name="audit_events_newest"),
                    models.Index(fields=["kind", "-occurred_at"], name="audit_events_kind"),
                    models.Index(fields=["user", "-occurred_at"], name="audit_events_user"),
                    models.Index(fields=["user_label"], name="audit_events_label"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "blocked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocked_by",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "blocker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "blocks",
                "constraints": [
                    models.UniqueConstraint(fields=("blocker", "blocked"), name="blocks_once"),
                    models.CheckConstraint(
                        condition=models.Q(("blocker", models.F("blocked")), _negated=True),
                        name="blocks_not_oneself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DataExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Being put together"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("file", models.FileField(blank=True, upload_to="")),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="data_exports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "data_exports",
                "indexes": [
                    models.Index(fields=["user", "-created_at"], name="data_exports_mine"),
                    models.Index(fields=["expires_at"], name="data_exports_expiry"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "pending")),
                        fields=("user",),
                        name="data_exports_one_pending",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotentRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200)),
                ("route", models.CharField(max_length=200)),
                ("request_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("body", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="idempotent_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "idempotent_requests",
                "indexes": [
                    models.Index(fields=["user", "expires_at"], name="idempotent_requests_expiry")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "key"), name="idempotent_requests_key_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownDevice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark_hash", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=100)),
                ("first_seen", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_seen", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="known_devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "known_devices",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "mark_hash"), name="known_devices_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plan_ready", "Your plan is ready"),
                            ("plan_failed", "Your plan could not be made"),
                            ("feedback_ready", "Feedback on your work is ready"),
                            ("feedback_failed", "Feedback on your work could not be made"),
                            ("review_received", "Somebody reviewed your work"),
                            ("accepted", "Your work was accepted"),
                            ("returned", "Your work came back for another try"),
                            ("provisional", "A provisional result stands for your work"),
                            ("review_helpful", "Your review was marked helpful"),
                            ("review_invited", "Work waits for a review"),
                            ("review_due", "A review in your hands is due soon"),
                            ("badge", "You earned a badge"),
                            ("security", "Security notice"),
                            ("export_ready", "Your data is ready to download"),
                            ("export_failed", "Your data could not be put together"),
                            ("leaving", "Your account is about to be deleted"),
                            ("report_decided", "A moderator has decided on your report"),
                            ("moderated", "A moderator has decided on something of yours"),
                            ("names_offered", "Somebody would like to exchange names"),
                            ("names_shown", "You now know each other's names"),
                            ("thanked", "The author thanks you for your review"),
                            ("answered", "Somebody answered a review"),
                            ("appealed", "The outcome is looked at again"),
                            ("appeal_asked", "You are asked for a second opinion"),
                            ("appeal_decided", "A moderator has decided on an appeal"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200)),
                (
                    "target",
                    models.CharField(
                        blank=True, help_text="Path of the page to open.", max_length=200
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notifications",
                "indexes": [
                    models.Index(fields=["user", "-created_at"], name="notifications_inbox"),
                    models.Index(
                        condition=models.Q(("read_at", None)),
                        fields=["user"],
                        name="notifications_unread",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutgoingMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("message_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("template", models.CharField(max_length=60)),
                ("to", models.EmailField(max_length=254)),
                ("subject", models.CharField(max_length=250)),
                ("text", models.TextField(blank=True)),
                ("html", models.TextField(blank=True)),
                ("headers", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "Queued"), ("sent", "Sent"), ("failed", "Failed")],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "outgoing_mails",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["next_try"],
                        name="outgoing_mails_due",
                    ),
                    models.Index(fields=["created_at"], name="outgoing_mails_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("family", models.UUIDField(default=uuid.uuid4)),
                ("auth_hash", models.CharField(max_length=64)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("user_agent", models.CharField(blank=True, max_length=200)),
                ("ip", models.GenericIPAddressField(blank=True, null=True)),
                (
                    "replaced_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replaces",
                        to="accounts.refreshtoken",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="refresh_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "refresh_tokens",
                "indexes": [
                    models.Index(fields=["family"], name="refresh_family"),
                    models.Index(
                        condition=models.Q(("revoked_at", None), ("used_at", None)),
                        fields=["family"],
                        name="refresh_live",
                    ),
                    models.Index(fields=["expires_at"], name="refresh_expiry"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("target_id", models.PositiveBigIntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("unkind", "It is unkind, hateful or harassing"),
                            ("private", "It shows private things, or who somebody is"),
                            ("copied", "It is somebody else's work"),
                            ("unfair", "It is unfair, or the work was not read"),
                            ("spam", "It is advertising, or does not belong here"),
                            ("unsafe", "It is dangerous or against the law"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "note",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(1000)],
                        verbose_name="note",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=200)),
                ("excerpt", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Waiting"),
                            ("claimed", "Being looked at"),
                            ("decided", "Decided"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("dismissed", "No rule was broken"),
                            ("warned", "The person was warned"),
                            ("hidden", "It was hidden"),
                            ("suspended", "It was hidden and the person suspended"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "explanation",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="reasons",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "moderator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose it is.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_about",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports_made",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "reports",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "decided"), _negated=True),
                        fields=["created_at"],
                        name="reports_waiting",
                    ),
                    models.Index(fields=["kind", "target_id"], name="reports_of_one_thing"),
                    models.Index(fields=["reporter", "-created_at"], name="reports_made"),
                    models.Index(fields=["person", "-created_at"], name="reports_about"),
                    models.Index(fields=["state", "-decided_at"], name="reports_decided"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "decided"), _negated=True),
                        fields=("reporter", "kind", "target_id"),
                        name="reports_one_waiting",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "decided"), _negated=True),
                            models.Q(
                                models.Q(("decision", ""), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="reports_decided_with_decision",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WeeklyDigest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "week",
                    models.CharField(
                        help_text="ISO week in the learner's zone: 2026-W48.", max_length=8
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="weekly_digests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "weekly_digests",
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("user", "week"), name="weekly_digests_once")
                ],
            },
        ),
        migrations.RunPython(make_counts, drop_counts),
    ]
