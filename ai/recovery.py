"""What a worker that died leaves behind in the gateway's own books, and what grows old there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from ai import budget, cache, flights
from ai.models import AIRequest, Transcript

# How long a learner can look at what was sent for them.
TRANSCRIPT_DAYS = 90


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


@dataclass(frozen=True)
class Forgotten:
    """How much was deleted."""

    answers: int
    transcripts: int


def forget_old(*, now: datetime) -> Forgotten:
    """Delete expired answers, and old counters, flights and transcripts. Once a day is enough."""
    flights.forget_old(now=now)
    budget.forget_old(now=now)
    return Forgotten(
        answers=cache.forget_expired(now=now),
        transcripts=forget_transcripts(before=now - timedelta(days=TRANSCRIPT_DAYS)),
    )


def forget_transcripts(*, before: datetime) -> int:
    """Delete what was sent and received before a moment; returns how many calls' texts went."""
    return Transcript.objects.filter(request__created_at__lt=before).delete()[0]
