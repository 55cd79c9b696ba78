from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class LeaderboardConfig(AppConfig):
    name = "leaderboard"

    def ready(self) -> None:
        pre_migrate.connect(_make_way, sender=self)
        post_migrate.connect(_install, sender=self)


def _make_way(using: str, **told: Any) -> None:
    from leaderboard import triggers

    triggers.make_way(connections[using])


def _install(using: str, **told: Any) -> None:
    from leaderboard import triggers

    triggers.install(using)
