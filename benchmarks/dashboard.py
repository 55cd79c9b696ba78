"""How long the server takes for /today/ on the demo data: the whole request, without the network.

    .venv/bin/python benchmarks/dashboard.py [requests]

Needs a database with the demo (`make seed`). Prints the queries of one request and the median and
95th percentile of the time of many; beside them the processor's time, which other programs on the
machine do not lengthen.

2026-11-25, SQLite, Python 3.13, 2 cores of a shared virtual machine at a load of 1.4 to 1.8, three
runs of 200 requests: 8 queries; medians 49.6, 37.7 and 40.0 ms, 95th percentiles 60 to 65 ms.
"""

import os
import platform
import statistics
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learnquest.settings")
django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from learnquest.demo.people import DEMO_SIGN_INS

count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
client = Client(HTTP_HOST="127.0.0.1")
client.force_login(User.objects.get(email=DEMO_SIGN_INS[0].email))
for _ in range(5):  # templates and connections are warm on a running server, too
    assert client.get("/today/").status_code == 200
with CaptureQueriesContext(connection) as queries:
    client.get("/today/")
    asked = len(queries)
times, cpu = [], time.process_time()
for _ in range(count):
    start = time.perf_counter()
    client.get("/today/")
    times.append((time.perf_counter() - start) * 1000)
cpu = (time.process_time() - cpu) * 1000 / count
times.sort()
print(
    f"{asked} queries; median {statistics.median(times):.1f} ms, "
    f"95th percentile {times[int(0.95 * count)]:.1f} ms over {count} requests; "
    f"{cpu:.1f} ms of processor time each\n"
    f"{connection.vendor}, Python {platform.python_version()}, {os.cpu_count()} CPUs, "
    f"{platform.machine()}"
)
