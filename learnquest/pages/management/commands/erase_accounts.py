"""Erase the accounts of those who asked for it two weeks ago."""

from typing import Any

from django.core.management.base import BaseCommand

from learnquest.pages import leaving


class Command(BaseCommand):
    help = "Erase the accounts whose 14 days to think it over have passed."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Erased: {leaving.erase_due()}")
