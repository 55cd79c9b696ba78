"""The clock: hands what is due to the worker. Several may run; each job is started once."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from accounts import schedule

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Start scheduled jobs when they are due, until it is told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="start what is due now, and end")
        parser.add_argument("--interval", type=float, default=15, help="seconds between looks")

    def handle(self, *args: Any, once: bool, interval: float, **options: Any) -> None:
        if once:
            self._report(schedule.start_due(), options["verbosity"])
            return
        stop = threading.Event()
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                self._report(schedule.start_due(), options["verbosity"])
            except DatabaseError:
                # It may be restarting; what is due stays due.
                logger.exception("The database does not answer.")
            stop.wait(interval)

    def _report(self, names: list[str], verbosity: int) -> None:
        for name in names if verbosity else ():
            self.stdout.write(f"Started {name}.")
