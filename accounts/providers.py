"""Signing in through Google or GitHub: on with their keys, and never a way around ours."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from accounts.models import User


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Call a new learner what the provider calls them; the username is made later."""
        user: User = super().populate_user(request, sociallogin, {**data, "username": ""})
        names = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in names if part)
        user.display_name = (name or data.get("username") or "").strip()[:60]
        return user
