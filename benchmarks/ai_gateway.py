"""What the gateway itself costs, without the provider.

    DATABASE_URL=… python benchmarks/ai_gateway.py [CALLS]

Each call is a new question through cache, flight, budget, breaker, checks and records, to a
provider that answers at once in this process. Everything is written to the database of
DATABASE_URL, which should be an empty one, migrated by this script. Processor time is that of this
process; on a machine that works for others as well the clock tells more of them than of us.

2026-11-25, 2 cores of a shared virtual machine under a load of 17 to 26, Python 3.13, 300 calls,
one by one, before and after the gateway opened and landed a call in one transaction each and
wrote out its statements (23 queries in 7 transactions before, 16 in 3 after):

    PostgreSQL 18 before   by the clock p50 152 ms, p95 253 ms; processor time p50 29 ms, p95 35 ms
    PostgreSQL 18 after    by the clock p50  42 ms, p95  70 ms; processor time p50  6 ms, p95  8 ms
    SQLite after           by the clock p50  64 ms, p95  89 ms; processor time p50  8 ms, p95 11 ms
"""

import os
import platform
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "learnquest.settings")
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz-AB")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ["OPENAI_BASE_URL"] = "http://127.0.0.1:1/v1"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from ai import gateway, providers
from ai.exchange import Purpose, Question, Reply, State
from ai.schemas import ExplainInputs, Explanation

settings.AI_BUDGETS = {name: {"tokens": 1e15} for name in settings.AI_BUDGETS}
ANSWER = Explanation(summary="s", explanation="e", examples=["x"], check_question="q")


def answer(self: object, question: Question) -> Reply:
    raw = ANSWER.model_dump_json()
    checked = question.settle(Explanation.model_validate_json(raw))
    return Reply(state=State.OK, answer=checked, raw=raw, tokens_in=100, tokens_out=50)


def main(calls: int) -> None:
    call_command("migrate", verbosity=0)
    providers.OpenAIProvider.ask = answer  # type: ignore[method-assign]
    user, _ = User.objects.get_or_create(email="bench@example.org", username="bench")
    marks, spent = [], []
    stamp = time.time_ns()
    for number in range(calls + 20):
        start, worked = time.perf_counter(), time.process_time()
        outcome = gateway.complete(
            purpose=Purpose.EXPLAIN,
            inputs=ExplainInputs(concept=f"concept {stamp} {number}", context="word " * 300),
            user=user,
        )
        marks.append((time.perf_counter() - start) * 1000)
        spent.append((time.process_time() - worked) * 1000)
        assert outcome.is_ok and not outcome.cached
    print(
        f"{connection.vendor}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    for name, all_of in (("by the clock", marks), ("processor time", spent)):
        found = sorted(all_of[20:])
        p50, p95 = found[len(found) // 2], found[int(len(found) * 0.95)]
        print(
            f"{calls} calls, {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, "
            f"least {found[0]:.1f} ms, most {found[-1]:.1f} ms"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
