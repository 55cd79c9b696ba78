"""Signing in through Google or GitHub: on with their keys, and never a way around ours."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from learnquest.core.text import one_line


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def list_providers(self, request: HttpRequest) -> list[Any]:
        """Offer what the settings name; without any, the sign-in page needs no database."""
        if not settings.SOCIALACCOUNT_PROVIDERS:
            return []
        return list(super().list_providers(request))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Call a new learner what the provider calls them; the username is made later."""
        user: User = super().populate_user(request, sociallogin, {**data, "username": ""})
        names = (data.get("first_name"), data.get("last_name"))
        name = data.get("name") or " ".join(part for part in names if part)
        name = one_line(name) or one_line(data.get("username") or "")
        user.display_name = name[:60].strip()
        return user
