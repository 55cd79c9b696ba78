"""Whether thirty who sign in at once starve the pages of everybody else.

    .venv/bin/python benchmarks/sign_in_load.py [seconds]

Starts the server that `make run` starts, on the demo data in a temporary SQLite database or, with
DATABASE_URL, on PostgreSQL; asks for the dashboard over and over, first alone, then beside thirty
clients that do nothing but sign in with a wrong password. Prints the median and the 99th percentile
of both and their ratio: what is asked for is at most three.

Figures: docs/decisions/0007-passwords-one-at-a-time.md.
"""

import http.client
import json
import os
import platform
import re
import statistics
import sys
import time
import urllib.parse
from pathlib import Path
from threading import Event, Thread

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.demo_server import LEARNER, demo_server

PORT = 8398
CLIENTS = 30
SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0


def ask(method: str, path: str, body: str = "", **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def signed_in() -> str:
    """Sign in through the form; returns the cookies."""
    page = ask("GET", "/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)  # type: ignore[attr-defined]
    cookies = [value.split(";")[0] for value in page.headers.get_all("Set-Cookie") or []]
    form = {
        "login": LEARNER["email"],
        "password": LEARNER["password"],
        "csrfmiddlewaretoken": token and token[1],
    }
    answer = ask(
        "POST",
        "/accounts/login/",
        urllib.parse.urlencode(form),
        **{
            "Cookie": "; ".join(cookies),
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{PORT}",
        },
    )
    assert answer.status == 302, answer.status
    return "; ".join(v.split(";")[0] for v in answer.headers.get_all("Set-Cookie") or [])


def dashboard_times(cookies: str) -> list[float]:
    times, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        start = time.perf_counter()
        assert ask("GET", "/today/", Cookie=cookies).status == 200
        times.append((time.perf_counter() - start) * 1000)
        time.sleep(0.02)
    return sorted(times)


def knock(number: int, stop: Event, counts: dict[int, int]) -> None:
    body = json.dumps({"email": f"nobody-{number}@example.com", "password": "not this one"})
    while not stop.is_set():
        status = ask("POST", "/api/auth/login", body, **{"Content-Type": "application/json"}).status
        counts[status] = counts.get(status, 0) + 1
        if status == 429:
            time.sleep(0.5)  # a client that waits less than it is told to


def tell(name: str, times: list[float]) -> float:
    p99 = times[int(0.99 * (len(times) - 1))]
    print(f"{name}: median {statistics.median(times):.0f} ms, p99 {p99:.0f} ms of {len(times)}")
    return p99


def main() -> None:
    with demo_server(PORT):
        cookies = signed_in()
        for _ in range(20):  # both processes are warm
            ask("GET", "/today/", Cookie=cookies)
        quiet = tell("quiet ", dashboard_times(cookies))
        stop, counts = Event(), dict[int, int]()
        threads = [Thread(target=knock, args=(n, stop, counts)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        loaded = tell("loaded", dashboard_times(cookies))
        stop.set()
        for thread in threads:
            thread.join()
        print(f"p99 ratio {loaded / quiet:.2f}; sign-ins answered: {counts}")
        print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs")


if __name__ == "__main__":
    main()
