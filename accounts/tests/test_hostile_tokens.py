"""What somebody with bad intentions sends instead of a token."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings as site
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import RefreshToken, User
from accounts.tests.test_tokens import LAPTOP, THIEF, bearer
from accounts.tokens import InvalidToken

KEY = "another key of thirty-two characters"


@pytest.fixture
def pair(alice: User) -> tokens.Pair:
    return tokens.issue(user=alice, client=LAPTOP)


def claims_of(pair: tokens.Pair) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(pair.access, options={"verify_signature": False})
    return claims


def signed(
    claims: dict[str, Any], *, key: str = "", algorithm: str = "HS256", **headers: Any
) -> str:
    """A token as we sign it, save for what is named."""
    key_id, ours = next(iter(site.JWT_KEYS.items()))
    headers = {"kid": key_id, "typ": tokens.HEADER_TYPE, **headers}
    return jwt.encode(claims, key or ours, algorithm=algorithm, headers=headers)


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def status(token: str) -> int:
    return Client().get("/api/auth/profile", headers=bearer(token)).status_code


def test_a_token_says_who_made_it_for_whom_and_until_when(pair: tokens.Pair, alice: User) -> None:
    claims = claims_of(pair)
    assert {"iss", "aud", "sub", "iat", "exp", "jti", "typ"} <= set(claims)
    assert (claims["iss"], claims["aud"]) == (site.JWT_ISSUER, "learnquest-api")
    assert (claims["sub"], claims["typ"]) == (str(alice.pk), "access")
    assert claims["exp"] - claims["iat"] == 15 * 60
    header = jwt.get_unverified_header(pair.access)
    assert (header["kid"], header["typ"]) == (next(iter(site.JWT_KEYS)), "at+jwt")
    assert claims["jti"] != claims_of(tokens.issue(user=alice, client=LAPTOP))["jti"]


def test_our_own_signature_over_the_same_claims_is_good(pair: tokens.Pair) -> None:
    # Or the tests below would pass for the wrong reason.
    assert status(signed(claims_of(pair))) == 200


@pytest.mark.parametrize("name", ["none", "None", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "c2ln"])
def test_a_token_without_a_signature_is_nobody(
    pair: tokens.Pair, name: str, signature: str
) -> None:
    header = {**jwt.get_unverified_header(pair.access), "alg": name}
    assert status(f"{part(header)}.{part(claims_of(pair))}.{signature}") == 401


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_only_the_one_algorithm_is_taken(pair: tokens.Pair, algorithm: str) -> None:
    assert status(signed(claims_of(pair), algorithm=algorithm)) == 401


def test_a_key_that_is_not_ours_signs_nobody_in(pair: tokens.Pair) -> None:
    assert status(signed(claims_of(pair), key=KEY)) == 401


@pytest.mark.parametrize("kid", ["other", "", "../main", 0, None, ["main"]])
def test_an_unknown_key_id_is_nobody(pair: tokens.Pair, kid: Any) -> None:
    header = {"alg": "HS256", "typ": tokens.HEADER_TYPE, "kid": kid}
    signature = pair.access.rpartition(".")[2]
    assert status(f"{part(header)}.{part(claims_of(pair))}.{signature}") == 401
    if isinstance(kid, str):
        assert status(signed(claims_of(pair), kid=kid)) == 401


def test_a_token_without_a_key_id_is_nobody(pair: tokens.Pair) -> None:
    key = next(iter(site.JWT_KEYS.values()))
    headers = {"typ": tokens.HEADER_TYPE}
    assert status(jwt.encode(claims_of(pair), key, algorithm="HS256", headers=headers)) == 401


@pytest.mark.parametrize("header", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_the_token_brings_along_is_not_looked_at(pair: tokens.Pair, header: str) -> None:
    brought: Any = {"kty": "oct", "k": base64.urlsafe_b64encode(KEY.encode()).decode()}
    assert status(signed(claims_of(pair), key=KEY, **{header: brought})) == 401


@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("aud", "another-api"),
        ("aud", ["learnquest-api", "another-api"]),
        ("iss", "somebody else"),
        ("typ", "refresh"),
        ("exp", 1),
        ("iat", 9_999_999_999),
        ("nbf", 9_999_999_999),
        ("sub", "0"),
        ("sub", "alice"),
        ("sub", 1),
        ("family", "00000000-0000-0000-0000-000000000000"),
        ("family", 7),
        ("auth", "0" * 64),
        ("auth", None),
        ("auth", ["ä"]),
    ],
)
def test_a_claim_that_is_not_what_it_should_be_is_nobody(
    pair: tokens.Pair, claim: str, value: Any
) -> None:
    assert status(signed({**claims_of(pair), claim: value})) == 401


@pytest.mark.parametrize("claim", tokens.CLAIMS)
def test_a_claim_that_is_missing_is_nobody(pair: tokens.Pair, claim: str) -> None:
    claims = claims_of(pair)
    del claims[claim]
    assert status(signed(claims)) == 401


@pytest.mark.parametrize("typ", ["JWT", "refresh", ""])
def test_a_token_of_another_type_is_nobody(pair: tokens.Pair, typ: str) -> None:
    assert status(signed(claims_of(pair), typ=typ)) == 401


def test_one_learner_cannot_become_another(pair: tokens.Pair, bob: User) -> None:
    assert status(signed({**claims_of(pair), "sub": str(bob.pk)})) == 401


def test_an_access_token_lasts_fifteen_minutes(alice: User) -> None:
    then = timezone.now() - timedelta(minutes=15, seconds=1)
    assert status(tokens.issue(user=alice, client=LAPTOP, now=then).access) == 401
    then = timezone.now() - timedelta(minutes=14)
    assert status(tokens.issue(user=alice, client=LAPTOP, now=then).access) == 200


def test_a_refresh_token_opens_nothing_and_an_access_token_refreshes_nothing(
    pair: tokens.Pair,
) -> None:
    assert status(pair.refresh) == 401
    browser = Client()
    browser.cookies["access"] = pair.refresh
    assert browser.get("/api/auth/profile").status_code == 401
    answer = Client().post(
        "/api/auth/refresh", {"refresh": pair.access}, content_type="application/json"
    )
    assert answer.status_code == 401
    assert RefreshToken.objects.filter(used_at=None, revoked_at=None).count() == 1


def test_a_replay_ends_every_successor_of_the_grace(alice: User, pair: tokens.Pair) -> None:
    """Two tabs and a lost answer make three successors; all are of one family and end with it."""
    heirs = [tokens.rotate(refresh=pair.refresh, client=LAPTOP) for _ in range(3)]
    heirs.append(tokens.rotate(refresh=heirs[0].refresh, client=LAPTOP))
    assert RefreshToken.objects.values("family").distinct().count() == 1
    for heir in (heirs[1], heirs[2], heirs[3]):
        assert tokens.user_of(heir.access)[0] == alice
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh=pair.refresh, client=THIEF)
    for heir in heirs:
        assert status(heir.access) == 401
        with pytest.raises(InvalidToken):
            tokens.rotate(refresh=heir.refresh, client=LAPTOP)
    # Whoever tries a dead token tells nobody anything new.
    assert alice.notifications.count() == 1


def test_a_used_token_whose_successor_is_gone_stays_used(alice: User, pair: tokens.Pair) -> None:
    then = timezone.now() - timedelta(minutes=1)
    first = tokens.issue(user=alice, client=LAPTOP, now=then)
    second = tokens.rotate(refresh=first.refresh, client=LAPTOP, now=then)
    RefreshToken.objects.filter(token_hash=tokens._digest(second.refresh)).delete()
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh=first.refresh, client=LAPTOP)


def test_no_sign_in_is_refreshed_for_ever(alice: User) -> None:
    begun = timezone.now() - timedelta(days=200)
    pair = tokens.issue(user=alice, client=LAPTOP, now=begun)
    for days in range(29, 180, 29):
        pair = tokens.rotate(refresh=pair.refresh, client=LAPTOP, now=begun + timedelta(days=days))
    assert not RefreshToken.objects.filter(expires_at__gt=begun + tokens.FAMILY_LIFE).exists()
    with pytest.raises(InvalidToken):
        tokens.rotate(refresh=pair.refresh, client=LAPTOP, now=begun + timedelta(days=181))


def test_the_database_does_not_know_the_token(pair: tokens.Pair) -> None:
    row = RefreshToken.objects.values_list().get()
    assert not any(pair.refresh in str(value) for value in row)
