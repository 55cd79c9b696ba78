"""How often somebody may do something: django-ratelimit, wrapped in one place.

Counts hold across processes: in Redis where it is set, else in a table of the database.
"""

from django.conf import settings
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_ratelimit.core import get_usage

from learnquest.core.errors import Limited


class CountingDatabaseCache(DatabaseCache):
    _table: str

    """Django's cache in the database, with an `incr` that loses no count."""

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        database = router.db_for_write(self.cache_model_class)
        connection = connections[database]
        with transaction.atomic(using=database), connection.cursor() as cursor:
            # The row's lock makes others wait; SQLite has one writer at a time anyway.
            if connection.features.has_select_for_update:
                table = connection.ops.quote_name(self._table)
                cursor.execute(
                    f"SELECT 1 FROM {table} WHERE cache_key = %s FOR UPDATE",  # noqa: S608
                    [self.make_and_validate_key(key, version=version)],
                )
            return super().incr(key, delta, version)


def limit(request: HttpRequest, *, group: str, rate: str, key: str) -> None:
    """Count one use of `group` by `key`, such as an address or a user's id.

    `rate` is a count per period: "5/m", "20/10m", "100/h". Raises Limited beyond it.
    """
    usage = get_usage(request, group=group, key=lambda *_: key, rate=rate, increment=True)
    if usage is not None and usage["should_limit"]:
        wait = max(1, int(usage["time_left"]))
        raise Limited(
            _("Too many requests. Wait %(n)d seconds and try again.") % {"n": wait},
            retry_after=wait,
        )


def client_ip(request: HttpRequest) -> str:
    """Return the client's address: what our own proxy wrote down last, or who connected."""
    if settings.BEHIND_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR") or "")
