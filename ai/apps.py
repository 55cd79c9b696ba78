from typing import Any

from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.db.models.signals import post_migrate


class AIConfig(AppConfig):
    name = "ai"
    verbose_name = "AI"

    def ready(self) -> None:
        post_migrate.connect(_load_prompts, sender=self)


def _load_prompts(using: str, apps: Apps = apps, **told: Any) -> None:
    """Let new versions of the packaged prompts reach the database with each `migrate`."""
    from ai import prompts

    try:
        # As migrated just now, which after `migrate ai zero` is not at all.
        model = apps.get_model("ai", "PromptTemplate")
    except LookupError:
        return
    if not hasattr(model, "activated_at"):
        return  # an older state on the way: it gets them when it is migrated on
    prompts.load_packaged(rows=model._default_manager.using(using))
