import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # What stood here before; remove the list with the first release.
    replaces = [
        ("ai", "0001_initial"),
        ("ai", "0002_prompts"),
        ("ai", "0003_coach_in_earnest"),
        ("ai", "0004_prompts_have_authors"),
        ("ai", "0005_new_plans"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30, unique=True)),
                ("raised_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ai_alerts",
            },
        ),
        migrations.CreateModel(
            name="Breaker",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("server", models.CharField(max_length=300, unique=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("open_until", models.DateTimeField(blank=True, null=True)),
                ("state", models.CharField(blank=True, max_length=20)),
                ("cause", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "db_table": "ai_breakers",
            },
        ),
        migrations.CreateModel(
            name="Flight",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_hash", models.CharField(max_length=64, unique=True)),
                ("token", models.CharField(max_length=32)),
                ("lease_until", models.DateTimeField()),
                ("state", models.CharField(blank=True, max_length=20)),
                ("cause", models.CharField(blank=True, max_length=20)),
                ("retry_after", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "db_table": "ai_flights",
            },
        ),
        migrations.CreateModel(
            name="AIRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("plan", "Plan"),
                            ("vary", "Another proposal"),
                            ("replan", "New plan"),
                            ("feedback", "Feedback"),
                            ("explain", "Explanation"),
                            ("hint", "Hint"),
                            ("review", "Check of a review"),
                        ],
                        max_length=20,
                        verbose_name="purpose",
                    ),
                ),
                ("model", models.CharField(max_length=100, verbose_name="model")),
                ("prompt_version", models.PositiveIntegerField(default=0)),
                ("tokens_in", models.PositiveIntegerField(default=0)),
                ("tokens_out", models.PositiveIntegerField(default=0)),
                ("latency_ms", models.PositiveIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("pending", "Under way"),
                            ("lost", "Lost with its worker"),
                            ("ok", "Answered"),
                            ("limited", "Told to slow down"),
                            ("timed_out", "Too slow"),
                            ("unavailable", "Not reachable"),
                            ("invalid", "Not to be used"),
                            ("refused", "Declined by the model"),
                            ("over_budget", "Over budget"),
                        ],
                        default="pending",
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=12, verbose_name="cost"
                    ),
                ),
                ("cached", models.BooleanField(default=False, verbose_name="from the cache")),
                ("offline", models.BooleanField(default=False, verbose_name="offline coach")),
                ("reserved", models.JSONField(blank=True, default=dict, editable=False)),
                ("helpful", models.BooleanField(blank=True, null=True, verbose_name="helpful")),
                ("is_wrong", models.BooleanField(default=False, verbose_name="reported as wrong")),
                (
                    "note",
                    models.CharField(blank=True, max_length=500, verbose_name="what is wrong"),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "AI request",
                "verbose_name_plural": "AI requests",
                "db_table": "ai_requests",
                "indexes": [
                    models.Index(fields=["user", "created_at"], name="ai_requests_budget"),
                    models.Index(fields=["-created_at"], name="ai_requests_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "queued_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("plan", "Plan"),
                            ("vary", "Another proposal"),
                            ("replan", "New plan"),
                            ("feedback", "Feedback"),
                            ("explain", "Explanation"),
                            ("hint", "Hint"),
                            ("review", "Check of a review"),
                        ],
                        max_length=20,
                        verbose_name="purpose",
                    ),
                ),
                ("about", models.CharField(max_length=60)),
                ("inputs", models.JSONField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Being written"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("answer", models.JSONField(blank=True, null=True)),
                ("message", models.CharField(blank=True, max_length=400)),
                ("model", models.CharField(blank=True, max_length=100)),
                ("offline", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ai.airequest",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "small question",
                "verbose_name_plural": "small questions",
                "db_table": "ai_asks",
                "indexes": [
                    models.Index(fields=["user", "about", "-created_at"], name="ai_asks_about")
                ],
            },
        ),
        migrations.CreateModel(
            name="CachedCompletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("request_hash", models.CharField(max_length=64, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("plan", "Plan"),
                            ("vary", "Another proposal"),
                            ("replan", "New plan"),
                            ("feedback", "Feedback"),
                            ("explain", "Explanation"),
                            ("hint", "Hint"),
                            ("review", "Check of a review"),
                        ],
                        max_length=20,
                        verbose_name="purpose",
                    ),
                ),
                ("response", models.JSONField(verbose_name="response")),
                ("model", models.CharField(max_length=100, verbose_name="model")),
                ("prompt_version", models.PositiveIntegerField(default=0)),
                ("tokens_in", models.PositiveIntegerField(default=0)),
                ("tokens_out", models.PositiveIntegerField(default=0)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="expires")),
                ("hits", models.PositiveIntegerField(default=0, verbose_name="hits")),
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
                "verbose_name": "cached answer",
                "verbose_name_plural": "cached answers",
                "db_table": "cached_completions",
                "indexes": [models.Index(fields=["expires_at"], name="cached_expiry")],
            },
        ),
        migrations.CreateModel(
            name="Explanation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "queued_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("concept", models.CharField(max_length=200, verbose_name="concept")),
                ("level", models.CharField(blank=True, max_length=20, verbose_name="level")),
                ("context", models.TextField(blank=True, max_length=4000, verbose_name="context")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Being written"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                ("answer", models.JSONField(blank=True, null=True, verbose_name="answer")),
                ("message", models.CharField(blank=True, max_length=400, verbose_name="message")),
                ("model", models.CharField(blank=True, max_length=100, verbose_name="model")),
                ("offline", models.BooleanField(default=False, verbose_name="offline coach")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished"),
                ),
                (
                    "request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="ai.airequest",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="explanations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "explanation",
                "verbose_name_plural": "explanations",
                "db_table": "explanations",
                "indexes": [
                    models.Index(fields=["user", "-created_at"], name="explanations_of_learner")
                ],
            },
        ),
        migrations.CreateModel(
            name="PromptTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("plan", "Plan"),
                            ("vary", "Another proposal"),
                            ("replan", "New plan"),
                            ("feedback", "Feedback"),
                            ("explain", "Explanation"),
                            ("hint", "Hint"),
                            ("review", "Check of a review"),
                        ],
                        max_length=20,
                        verbose_name="name",
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("text", models.TextField(verbose_name="text")),
                ("active", models.BooleanField(default=False, verbose_name="active")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="created"),
                ),
                (
                    "activated_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="made active"
                    ),
                ),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made active by",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
            ],
            options={
                "verbose_name": "prompt",
                "verbose_name_plural": "prompts",
                "db_table": "prompt_templates",
                "ordering": ["name", "-version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("name", "version"), name="prompt_version_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("active", True)),
                        fields=("name",),
                        name="prompt_one_active",
                        violation_error_message="Another version of this prompt is active.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Spend",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=10)),
                ("calls", models.IntegerField(default=0)),
                ("tokens", models.BigIntegerField(default=0)),
                ("cost", models.DecimalField(decimal_places=6, default=0, max_digits=14)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "ai_spend",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("user__isnull", False)),
                        fields=("user", "period"),
                        name="ai_spend_once_per_learner",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("user__isnull", True)),
                        fields=("period",),
                        name="ai_spend_once_per_site",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Transcript",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent", models.TextField(verbose_name="sent")),
                ("received", models.TextField(blank=True, verbose_name="received")),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transcript",
                        to="ai.airequest",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "transcript",
                "verbose_name_plural": "transcripts",
                "db_table": "ai_transcripts",
            },
        ),
    ]
