"""How long work waits for its reviews: what its author is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reviews.models import PeerReview, ReviewCase
from reviews.queue_models import SEATS
from submissions.models import Submission

LOOKED_AT = timedelta(weeks=4)
# Of a busy site the newest are enough for a median.
MOST_LOOKED_AT = 2000
KEPT_SECONDS = 900
FEWEST = 5


@dataclass(frozen=True)
class Wait:
    """Where work in review stands, in words for its author."""

    done: int
    wanted: int
    # Half of all works had both reviews within this; empty while too little is known.
    usual: str
    is_boosted: bool
    is_ended: bool
    provisional_score: float | None


def usual(*, now: datetime | None = None) -> timedelta | None:
    """Return the median wait for two reviews in the last four weeks; None while few are known."""
    seconds = cache.get("reviews.waits.usual")
    if seconds is None:
        now = now or timezone.now()
        full = ReviewCase.objects.filter(full_at__gt=now - LOOKED_AT).order_by("-full_at")
        pairs = full.values_list("waiting_since", "full_at")[:MOST_LOOKED_AT]
        waits = [(end - since).total_seconds() for since, end in pairs if end is not None]
        seconds = median(waits) if len(waits) >= FEWEST else -1
        cache.set("reviews.waits.usual", seconds, KEPT_SECONDS)
    return timedelta(seconds=seconds) if seconds >= 0 else None


def of_work(work: Submission) -> Wait | None:
    """Return where work in review stands; None for work that is not."""
    if work.status != Submission.Status.SUBMITTED:
        return None
    case = ReviewCase.objects.filter(submission=work).first()
    half = usual()
    return Wait(
        done=PeerReview.objects.filter(submission=work).sent().count(),
        wanted=case.seats if case else SEATS,
        usual=in_words(half) if half is not None else "",
        is_boosted=bool(case and case.is_boosted),
        is_ended=bool(case and case.ended_at),
        provisional_score=float(case.provisional_score)
        if case and case.provisional_score is not None
        else None,
    )


def in_words(wait: timedelta) -> str:
    """Say a wait in whole hours, or in days from two on."""
    hours = max(1, round(wait.total_seconds() / 3600))
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return _("%(n)d days") % {"n": round(hours / 24)}
