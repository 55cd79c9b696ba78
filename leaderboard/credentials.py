"""A badge as an Open Badges 3.0 credential: JSON-LD, signed as a JWT with RS256.

RS256 is what the specification asks every verifier to know. The payload is the credential with
`iss`, `jti`, `nbf` and `sub`; the header's `kid` is the address at which the public key can be
fetched as a JWK. See https://www.imsglobal.org/spec/ob/v3p0, sections 8.2 and 8.3.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override
from jwt.algorithms import RSAAlgorithm

from accounts.models import User
from leaderboard.badge_list import BY_CODE, Badge
from leaderboard.models import BadgeAward, SigningKey

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
SCHEMA = {
    "id": (
        "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
        "ob_v3p0_achievementcredential_schema.json"
    ),
    "type": "1EdTechJsonSchemaValidator2019",
}
BITS = 2048
NAME = "LearnQuest"


@dataclass(frozen=True)
class Signer:
    name: str
    key: RSAPrivateKey


def export(*, award: BadgeAward) -> str:
    """Return the award as a signed credential, for its holder to take elsewhere."""
    content = credential(award=award)
    signer = _signer()
    payload = {
        **content,
        "iss": content["issuer"]["id"],
        "jti": content["id"],
        "nbf": int(award.awarded_at.timestamp()),
        "sub": content["credentialSubject"]["id"],
    }
    return jwt.encode(payload, signer.key, "RS256", headers={"kid": _key_url(signer.name)})


def credential(*, award: BadgeAward) -> dict[str, Any]:
    """Return the award as an unsigned credential."""
    badge = BY_CODE[award.badge]
    # The words travel to other sites: the same for all, whoever asks for them.
    with override("en"):
        return {
            "@context": CONTEXTS,
            "id": _urn(f"awards/{award.pk}"),
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": str(badge.name),
            "issuer": {key: value for key, value in profile().items() if key != "@context"},
            "validFrom": _time(award.awarded_at),
            "awardedDate": _time(award.awarded_at),
            "credentialSubject": {
                "id": _urn(f"users/{award.user_id}"),
                "type": ["AchievementSubject"],
                "identifier": [_identifier(award.user, award)],
                "achievement": achievement(badge),
            },
            "credentialSchema": [SCHEMA],
        }


def profile() -> dict[str, Any]:
    """Return who issues: this site."""
    return {
        "@context": CONTEXTS,
        "id": _url("badges:issuer"),
        "type": ["Profile"],
        "name": NAME,
        "url": f"{settings.SITE_URL}/",
        "description": "Set a goal, hand in work, get reviews you can trust.",
    }


def achievement(badge: Badge) -> dict[str, Any]:
    """Return what a badge stands for."""
    page = _url("badges:badge", badge.code)
    return {
        "id": page,
        "type": ["Achievement"],
        "achievementType": "Badge",
        "name": str(badge.name),
        "description": f"{badge.family.label}, {badge.tier.label.lower()}: {badge.how}.",
        "criteria": {"id": page, "narrative": f"{badge.how}."},
        "image": {"id": _url("badges:image", badge.code), "type": "Image"},
    }


def public_keys() -> list[dict[str, Any]]:
    """Return all keys that have signed badges, as JWKs, the one in use first."""
    _signer()
    return [_jwk(row) for row in SigningKey.objects.order_by("-created_at", "-pk")]


def public_key(name: str) -> dict[str, Any]:
    """Return one of the keys as a JWK. Raises DoesNotExist."""
    _signer()
    return _jwk(SigningKey.objects.get(name=name))


def _jwk(row: SigningKey) -> dict[str, Any]:
    key = serialization.load_pem_public_key(row.public.encode())
    assert isinstance(key, RSAPublicKey)
    found: dict[str, Any] = RSAAlgorithm.to_jwk(key, as_dict=True)
    found.pop("key_ops", None)
    return {**found, "alg": "RS256", "use": "sig", "kid": _key_url(row.name)}


def _identifier(user: User, award: BadgeAward) -> dict[str, Any]:
    """Return the holder as a hash, which whoever knows the address can check."""
    salt = hashlib.sha256(f"{award.pk}:{award.user_id}".encode()).hexdigest()[:16]
    digest = hashlib.sha256(f"{user.email.lower()}{salt}".encode()).hexdigest()
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": salt,
    }


def _signer() -> Signer:
    """Return the key in use: that of the settings, or one made once and kept encrypted."""
    if settings.BADGE_SIGNING_KEY:
        signer = _from_settings(settings.BADGE_SIGNING_KEY)
        SigningKey.objects.get_or_create(
            name=signer.name, defaults={"public": _public_pem(signer.key)}
        )
        return signer
    for row in SigningKey.objects.exclude(private="").order_by("-created_at", "-pk"):
        if key := _opened(row.private, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            return Signer(row.name, key)
    return _made()


@lru_cache(maxsize=4)
def _from_settings(pem: str) -> Signer:
    try:
        key = serialization.load_pem_private_key(pem.replace("\\n", "\n").encode(), None)
    except ValueError as error:
        raise ImproperlyConfigured("BADGE_SIGNING_KEY is not a private key in PEM.") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < BITS:
        raise ImproperlyConfigured("BADGE_SIGNING_KEY has to be an RSA key of 2048 bits or more.")
    return Signer(_thumbprint(key), key)


@transaction.atomic
def _made() -> Signer:
    """Make a key. Two processes that make one at once both keep theirs: each is published."""
    key = generate_private_key(public_exponent=65537, key_size=BITS)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(_password(settings.SECRET_KEY)),
    )
    name = _thumbprint(key)
    SigningKey.objects.create(name=name, public=_public_pem(key), private=private.decode())
    return Signer(name, key)


@lru_cache(maxsize=16)
def _opened(private: str, *secrets: str) -> RSAPrivateKey | None:
    """Decrypt a key, with whichever secret it was encrypted; None when none of them fits."""
    for secret in secrets:
        try:
            key = serialization.load_pem_private_key(private.encode(), _password(secret))
        except ValueError:
            continue
        assert isinstance(key, RSAPrivateKey)
        return key
    return None


def _password(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"badge signing key", "sha256").hex().encode()


def _public_pem(key: RSAPrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _thumbprint(key: RSAPrivateKey) -> str:
    """Return the key's name: its thumbprint by RFC 7638."""
    jwk = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    members = json.dumps({name: jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    digest = hashlib.sha256(members.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _key_url(name: str) -> str:
    return _url("badges:key", name)


def _url(view: str, *args: str) -> str:
    return settings.SITE_URL + reverse(view, args=args)


def _urn(what: str) -> str:
    """Return a name for something of this site that is no page, the same each time."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{settings.SITE_URL}/{what}')}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
