"""Redis as the cache, and the database in its place while Redis does not answer."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

# How long a process leaves Redis alone after it failed, in seconds: so an outage costs one wait.
PAUSE = 5.0


class RedisOrDatabaseCache(RedisCache):
    """Django's Redis cache whose every call the database's cache answers when Redis cannot.

    Limits and used codes go on being counted; what was in Redis is as good as expired meanwhile.
    """

    _silent_until = 0.0

    def _either(self, name: str, *args: Any, **options: Any) -> Any:
        if time.monotonic() >= self._silent_until:
            call: Callable[..., Any] = getattr(super(), name)
            try:
                return call(*args, **options)
            except RedisError as error:
                type(self)._silent_until = time.monotonic() + PAUSE
                log.error("Redis does not answer, the database does instead: %s", error)
        return getattr(caches["database"], name)(*args, **options)

    def add(self, *args: Any, **options: Any) -> Any:
        return self._either("add", *args, **options)

    def get(self, *args: Any, **options: Any) -> Any:
        return self._either("get", *args, **options)

    def set(self, *args: Any, **options: Any) -> Any:
        return self._either("set", *args, **options)

    def touch(self, *args: Any, **options: Any) -> Any:
        return self._either("touch", *args, **options)

    def delete(self, *args: Any, **options: Any) -> Any:
        return self._either("delete", *args, **options)

    def get_many(self, *args: Any, **options: Any) -> Any:
        return self._either("get_many", *args, **options)

    def has_key(self, *args: Any, **options: Any) -> Any:
        return self._either("has_key", *args, **options)

    def incr(self, *args: Any, **options: Any) -> Any:
        return self._either("incr", *args, **options)

    def set_many(self, *args: Any, **options: Any) -> Any:
        return self._either("set_many", *args, **options)

    def delete_many(self, *args: Any, **options: Any) -> Any:
        return self._either("delete_many", *args, **options)

    def clear(self) -> Any:
        return self._either("clear")
