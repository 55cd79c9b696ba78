"""From where somebody has signed in before: a mark in a long-lived cookie, kept as a hash.

A browser without the cookie is new, whatever it calls itself, so that a thief with the same
browser is noticed. Apps of the API bring no cookie; they are known by their name and system.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ua_parser import parse

from accounts.models import KnownDevice, User

COOKIE = "__Host-device" if settings.HTTPS else "device"
COOKIE_LIFE = timedelta(days=400)  # browsers keep none for longer
SALT = "accounts.devices"
LONGEST = 1000


def families(user_agent: str) -> tuple[str, str]:
    """Return browser and system that a client says it is, each "" where it does not say."""
    found = parse(user_agent[:LONGEST])
    browser = found.user_agent.family if found.user_agent else ""
    return browser, found.os.family if found.os else ""


def name_of(user_agent: str) -> str:
    """Return what a person calls it: "Firefox on Windows"; of what no list knows its first word."""
    browser, system = families(user_agent)
    if browser and system and browser != system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    first_word = user_agent.split(" ", maxsplit=1)[0][:40]
    return browser or system or first_word or _("An unknown device")


@transaction.atomic
def recognise(
    *,
    user: User,
    user_agent: str,
    mark: str,
    now: datetime | None = None,
) -> bool:
    """Remember the device of a sign-in; returns whether it is new to an account that knows others.

    The first sign-in of an account is no news to its owner.
    """
    now = now or timezone.now()
    digest = hashlib.sha256(mark.encode()).hexdigest()
    knows_any = KnownDevice.objects.filter(user=user).exists()
    device, is_new = KnownDevice.objects.get_or_create(
        user=user,
        mark_hash=digest,
        defaults={"name": name_of(user_agent)[:100], "first_seen": now, "last_seen": now},
    )
    if not is_new:
        device.name, device.last_seen = name_of(user_agent)[:100], now
        device.save(update_fields=["name", "last_seen"])
    return is_new and knows_any


def mark_of_browser(request: HttpRequest) -> str:
    """Return the mark in the browser's cookie, or a new one, which `remember` then sets."""
    try:
        mark: str = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
    except signing.BadSignature:
        mark = secrets.token_urlsafe(16)
    request.device_mark = mark  # type: ignore[attr-defined]  # for the answer, below
    return mark


def mark_of_app(user_agent: str) -> str:
    """Return the mark of an API client, which has nothing but its name."""
    browser, system = families(user_agent)
    # What no list knows, such as a script, is told apart by its own words up to the version.
    return f"app:{browser or user_agent.partition('/')[0][:50]}:{system}"


def remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie with the mark of a browser that has signed in during this request."""
    mark = getattr(request, "device_mark", None)
    if mark is not None:
        response.set_cookie(
            COOKIE,
            signing.dumps(mark, salt=SALT),
            max_age=COOKIE_LIFE,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


def forget_old(*, now: datetime | None = None) -> int:
    """Delete devices that nobody signed in from for as long as a cookie lives."""
    before = (now or timezone.now()) - COOKIE_LIFE
    deleted, _by_model = KnownDevice.objects.filter(last_seen__lt=before).delete()
    return deleted
