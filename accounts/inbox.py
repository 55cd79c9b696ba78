"""What a learner is told, and what they have read of it."""

from datetime import datetime

from django.utils import timezone

from accounts.models import Notification, User


def notify(
    *,
    user_id: int,
    kind: Notification.Kind,
    subject: str = "",
    target: str = "",
    now: datetime | None = None,
) -> Notification:
    """Put a line into the learner's inbox; `target` is the path of the page that it opens."""
    return Notification.objects.create(
        user_id=user_id,
        kind=kind,
        subject=subject[:200],
        target=target,
        created_at=now or timezone.now(),
    )


def mark_all_read(*, by: User) -> int:
    """Mark everything in the inbox as read; returns how many lines were new."""
    return Notification.objects.visible_to(by).unread().update(read_at=timezone.now())


def mark_read(*, notification: Notification, by: User) -> Notification:
    """Mark one line as read."""
    notification = Notification.objects.visible_to(by).get(pk=notification.pk)
    if notification.read_at is None:
        notification.read_at = timezone.now()
        notification.save(update_fields=["read_at"])
    return notification


def unread_count(user: User) -> int:
    """Return how many lines wait, for the header of each page."""
    return Notification.objects.visible_to(user).unread().count()
