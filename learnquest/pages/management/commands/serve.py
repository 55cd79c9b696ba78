"""Web server, task worker and schedule together, on one machine: what `make run` starts."""

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from http.client import HTTPConnection, HTTPException
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from learnquest.demo.people import DEMO_SIGN_INS

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 15
# A worker that a busy database stopped is started again, so often; who ran long may try anew.
RESTARTS = 5
RESTART_SECONDS = 2
LONG_SECONDS = 600
# Which of the processes is the worker.
WORKER = 1


class Stopped(Exception):
    """Somebody wants us to stop."""


class Command(BaseCommand):
    help = "Prepare the database, then run web server, task worker and schedule until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument(
            "--seed-only", action="store_true", help="prepare the database and stop"
        )
        parser.add_argument("--workers", type=int, default=2, help="web processes")

    def handle(self, *args: Any, workers: int, **options: Any) -> None:
        if options["seed_only"]:
            self._prepare()
            return
        port = _port(str(options["port"]))
        _check_free(port)
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, _stop)
        processes: list[subprocess.Popen[bytes]] = []
        try:
            self._prepare()
            self._say("Starting …")
            processes += [_start_web(port, workers), _start_worker(), _start_schedule()]
            _wait_until_up(port, processes)
            self._greet(port)
            self._watch(processes)
        except Stopped:
            self._say("\nStopping …")
        finally:
            _end(processes)
        self._say("Stopped.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _prepare(self) -> None:
        self._say("Preparing the database …")
        call_command("migrate", verbosity=0, interactive=False)
        self._say("Collecting static files …")
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("seed", demo=settings.DEMO, stdout=self.stdout)

    def _watch(self, processes: list[subprocess.Popen[bytes]]) -> None:
        """Wait while all run. A worker that ends is started again; what it has to do is queued.

        Raises CommandError where another process ends, or the worker again and again.
        """
        worker, left, since = processes[WORKER], RESTARTS, time.monotonic()
        while True:
            ended = [process for process in processes if process.poll() is not None]
            if time.monotonic() - since > LONG_SECONDS:
                left = RESTARTS
            if ended == [worker] and left:
                left -= 1
                self._say(
                    "The task worker ended by itself; its own words stand above. "
                    f"It is started again in {RESTART_SECONDS} seconds."
                )
                time.sleep(RESTART_SECONDS)
                processes[WORKER] = worker = _start_worker()
                since = time.monotonic()
            elif ended:
                raise CommandError("A process ended by itself; its own words stand above.")
            time.sleep(0.5)

    def _greet(self, port: int) -> None:
        lines = [f"LearnQuest runs at http://{HOST}:{port}", ""]
        if settings.DEMO:
            width = max(len(sign_in.email) for sign_in in DEMO_SIGN_INS)
            lines.append("Sign in as")
            lines += [
                f"  {sign_in.role:<10} {sign_in.email:<{width}}  {sign_in.password}"
                for sign_in in DEMO_SIGN_INS
            ]
            lines.append("")
        lines.append("Ctrl-C stops it.")
        wide = max(len(line) for line in lines)
        frame = "─" * (wide + 2)
        self._say("\n".join([f"┌{frame}┐", *(f"│ {x:<{wide}} │" for x in lines), f"└{frame}┘"]))


def _port(text: str) -> int:
    # Not by argparse, which answers with all its options first.
    if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536:
        return int(text)
    raise CommandError(f"PORT is “{text}”, but a port is a number from 1 to 65535, such as 8000.")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error}): stop what uses it, or choose another, "
                f"such as PORT={8000 if port != 8000 else 8001} make run."
            ) from error


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _start(*command: str) -> subprocess.Popen[bytes]:
    # In a session of its own, so that Ctrl-C reaches us alone and we end it in good order.
    return subprocess.Popen([sys.executable, *command], start_new_session=True)  # noqa: S603


def _start_web(port: int, workers: int) -> subprocess.Popen[bytes]:
    return _start(
        "-m", "gunicorn", "learnquest.wsgi", "--bind", f"{HOST}:{port}",
        "--workers", str(workers), "--threads", "24", "--log-level", "warning",
        "--no-control-socket",
    )  # fmt: skip


def _start_worker() -> subprocess.Popen[bytes]:
    return _start("manage.py", "db_worker", "--interval", "0.5", "--no-startup-delay", "-v", "0")


def _start_schedule() -> subprocess.Popen[bytes]:
    return _start("manage.py", "run_schedule", "-v", "0")


def _wait_until_up(port: int, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            raise CommandError("A process ended while starting; its own words stand above.")
        try:
            connection = HTTPConnection(HOST, port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            pass  # not up yet; the loop has a deadline
        time.sleep(0.2)
    raise CommandError(f"The server did not answer within {START_SECONDS} seconds.")


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    # A second Ctrl-C must not leave one of them behind.
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
