"""Remove expired tokens, sessions and counts, and old results of tasks."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import clearing


class Command(BaseCommand):
    help = "Remove expired tokens, sessions and counts of limits, and old results of tasks."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = clearing.clear_expired()
        counts = ", ".join(f"{count} {what}" for what, count in removed.items())
        self.stdout.write(f"Removed {counts}.")
