from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ai import budget, cache, flights
from ai.recovery import forget_transcripts


class Command(BaseCommand):
    help = (
        "Delete cached AI answers that have expired, and old counters, flights and transcripts. "
        "Run it once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        answers = cache.forget_expired(now=now)
        flights.forget_old(now=now)
        budget.forget_old(now=now)
        transcripts = forget_transcripts(before=now - timedelta(days=90))
        self.stdout.write(f"Deleted {answers} expired answers and {transcripts} transcripts.")
