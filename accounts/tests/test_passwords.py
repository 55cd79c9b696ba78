"""Passwords: which are taken, how they are kept, and what a sign-in tells of them."""

import gc
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

import bcrypt
import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    BCryptSHA256PasswordHasher,
    make_password,
)
from django.test import Client

from accounts import hashers
from accounts.models import User
from accounts.tests.test_tokens import log_in
from learnquest import settings as real
from learnquest.core.limits import LIMITS, Limit
from tests.factories import PASSWORD


@pytest.fixture
def real_hashers(settings: Any) -> None:
    settings.PASSWORD_HASHERS = real.PASSWORD_HASHERS


def sign_up(client: Client, password: str) -> Any:
    return client.post(
        "/accounts/signup/",
        {"display_name": "New", "email": "new@example.com", "password1": password},
    )


@pytest.mark.parametrize(
    "password", ["abcdefgz", "        ", "12345678x", "пароль-слова", "long " * 25 + "end"]
)
def test_any_mix_of_eight_to_128_characters_will_do(
    client: Client, db: None, password: str
) -> None:
    assert sign_up(client, password).status_code == 302
    assert User.objects.get().check_password(password)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("seven77", "at least 8 characters"),
        ("x1" * 64 + "x", "128 characters at most"),
        ("password123", "too common"),
    ],
)
def test_a_short_long_or_common_password_is_refused(
    client: Client, db: None, password: str, says: str
) -> None:
    page = sign_up(client, password)
    assert says in page.content.decode() and not User.objects.exists()


def test_passwords_are_kept_with_argon2id(real_hashers: None) -> None:
    assert make_password("a long enough one").startswith("argon2$argon2id$")


def test_a_bcrypt_hash_signs_in_and_becomes_argon2id(
    client: Client, alice: User, real_hashers: None
) -> None:
    # Made by bcrypt itself, as another system would have written it down.
    digest = BCryptSHA256PasswordHasher.digest
    assert digest is not None
    salted = bcrypt.hashpw(digest(PASSWORD.encode()).hexdigest().encode(), bcrypt.gensalt(4))
    alice.password = f"bcrypt_sha256${salted.decode()}"
    alice.save(update_fields=["password"])
    client.post("/accounts/login/", {"login": alice.email, "password": "wrong"})
    alice.refresh_from_db()
    assert alice.password.startswith("bcrypt_sha256$")
    answer = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert answer.status_code == 302 and client.get("/today/").status_code == 200
    alice.refresh_from_db()
    assert alice.password.startswith("argon2$argon2id$") and alice.check_password(PASSWORD)


def test_only_so_many_checks_wait_at_a_time(
    client: Client, alice: User, bob: User, real_hashers: None, monkeypatch: Any
) -> None:
    """Whoever comes beyond that is told at once, in both doors, and signs in a moment later."""
    alice.set_password(PASSWORD)
    alice.save()
    monkeypatch.setattr(hashers, "_places", BoundedSemaphore(1))
    with hashers._turn():
        page = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        answer = log_in(client, alice)
    assert page.status_code == answer.status_code == 429
    assert "Many people sign in" in page.content.decode()
    assert "Many people sign in" in answer.json()["detail"] and answer["Retry-After"] == "3"
    assert log_in(client, alice).status_code == 200


def test_checks_run_one_after_the_other(real_hashers: None, monkeypatch: Any) -> None:
    running, most = 0, 0

    def slowly(self: Any, password: str, salt: str) -> str:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.01)
        running -= 1
        return "argon2$made"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slowly)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: make_password("a long enough one"), range(8)))
    assert made == ["argon2$made"] * 8 and most == hashers.AT_ONCE


# --- Time tells nothing: medians of many interleaved tries, with the real hasher ---


timing = pytest.mark.one_database("postgresql")


def medians(one: Any, other: Any, rounds: int) -> tuple[float, float]:
    """Return the median seconds of each, tried in turns so that noise meets both alike."""
    times: tuple[list[float], list[float]] = ([], [])
    tries = (one, other)
    for number in range(rounds):
        for which in (0, 1) if number % 2 else (1, 0):
            start = time.process_time()
            tries[which]()
            times[which].append(time.process_time() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def assert_alike(one: Any, other: Any, *, rounds: int = 15) -> None:
    """The medians differ by less than a tenth. A busy machine gets two more chances."""
    one()
    other()
    gc.collect()
    for _ in range(3):
        first, second = medians(one, other, rounds)
        ratio = first / second
        if 0.9 < ratio < 1.1:
            return
    pytest.fail(f"medians {first * 1000:.1f} ms and {second * 1000:.1f} ms: ratio {ratio:.2f}")


@pytest.fixture
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sign-in", "register", "reset"):
        monkeypatch.setitem(LIMITS, name, Limit())


@timing
def test_signing_in_takes_as_long_for_an_unknown_address(
    alice: User, real_hashers: None, no_limits: None
) -> None:
    alice.set_password(PASSWORD)
    alice.save()

    def try_as(email: str) -> None:
        page = Client().post("/accounts/login/", {"login": email, "password": "a wrong password"})
        assert page.status_code == 200

    assert_alike(lambda: try_as(alice.email), lambda: try_as("nobody@example.com"), rounds=9)


@timing
def test_signing_in_to_the_api_takes_as_long_for_an_unknown_address(
    alice: User, real_hashers: None, no_limits: None
) -> None:
    alice.set_password(PASSWORD)
    alice.save()

    def try_as(email: str) -> None:
        assert log_in(Client(), alice, email=email, password="wrong").status_code == 401

    assert_alike(lambda: try_as(alice.email), lambda: try_as("nobody@example.com"), rounds=9)


@timing
def test_asking_for_a_reset_takes_as_long_for_an_unknown_address(
    alice: User, no_limits: None, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

    def ask(email: str) -> None:
        answer = Client().post("/accounts/password/reset/", {"email": email})
        assert answer["Location"] == "/accounts/password/reset/done/"

    assert_alike(lambda: ask(alice.email), lambda: ask("nobody@example.com"), rounds=15)


@timing
def test_signing_up_takes_as_long_for_an_address_in_use(
    alice: User, real_hashers: None, no_limits: None, settings: Any
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    numbers = iter(range(1000))

    def try_as(email: str) -> None:
        sent = {"display_name": "New", "email": email, "password1": "a long enough one"}
        answer = Client().post("/accounts/signup/", sent)
        assert answer["Location"] == "/accounts/confirm-email/"

    assert_alike(
        lambda: try_as(alice.email), lambda: try_as(f"new-{next(numbers)}@example.com"), rounds=9
    )
