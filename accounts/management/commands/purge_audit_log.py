from typing import Any

from django.core.management.base import BaseCommand

from accounts import audit, devices


class Command(BaseCommand):
    help = "Delete what the audit log has kept for AUDIT_DAYS, and devices long unseen."

    def handle(self, *args: Any, **options: Any) -> None:
        events, gone = audit.purge(), devices.forget_old()
        self.stdout.write(f"{events} events and {gone} devices deleted.")
