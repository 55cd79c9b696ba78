"""Remove what has expired and only takes up room."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import tokens
from accounts.models import IdempotentRequest
from learnquest.core.limits import CountingDatabaseCache

# How long one may look up what became of a task.
TASKS_KEPT = timedelta(days=14)


def clear_expired(*, now: datetime | None = None) -> dict[str, int]:
    """Delete what has expired, and old results of tasks; returns how many of each."""
    now = now or timezone.now()
    sessions, _by_model = Session.objects.filter(expire_date__lt=now).delete()
    old = DBTaskResult.objects.finished().filter(finished_at__lt=now - TASKS_KEPT)
    results, _by_model = old.delete()
    requests, _by_model = IdempotentRequest.objects.filter(expires_at__lte=now).delete()
    cache = caches["database"]
    return {
        "tokens": tokens.clear_expired(now=now),
        "sessions": sessions,
        "counts": cache.clear_expired() if isinstance(cache, CountingDatabaseCache) else 0,
        "results of tasks": results,
        "requests sent twice": requests,
    }
