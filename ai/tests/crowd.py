"""Many at once, each with a database connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, connections


def all_at_once[T](deed: Callable[[int], T], count: int = 50) -> list[T]:
    """Run `deed` in `count` threads, all released at one moment; each gets its number."""
    gate = Barrier(count)

    def run(number: int) -> T:
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            return deed(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))
