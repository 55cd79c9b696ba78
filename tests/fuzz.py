"""Thousands of requests that the API's schema allows, and as many that it does not.

    make fuzz CASES=10000

Half of the cases come from nobody, half from a learner of the demo community. Each answer must have
a documented status, and none a 5xx. Schemathesis makes the cases: https://schemathesis.readthedocs.io
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

import httpx2 as httpx

from tests.demo_server import LEARNER, ROOT, demo_server

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance"
ROUNDS = 60


def main() -> int:
    """Return 0 when all cases passed for both, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--port", type=int, default=8399)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    url, half = f"http://127.0.0.1:{given.port}", given.cases // 2
    with demo_server(given.port, "--limit-request-line", "8190") as log:
        try:
            good = [
                _round("nobody", url, half, given.seed, header=None),
                _round("a learner", url, half, given.seed, header=_sign_in(url)),
            ]
        finally:
            # The audit log speaks whatever LOG_LEVEL says, a line of JSON each.
            lines = log.read_text(errors="replace").splitlines()
            print("\n".join([line for line in lines if not line.startswith("{")][:200]))
    return 0 if all(good) else 1


def _sign_in(url: str) -> str:
    answer = httpx.post(
        f"{url}/api/auth/login",
        json={**LEARNER, "transport": "bearer"},
        timeout=20,
    )
    answer.raise_for_status()
    return f"Authorization: Bearer {answer.json()['access']}"


def _round(who: str, url: str, cases: int, seed: int, *, header: str | None) -> bool:
    """Send `cases` or more as one person, in several goes of different seeds."""
    print(f"\n=== as {who} ===", flush=True)
    done, good = 0, True
    for number in range(ROUNDS):
        command = [
            *(str(Path(sys.executable).parent / "st"), "run", f"{url}/api/openapi.json"),
            *("--checks", CHECKS, "--phases", "fuzzing", "-w", "2", "-n", "15"),
            *("--seed", str(seed * ROUNDS + number), "--warnings", "off", "--no-color"),
            *("--generation-database", "none"),
        ]
        if header:
            # What ends the sign-in would leave nothing but refusals after it.
            command += ["-H", header, "--exclude-path", "/api/auth/logout"]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        made = re.search(r"([\d,]+) generated", told.stdout)
        if made is None:
            print(told.stdout, told.stderr)
            raise SystemExit("The fuzzer did not say how many cases it made.")
        done += int(made[1].replace(",", ""))
        if told.returncode:
            good = False
            print(told.stdout)
        print(f"{done} cases", flush=True)
        if done >= cases:
            break
    if header:
        name, _, value = header.partition(": ")
        status = httpx.get(f"{url}/api/auth/profile", headers={name: value}, timeout=20).status_code
        if status != 200:
            print(f"The sign-in ended during the run ({status}): the last cases were nobody's.")
            return False
    return good


if __name__ == "__main__":
    sys.exit(main())
