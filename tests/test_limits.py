"""Limits hold: over time, across threads and processes, and whatever headers a client forges."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain, repeat
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db import connection, connections
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django_ratelimit import core

from accounts.models import User
from accounts.tests.test_tokens import log_in
from learnquest.core import limits
from learnquest.core.errors import Limited
from learnquest.core.redis_cache import RedisOrDatabaseCache
from tests.test_access import routes

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def request_of(address: str = "192.0.2.1", **headers: str) -> HttpRequest:
    request = RequestFactory().post("/", headers=headers, REMOTE_ADDR=address)
    request.user = AnonymousUser()
    return request


def uses(name: str, times: int, *, address: str = "192.0.2.1", account: object = None) -> int:
    """Use a limit so often; returns how many uses were let through."""
    passed = 0
    for _ in range(times):
        try:
            limits.limit(request_of(address), name, account=account)
        except Limited:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize("name", limits.LIMITS)
def test_each_limit_is_written_so_that_it_can_be_read(name: str) -> None:
    limit = limits.LIMITS[name]
    rates = [rate for rate in (limit.address, limit.here, limit.account) if rate]
    assert rates
    for rate in rates:
        quota, window = limits._parse(rate)
        assert quota > 0 and 60 <= window <= 86400


def test_every_form_that_changes_something_about_access_is_limited() -> None:
    names = set(routes(get_resolver().url_patterns))
    free = {
        "account_logout",
        "account_inactive",
        "account_reset_password_done",
        "account_reset_password_from_key_done",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
    access = {name for name in names if name.startswith(("account_", "mfa_"))}
    assert access - free <= set(limits.FORMS)
    assert {name for name, _ in limits.FORMS.values()} <= set(limits.LIMITS)


def test_an_address_and_an_account_are_counted_apart(db: None) -> None:
    with time_machine.travel(NOON, tick=False):
        assert uses("sign-in", 22, account="alice@example.com") == 20
        # Written otherwise, it is the same account.
        assert uses("sign-in", 1, account=" ALICE@example.com") == 0
        # From another place the owner still gets in.
        assert uses("sign-in", 1, address="198.51.100.7", account="alice@example.com") == 1
        # One address that tries many accounts is stopped as an address.
        names = [f"learner-{n}@example.com" for n in range(110)]
        passed = sum(uses("sign-in", 1, address="203.0.113.5", account=name) for name in names)
        assert passed == 100


def test_many_addresses_do_not_guess_one_password_for_ever(db: None) -> None:
    with time_machine.travel(NOON, tick=False):
        addresses = [f"198.51.100.{n}" for n in range(20)]
        passed = sum(uses("sign-in", 9, address=each, account="alice") for each in addresses)
        assert passed == 100


def test_a_use_is_let_through_though_its_period_ends_while_it_is_counted(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, period, key = "reset", 3600, "192.0.2.1"
    end = core._get_window(key, period)
    seconds = chain([end], repeat(end + 1))
    monkeypatch.setattr(core, "time", SimpleNamespace(time=lambda: next(seconds)))
    request = request_of(key)
    limits.limit(request, name)
    assert limits.headers_of(request)["RateLimit"] == '"reset/address";r=29;t=1'


def test_who_is_stopped_by_address_uses_up_nobodys_account(db: None) -> None:
    with time_machine.travel(NOON, tick=False):
        for n in range(100):
            uses("sign-in", 1, account=f"learner-{n}")
        assert uses("sign-in", 100, account="alice") == 0
        assert uses("sign-in", 10, address="198.51.100.7", account="alice") == 10


def test_an_hour_is_an_hour(db: None) -> None:
    """Django's cache would forget a count five minutes after it changed, whatever its window."""
    with time_machine.travel(NOON, tick=False) as clock:
        assert uses("reset", 30) == 30
        with pytest.raises(Limited) as refused:
            limits.limit(request_of(), "reset")
        assert 0 < refused.value.retry_after <= 3600
        clock.shift(refused.value.retry_after + 1)
        assert uses("reset", 25) == 25
        clock.shift(400)
        assert uses("reset", 15) == 5
        clock.shift(3300)
        assert uses("reset", 35) == 30


