from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate, pre_save


class LeaderboardConfig(AppConfig):
    name = "leaderboard"

    def ready(self) -> None:
        pre_migrate.connect(_make_way, sender=self)
        post_migrate.connect(_install, sender=self)

        from accounts.models import User
        from leaderboard import moving

        # People change their zone in more than one place, all of them below this layer.
        pre_save.connect(moving.note, sender=User, dispatch_uid="leaderboard.moving")


def _make_way(using: str, **told: Any) -> None:
    from leaderboard import triggers

    triggers.make_way(connections[using])


def _install(using: str, **told: Any) -> None:
    from leaderboard import triggers

    triggers.install(using)
