"""The tables of points, ranks, leagues and badges. Their triggers come after all migrations."""

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import leaderboard.models
from learnquest.core.searching import index_of


def begin_mirror(apps, schema_editor):
    apps.get_model("leaderboard", "RankMirror").objects.get_or_create(pk=1)


def take_triggers_off(apps, schema_editor):
    from leaderboard import triggers

    triggers.drop(schema_editor.connection)


def set_room(schema_editor, percent):
    if schema_editor.connection.vendor == "postgresql":
        for table in ("league_memberships", "league_players"):
            schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")


def make_room(apps, schema_editor):
    """Leave room in the pages of what the turn of the week changes.

    With room in its page a changed row needs no new entries in the indexes.
    """
    set_room(schema_editor, 50)


def take_room_back(apps, schema_editor):
    set_room(schema_editor, 100)


class Migration(migrations.Migration):
    initial = True

    # What stood here before; remove the list with the first release.
    replaces = [
        ("leaderboard", "0001_initial"),
        ("leaderboard", "0002_exact_ranks"),
        ("leaderboard", "0003_leagues_badges_and_fair_play"),
        ("leaderboard", "0004_room_for_the_turn_of_the_week"),
    ]

    dependencies = [
        ("accounts", "0001_squashed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=20, unique=True)),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "db_table": "heartbeats",
            },
        ),
        migrations.CreateModel(
            name="LeagueTurn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("week", models.CharField(max_length=8, unique=True)),
                (
                    "step",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Begun"), (1, "Closed"), (2, "Moved"), (3, "Grouped")],
                        default=0,
                    ),
                ),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "league_turns",
            },
        ),
        migrations.CreateModel(
            name="RankChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "rank_changes",
            },
        ),
        migrations.CreateModel(
            name="RankMirror",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("told", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "rank_mirror",
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("public", models.TextField()),
                ("private", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "db_table": "signing_keys",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DayCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("scope", models.CharField(max_length=32)),
                ("period", models.CharField(max_length=8)),
                ("points", models.IntegerField()),
                ("at_least", models.IntegerField()),
            ],
            options={
                "db_table": "board_days",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scope", "period", "day", "points"), name="board_days_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LeagueGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("week", models.CharField(max_length=8)),
                (
                    "league",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Meadow"),
                            (2, "Brook"),
                            (3, "Grove"),
                            (4, "Heath"),
                            (5, "Ridge"),
                            (6, "Gorge"),
                            (7, "Pass"),
                            (8, "Glacier"),
                            (9, "Summit"),
                            (10, "Northern lights"),
                        ]
                    ),
                ),
                ("number", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "league_groups",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("week", "league", "number"), name="league_groups_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="what happened"),
                ),
                ("is_detected", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "db_table": "outages",
                "indexes": [models.Index(fields=["ends_at"], name="outages_recent")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="outages_end_after_start",
                        violation_error_message="An outage ends after it began.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_detected", True)),
                        fields=("starts_at",),
                        name="outages_detected_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.CharField(max_length=32)),
                ("period", models.CharField(max_length=8)),
                ("width", models.SmallIntegerField()),
                ("floor", models.IntegerField()),
                ("learners", models.IntegerField()),
                ("is_folded", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "board_tallies",
                "indexes": [
                    models.Index(
                        fields=["scope", "period", "width", "floor", "learners"],
                        name="board_tallies_sum",
                    ),
                    models.Index(
                        condition=models.Q(("is_folded", False)),
                        fields=["id"],
                        name="board_tallies_to_fold",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_folded", True)),
                        fields=("scope", "period", "width", "floor"),
                        name="board_tallies_folded_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BadgeAward",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("badge", models.CharField(max_length=40)),
                ("awarded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("evidence", models.CharField(blank=True, max_length=200)),
                ("pinned_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="badge_awards",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "badge_awards",
                "indexes": [models.Index(fields=["badge", "user"], name="badge_awards_holders")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "badge"), name="badge_awards_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="HeldPoints",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.IntegerField()),
                ("reason", models.CharField(max_length=16)),
                ("key", models.CharField(max_length=100, unique=True)),
                ("category", models.CharField(blank=True, max_length=16)),
                ("occurred_at", models.DateTimeField()),
                (
                    "pattern",
                    models.CharField(
                        choices=[
                            ("reciprocity", "Two review each other again and again"),
                            ("ring", "A few review each other in a circle"),
                            ("same_device", "Several accounts on one device"),
                            (
                                "same_address",
                                "Several accounts at one address, and they review each other",
                            ),
                            (
                                "self_review",
                                "Somebody reviews work of what may be their own other account",
                            ),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("released", "Released"),
                            ("refused", "Refused"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
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
                    "others",
                    models.ManyToManyField(
                        blank=True, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held_points",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "held points",
                "db_table": "held_points",
                "ordering": ["occurred_at", "pk"],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["occurred_at"],
                        name="held_points_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LeagueMembership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("week", models.CharField(max_length=8)),
                ("points", models.IntegerField(default=0)),
                ("place", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Running"),
                            ("up", "Rose"),
                            ("stay", "Stayed"),
                            ("down", "Went down"),
                            ("absent", "Was away"),
                            ("left", "Left"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="leaderboard.leaguegroup",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="league_memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "league_memberships",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "week"), name="league_memberships_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LeaguePlayer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "league",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Meadow"),
                            (2, "Brook"),
                            (3, "Grove"),
                            (4, "Heath"),
                            (5, "Ridge"),
                            (6, "Gorge"),
                            (7, "Pass"),
                            (8, "Glacier"),
                            (9, "Summit"),
                            (10, "Northern lights"),
                        ],
                        default=1,
                    ),
                ),
                (
                    "highest",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Meadow"),
                            (2, "Brook"),
                            (3, "Grove"),
                            (4, "Heath"),
                            (5, "Ridge"),
                            (6, "Gorge"),
                            (7, "Pass"),
                            (8, "Glacier"),
                            (9, "Summit"),
                            (10, "Northern lights"),
                        ],
                        default=1,
                    ),
                ),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                ("absences", models.PositiveSmallIntegerField(default=0)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="league_player",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "league_players",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("league__range", (1, 10))), name="league_players_league"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PointEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.IntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("work_accepted", "Work accepted"),
                            ("review_given", "Review given"),
                            ("review_quality", "Quality of a review"),
                            ("handed_in", "Work handed in"),
                            ("practice", "Practice logged"),
                            ("milestone", "Milestone reached"),
                            ("correction", "Correction"),
                        ],
                        max_length=16,
                    ),
                ),
                ("key", models.CharField(max_length=100, unique=True)),
                (
                    "verified",
                    models.BooleanField(help_text="Whether others verified it, so that it ranks."),
                ),
                ("category", models.CharField(blank=True, max_length=16)),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("local_day", models.DateField(default=leaderboard.models._utc_today)),
                ("counted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reversal",
                        to="leaderboard.pointentry",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="point_entries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "point entries",
                "db_table": "point_entries",
                "indexes": [
                    models.Index(fields=["user", "-occurred_at"], name="point_entries_mine"),
                    models.Index(
                        condition=models.Q(("verified", True)),
                        fields=["counted_at"],
                        name="point_entries_counted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Standing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.CharField(max_length=32)),
                ("period", models.CharField(max_length=8)),
                ("points", models.IntegerField(default=0)),
                ("reached_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_listed", models.BooleanField(db_default=True, default=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "leaderboard",
                "indexes": [
                    models.Index(
                        models.F("scope"),
                        models.F("period"),
                        django.db.models.expressions.CombinedExpression(
                            models.F("points"), "*", models.Value(-1)
                        ),
                        models.F("reached_at"),
                        models.F("user"),
                        condition=models.Q(("is_listed", True), ("points__gt", 0)),
                        name="leaderboard_in_order",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("scope", "period", "user"), name="leaderboard_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Suspicion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "pattern",
                    models.CharField(
                        choices=[
                            ("reciprocity", "Two review each other again and again"),
                            ("ring", "A few review each other in a circle"),
                            ("same_device", "Several accounts on one device"),
                            (
                                "same_address",
                                "Several accounts at one address, and they review each other",
                            ),
                            (
                                "self_review",
                                "Somebody reviews work of what may be their own other account",
                            ),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "reviews",
                    models.PositiveIntegerField(
                        default=0, help_text="How often one reviewed the other, in ninety days."
                    ),
                ),
                ("noticed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("confirmed", "Confirmed"),
                            ("dismissed", "Dismissed"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
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
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "suspicions",
                "ordering": ["-reviews", "-noticed_at"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("first", "second", "pattern"), name="suspicions_pair_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="suspicions_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ZoneMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.CharField(max_length=64)),
                ("after", models.CharField(max_length=64)),
                ("moved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="zone_moves",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "zone_moves",
                "indexes": [models.Index(fields=["user", "moved_at"], name="zone_moves_mine")],
            },
        ),
        # Finding a learner on the board.
        migrations.RunPython(
            *index_of(name="users_words", table="users", fields=["display_name", "username"])
        ),
        migrations.RunPython(make_room, take_room_back),
        migrations.RunPython(begin_mirror, take_triggers_off),
    ]
