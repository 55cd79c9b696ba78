from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leaderboard import recount

SHOWN = 20


class Command(BaseCommand):
    help = "Rebuild the standings from the ledger; with --check only say where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing; exit 1 at any difference"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{recount.rebuild()} rows rebuilt from the ledger.")
            return
        found = list(islice(recount.differences(), SHOWN + 1))
        for gap in found[:SHOWN]:
            self.stdout.write(
                f"{gap.scope} {gap.period} user {gap.user_id}: "
                f"standing {gap.standing}, ledger {gap.ledger}"
            )
        if found:
            more = " and more" if len(found) > SHOWN else ""
            raise CommandError(
                f"{min(len(found), SHOWN)} rows{more} differ: run manage.py recount_points."
            )
        self.stdout.write("The standings are what the ledger says.")
