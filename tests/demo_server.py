"""The demo community behind a server, for tools that ask it thousands of things: no test."""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Maya of the demo community, whose sign-in `make run` prints.
LEARNER = {"email": "maya@demo.learnquest.example", "password": "learn-by-doing"}
PREPARATION = (
    ["migrate", "-v", "0"],
    ["collectstatic", "-v", "0", "--no-input"],
    ["seed", "--demo"],
)


@contextmanager
def demo_server(port: int, *options: str) -> Iterator[Path]:
    """Serve a new demo on 127.0.0.1, without limits, as `make run` does; yields the server's log.

    The database is that of DATABASE_URL, or a SQLite file that lives as long as the server.
    `options` go to gunicorn. Raises SystemExit when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="learnquest-demo-") as folder:
        env = {
            **os.environ,
            "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/db.sqlite3",
            "SECRET_KEY": secrets.token_urlsafe(64),
            "HTTPS": "false",
            "DEMO": "true",
            "LOG_LEVEL": "ERROR",
        }
        for command in PREPARATION:
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True)
        log = Path(folder, "server.log")
        with log.open("wb") as errors:
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "tests.fuzz_app", "--no-control-socket"),
                    *("--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "24"),
                    *("--log-level", "warning", *options),
                ],
                cwd=ROOT,
                env=env,
                stderr=errors,
                start_new_session=True,
            )
            try:
                _wait(port)
                yield log
            finally:
                server.terminate()
                server.wait(timeout=20)


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            pass  # not up yet; the loop has an end
        time.sleep(0.2)
    raise SystemExit("The server did not start.")
