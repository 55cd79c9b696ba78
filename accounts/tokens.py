"""Tokens of API clients: short access tokens, and refresh tokens that each work once.

Access tokens are signed (PyJWT, in the shape of RFC 9068) and tied to a family of refresh tokens;
each request looks whether the family still lives, so that ending it ends them all at once. Of a
refresh token only the SHA-256 is kept. The scheme is OAuth 2.0's refresh token rotation (RFC 9700,
section 4.14.2).
"""

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox, notices
from accounts.models import Notification, RefreshToken, User

logger = logging.getLogger(__name__)

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)
# However often it is refreshed, a sign-in ends after so long.
FAMILY_LIFE = timedelta(days=180)
# Covers a lost answer and parallel tabs of one client.
GRACE = timedelta(seconds=10)

ALGORITHM = "HS256"
AUDIENCE = "learnquest-api"
# In the header, as RFC 9068 wants it, and in the claims, for readers that see nothing else.
HEADER_TYPE = "at+jwt"
TYPE = "access"
CLAIMS = ("iss", "aud", "sub", "iat", "exp", "jti", "typ", "family", "auth")


class InvalidToken(Exception):
    """The token is unknown, used, revoked, expired or forged: sign in again."""


@dataclass(frozen=True)
class Client:
    """Where a request came from, as far as it tells."""

    user_agent: str = ""
    ip: str | None = None


@dataclass(frozen=True)
class Pair:
    user: User
    access: str
    refresh: str


def issue(*, user: User, client: Client, now: datetime | None = None) -> Pair:
    """Begin a family of tokens at sign-in."""
    now = now or timezone.now()
    return _next(user, uuid4(), now, client, now)[0]


def rotate(*, refresh: str, client: Client, now: datetime | None = None) -> Pair:
    """Exchange a refresh token for a new pair.

    Raises InvalidToken for one that is not good. One that was exchanged before ends its whole
    family and tells the user, save within ten seconds for the same client.
    """
    now = now or timezone.now()
    with transaction.atomic():
        known = RefreshToken.objects.filter(token_hash=_digest(refresh))
        row = known.first()
        if row is not None:
            _hold(row.user_id)
            row = known.select_related("user").first()
        pair = None if row is None else _exchange(row, client, now)
    # Outside: what was revoked must stay revoked, whatever is raised.
    if pair is None:
        raise InvalidToken
    return pair


def user_of(access: str, *, now: datetime | None = None) -> tuple[User, UUID]:
    """Return whose access token this is, and its family. Raises InvalidToken."""
    claims = _read(access)
    try:
        family, user_id = UUID(claims["family"]), int(claims["sub"])
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidToken from error
    user = (
        User.objects.filter(
            pk=user_id,
            is_active=True,
            refresh_tokens__family=family,
            refresh_tokens__revoked_at=None,
            refresh_tokens__used_at=None,
            refresh_tokens__expires_at__gt=now or timezone.now(),
        )
        .distinct()
        .first()
    )
    if user is None or not _same(str(claims["auth"]), _fingerprint(user)):
        raise InvalidToken
    return user, family


def _read(access: str) -> dict[str, Any]:
    """Return the claims of a token that we signed as an access token for this API."""
    try:
        header = jwt.get_unverified_header(access)
        if header.get("typ") != HEADER_TYPE:
            raise InvalidToken
        # Only keys of ours: whatever else a header names, such as a URL of keys, is not looked at.
        claims: dict[str, Any] = jwt.decode(
            access,
            settings.JWT_KEYS[header["kid"]],
            algorithms=[ALGORITHM],
            issuer=settings.JWT_ISSUER,
            audience=AUDIENCE,
            options={"require": list(CLAIMS), "strict_aud": True},
        )
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise InvalidToken from error
    if claims["typ"] != TYPE:
        raise InvalidToken
    return claims


