"""Argon2id, a bounded number of checks at a time, so that sign-ins do not starve other pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils.translation import gettext as _

from learnquest.core.errors import Limited

# Checks of one process at a time, and how many may wait for their turn. A server has more threads
# than both together (see the Dockerfile), so that the others go on with other pages.
AT_ONCE = 1
WAITING = 16
PATIENCE_SECONDS = 10

_turns = BoundedSemaphore(AT_ONCE)
_places = BoundedSemaphore(AT_ONCE + WAITING)


class BoundedArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's hasher with RFC 9106's second choice of memory and with one lane.

    64 MiB, three passes: one check keeps one core busy and takes about 0.1 s. Eight lanes, Django's
    own choice, would put eight threads a check beside the pages that others wait for.
    """

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _turn():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turn():
            return super().verify(password, encoded)


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn. Raises Limited when too many wait already, or it takes too long."""
    if not _places.acquire(blocking=False):
        raise _busy()
    try:
        if not _turns.acquire(timeout=PATIENCE_SECONDS):
            raise _busy()
        try:
            yield
        finally:
            _turns.release()
    finally:
        _places.release()


def _busy() -> Limited:
    return Limited(
        _("Many people sign in at this moment. Wait a few seconds and try again."), retry_after=3
    )
