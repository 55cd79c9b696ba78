from typing import Any

from django.core.management.base import BaseCommand

from reviews.recovery import recover_ai_work


class Command(BaseCommand):
    help = "Take up work of the coach whose worker was lost. Run it every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        found = recover_ai_work()
        self.stdout.write(f"Took up {found} lost pieces of work.")
