"""The tables of challenges, and the index of their search."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import challenges.quest_plans
import challenges.rubrics
from learnquest.core.searching import index_of


class Migration(migrations.Migration):
    initial = True

    # What stood here before; remove the list with the first release.
    replaces = [
        ("challenges", "0001_initial"),
        ("challenges", "0002_version_and_search"),
        ("challenges", "0003_prerequisites_and_quests"),
        ("challenges", "0004_leases_and_variations"),
        ("challenges", "0005_new_plans"),
        ("challenges", "0006_checks_of_work"),
        ("challenges", "0007_hidden_quests"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
        ("ai", "0001_squashed"),
        ("goals", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                (
                    "instructions",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(10000)],
                        verbose_name="what to do and what to hand in",
                    ),
                ),
                (
                    "difficulty",
                    models.PositiveSmallIntegerField(
                        default=2,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="difficulty",
                    ),
                ),
                (
                    "estimated_minutes",
                    models.PositiveIntegerField(
                        default=60,
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(1200),
                        ],
                        verbose_name="estimated minutes",
                    ),
                ),
                (
                    "rubric",
                    models.JSONField(
                        error_messages={"blank": "A rubric needs 1 to 6 criteria."},
                        validators=[challenges.rubrics.validate_rubric],
                        verbose_name="rubric",
                    ),
                ),
                ("due_date", models.DateField(blank=True, null=True, verbose_name="due")),
                (
                    "min_words",
                    models.PositiveSmallIntegerField(
                        default=0,
                        validators=[django.core.validators.MaxValueValidator(5000)],
                        verbose_name="words at least",
                    ),
                ),
                (
                    "requires_link",
                    models.BooleanField(default=False, verbose_name="work needs a link"),
                ),
                (
                    "requires_attachment",
                    models.BooleanField(default=False, verbose_name="work needs an attached file"),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("manual", "Written by hand"),
                            ("ai", "Proposed by the coach"),
                            ("quest", "From a quest"),
                        ],
                        default="manual",
                        max_length=8,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("todo", "To do"),
                            ("doing", "Doing"),
                            ("handed_in", "Handed in"),
                            ("accepted", "Accepted"),
                            ("returned", "Try again"),
                            ("skipped", "Skipped"),
                        ],
                        default="todo",
                        max_length=12,
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="challenges",
                        to="goals.goal",
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="challenges",
                        to="goals.milestone",
                        verbose_name="milestone",
                    ),
                ),
            ],
            options={
                "db_table": "challenges",
                "ordering": ["position", "pk"],
                "indexes": [models.Index(fields=["goal", "status"], name="challenges_of_goal")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("difficulty__gte", 1), ("difficulty__lte", 5)),
                        name="challenges_difficulty_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("estimated_minutes__gte", 1)),
                        name="challenges_minutes_positive",
                    ),
                    models.UniqueConstraint(
                        fields=("goal", "position"), name="challenges_position_unique"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
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
                    "wish",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="wishes for the plan"
                    ),
                ),
                (
                    "hours_per_week",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(80),
                        ],
                        verbose_name="hours a week",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Being made"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("summary", models.TextField(blank=True)),
                ("message", models.CharField(blank=True, max_length=500)),
                ("model", models.CharField(blank=True, max_length=100)),
                ("is_offline", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="plans",
                        to="goals.goal",
                    ),
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
            ],
            options={
                "db_table": "plans",
                "indexes": [models.Index(fields=["goal", "-created_at"], name="plans_of_goal")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "pending")),
                        fields=("goal",),
                        name="plans_one_pending_per_goal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Prerequisite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prerequisites",
                        to="challenges.challenge",
                    ),
                ),
                (
                    "needs",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dependants",
                        to="challenges.challenge",
                    ),
                ),
            ],
            options={
                "db_table": "challenge_prerequisites",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("challenge", "needs"), name="challenge_prerequisites_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("challenge", models.F("needs")), _negated=True),
                        name="challenge_prerequisites_not_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                (
                    "instructions",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(10000)],
                        verbose_name="what to do and what to hand in",
                    ),
                ),
                (
                    "difficulty",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="difficulty",
                    ),
                ),
                (
                    "estimated_minutes",
                    models.PositiveIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(1200),
                        ],
                        verbose_name="estimated minutes",
                    ),
                ),
                (
                    "rubric",
                    models.JSONField(
                        error_messages={"blank": "A rubric needs 1 to 6 criteria."},
                        validators=[challenges.rubrics.validate_rubric],
                        verbose_name="rubric",
                    ),
                ),
                (
                    "milestone_title",
                    models.CharField(blank=True, max_length=120, verbose_name="milestone"),
                ),
                ("milestone_due", models.DateField(blank=True, null=True, verbose_name="due")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Proposed"),
                            ("accepted", "Accepted"),
                            ("dropped", "Dropped"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "challenge",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="proposal",
                        to="challenges.challenge",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="challenges.plan",
                    ),
                ),
            ],
            options={
                "db_table": "plan_proposals",
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "position"), name="plan_proposals_position_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("difficulty__gte", 1), ("difficulty__lte", 5)),
                        name="plan_proposals_difficulty_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Quest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "key",
                    models.SlugField(
                        blank=True,
                        help_text="Which file it came from, if it was shipped.",
                        null=True,
                        unique=True,
                    ),
                ),
                ("shipped_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                (
                    "summary",
                    models.TextField(
                        validators=[django.core.validators.MaxLengthValidator(600)],
                        verbose_name="what it leads to",
                    ),
                ),
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
                        verbose_name="field",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("beginner", "I am new to this"),
                            ("intermediate", "I know the basics"),
                            ("advanced", "I am good and want to be better"),
                        ],
                        max_length=16,
                        verbose_name="for whom",
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="tags")),
                (
                    "weeks",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(104),
                        ],
                        verbose_name="weeks",
                    ),
                ),
                (
                    "plan",
                    models.JSONField(
                        validators=[challenges.quest_plans.validate_plan], verbose_name="plan"
                    ),
                ),
                ("minutes", models.PositiveIntegerField(verbose_name="minutes in all")),
                (
                    "difficulty",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="difficulty",
                    ),
                ),
                ("challenge_count", models.PositiveSmallIntegerField()),
                (
                    "words",
                    models.TextField(editable=False, help_text="Small letters, for the search."),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "goal",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="quest",
                        to="goals.goal",
                    ),
                ),
                (
                    "publisher",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "quests",
                "indexes": [
                    models.Index(
                        condition=models.Q(("published_at__isnull", False)),
                        fields=["category", "difficulty"],
                        name="quests_catalogue",
                    ),
                    models.Index(fields=["publisher", "-changed_at"], name="quests_mine"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("difficulty__gte", 1), ("difficulty__lte", 5)),
                        name="quests_difficulty_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weeks__gte", 1)), name="quests_weeks_positive"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestStart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "goal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quest_start",
                        to="goals.goal",
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quest_starts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "quest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="starts",
                        to="challenges.quest",
                    ),
                ),
            ],
            options={
                "db_table": "quest_starts",
                "indexes": [
                    models.Index(fields=["learner", "quest"], name="quest_starts_of_learner")
                ],
            },
        ),
        migrations.CreateModel(
            name="Replan",
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
                    "wish",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="what happened, and what you wish"
                    ),
                ),
                (
                    "hours_per_week",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(80),
                        ],
                        verbose_name="hours a week",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Being made"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("summary", models.TextField(blank=True)),
                ("message", models.CharField(blank=True, max_length=500)),
                ("model", models.CharField(blank=True, max_length=100)),
                ("is_offline", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replans",
                        to="goals.goal",
                    ),
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
            ],
            options={
                "db_table": "replans",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "pending")),
                        fields=("goal",),
                        name="replans_one_pending_per_goal",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReplanLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("target", "Target date"),
                            ("milestone", "Milestone"),
                            ("challenge", "Challenge"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("change", "Change"), ("drop", "Leave out"), ("add", "New")],
                        max_length=8,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120)),
                ("old", models.JSONField(blank=True, default=dict)),
                ("new", models.JSONField(blank=True, default=dict)),
                ("why", models.CharField(blank=True, max_length=800)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Proposed"),
                            ("accepted", "Taken"),
                            ("dropped", "Left"),
                            ("gone", "No longer possible"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=500)),
                (
                    "challenge",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="challenges.challenge",
                    ),
                ),
                (
                    "milestone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="goals.milestone",
                    ),
                ),
                (
                    "replan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="challenges.replan",
                    ),
                ),
            ],
            options={
                "db_table": "replan_lines",
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("replan", "position"), name="replan_lines_position_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Variation",
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
                    "how",
                    models.CharField(
                        choices=[
                            ("more", "More like this"),
                            ("easier", "Easier"),
                            ("harder", "Harder"),
                            ("again", "Another one"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Being made"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="variations",
                        to="challenges.proposal",
                    ),
                ),
            ],
            options={
                "db_table": "plan_variations",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "pending")),
                        fields=("proposal",),
                        name="plan_variations_one_pending",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="Challenge",
            name="needs",
            field=models.ManyToManyField(
                related_name="unlocks",
                through="challenges.Prerequisite",
                through_fields=("challenge", "needs"),
                to="challenges.challenge",
                verbose_name="comes after",
            ),
        ),
        # Databases without full text have no such index.
        migrations.RunPython(
            *index_of(name="challenges_text", table="challenges", fields=("title", "instructions"))
        ),
    ]
