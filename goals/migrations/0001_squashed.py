"""The tables of goals, and the index of their search."""

import uuid

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from learnquest.core.searching import index_of


class Migration(migrations.Migration):
    initial = True

    # What stood here before; remove the list with the first release.
    replaces = [
        ("goals", "0001_initial"),
        ("goals", "0002_drafts_sharing_looks_and_versions"),
        ("goals", "0003_more_kinds_of_progress"),
        ("goals", "0004_hidden_goals"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "calendar_feeds",
            },
        ),
        migrations.CreateModel(
            name="Goal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hidden_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "title",
                    models.CharField(
                        max_length=120, verbose_name="What do you want to be able to do?"
                    ),
                ),
                (
                    "description",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MaxLengthValidator(5000)],
                        verbose_name="Why, and what does success look like?",
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
                        default="other",
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
                        default="beginner",
                        max_length=16,
                        verbose_name="where you stand",
                    ),
                ),
                ("tags", models.JSONField(blank=True, default=list, verbose_name="tags")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("completed", "Completed"),
                            ("archived", "Archived"),
                        ],
                        default="active",
                        max_length=12,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("private", "Only me"),
                            ("unlisted", "Whoever has the link"),
                            ("public", "Everyone"),
                        ],
                        default="private",
                        max_length=12,
                        verbose_name="who can see it",
                    ),
                ),
                ("share_key", models.CharField(blank=True, editable=False, max_length=32)),
                (
                    "icon",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("goal", "Flag"),
                            ("chat", "Speech"),
                            ("code", "Code"),
                            ("music", "Note"),
                            ("run", "Shoe"),
                            ("pencil", "Pencil"),
                            ("sigma", "Sum"),
                            ("book", "Book"),
                            ("heart", "Heart"),
                            ("flame", "Flame"),
                            ("leaf", "Leaf"),
                            ("trophy", "Cup"),
                        ],
                        help_text="The field's own, if none.",
                        max_length=12,
                        verbose_name="icon",
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("moss", "Moss"),
                            ("sun", "Sun"),
                            ("sky", "Sky"),
                            ("clay", "Clay"),
                            ("plum", "Plum"),
                            ("stone", "Stone"),
                        ],
                        default="moss",
                        max_length=8,
                        verbose_name="colour",
                    ),
                ),
                (
                    "start_date",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="start"),
                ),
                (
                    "target_date",
                    models.DateField(blank=True, null=True, verbose_name="target date"),
                ),
                ("paused_on", models.DateField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cloned_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="clones",
                        to="goals.goal",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="goals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "goals",
                "indexes": [
                    models.Index(fields=["owner", "status", "-created_at"], name="goals_mine"),
                    models.Index(
                        condition=models.Q(("visibility", "public")),
                        fields=["owner", "-created_at"],
                        name="goals_public",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("target_date", None),
                            ("target_date__gte", models.F("start_date")),
                            _connector="OR",
                        ),
                        name="goals_target_after_start",
                        violation_error_message="The target date cannot be before the start.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("share_key", ""), _negated=True),
                        fields=("share_key",),
                        name="goals_share_key_unique",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="milestone")),
                ("due_date", models.DateField(blank=True, null=True, verbose_name="due")),
                ("position", models.PositiveIntegerField()),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="goals.goal",
                    ),
                ),
            ],
            options={
                "db_table": "milestones",
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("goal", "position"), name="milestones_position_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Progress",
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
                            ("goal_created", "Set the goal"),
                            ("status_changed", "Changed the goal's status"),
                            ("plan_accepted", "Accepted challenges from a plan"),
                            ("challenge_added", "Added a challenge"),
                            ("handed_in", "Handed in work"),
                            ("accepted", "Work accepted"),
                            ("returned", "Work returned for another try"),
                            ("milestone_completed", "Reached a milestone"),
                            ("practice", "Practised"),
                            ("note", "Noted"),
                            ("challenge_moved", "Changed what to do"),
                        ],
                        max_length=20,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                ("minutes", models.PositiveIntegerField(default=0, verbose_name="minutes")),
                ("percent_after", models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "goal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="progress",
                        to="goals.goal",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="progress",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "progress",
                "indexes": [
                    models.Index(fields=["goal", "-occurred_at"], name="progress_of_goal"),
                    models.Index(fields=["user", "-occurred_at"], name="progress_of_user"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "goal_created",
                                    "status_changed",
                                    "plan_accepted",
                                    "challenge_added",
                                    "handed_in",
                                    "accepted",
                                    "returned",
                                    "milestone_completed",
                                    "practice",
                                    "note",
                                    "challenge_moved",
                                ],
                            )
                        ),
                        name="progress_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("percent_after__gte", 0), ("percent_after__lte", 100)),
                        name="progress_percent_range",
                    ),
                ],
            },
        ),
        # Databases without full text have no such index.
        migrations.RunPython(
            *index_of(name="goals_text", table="goals", fields=("title", "description"))
        ),
    ]
