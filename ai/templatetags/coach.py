"""What pages say about the coach."""

from typing import Any

from django import template
from django.http import HttpRequest

from accounts.models import User
from ai import budget, gateway

register = template.Library()


@register.inclusion_tag("components/ai_left.html", takes_context=True)
def ai_left(context: template.Context) -> dict[str, Any]:
    """Say what is left of the learner's AI answers today, before they press the button."""
    request: HttpRequest = context["request"]
    user = request.user
    assert isinstance(user, User)
    if gateway.is_offline(user):
        return {"is_offline": True, "is_own_choice": not gateway.is_offline()}
    left = budget.left_today(user)
    return {"is_offline": False, "left": left, "percent": round(100 * left.share)}
