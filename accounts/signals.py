"""What follows when allauth or the admin has changed how somebody signs in."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import sessions
from accounts.models import User


@receiver(user_logged_in)
def note_new_session(request: HttpRequest, **kwargs: Any) -> None:
    sessions.begin(request)


@receiver([password_changed, password_set])
def keep_this_session_alone(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new password ends every sign-in but the one in which it was chosen."""
    sessions.end_everywhere(
        user=user,
        keep=request.session.session_key or "",
        reason="password_changed",
        request=request,
    )


@receiver(password_reset)
def keep_no_session(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever had to reset the password may have been robbed of it: nobody stays signed in."""
    sessions.end_everywhere(user=user, reason="password_reset", request=request)


@receiver(post_save, sender=User)
def end_sessions_of_the_inactive(
    instance: User, update_fields: frozenset[str] | None, created: bool, **kwargs: Any
) -> None:
    """Deactivation ends every sign-in, so that a later activation revives none."""
    is_about_it = update_fields is None or "is_active" in update_fields
    if not instance.is_active and is_about_it and not created:
        why = "suspended" if instance.is_suspended else "deactivated"
        sessions.end_everywhere(user=instance, reason=why)
