"""What a worker that died leaves behind in the gateway's own books."""

from datetime import datetime, timedelta

from django.conf import settings

from ai import budget
from ai.models import AIRequest, Transcript


def close_lost_requests(*, now: datetime) -> int:
    """Close the calls whose worker died; returns how many.

    Nobody knows what the model had answered: what was sent is charged, the rest is given back.
    """
    age = timedelta(seconds=2 * settings.AI_DEADLINE_SECONDS + 30)
    lost = AIRequest.objects.filter(outcome=AIRequest.PENDING, created_at__lte=now - age)
    found = 0
    for request in lost.select_related("transcript"):
        request.outcome = AIRequest.LOST
        budget.settle(request, counts=False)
        found += 1
    return found


def forget_transcripts(*, before: datetime) -> int:
    """Delete what was sent and received before a moment; returns how many calls' texts went."""
    return Transcript.objects.filter(request__created_at__lt=before).delete()[0]
