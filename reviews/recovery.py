"""Taking up all work of the coach whose worker was lost; a scheduler calls it every minute."""

from datetime import datetime

from django.utils import timezone

from ai import alerts, asking, explaining
from ai.recovery import close_lost_requests
from challenges import generation, replan_writing, variation
from reviews import ai_feedback


def recover_ai_work(*, now: datetime | None = None) -> int:
    """Put lost work back into the queue or give it up; returns how much there was.

    Tells the operator, too, when calls fail or money goes.

    Safe to run at any time, and from several places at once.
    """
    now = now or timezone.now()
    close_lost_requests(now=now)
    alerts.check(now=now)
    parts = (ai_feedback, generation, variation, replan_writing, explaining, asking)
    return sum(part.recover(now=now) for part in parts)
