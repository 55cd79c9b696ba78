"""Telling the operator, by log and by mail, when calls fail or money goes."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse

from accounts import mail
from ai import budget
from ai.exchange import State
from ai.models import AIRequest, Alert

logger = logging.getLogger(__name__)

FEWEST_CALLS = 10
NOT_AGAIN_FOR = timedelta(hours=6)


@transaction.atomic
def check(*, now: datetime) -> list[str]:
    """Raise the alerts that are due; returns what was told. Each kind comes once in six hours.

    Mails are queued with the note that they were, so that a mail server that is down delays them
    and loses none.
    """
    told = [text for kind, text in _troubles(now) if _is_news(kind, now)]
    for text in told:
        logger.error(text)
    if told:
        text = "\n\n".join([*told, settings.SITE_URL + reverse("admin:ai_usage")]) + "\n"
        for address in settings.AI_ALERT_MAIL:
            mail.queue(
                template="ai_alert",
                to=address,
                user=None,
                subject=f"LearnQuest: {told[0]}",
                text=text,
                now=now,
            )
    return told


def _troubles(now: datetime) -> list[tuple[str, str]]:
    calls = AIRequest.objects.filter(
        created_at__gt=now - timedelta(hours=1), cached=False, offline=False
    ).exclude(outcome__in=[AIRequest.PENDING, State.OVER_BUDGET])
    counted = calls.aggregate(all=Count("pk"), failed=Count("pk", filter=~Q(outcome=State.OK)))
    found = []
    share = counted["failed"] / max(1, counted["all"])
    if counted["all"] >= FEWEST_CALLS and share >= settings.AI_ALERT_FAILURES:
        text = f"{counted['failed']} of {counted['all']} AI calls of the last hour failed."
        found.append(("failures", text))
    for kind, spent in budget.site_shares(now=now).items():
        if spent >= settings.AI_ALERT_SPEND:
            name = {"site_day": "today", "site_month": "this month"}[kind]
            found.append((kind, f"{spent:.0%} of the AI budget of {name} is spent."))
    return found


def _is_news(kind: str, now: datetime) -> bool:
    """Whether nobody told this lately; of two who ask at once, one tells."""
    _, is_first = Alert.objects.get_or_create(kind=kind, defaults={"raised_at": now})
    if is_first:
        return True
    old = Alert.objects.filter(kind=kind, raised_at__lte=now - NOT_AGAIN_FOR)
    return old.update(raised_at=now) == 1
