from typing import Any

from django.core.management.base import BaseCommand

from learnquest.pages import digest


class Command(BaseCommand):
    help = "Send the weekly digest to those for whom it is Monday morning; run it every hour."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{digest.send_due()} digests on their way.")
