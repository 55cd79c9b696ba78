"""Load the first version of each prompt from the files that came with the code."""

from pathlib import Path

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FILES = Path(__file__).resolve().parent.parent / "prompt_files"
NAMES = ("plan", "feedback", "explain")


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    prompts = apps.get_model("ai", "PromptTemplate").objects.using(schema_editor.connection.alias)
    for name in NAMES:
        prompts.get_or_create(
            name=name,
            version=1,
            defaults={
                "text": (FILES / f"{name}.v1.txt").read_text(encoding="utf-8"),
                "active": not prompts.filter(name=name, active=True).exists(),
            },
        )


def unload(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    prompts = apps.get_model("ai", "PromptTemplate").objects.using(schema_editor.connection.alias)
    prompts.filter(name__in=NAMES, version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("ai", "0001_initial")]

    operations = [migrations.RunPython(load, unload)]
