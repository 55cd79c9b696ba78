from argparse import ArgumentParser
from datetime import UTC, datetime, time
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.models import User
from challenges import catalogue, quest_files
from learnquest.demo import community, people, volume


class Command(BaseCommand):
    help = (
        "Make what every installation needs (the moderators' group, the quests that come with "
        "LearnQuest); with --demo a small community to look at; with --learners N many learners "
        "for load tests. Safe to run twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="a community with ten weeks' past")
        parser.add_argument(
            "--learners", type=int, metavar="N", help="bring volume learners up to N"
        )
        parser.add_argument("--seed", type=int, default=1, help="another number, another past")
        parser.add_argument(
            "--date", metavar="YYYY-MM-DD", help="the day on which the past ends (today)"
        )
        parser.add_argument(
            "--force", action="store_true", help="make the demo where HTTPS is on, too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        people.moderators()
        now = _moment(options["date"])
        quests = catalogue.ship(quest_files.load(), now=now)
        if quests:
            self.stdout.write(f"{quests} quests put into the catalogue.")
        if options["demo"]:
            self._demo(seed=options["seed"], now=now, force=options["force"])
        if options["learners"] is not None:
            self._learners(options["learners"], seed=options["seed"], now=now)

    def _demo(self, *, seed: int, now: datetime, force: bool) -> None:
        if settings.HTTPS and not force:
            raise CommandError(
                "The demo's passwords are published, so it is not for a site on the net. "
                "Add --force if this one is for trying out."
            )
        if User.objects.filter(email=people.DEMO_SIGN_INS[0].email).exists():
            self.stdout.write("The demo community is there already; nothing was changed.")
            return
        made = community.make_community(seed=seed, now=now)
        self.stdout.write(
            f"{made.learners} learners, {made.goals} goals, {made.submissions} submissions and "
            f"{made.reviews} reviews made."
        )

    def _learners(self, count: int, *, seed: int, now: datetime) -> None:
        if not 0 <= count <= 9_999_999:
            raise CommandError("--learners takes a number from 0 to 9999999.")
        start = perf_counter()
        for done in volume.make_learners(count=count, seed=seed, now=now):
            if done % 10_000 == 0 or done == count:
                self.stdout.write(f"{done} of {count} learners, {perf_counter() - start:.0f} s")


def _moment(day: str | None) -> datetime:
    """Return now, or noon (UTC) of a day given by name."""
    if day is None:
        return timezone.now()
    try:
        parsed = parse_date(day)
    except ValueError:
        parsed = None
    if parsed is None:
        raise CommandError("--date takes a day such as 2026-11-24.")
    return datetime.combine(parsed, time(12), UTC)
