"""The operator hears of failures and of spending, once."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import mail as mails
from accounts.models import User
from accounts.tests.sink import Sink
from ai import alerts
from ai.models import AIRequest, Spend
from reviews.recovery import recover_ai_work


def calls(user: User, outcome: str, count: int) -> None:
    for _ in range(count):
        AIRequest.objects.create(user=user, purpose="plan", model="m", outcome=outcome)


def test_many_failures_are_told_once_in_six_hours(
    alice: User, settings: Any, caplog: pytest.LogCaptureFixture, posted: Callable[[], list[Any]]
) -> None:
    settings.AI_ALERT_MAIL = ["ops@example.org"]
    calls(alice, "ok", 6)
    calls(alice, "timed_out", 6)
    now = timezone.now()
    assert alerts.check(now=now) == ["6 of 12 AI calls of the last hour failed."]
    assert alerts.check(now=now) == []
    (mail,) = posted()
    assert mail.subject == "LearnQuest: 6 of 12 AI calls of the last hour failed."
    assert "/admin/ai/airequest/usage/" in mail.body
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


def test_the_schedules_alert_reaches_a_mailbox_even_if_the_server_was_down(
    alice: User, settings: Any
) -> None:
    sink = Sink()
    settings.AI_ALERT_MAIL = ["ops@example.org", "boss@example.org"]
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": sink.port, "timeout": 5},
        }
    }
    calls(alice, "timed_out", 12)
    now = timezone.now()
    recover_ai_work(now=now)
    assert mails.send_queued(now=now) == 0
    sink.start()
    try:
        later = now + timedelta(minutes=10)
        assert mails.send_queued(now=later) == 2
        recover_ai_work(now=later)
        assert mails.send_queued(now=later) == 0
    finally:
        sink.stop()
    assert [mail["To"] for mail in sink.mails] == settings.AI_ALERT_MAIL
    assert "12 of 12 AI calls" in sink.mails[0].get_content()
