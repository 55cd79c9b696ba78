from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand

from leaderboard import seasons_turn


class Command(BaseCommand):
    help = (
        "Turn to the week that runs: close last week's league groups, move everybody, and make "
        "the new groups. Safe to run twice, at once, or again after it was cut off."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        start = perf_counter()
        if seasons_turn.turn_due():
            self.stdout.write(f"The week is turned, in {perf_counter() - start:.1f} s.")
        else:
            self.stdout.write("The week is turned already; nothing was changed.")
