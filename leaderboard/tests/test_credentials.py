"""A badge as an Open Badges 3.0 credential, checked by code that is not what signed it."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import User
from leaderboard import credentials
from leaderboard.badge_list import BADGES
from leaderboard.models import BadgeAward, SigningKey

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


@pytest.fixture
def award(alice: User) -> BadgeAward:
    return BadgeAward.objects.create(user=alice, badge="mentor", awarded_at=NOW)


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verify(token: str, client: Client) -> dict[str, Any]:
    """Verify as the specification says (8.2.5), with nothing but the token and what is fetched."""
    head, body, signature = token.split(".")
    header = json.loads(decoded(head))
    assert header == {"alg": "RS256", "kid": header["kid"], "typ": "JWT"}
    jwk = client.get("/" + header["kid"].split("/", 3)[3]).json()
    assert jwk["kid"] == header["kid"] and not {"d", "p", "q"} & jwk.keys()
    numbers = (int.from_bytes(decoded(jwk[name]), "big") for name in ("e", "n"))
    rsa.RSAPublicNumbers(*numbers).public_key().verify(
        decoded(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    payload: dict[str, Any] = json.loads(decoded(body))
    assert payload["iss"] == payload["issuer"]["id"]
    assert payload["sub"] == payload["credentialSubject"]["id"]
    assert payload["jti"] == payload["id"]
    assert datetime.fromtimestamp(payload["nbf"], UTC) == datetime.fromisoformat(
        payload["validFrom"]
    )
    return payload


def test_a_verifier_accepts_the_export(client: Client, alice: User, award: BadgeAward) -> None:
    client.force_login(alice)
    answer = client.get("/badges/mentor/credential/")
    assert answer["Content-Type"] == "application/vc+jwt"
    assert 'filename="learnquest-mentor.jwt"' in answer["Content-Disposition"]
    anybody = Client()
    payload = verify(answer.content.decode(), anybody)
    assert payload["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert payload["@context"][0] == "https://www.w3.org/ns/credentials/v2"
    achievement = payload["credentialSubject"]["achievement"]
    assert achievement["name"] == "Mentor" and "ten works" in achievement["criteria"]["narrative"]
    # What the credential points to is there for everybody.
    for url in (achievement["id"], achievement["image"]["id"], payload["issuer"]["id"]):
        assert anybody.get("/" + url.split("/", 3)[3]).status_code == 200
    assert client.get("/api/badges/mentor/credential").json()["credential"].count(".") == 2


def test_a_changed_word_or_another_key_is_refused(client: Client, award: BadgeAward) -> None:
    head, body, signature = credentials.export(award=award).split(".")
    forged = json.loads(decoded(body))
    forged["credentialSubject"]["achievement"]["name"] = "Mastery"
    other = base64.urlsafe_b64encode(json.dumps(forged).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidSignature):
        verify(f"{head}.{other}.{signature}", client)


def test_the_holder_is_named_by_a_hash_alone(award: BadgeAward, alice: User) -> None:
    content = credentials.credential(award=award)
    assert alice.email not in json.dumps(content) and "Alice" not in json.dumps(content)
    holder = content["credentialSubject"]["identifier"][0]
    digest = hashlib.sha256(f"{alice.email}{holder['salt']}".encode()).hexdigest()
    assert holder["identityHash"] == f"sha256${digest}"


def test_every_badge_can_be_exported(alice: User) -> None:
    for badge in BADGES:
        award = BadgeAward(pk=1, user=alice, badge=badge.code, awarded_at=NOW)
        assert credentials.credential(award=award)["name"] == str(badge.name)


def test_nobody_exports_a_badge_of_another(
    client: Client, award: BadgeAward, charlie: User
) -> None:
    client.force_login(charlie)
    assert client.get("/badges/mentor/credential/").status_code == 404
    assert client.get("/api/badges/mentor/credential").status_code == 404


def test_the_key_is_made_once_and_kept_encrypted(award: BadgeAward) -> None:
    first, second = (credentials.export(award=award) for _ in range(2))
    assert first == second
    row = SigningKey.objects.get()
    assert "ENCRYPTED" in row.private and "PRIVATE" not in row.public


def test_old_credentials_stay_good_when_the_key_changes(
    client: Client, award: BadgeAward, settings: Any
) -> None:
    old = credentials.export(award=award)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    settings.BADGE_SIGNING_KEY = pem.replace("\n", "\\n")
    new = credentials.export(award=award)
    assert verify(old, client)["id"] == verify(new, client)["id"]
    assert old.split(".")[0] != new.split(".")[0]
    assert len(client.get("/badges/keys/").json()["keys"]) == 2
    assert pem not in str(SigningKey.objects.values_list("private", flat=True))


def test_a_new_secret_opens_the_key_with_the_old_one_or_makes_another(
    award: BadgeAward, settings: Any
) -> None:
    credentials.export(award=award)
    secret, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret" * 5
    settings.SECRET_KEY_FALLBACKS = [secret]
    credentials.export(award=award)
    assert SigningKey.objects.count() == 1
    settings.SECRET_KEY_FALLBACKS = []
    credentials.export(award=award)
    assert SigningKey.objects.count() == 2


def test_a_setting_that_is_no_key_is_named(award: BadgeAward, settings: Any) -> None:
    settings.BADGE_SIGNING_KEY = "not a key"
    with pytest.raises(ImproperlyConfigured, match="BADGE_SIGNING_KEY"):
        credentials.export(award=award)
