import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # What stood here before; remove the list with the first release.
    replaces = [
        ("reviews", "0001_initial"),
        ("reviews", "0002_reviewers_may_be_gone"),
        ("reviews", "0003_leases_and_drafts"),
        ("reviews", "0004_what_is_known_of_graders"),
        ("reviews", "0005_after_the_outcome"),
        ("reviews", "0006_seats_drafts_and_known_works"),
        ("reviews", "0007_cases_of_work_in_review"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
        ("ai", "0001_squashed"),
        ("submissions", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="AIFeedback",
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
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Being written"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("scores", models.JSONField(blank=True, default=list)),
                ("strengths", models.JSONField(blank=True, default=list)),
                ("improvements", models.JSONField(blank=True, default=list)),
                ("summary", models.TextField(blank=True)),
                ("next_step", models.TextField(blank=True)),
                (
                    "confidence",
                    models.CharField(
                        blank=True,
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")],
                        max_length=8,
                    ),
                ),
                ("draft", models.JSONField(blank=True, default=dict, editable=False)),
                (
                    "message",
                    models.CharField(
                        blank=True,
                        help_text="What the learner is told when it failed.",
                        max_length=500,
                    ),
                ),
                ("raw", models.TextField(blank=True)),
                ("model", models.CharField(blank=True, max_length=100)),
                ("is_offline", models.BooleanField(default=False)),
                ("prompt_version", models.CharField(blank=True, max_length=40)),
                ("tokens_in", models.PositiveIntegerField(default=0)),
                ("tokens_out", models.PositiveIntegerField(default=0)),
                ("cost", models.DecimalField(decimal_places=6, default=0, max_digits=10)),
                ("latency_ms", models.PositiveIntegerField(default=0)),
                ("cached", models.BooleanField(default=False)),
                ("helpful", models.BooleanField(blank=True, null=True)),
                (
                    "is_wrong",
                    models.BooleanField(
                        default=False, help_text="The author says that it is wrong."
                    ),
                ),
                ("wrong_note", models.CharField(blank=True, max_length=500)),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ai_feedback",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "verbose_name": "AI feedback",
                "verbose_name_plural": "AI feedback",
                "db_table": "ai_feedback",
            },
        ),
        migrations.CreateModel(
            name="GradingFit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("since", models.DateTimeField(help_text="The oldest grades that it read.")),
                ("grades", models.PositiveIntegerField(default=0)),
                ("works", models.PositiveIntegerField(default=0)),
                ("graders", models.PositiveIntegerField(default=0)),
                ("usual", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "grading_fits",
                "indexes": [models.Index(fields=["-finished_at"], name="grading_fits_latest")],
            },
        ),
        migrations.CreateModel(
            name="PeerReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("claimed", "In your hands"),
                            ("submitted", "Sent"),
                            ("expired", "Expired"),
                            ("released", "Given back"),
                        ],
                        default="claimed",
                        max_length=10,
                    ),
                ),
                ("claimed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lease_until", models.DateTimeField()),
                ("seat_until", models.DateTimeField(blank=True, null=True)),
                ("holds_seat", models.BooleanField(default=True)),
                ("renewals", models.PositiveSmallIntegerField(default=0)),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("is_boosted", models.BooleanField(default=False)),
                ("is_extra", models.BooleanField(default=False)),
                ("is_training", models.BooleanField(default=False)),
                (
                    "released_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_time", "I have no time after all"),
                            ("cannot_judge", "I cannot judge this"),
                            ("knows_author", "I know whose work this is"),
                            ("reported", "Something here should not be"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "private_note",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="note to the moderators",
                    ),
                ),
                ("saved_at", models.DateTimeField(blank=True, null=True)),
                ("quotes", models.JSONField(blank=True, default=list)),
                ("scores", models.JSONField(blank=True, default=dict)),
                ("comments", models.JSONField(blank=True, default=dict)),
                (
                    "overall",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(5000)],
                        verbose_name="overall",
                    ),
                ),
                (
                    "score",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("is_helpful", models.BooleanField(blank=True, null=True)),
                (
                    "quality",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=4, null=True),
                ),
                ("quality_parts", models.JSONField(blank=True, default=dict)),
                ("addressed", models.JSONField(blank=True, default=list)),
                ("author_shows_name", models.BooleanField(default=False)),
                ("reviewer_shows_name", models.BooleanField(default=False)),
                ("thanked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "is_for_appeal",
                    models.BooleanField(default=False, help_text="A second opinion, asked for."),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="peer_reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="peer_reviews",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "peer_reviews",
                "indexes": [
                    models.Index(fields=["submission", "status"], name="peer_reviews_seats"),
                    models.Index(
                        fields=["reviewer", "status", "-claimed_at"], name="peer_reviews_mine"
                    ),
                    models.Index(fields=["author", "-claimed_at"], name="peer_reviews_of_author"),
                    models.Index(
                        condition=models.Q(("holds_seat", True), ("status", "claimed")),
                        fields=["seat_until"],
                        name="peer_reviews_quiet",
                    ),
                    models.Index(
                        condition=models.Q(("status", "claimed")),
                        fields=["lease_until"],
                        name="peer_reviews_leases",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("submission", "reviewer"), name="peer_reviews_once_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reviewer", models.F("author")), _negated=True),
                        name="peer_reviews_not_own_work",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "submitted"), _negated=True),
                            models.Q(("score__isnull", False), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="peer_reviews_sent_with_score",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("is_by_author", models.BooleanField()),
                (
                    "text",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(1000)],
                        verbose_name="answer",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "writer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="reviews.peerreview",
                    ),
                ),
            ],
            options={
                "db_table": "review_answers",
                "indexes": [
                    models.Index(fields=["review", "created_at"], name="review_answers_in_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("languages", "Languages"),
                            ("programming", "Programming"),
                            ("music", "Music"),
                            ("fitness", "Fitness"),
                            ("writing", "Writing"),
                            ("maths", "Maths"),
                            ("other", "Something else"),
                        ],
                        max_length=16,
                    ),
                ),
                ("seats", models.PositiveSmallIntegerField(default=2)),
                ("taken", models.PositiveSmallIntegerField(default=0)),
                (
                    "is_open",
                    models.BooleanField(default=True, help_text="In review, with a seat free."),
                ),
                ("waiting_since", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_boosted", models.BooleanField(default=False)),
                ("boosted_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "escalated_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wait", "Waited too long"),
                            ("cannot_judge", "Reviewers could not judge it"),
                            ("reported", "Reported by a reviewer"),
                        ],
                        max_length=12,
                    ),
                ),
                ("full_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review_case",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "review_cases",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_open", True)),
                        fields=["-is_boosted", "taken", "waiting_since", "id"],
                        name="review_cases_queue",
                    ),
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["waiting_since"],
                        name="review_cases_waits",
                    ),
                    models.Index(
                        condition=models.Q(("full_at__isnull", False)),
                        fields=["full_at"],
                        name="review_cases_full",
                    ),
                    models.Index(
                        condition=models.Q(("escalated_at__isnull", False)),
                        fields=["escalated_at"],
                        name="review_cases_escalated",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_open", False),
                            models.Q(("closed_at", None), ("taken__lt", models.F("seats"))),
                            _connector="OR",
                        ),
                        name="review_cases_open_with_seat",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TrainingWork",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=60, unique=True)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("languages", "Languages"),
                            ("programming", "Programming"),
                            ("music", "Music"),
                            ("fitness", "Fitness"),
                            ("writing", "Writing"),
                            ("maths", "Maths"),
                            ("other", "Something else"),
                        ],
                        max_length=16,
                    ),
                ),
                ("marks", models.JSONField(default=dict)),
                ("reasons", models.JSONField(blank=True, default=dict)),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="training_work",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "training_works",
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(2000)],
                        verbose_name="reasons",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("heard_at", models.DateTimeField(blank=True, null=True)),
                ("score_before", models.DecimalField(decimal_places=2, max_digits=5)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "The outcome stays"),
                            ("raised", "The outcome was corrected"),
                        ],
                        max_length=8,
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
                (
                    "score_after",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
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
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appeal",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "appeals",
                "indexes": [
                    models.Index(
                        condition=models.Q(("decided_at", None)),
                        fields=["created_at"],
                        name="appeals_waiting",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at", None),
                            models.Q(
                                models.Q(("decision", ""), _negated=True),
                                ("score_after__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="appeals_decided_with_decision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score_after", None),
                            ("score_after__gte", models.F("score_before")),
                            _connector="OR",
                        ),
                        name="appeals_never_lower_a_score",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GraderStanding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "coach",
                    models.CharField(
                        blank=True, help_text="The model, if no learner.", max_length=100
                    ),
                ),
                ("belief", models.JSONField(blank=True, default=list, editable=False)),
                (
                    "grades",
                    models.PositiveIntegerField(default=0, help_text="Grades that the sums hold."),
                ),
                ("bias", models.FloatField(default=0)),
                ("spread", models.FloatField(default=0)),
                (
                    "attention",
                    models.FloatField(
                        default=1, help_text="How likely they look at the work, 0 to 1."
                    ),
                ),
                ("quality", models.FloatField(default=0)),
                ("reviews", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "reviewer",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grader_standing",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "fit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="reviews.gradingfit",
                    ),
                ),
            ],
            options={
                "db_table": "grader_standings",
                "indexes": [
                    models.Index(
                        condition=models.Q(("reviewer__isnull", False), ("reviews__gte", 10)),
                        fields=["-quality"],
                        name="grader_standings_trusted",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("coach", ""), _negated=True),
                        fields=("coach",),
                        name="grader_standings_coach_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("coach", ""), ("reviewer__isnull", False)),
                            models.Q(("reviewer", None), models.Q(("coach", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="grader_standings_learner_or_coach",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("score", models.DecimalField(decimal_places=2, max_digits=5)),
                ("error", models.DecimalField(decimal_places=2, max_digits=5)),
                ("parts", models.JSONField(default=list)),
                ("is_mean", models.BooleanField(default=False)),
                ("is_provisional", models.BooleanField(default=False)),
                (
                    "is_late",
                    models.BooleanField(
                        default=False, help_text="Its wait was over before it was sure."
                    ),
                ),
                ("reviews", models.PositiveSmallIntegerField(default=0)),
                ("reviews_wanted", models.PositiveSmallIntegerField(default=2)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("revisions", models.PositiveSmallIntegerField(default=0)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outcome",
                        to="submissions.submission",
                    ),
                ),
            ],
            options={
                "db_table": "outcomes",
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_late", True)),
                        fields=["-updated_at"],
                        name="outcomes_late",
                    )
                ],
            },
        ),
    ]
