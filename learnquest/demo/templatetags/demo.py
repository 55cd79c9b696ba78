"""The demo's sign-ins on the sign-in page, where the operator shows them."""

from dataclasses import dataclass

from django import template
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from learnquest.demo.people import DEMO_SIGN_INS

register = template.Library()

ROLES: dict[str, str | Promise] = {
    "learner": _("Maya, who learns"),
    "peer": _("Tomas, who reviews"),
    "moderator": _("Ines, who moderates"),
}


@dataclass(frozen=True)
class ShownSignIn:
    role_name: str
    username: str
    email: str
    password: str


@register.simple_tag
def demo_sign_ins() -> list[ShownSignIn]:
    """Return the published accounts, or none on a site that is no demo."""
    if not settings.DEMO:
        return []
    return [
        ShownSignIn(str(ROLES[s.role]), s.email.split("@")[0], s.email, s.password)
        for s in DEMO_SIGN_INS
    ]
