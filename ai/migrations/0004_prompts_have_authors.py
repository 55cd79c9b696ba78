"""Who wrote a prompt and made it active; what is active now was made so when it was made."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def tell_when(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    prompts = apps.get_model("ai", "PromptTemplate").objects.using(schema_editor.connection.alias)
    prompts.filter(active=True).update(activated_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("ai", "0003_coach_in_earnest"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="prompttemplate",
            name="author",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="author",
            ),
        ),
        migrations.AddField(
            model_name="prompttemplate",
            name="activated_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made active by",
            ),
        ),
        migrations.AddField(
            model_name="prompttemplate",
            name="activated_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="made active"
            ),
        ),
        migrations.AlterField(
            model_name="airequest",
            name="outcome",
            field=models.CharField(
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
        migrations.RunPython(tell_when, migrations.RunPython.noop),
    ]
