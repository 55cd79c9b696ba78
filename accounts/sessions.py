"""Where somebody is signed in: browsers with a session, and apps with a family of tokens."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts import audit, devices, tokens
from accounts.models import RefreshToken, User
from learnquest.core.errors import NotFound
from learnquest.core.limits import client_ip

SEEN = "seen_at"
BEGUN = "signed_in_at"
# Often enough for a list that people read, seldom enough to cost a request nothing.
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Device:
    """One place where somebody is signed in; `key` names it to whoever ends it."""

    key: str
    user_agent: str
    ip: str
    seen_at: datetime
    is_current: bool = False

    @property
    def name(self) -> str:
        return devices.name_of(self.user_agent)


def browsers_of(user: User, *, current_key: str = "", now: datetime | None = None) -> list[Device]:
    """Return the browsers in which the user is signed in: this one first, then by last use."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk"))
    living = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=now or timezone.now()
        ).values_list("session_key", flat=True)
    )
    found = [
        Device(
            key=str(row.pk),
            user_agent=row.user_agent,
            ip=row.ip,
            seen_at=row.last_seen_at,
            is_current=row.session_key == current_key,
        )
        for row in rows
        if row.session_key in living
    ]
    return sorted(found, key=lambda device: not device.is_current)


def apps_of(user: User, *, now: datetime | None = None) -> list[Device]:
    """Return the API clients that are signed in, by last use: each is one family of tokens."""
    rows = RefreshToken.objects.filter(
        user=user, revoked_at=None, replaced_by=None, expires_at__gt=now or timezone.now()
    ).order_by("-created_at", "-pk")
    found: dict[str, Device] = {}
    for row in rows:
        key = str(row.family)
        found.setdefault(key, Device(key, row.user_agent, row.ip or "", row.created_at))
    return list(found.values())


def end_browser(*, pk: int, by: User) -> str:
    """Sign one browser out and return the key of its session. Raises NotFound for a stranger's."""
    row = UserSession.objects.filter(user=by, pk=pk).first()
    if row is None:
        raise NotFound("This browser is not signed in to your account.")
    _end([row])
    return str(row.session_key)


def end_app(*, family: UUID, by: User) -> None:
    """Sign one API client out. Raises NotFound for a stranger's."""
    if not RefreshToken.objects.filter(user=by, family=family).exists():
        raise NotFound("This app is not signed in to your account.")
    tokens.revoke_family(family=family)


@transaction.atomic
def end_everywhere(
    *, user: User, reason: str, keep: str = "", request: HttpRequest | None = None
) -> None:
    """Sign out every browser, save the session with the key `keep`, and every API client.

    `reason` is a word for the audit log: asked, password_changed, password_reset,
    deactivated or suspended.
    """
    _end(UserSession.objects.filter(user=user).exclude(session_key=keep))
    tokens.revoke_all(user=user)
    audit.record(
        kind=audit.Kind.SIGNED_OUT_EVERYWHERE,
        user=user,
        request=request,
        details={"reason": reason},
    )


def _end(rows: Iterable[UserSession]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for row in rows:
        store().delete(row.session_key)
        row.delete()


def begin(request: HttpRequest, *, now: datetime | None = None) -> None:
    """Note that a session has just begun; it cannot last longer than the settings allow."""
    now = now or timezone.now()
    request.session[BEGUN] = request.session[SEEN] = now.timestamp()
    if client_ip(request):
        UserSession.objects.create_from_request(request)


def last_seen(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Write down now and then that a session is in use, and end it when it is too old."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and request.session.session_key:
            now = timezone.now().timestamp()
            longest = timedelta(days=settings.SESSION_LONGEST_DAYS).total_seconds()
            if now - request.session.setdefault(BEGUN, now) > longest:
                logout(request)
            elif now - request.session.get(SEEN, 0) > SEEN_EVERY.total_seconds():
                begun = request.session[BEGUN]
                begin(request)
                request.session[BEGUN] = begun
        return get_response(request)

    return middleware
