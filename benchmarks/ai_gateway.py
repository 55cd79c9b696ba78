"""What the gateway itself costs, without the provider.

    DATABASE_URL=… python benchmarks/ai_gateway.py [CALLS]

Each call is a new question through cache, flight, budget, breaker, checks and records, to a
provider that answers at once in this process. Everything is written to the database of
DATABASE_URL, which should be an empty one, migrated by this script. Processor time is that of this
process; on a machine that works for others as well the clock tells more of them than of us.

2026-11-25, 2 cores of a shared virtual machine, Python 3.13, 300 calls, one by one. "Before" is a
call of 16 queries in 20 ways to the database, "after" one whose statements go together in 9:

    PostgreSQL 18 before, load 3.9   clock p50 11.0 ms, p95 21.2 ms; processor p50 5.0, p95 7.5 ms
    PostgreSQL 18 after,  load 3.4   clock p50  5.9 ms, p95  7.6 ms; processor p50 2.9, p95 3.9 ms
    PostgreSQL 18 before, load 2.8   clock p50 11.8 ms, p95 15.9 ms; processor p50 6.9, p95 8.7 ms
    PostgreSQL 18 after,  load 3.1   clock p50  8.1 ms, p95 13.4 ms; processor p50 4.0, p95 5.1 ms
    PostgreSQL 18 after,  load 4.5   clock p50  8.9 ms, p95 16.2 ms; processor p50 4.2, p95 5.5 ms
    SQLite after,         load 3.8   clock p50  9.8 ms, p95 11.5 ms; processor p50 8.5, p95 9.7 ms

and six times after, on a machine that did nothing else, three runs and, five minutes later, three:

    load 1.1   clock p50 8.4, 7.4, 7.8 ms, p95 11.5, 9.3, 12.2 ms; processor p95 5.3, 4.5, 5.5 ms
    load 0.3   clock p50 5.0, 6.0, 6.1 ms, p95  7.0, 8.6,  8.8 ms

The same program took up to half as long again from one minute to the next, since others shared the
host: 10 ms by the clock (p95) hold in its quiet minutes, and in its busy ones they do not.
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
