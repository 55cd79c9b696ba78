"""Remember when somebody changes their time zone, before the change is saved."""

from collections.abc import Collection
from typing import Any

from accounts.models import User
from leaderboard.models import ZoneMove


def note(
    sender: type[User],
    instance: User,
    raw: bool = False,
    update_fields: Collection[str] | None = None,
    **kwargs: Any,
) -> None:
    """Write a ZoneMove when `instance` is about to be saved with another zone."""
    if raw or instance.pk is None or (update_fields and "time_zone" not in update_fields):
        return
    before = User.objects.filter(pk=instance.pk).values_list("time_zone", flat=True).first()
    if before is not None and before != instance.time_zone:
        ZoneMove.objects.create(user=instance, before=before, after=instance.time_zone)
