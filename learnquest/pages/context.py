"""What every page's frame needs."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import inbox
from ai import gateway
from learnquest.core.http import theme_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the theme, the count of unread news, and which coach answers."""
    user = getattr(request, "user", None)
    is_learner = user is not None and user.is_authenticated
    return {
        "theme": theme_of(request),
        # Only pages that show the count pay for it.
        "unread_count": SimpleLazyObject(lambda: inbox.unread_count(user)) if is_learner else 0,
        "ai_is_offline": gateway.is_offline(),
    }
