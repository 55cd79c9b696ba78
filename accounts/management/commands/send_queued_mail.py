from typing import Any

from django.core.management.base import BaseCommand

from accounts import mail


class Command(BaseCommand):
    help = "Send mails that are due and whose worker died; and delete old ones that are done."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{mail.send_queued()} sent, {mail.clear_old()} old ones deleted.")
