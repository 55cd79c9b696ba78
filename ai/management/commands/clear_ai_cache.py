from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ai import cache


class Command(BaseCommand):
    help = "Delete cached AI answers that have expired. Safe to run at any time, once a day."

    def handle(self, *args: Any, **options: Any) -> None:
        count = cache.forget_expired(now=timezone.now())
        self.stdout.write(f"Deleted {count} expired answers.")
