"""The operator hears of failures and of spending, once."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from ai import alerts
from ai.models import AIRequest, Spend


def calls(user: User, outcome: str, count: int) -> None:
    for _ in range(count):
        AIRequest.objects.create(user=user, purpose="plan", model="m", outcome=outcome)


def test_many_failures_are_told_once_in_six_hours(
    alice: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.AI_ALERT_MAIL = ["ops@example.org"]
    calls(alice, "ok", 6)
    calls(alice, "timed_out", 6)
    now = timezone.now()
    assert alerts.check(now=now) == ["6 of 12 AI calls of the last hour failed."]
    assert alerts.check(now=now) == []
    assert len(mail.outbox) == 1 and "6 of 12" in mail.outbox[0].body
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    calls(alice, "timed_out", 20)
    AIRequest.objects.update(created_at=now + timedelta(hours=7))
    assert len(alerts.check(now=now + timedelta(hours=7))) == 1


def test_a_few_failures_and_a_full_budget_are_no_failures(alice: User) -> None:
    calls(alice, "timed_out", 3)
    calls(alice, "over_budget", 30)
    assert alerts.check(now=timezone.now()) == []


def test_spending_is_told_before_it_is_over(db: None, settings: Any) -> None:
    settings.AI_BUDGETS = settings.AI_BUDGETS | {"site_day": {"cost": 10}, "site_month": {}}
    now = timezone.now()
    Spend.objects.create(user=None, period=f"{now:%Y-%m-%d}", cost=8)
    assert alerts.check(now=now) == ["80% of the AI budget of today is spent."]
