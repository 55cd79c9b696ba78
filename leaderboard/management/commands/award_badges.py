from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from leaderboard import badges


class Command(BaseCommand):
    help = (
        "Award to everybody the badges that they have earned by the rules as they are now, after "
        "a rule was added or changed. Nothing is taken away. Safe to run twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="tell nobody of theirs")

    def handle(self, *args: Any, **options: Any) -> None:
        count = badges.award_missing(tell=not options["quiet"])
        self.stdout.write(f"{count} badges awarded.")
