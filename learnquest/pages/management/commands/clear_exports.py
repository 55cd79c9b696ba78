"""Delete the downloads of people's data that are older than a week."""

from typing import Any

from django.core.management.base import BaseCommand

from learnquest.pages import data_export


class Command(BaseCommand):
    help = "Delete exports of people's data that have expired, with their files."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Deleted: {data_export.clear_expired()}")
