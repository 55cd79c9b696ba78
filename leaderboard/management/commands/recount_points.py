from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leaderboard import recount
from leaderboard.recount import SHOWN


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
            self.stdout.write(str(gap))
        if found:
            more = " and more" if len(found) > SHOWN else ""
            raise CommandError(
                f"{min(len(found), SHOWN)} rows{more} differ: run manage.py recount_points."
            )
        self.stdout.write("The standings are what the ledger says.")