@transaction.atomic
def revoke_family(*, family: UUID) -> int:
    """End one sign-in; returns how many tokens it had."""
    tokens = RefreshToken.objects.filter(family=family)
    first = tokens.first()
    if first is not None:
        _hold(first.user_id)
    return tokens.filter(revoked_at=None).update(revoked_at=timezone.now())


@transaction.atomic
def revoke_all(*, user: User) -> int:
    """End every sign-in of a user's API clients; returns how many tokens they had."""
    _hold(user.pk)
    return RefreshToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def family_of(refresh: str) -> UUID | None:
    """Return the family to which a refresh token belongs."""
    row = RefreshToken.objects.filter(token_hash=_digest(refresh)).first()
    return row.family if row else None


def clear_expired(*, now: datetime | None = None) -> int:
    """Delete what has expired; returns how many tokens."""
    deleted, _by_model = RefreshToken.objects.filter(expires_at__lt=now or timezone.now()).delete()
    return deleted


def _hold(user_id: int) -> None:
    # One at a time for each person: a token that is being made while its family is revoked would
    # be seen by neither side, and live on.
    User.objects.select_for_update(no_key=True).filter(pk=user_id).values("pk").first()


def _exchange(row: RefreshToken, client: Client, now: datetime) -> Pair | None:
    user = row.user
    is_dead = row.revoked_at is not None or row.expires_at <= now or not user.is_active
    if is_dead or not _same(row.auth_hash, _fingerprint(user)):
        return None
    if row.used_at is None:
        pair, row.replaced_by = _next(user, row.family, row.begun_at, client, now)
        row.used_at = now
        row.save(update_fields=["used_at", "replaced_by"])
        return pair
    same_client = (row.user_agent, row.ip) == (client.user_agent[:200], client.ip)
    if same_client and now - row.used_at <= GRACE:
        # Another of the same family, which ends with it.
        return _next(user, row.family, row.begun_at, client, now)[0]
    revoke_family(family=row.family)
    _tell_of_replay(user, row.family, client, now)
    return None


def _tell_of_replay(user: User, family: UUID, client: Client, now: datetime) -> None:
    """Say that a used token came back: to the user, and in the log."""
    inbox.notify(
        user_id=user.pk,
        kind=Notification.Kind.SECURITY,
        subject=_("An old sign-in of an app was used again, so that app was signed out"),
        target="/settings/",
        now=now,
    )
    notices.token_replayed(user, client, now=now)
    logger.warning("Refresh token replayed: family %s of user %s revoked.", family, user.pk)


def _next(
    user: User, family: UUID, begun_at: datetime, client: Client, now: datetime
) -> tuple[Pair, RefreshToken]:
    refresh = secrets.token_urlsafe(32)
    row = RefreshToken.objects.create(
        user=user,
        token_hash=_digest(refresh),
        family=family,
        auth_hash=_fingerprint(user),
        begun_at=begun_at,
        created_at=now,
        expires_at=min(now + REFRESH_LIFE, begun_at + FAMILY_LIFE),
        user_agent=client.user_agent[:200],
        ip=client.ip or None,
    )
    return Pair(user, _access(user, family, now), refresh), row


def _access(user: User, family: UUID, now: datetime) -> str:
    key_id, key = next(iter(settings.JWT_KEYS.items()))
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": AUDIENCE,
        "sub": str(user.pk),
        "iat": now,
        "exp": now + ACCESS_LIFE,
        "jti": uuid4().hex,
        "typ": TYPE,
        "family": str(family),
        "auth": _fingerprint(user),
    }
    headers = {"kid": key_id, "typ": HEADER_TYPE}
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers=headers)


def _fingerprint(user: User) -> str:
    """Change with the password, as Django's own sessions do."""
    return _digest(user.get_session_auth_hash())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _same(one: str, other: str) -> bool:
    # Bytes, since what a stranger sends may be no ASCII.
    return hmac.compare_digest(one.encode(), other.encode())
