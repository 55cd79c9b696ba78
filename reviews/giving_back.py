"""Giving work back: always allowed, and not a way to pick.

Nobody chooses what they review. Who gave back as many works in 24 hours as the site allows gets no
new one until the first of them is a day old. What they say is the reason makes no difference, since
a reason is free to click; reports do not count, for moderators read them. Nor do leases that
lapsed, and second opinions, which nobody asks for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from learnquest.core.errors import Conflict
from reviews.models import PeerReview

DAY = timedelta(hours=24)
# Moderators see who gives back more than this in a week.
WEEK, OFTEN = timedelta(days=7), 10
MOST_SHOWN = 20
# So many who can judge, and say that they cannot judge this, are enough for the moderators.
CANNOT_JUDGE = 2


@dataclass(frozen=True)
class GivesBackOften:
    username: str
    times: int


def counts(review: PeerReview) -> bool:
    """Whether giving this review back counts, when it was given back for the reason it has."""
    is_report = review.released_for == PeerReview.ReleasedFor.REPORTED
    return not is_report and not review.is_for_appeal


def paused_until(reviewer: User, *, now: datetime | None = None) -> datetime | None:
    """Return from when on the reviewer gets new work again; None where they get some now."""
    now = now or timezone.now()
    lately = PeerReview.objects.given_by(reviewer).filter(given_back_at__gt=now - DAY)
    return end_of_pause(lately.values_list("given_back_at", flat=True), now=now)


def end_of_pause(times: Iterable[datetime | None], *, now: datetime) -> datetime | None:
    """Return when the pause ends of somebody who gave back at these times; None without one."""
    most: int = settings.REVIEW_GIVE_BACKS_A_DAY
    lately = sorted((one for one in times if one and one > now - DAY), reverse=True)
    return lately[most - 1] + DAY if 0 < most <= len(lately) else None


def refuse_while_paused(reviewer: User, times: Iterable[datetime | None], *, now: datetime) -> None:
    """Raise Conflict, with when there is new work, for who gave back too much lately."""
    until = end_of_pause(times, now=now)
    if until is not None:
        raise Conflict(words(reviewer, until))


def words(reviewer: User, until: datetime) -> str:
    """Say when somebody who gave back too much gets new work, on their clock."""
    most: int = settings.REVIEW_GIVE_BACKS_A_DAY
    there = timezone.localtime(until, ZoneInfo(reviewer.time_zone))
    return ngettext(
        "You gave back %(n)d work within a day. There is new work for you from %(when)s on.",
        "You gave back %(n)d works within a day. There is new work for you from %(when)s on.",
        most,
    ) % {"n": most, "when": formats.date_format(there, _("j M, H:i"))}


def often(*, now: datetime) -> list[GivesBackOften]:
    """Return who gave back more than ten works within a week, most first, in one query."""
    found = (
        PeerReview.objects.filter(given_back_at__gt=now - WEEK, reviewer__isnull=False)
        .values_list("reviewer__username")
        .annotate(given_back=Count("pk"))
        .filter(given_back__gt=OFTEN)
        .order_by("-given_back", "reviewer__username")
    )
    return [GivesBackOften(name, times) for name, times in found[:MOST_SHOWN]]


def is_beyond_reviewers(submission_id: int) -> bool:
    """Whether two reviewers who can judge say that they cannot judge this work.

    Heard are those who have sent their practice and a review of a peer: else two new accounts that
    never judged anything could take any work out of the queue's hands.
    """
    said = PeerReview.objects.filter(
        submission=submission_id, released_for=PeerReview.ReleasedFor.CANNOT_JUDGE
    )
    return (
        PeerReview.objects.sent()
        .filter(reviewer__in=said.values("reviewer"))
        .values("reviewer")
        .annotate(
            sent=Count("pk"), of_peers=Count("pk", filter=Q(submission__training_work__isnull=True))
        )
        .filter(sent__gte=settings.REVIEW_TRAINING_FIRST, of_peers__gte=1)
        .count()
        >= CANNOT_JUDGE
    )
