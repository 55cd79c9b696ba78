from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ai import recovery


class Command(BaseCommand):
    help = (
        "Delete cached AI answers that have expired, and old counters, flights and transcripts. "
        "The schedule does it once a day by itself."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        gone = recovery.forget_old(now=timezone.now())
        self.stdout.write(
            f"Deleted {gone.answers} expired answers and {gone.transcripts} transcripts."
        )
