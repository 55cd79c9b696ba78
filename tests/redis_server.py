"""A real Redis for the tests that need one."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from tests.browser import is_required


@pytest.fixture
def redis(settings: Any, tmp_path: Path) -> Iterator[str]:
    """A Redis of our own; skipped where there is none, required in CI."""
    program = shutil.which("redis-server")
    if program is None:
        if is_required():
            pytest.fail("CI=true requires redis-server, and there is none.")
        pytest.skip("no redis-server on this machine")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        url = f"redis://127.0.0.1:{port}/0"
        settings.CACHES = settings.CACHES | {
            "default": {
                "BACKEND": "learnquest.core.redis_cache.RedisOrDatabaseCache",
                "LOCATION": url,
                "OPTIONS": {"socket_timeout": 2},
            }
        }
        yield url
        caches["default"].close()
    finally:
        process.terminate()
        process.wait(timeout=10)
