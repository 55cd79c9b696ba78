from django.apps import AppConfig


class LeaderboardConfig(AppConfig):
    name = "leaderboard"

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        from accounts.models import User
        from leaderboard import moving

        # People change their zone in more than one place, all of them below this layer.
        pre_save.connect(moving.note, sender=User, dispatch_uid="leaderboard.moving")
