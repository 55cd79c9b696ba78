from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def delete_ended(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Without their end, blocks that were taken back would stand again."""
    apps.get_model("accounts", "Block")._default_manager.exclude(ended_at=None).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_notifications_of_copies"),
    ]

    operations = [
        migrations.AddField(
            model_name="block",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RemoveConstraint(model_name="block", name="blocks_once"),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("blocker", "blocked"),
                name="blocks_once",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, delete_ended),
    ]
