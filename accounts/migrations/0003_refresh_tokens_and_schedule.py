"""Refresh tokens say when they were used and when their family began; jobs say when they are due."""

import django.utils.timezone
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import F, OuterRef, Subquery


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Tokens of before count as used when their successor was made, and families from now."""
    tokens = apps.get_model("accounts", "RefreshToken").objects.using(
        schema_editor.connection.alias
    )
    successor = tokens.filter(pk=OuterRef("replaced_by")).values("created_at")[:1]
    tokens.exclude(replaced_by=None).update(used_at=Subquery(successor))
    tokens.update(begun_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_rate_limits")]

    operations = [
        migrations.AddField(
            model_name="refreshtoken",
            name="begun_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="refreshtoken",
            name="used_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="refreshtoken",
            index=models.Index(
                fields=["family"],
                condition=models.Q(("revoked_at", None), ("used_at", None)),
                name="refresh_live",
            ),
        ),
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
            options={"db_table": "scheduled_jobs"},
        ),
        # Last: PostgreSQL makes no index on a table whose changed rows wait to be checked.
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
