from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # What stood here before; remove the list with the first release.
    replaces = [
        ("submissions", "0001_initial"),
        ("submissions", "0002_attachments_and_history"),
        ("submissions", "0003_alike_texts"),
        ("submissions", "0004_hidden_submissions"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
        ("challenges", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("attempt", models.PositiveSmallIntegerField(default=1)),
                (
                    "body",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(50000)],
                        verbose_name="your work",
                    ),
                ),
                (
                    "link",
                    models.URLField(
                        blank=True,
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                        verbose_name="link",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "In review"),
                            ("accepted", "Accepted"),
                            ("returned", "Try again"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawals", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "score",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                (
                    "score_error",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="submissions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="submissions",
                        to="challenges.challenge",
                    ),
                ),
            ],
            options={
                "db_table": "submissions",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "submitted")),
                        fields=["submitted_at"],
                        name="submissions_waiting",
                    ),
                    models.Index(fields=["author", "-saved_at"], name="submissions_mine"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "draft")),
                        fields=("challenge", "author"),
                        name="submissions_one_draft",
                    ),
                    models.UniqueConstraint(
                        fields=("challenge", "author", "attempt"), name="submissions_attempt_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "draft"), ("submitted_at__isnull", False), _connector="OR"
                        ),
                        name="submissions_handed_in_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score", None),
                            models.Q(("score__gte", Decimal("0")), ("score__lte", Decimal("100"))),
                            _connector="OR",
                        ),
                        name="submissions_score_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimilarityFlag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "percent",
                    models.PositiveSmallIntegerField(
                        help_text="Passages of three words that both share, of all that either has."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be looked at"),
                            ("dismissed", "No harm in it"),
                            ("confirmed", "Copied"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(500)],
                        verbose_name="reason",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="submissions.submission",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="similarity_flags",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "similarity_flags",
                "indexes": [
                    models.Index(fields=["state", "created_at"], name="similarity_flags_queue")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "other"), name="similarity_flags_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("submission", models.F("other")), _negated=True),
                        name="similarity_flags_two_works",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "open"),
                            models.Q(
                                models.Q(("reason", ""), _negated=True),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="similarity_flags_decided_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.TextField(blank=True)),
                ("link", models.CharField(blank=True, max_length=500)),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "draft_revisions",
                "indexes": [
                    models.Index(
                        fields=["submission", "-saved_at"], name="draft_revisions_of_draft"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("file", models.FileField(editable=False, max_length=200, upload_to="")),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("image/png", "PNG picture"),
                            ("image/jpeg", "JPEG picture"),
                            ("image/webp", "WebP picture"),
                            ("image/gif", "GIF picture"),
                            ("application/pdf", "PDF"),
                            ("text/plain", "Text"),
                            ("audio/mpeg", "MP3 recording"),
                            ("audio/wav", "WAV recording"),
                            ("audio/ogg", "Ogg recording"),
                            ("audio/mp4", "M4A recording"),
                        ],
                        max_length=16,
                    ),
                ),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "attachments",
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "number"), name="attachments_one_per_place"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1), ("number__lte", 5)),
                        name="attachments_five_places",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 1), ("size__lte", 10485760)),
                        name="attachments_size_range",
                    ),
                    models.UniqueConstraint(
                        fields=("submission", "sha256"), name="attachments_once_each"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TextMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("value", models.BigIntegerField()),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="text_marks",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "text_marks",
                "indexes": [models.Index(fields=["value", "submission"], name="text_marks_alike")],
                "constraints": [
                    models.UniqueConstraint(fields=("submission", "value"), name="text_marks_once")
                ],
            },
        ),
    ]
