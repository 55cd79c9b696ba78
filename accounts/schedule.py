"""Start what is due, once, however many processes look."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import ScheduledJob
from learnquest.core.schedule import Job, jobs

logger = logging.getLogger(__name__)


def start_due(*, now: datetime | None = None) -> list[str]:
    """Hand each job that is due to the worker; returns their names.

    A job that could not be handed over stays due; the others are started all the same. One that
    was missed while nobody looked is started once, not once for each time.
    """
    now = now or timezone.now()
    started = []
    for job in jobs():
        try:
            if _start(job, now):
                started.append(job.name)
        except Exception:
            logger.exception("The job %s could not be started.", job.name)
    return started


def state(*, now: datetime, patience: timedelta) -> str:
    """Return "ok", or how far behind the schedule is, in words for an operator."""
    names = {job.name for job in jobs()}
    known = ScheduledJob.objects.filter(name__in=names)
    if known.count() < len(names):
        return "not started yet"
    late = known.filter(next_due__lt=now - patience).count()
    return f"{late} jobs are late" if late else "ok"


@transaction.atomic
def _start(job: Job, now: datetime) -> bool:
    row, _is_new = ScheduledJob.objects.get_or_create(name=job.name, defaults={"next_due": now})
    # Of several that see it due, one changes the row; the others find it changed.
    is_ours = ScheduledJob.objects.filter(pk=row.pk, next_due__lte=now).update(
        next_due=now + job.every, last_started_at=now
    )
    if is_ours:
        # Within: our queue is a table, so the job is due no more exactly when it is queued.
        job.task.enqueue()
    return bool(is_ours)
