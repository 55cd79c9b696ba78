"""How people come in: what allauth asks of us."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.models import User


def display_name(user: User) -> str:
    """Return what allauth's own messages call a person."""
    return user.name


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Give a new learner a free username made from what they want to be called."""
        if not user.username:
            wish = user.display_name.replace(" ", "-") or user.email.split("@")[0]
            user.username = User.objects.free_username(wish)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.display_name = form.cleaned_data.get("display_name", "")
        user.time_zone = form.cleaned_data.get("time_zone") or "UTC"
        saved: User = super().save_user(request, user, form, commit)
        return saved
