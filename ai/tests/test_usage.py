"""The admin's page of figures: calls, cost, latencies, failures and opinions of a span."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ai import usage
from ai.models import AIRequest, Spend
from ai.usage import Span

URL = "/admin/ai/airequest/usage/"
TODAY = date(2026, 11, 25)


def call(user: User, **fields: Any) -> AIRequest:
    told = {"purpose": "feedback", "model": "m", "outcome": "ok", "prompt_version": 2}
    return AIRequest.objects.create(user=user, **(told | fields))


def figures(days: int = 1) -> usage.Report:
    now = timezone.now()
    today = timezone.localdate()
    return usage.report(Span(today - timedelta(days=days - 1), today), now=now)


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("root@example.org", "correct horse"))
    return client


def test_calls_cost_and_hits_are_added_up(alice: User) -> None:
    call(alice, tokens_in=100, tokens_out=20, cost=Decimal("0.25"))
    call(alice, tokens_in=100, tokens_out=20, cached=True)
    call(alice, offline=True, purpose="plan")
    call(alice, outcome="timed_out", cost=Decimal("0.05"))
    call(alice, created_at=timezone.now() - timedelta(days=3))
    total = figures().total
    assert (total.calls, total.asked, total.cached, total.offline) == (4, 2, 1, 1)
    assert (total.tokens, total.cost, total.failed) == (120, Decimal("0.30"), 1)
    assert (total.failure_rate, round(total.hit_rate or 0)) == (50, 33)
    assert figures(days=7).total.calls == 5
    assert [line.calls for line in figures(days=7).days] == [4, 1]


def test_latencies_are_those_of_a_models_answers(alice: User) -> None:
    for latency in range(1, 101):
        call(alice, latency_ms=latency * 10)
    call(alice, purpose="plan", latency_ms=7)
    call(alice, cached=True, latency_ms=1)
    call(alice, outcome="timed_out", latency_ms=60_000)
    plan, feedback = figures().purposes
    assert (feedback.p50, feedback.p95) == (500, 950)
    assert (plan.p50, plan.p95) == (7, 7)


def test_failures_are_told_by_kind(alice: User) -> None:
    for outcome in ("timed_out", "limited", "timed_out", "pending", "ok", "lost"):
        call(alice, outcome=outcome)
    assert figures().failures == [
        ("Too slow", 2),
        ("Told to slow down", 1),
        ("Lost with its worker", 1),
    ]


def test_opinions_are_told_by_the_version_of_the_prompt(alice: User) -> None:
    call(alice, prompt_version=1, helpful=False, is_wrong=True, note="I did say why.")
    call(alice, prompt_version=2, helpful=True)
    call(alice, prompt_version=2, helpful=True)
    call(alice, prompt_version=2, helpful=False)
    call(alice, prompt_version=2)
    report = figures()
    told = [(v.version, v.answers, v.useful, v.useless, v.wrong) for v in report.versions]
    assert told == [(2, 4, 2, 1, 0), (1, 1, 0, 1, 1)]
    assert [round(v.usefulness or 0) for v in report.versions] == [67, 0]
    assert [note.note for note in report.notes] == ["I did say why."]


def test_spending_stands_beside_its_limits(admin: Client, settings: Any) -> None:
    settings.AI_BUDGETS = settings.AI_BUDGETS | {"site_day": {"cost": 8}, "site_month": {}}
    Spend.objects.create(period=f"{timezone.localdate():%Y-%m-%d}", calls=3, cost=Decimal(2))
    page = admin.get(URL).content.decode()
    assert "2.00 / 8.00" in page
    assert "25 %" in page
    assert "No limit" in page


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, date(2026, 11, 19), TODAY),
        ({"days": "1"}, TODAY, TODAY),
        ({"days": "12345"}, date(2026, 11, 19), TODAY),
        ({"from": "2026-10-01", "to": "2026-10-31"}, date(2026, 10, 1), date(2026, 10, 31)),
        ({"from": "2026-11-01", "to": "2027-01-01"}, date(2026, 11, 1), TODAY),
        ({"from": "2026-12-24", "to": ""}, TODAY, TODAY),
        ({"from": "1999-01-01", "to": "2026-11-25"}, TODAY - timedelta(days=365), TODAY),
        ({"from": "2026-13-40", "to": "never"}, date(2026, 11, 19), TODAY),
    ],
)
def test_a_span_is_read_from_the_address(query: dict[str, str], first: date, last: date) -> None:
    assert usage.span_of(query, today=TODAY) == Span(first, last)


def test_the_page_takes_the_same_queries_however_many_calls(
    admin: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    admin.get(URL)
    for number in range(30):
        call(alice, purpose=("plan", "hint")[number % 2], is_wrong=True, note="No.")
    with django_assert_max_num_queries(14):
        page = admin.get(URL, {"days": "30"})
    assert page.status_code == 200
    assert page.content.decode().count("<q>No.</q>") == 20


def test_what_a_learner_wrote_is_text(admin: Client, alice: User) -> None:
    call(alice, is_wrong=True, note="<script>alert(1)</script>")
    assert b"<script>alert" not in admin.get(URL).content


def test_only_staff_with_the_permission_see_it(client: Client, alice: User, mona: User) -> None:
    client.force_login(alice)
    assert client.get(URL).status_code == 302
    client.force_login(mona)
    assert client.get(URL).status_code == 403
    mona.user_permissions.add(Permission.objects.get(codename="view_airequest"))
    assert client.get(URL).status_code == 200
    assert URL in client.get("/admin/ai/airequest/").content.decode()


def test_a_page_without_calls_says_so(admin: Client) -> None:
    assert b"Nobody asked the coach" in admin.get(URL).content
