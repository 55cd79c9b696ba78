"""In which language and time zone a person is spoken to: their own choice comes first."""

import zoneinfo
from contextlib import AbstractContextManager, ExitStack

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation

from accounts.models import User


def language_of(user: User) -> str:
    """Return the language that a person chose, or the site's own where it is no longer spoken."""
    try:
        return translation.get_supported_language_variant(user.locale)
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def detected_language() -> str:
    """Return the language negotiated with the browser that sent this request."""
    try:
        return translation.get_supported_language_variant(translation.get_language() or "")
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def speaking_to(user: User | AnonymousUser) -> AbstractContextManager[object]:
    """Speak in the person's language and zone for a while; a stranger's stay as they are.

    What is set within, as by `speak_to`, ends with it too.
    """
    stack = ExitStack()
    language: str | None = translation.get_language()
    zone = None
    if isinstance(user, User):
        language, zone = language_of(user), zoneinfo.ZoneInfo(user.time_zone)
    stack.enter_context(translation.override(language))
    stack.enter_context(timezone.override(zone))
    return stack


def speak_to(user: User) -> None:
    """Go on in the person's language and zone: for a request that said late who sent it."""
    translation.activate(language_of(user))
    timezone.activate(zoneinfo.ZoneInfo(user.time_zone))
