"""What load balancers and monitors ask."""

import hmac
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from accounts import schedule
from accounts.models import User
from ai.models import AIRequest
from submissions.models import Submission

type GetResponse = Callable[[HttpRequest], HttpResponseBase]


def healthz(get_response: GetResponse) -> GetResponse:
    """Answer /healthz before anything else: the process is alive.

    A middleware, since a container asks under an address that is not among ALLOWED_HOSTS; and no
    database is looked at, so that a slow one kills no web process.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        return get_response(request)

    return middleware


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the database answers, is migrated, and has a worker that takes up its tasks.

    A late schedule is told too, but keeps no visitor away.
    """
    checks: dict[str, str] = {}
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        checks["database"] = "ok"
        checks["migrations"] = f"{len(missing)} to apply" if missing else "ok"
        # A worker that lives leaves nothing lying for so long.
        now, patience = timezone.now(), timedelta(seconds=settings.WORKER_SILENCE_SECONDS)
        late = now - patience
        waiting = (
            0 if missing else DBTaskResult.objects.ready().filter(enqueued_at__lt=late).count()
        )
        checks["worker"] = f"{waiting} tasks wait for too long" if waiting else "ok"
        if not missing:
            checks["schedule"] = schedule.state(now=now, patience=patience)
    except DatabaseError:
        checks["database"] = "does not answer"
    is_ready = all(result == "ok" for name, result in checks.items() if name != "schedule")
    return JsonResponse(checks, status=200 if is_ready else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to whoever brings the METRICS_TOKEN; for all others no such page."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Http404
    registry = CollectorRegistry()
    Gauge("learnquest_learners", "Active accounts.", registry=registry).set(
        User.objects.filter(is_active=True).count()
    )
    _counts(registry, "learnquest_submissions", "Submissions by status.", Submission, "status")
    _counts(registry, "learnquest_tasks", "Tasks by status.", DBTaskResult, "status")
    _counts(registry, "learnquest_ai_requests", "AI calls by outcome.", AIRequest, "outcome")
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _counts(
    registry: CollectorRegistry,
    name: str,
    text: str,
    model: type[Submission] | type[DBTaskResult[..., object]] | type[AIRequest],
    field: str,
) -> None:
    gauge = Gauge(name, text, [field], registry=registry)
    for value, count in (
        model._default_manager.order_by().values_list(field).annotate(n=Count("pk"))
    ):
        gauge.labels(value).set(count)
