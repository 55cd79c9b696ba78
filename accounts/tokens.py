"""Tokens of API clients: short access tokens, and refresh tokens that each work once.

Access tokens are signed (PyJWT) and tied to a family of refresh tokens; each request looks
whether the family still lives, so that ending it ends them all at once. Of a refresh token only
the SHA-256 is kept. The scheme is OAuth 2.0's refresh token rotation (RFC 9700, section 4.14.2).
"""

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
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
# Covers a lost answer and parallel tabs of one client.
GRACE = timedelta(seconds=10)
ALGORITHM = "HS256"


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
    pair, _row = _next(user, uuid4(), client, now or timezone.now())
    return pair


def rotate(*, refresh: str, client: Client, now: datetime | None = None) -> Pair:
    """Exchange a refresh token for a new pair.

    Raises InvalidToken for one that is not good. One that was exchanged before ends its whole
    family and tells the user, save within ten seconds for the same client.
    """
    now = now or timezone.now()
    with transaction.atomic():
        row = (
            RefreshToken.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(token_hash=_digest(refresh))
            .first()
        )
        pair = None if row is None else _exchange(row, client, now)
    # Outside: what was revoked must stay revoked, whatever is raised.
    if pair is None:
        raise InvalidToken
    return pair


def user_of(access: str, *, now: datetime | None = None) -> tuple[User, UUID]:
    """Return whose access token this is, and its family. Raises InvalidToken."""
    try:
        key_id = jwt.get_unverified_header(access).get("kid", "")
        claims = jwt.decode(
            access,
            settings.JWT_KEYS[key_id],
            algorithms=[ALGORITHM],
            options={"require": ["exp", "iat", "sub"]},
        )
        family, user_id = UUID(claims["family"]), int(claims["sub"])
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise InvalidToken from error
    user = (
        User.objects.filter(
            pk=user_id,
            is_active=True,
            refresh_tokens__family=family,
            refresh_tokens__revoked_at=None,
            refresh_tokens__replaced_by=None,
            refresh_tokens__expires_at__gt=now or timezone.now(),
        )
        .distinct()
        .first()
    )
    if user is None or not hmac.compare_digest(claims.get("auth", ""), _fingerprint(user)):
        raise InvalidToken
    return user, family


def revoke_family(*, family: UUID) -> int:
    """End one sign-in; returns how many tokens it had."""
    return RefreshToken.objects.filter(family=family, revoked_at=None).update(
        revoked_at=timezone.now()
    )


def revoke_all(*, user: User) -> int:
    """End every sign-in of a user's API clients; returns how many tokens they had."""
    return RefreshToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def family_of(refresh: str) -> UUID | None:
    """Return the family to which a refresh token belongs."""
    row = RefreshToken.objects.filter(token_hash=_digest(refresh)).first()
    return row.family if row else None


def clear_expired(*, now: datetime | None = None) -> int:
    """Delete what has expired; returns how many tokens."""
    deleted, _by_model = RefreshToken.objects.filter(expires_at__lt=now or timezone.now()).delete()
    return deleted


def _exchange(row: RefreshToken, client: Client, now: datetime) -> Pair | None:
    user = row.user
    is_dead = row.revoked_at is not None or row.expires_at <= now or not user.is_active
    if is_dead or not hmac.compare_digest(row.auth_hash, _fingerprint(user)):
        return None
    if row.replaced_by is None:
        pair, following = _next(user, row.family, client, now)
        row.replaced_by = following
        row.save(update_fields=["replaced_by"])
        return pair
    same_client = (row.user_agent, row.ip) == (client.user_agent[:200], client.ip)
    if same_client and now - row.replaced_by.created_at <= GRACE:
        return _next(user, row.family, client, now)[0]
    revoke_family(family=row.family)
    inbox.notify(
        user_id=user.pk,
        kind=Notification.Kind.SECURITY,
        subject=_("An old sign-in of an app was used again, so that app was signed out"),
        target="/settings/",
        now=now,
    )
    notices.token_replayed(user, client, now=now)
    logger.warning("Refresh token replayed: family %s of user %s revoked.", row.family, user.pk)
    return None


def _next(user: User, family: UUID, client: Client, now: datetime) -> tuple[Pair, RefreshToken]:
    refresh = secrets.token_urlsafe(32)
    row = RefreshToken.objects.create(
        user=user,
        token_hash=_digest(refresh),
        family=family,
        auth_hash=_fingerprint(user),
        created_at=now,
        expires_at=now + REFRESH_LIFE,
        user_agent=client.user_agent[:200],
        ip=client.ip or None,
    )
    return Pair(user, _access(user, family, now), refresh), row


def _access(user: User, family: UUID, now: datetime) -> str:
    key_id, key = next(iter(settings.JWT_KEYS.items()))
    claims = {
        "sub": str(user.pk),
        "family": str(family),
        "auth": _fingerprint(user),
        "iat": now,
        "exp": now + ACCESS_LIFE,
        "jti": uuid4().hex,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id})


def _fingerprint(user: User) -> str:
    """Change with the password, as Django's own sessions do."""
    return _digest(user.get_session_auth_hash())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