def test_with_ipv6_a_whole_network_is_one_client(db: None) -> None:
    passed = sum(uses("reset", 1, address=f"2001:db8:1:2::{n:x}") for n in range(1, 41))
    assert passed == 30
    assert uses("reset", 1, address="2001:db8:1:3::1") == 1


@pytest.mark.parametrize(
    ("hops", "sent", "found"),
    [
        (0, "198.51.100.7", "192.0.2.1"),
        (1, None, "192.0.2.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        (1, "1.1.1.1,2.2.2.2 , 198.51.100.7 ", "198.51.100.7"),
        (2, "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "192.0.2.1"),
        (3, "1.1.1.1, 2.2.2.2", "192.0.2.1"),
        (1, "1.1.1.1, nonsense", "192.0.2.1"),
        (1, "1.1.1.1, ", "192.0.2.1"),
        (1, "'; DROP TABLE users", "192.0.2.1"),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "2001:DB8:0::7", "2001:db8::7"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
    ],
)
def test_the_address_is_what_our_outermost_proxy_saw(
    settings: Any, hops: int, sent: str | None, found: str
) -> None:
    settings.TRUSTED_PROXIES = hops
    headers = {} if sent is None else {"X-Forwarded-For": sent}
    assert limits.client_ip(request_of("192.0.2.1", **headers)) == found


@pytest.mark.parametrize("header", ["X-Real-IP", "Forwarded", "Client-IP", "CF-Connecting-IP"])
def test_no_other_header_is_believed(settings: Any, header: str) -> None:
    settings.TRUSTED_PROXIES = 1
    assert limits.client_ip(request_of(**{header: "1.1.1.1"})) == "192.0.2.1"


@pytest.mark.parametrize("hops", [0, 1])
def test_a_forged_header_gains_no_further_try(
    client: Client, alice: User, settings: Any, hops: int
) -> None:
    settings.TRUSTED_PROXIES = hops
    statuses = []
    for n in range(101):
        # The proxy appends whom it saw, after whatever the client made up.
        forged = f"10.0.{n}.1, 198.51.100.7" if hops else f"10.0.{n}.1"
        answer = client.post(
            "/api/auth/login",
            {"email": f"learner-{n}@example.com", "password": "wrong"},
            content_type="application/json",
            headers={"X-Forwarded-For": forged},
        )
        statuses.append(answer.status_code)
    assert statuses == [401] * 100 + [429]


def test_allauth_sees_the_same_address(settings: Any) -> None:
    from allauth.account.adapter import get_adapter

    settings.TRUSTED_PROXIES = 1
    request = request_of(**{"X-Forwarded-For": "1.1.1.1, 198.51.100.7"})
    assert get_adapter().get_client_ip(request) == "198.51.100.7"


def test_answers_say_what_is_left(client: Client, alice: User) -> None:
    answer = log_in(client, alice)
    assert answer["RateLimit-Policy"] == (
        '"sign-in/address";q=100;w=300, "sign-in/here";q=20;w=300, "sign-in/account";q=100;w=3600'
    )
    first, here, account = answer["RateLimit"].split(", ")
    assert first.startswith('"sign-in/address";r=99;t=')
    assert here.startswith('"sign-in/here";r=19;t=') and 0 < int(here.rpartition("=")[2]) <= 300
    assert account.startswith('"sign-in/account";r=99;t=')
    assert "RateLimit" not in client.get("/api/auth/profile").headers


def test_too_much_is_a_problem_with_the_wait(client: Client, alice: User) -> None:
    for _ in range(20):
        log_in(client, alice, password="wrong")
    answer = log_in(client, alice)
    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/problem+json"
    assert 0 < int(answer["Retry-After"]) <= 300
    assert '"sign-in/here";r=0;t=' + answer["Retry-After"] in answer["RateLimit"]


def test_too_much_is_a_page_with_the_wait(client: Client, alice: User) -> None:
    sent = {"login": alice.email, "password": "wrong"}
    for _ in range(20):
        assert client.post("/accounts/login/", sent).status_code == 200
    page = client.post("/accounts/login/", sent)
    assert page.status_code == 429 and int(page["Retry-After"]) > 0
    assert b"<h1>A short break</h1>" in page.content and b"Wait " in page.content
    # The pages and the API count together.
    assert log_in(client, alice).status_code == 429
    # Looking is free.
    assert client.get("/accounts/login/").status_code == 200


def test_htmx_gets_a_toast(client: Client, alice: User, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(limits.LIMITS, "review", limits.Limit(account="1/h"))
    client.force_login(alice)
    assert client.post("/reviews/next/").status_code == 302
    toast = client.post("/reviews/next/", headers={"HX-Request": "true"})
    assert toast.status_code == 429 and toast["HX-Retarget"] == "#toasts"
    assert b"<h1>" not in toast.content


@pytest.mark.parametrize(
    ("limit", "path", "body"),
    [
        ("ai", "/api/ai/explain", {"concept": "yeast"}),
        ("ai", "/api/ai/generate-challenges", {"goal": 1}),
        ("ai", "/api/ai/feedback", {"submission": 1}),
        ("ai", "/api/ai/plans/1/retry", {}),
        ("ai", "/api/ai/explanations/1/retry", {}),
        ("submission", "/api/submissions/", {"challenge": 1}),
        ("review", "/api/reviews/next", {}),
        ("register", "/api/auth/register", {"email": "a@example.com", "password": "x"}),
        ("refresh", "/api/auth/refresh", {"refresh": "x"}),
    ],
)
def test_each_limited_operation_stops(
    client: Client, alice: User, monkeypatch: Any, limit: str, path: str, body: dict[str, Any]
) -> None:
    monkeypatch.setitem(limits.LIMITS, limit, limits.Limit(address="1/h"))
    client.force_login(alice)
    statuses = [
        client.post(path, body, content_type="application/json").status_code for _ in range(2)
    ]
    assert statuses[0] != 429 and statuses[1] == 429


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/accounts/signup/", {"email": "a@example.com"}),
        ("/accounts/password/reset/", {"email": "a@example.com"}),
    ],
)
def test_each_form_for_strangers_stops(
    client: Client, db: None, path: str, body: dict[str, str]
) -> None:
    statuses = [client.post(path, body).status_code for _ in range(6)]
    assert statuses[:5].count(429) == 0 and statuses[5] == 429


def all_at_once(number: int, work: Any) -> list[Any]:
    gate = Barrier(number)

    def run(_n: int) -> Any:
        try:
            gate.wait(timeout=30)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.mark.django_db(transaction=True)
def test_no_count_is_lost_when_many_come_at_once() -> None:
    """On either database: 8 threads of 6 uses are 48 counts, of which 30 pass."""
    with time_machine.travel(NOON, tick=True):
        passed = all_at_once(8, lambda: uses("ai", 6, account=7))
    assert sum(passed) == 30
    cached = [limits.CountingDatabaseCache, type(caches["default"])]
    assert cached[0] is cached[1] and connection.vendor in {"postgresql", "sqlite"}


def test_with_redis_no_count_is_lost_either(redis: str) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True):
        assert sum(all_at_once(8, lambda: uses("ai", 6, account=7))) == 30
    from redis import Redis

    with Redis.from_url(redis) as server:
        keys = server.keys()
        assert len(keys) == 1 and 0 < server.ttl(keys[0]) <= 660


def test_while_redis_is_down_the_database_counts(
    client: Client, alice: User, settings: Any, monkeypatch: Any, caplog: Any
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        settings.CACHES = settings.CACHES | {
            "default": {
                "BACKEND": "learnquest.core.redis_cache.RedisOrDatabaseCache",
                "LOCATION": f"redis://127.0.0.1:{nobody.getsockname()[1]}/0",
            }
        }
        monkeypatch.setattr(RedisOrDatabaseCache, "_silent_until", 0.0)
        assert log_in(client, alice).status_code == 200
        assert uses("ai", 40, account=7) == 30
    told = [record for record in caplog.records if record.name == "learnquest.core.redis_cache"]
    assert len(told) == 1  # and then it is left alone for a while


def test_what_has_expired_is_cleared(db: None) -> None:
    cache = caches["default"]
    assert isinstance(cache, limits.CountingDatabaseCache)
    with time_machine.travel(NOON, tick=False) as clock:
        cache.add("soon", 1, 60)
        cache.add("later", 1, 7200)
        clock.shift(120)
        assert cache.clear_expired() == 1
        assert cache.get("later") == 1
        with pytest.raises(ValueError, match="not found"):
            cache.incr("soon")
