"""What every page's frame needs."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import inbox
from accounts.models import User
from ai import gateway
from learnquest.core.http import theme_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the theme, the count of unread news, which coach answers, and what is asked."""
    user = getattr(request, "user", None)
    count: Any = 0
    learner = user if isinstance(user, User) and user.is_authenticated else None
    if learner is not None:
        # Only pages that show the count pay for it.
        count = SimpleLazyObject(partial(inbox.unread_count, learner))
    return {
        "theme": theme_of(request),
        "unread_count": count,
        "confirmation_is_asked": settings.ACCOUNT_EMAIL_VERIFICATION != "none",
        "ai_is_offline": gateway.is_offline(learner),
        # The site has a model, and this learner wants none.
        "ai_is_switched_off": gateway.is_offline(learner) and not gateway.is_offline(),
    }
