"""Asking for reviews where work waits: kindly, fairly, and at most once a day."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import inbox, mail, notices
from accounts.models import Notification, User
from accounts.speech import speaking_to
from goals.models import Category, Goal
from reviews import assignment, eligibility, giving_back
from reviews.models import PeerReview, ReviewCase
from submissions.models import Submission

# Who was just handed in meets somebody by itself; invitations are for what stays.
WAITED = timedelta(hours=6)
ONCE_IN = timedelta(hours=24)
SEEN_WITHIN = timedelta(days=21)
HOURS = range(9, 20)
# Not everybody comes: so many are asked for each seat that is free.
ASKED_PER_SEAT = 2
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Waiting:
    """What waits in one field."""

    category: str
    count: int
    has_boosted: bool

    @property
    def words(self) -> str:
        return ngettext(
            "%(n)d work waits in %(field)s", "%(n)d works wait in %(field)s", self.count
        ) % {
            "n": self.count,
            "field": Category(self.category).label if self.category else _("other"),
        }


@dataclass(frozen=True)
class Balance:
    """What a learner received and gave in four weeks."""

    received: int
    given: int

    @property
    def owed(self) -> int:
        return max(0, self.received - self.given)


def waiting_by_field(reviewer: User, *, now: datetime | None = None) -> list[Waiting]:
    """Return what waits for this reviewer, the fullest field first."""
    rows = (
        assignment.waiting_for(reviewer, now=now)
        .order_by()
        .values("category")
        .annotate(count=Count("pk"), boosted=Count("pk", filter=Q(is_boosted=True)))
    )
    found = [Waiting(row["category"], row["count"], row["boosted"] > 0) for row in rows]
    return sorted(found, key=lambda one: (-one.count, one.category))


def balance(user: User, *, now: datetime | None = None) -> Balance:
    """Return how many reviews a learner received and gave; practice counts as given."""
    since = (now or timezone.now()) - eligibility.RECKONED
    sent = PeerReview.objects.sent().filter(submitted_at__gt=since)
    return Balance(sent.filter(author=user).count(), sent.filter(reviewer=user).count())


def invite(*, now: datetime | None = None) -> int:
    """Invite reviewers in whose fields work has waited for hours; returns how many.

    Those who owe reviews come first. Nobody is asked in the night, twice a day, while they hold a
    review, against their wish, or for work that they could not get.
    """
    now = now or timezone.now()
    waiting = ReviewCase.objects.filter(is_open=True, waiting_since__lte=now - WAITED)
    rows = waiting.order_by().values("category").annotate(works=Count("pk"))
    asked = 0
    for row in rows:
        most = min(MOST_AT_ONCE, ASKED_PER_SEAT * row["works"])
        asked += sum(_invite(user, now) for user in _candidates(row["category"], now)[:most])
    return asked


def _candidates(category: str, now: datetime) -> list[User]:
    """Return whom to ask in a field, those who owe most first."""
    since = now - eligibility.RECKONED
    told = Notification.objects.filter(
        user=OuterRef("pk"),
        kind=Notification.Kind.REVIEW_INVITED,
        created_at__gt=now - ONCE_IN,
    )
    held = PeerReview.objects.filter(
        reviewer=OuterRef("pk"), status=PeerReview.Status.CLAIMED, lease_until__gt=now
    )
    goals = Goal.objects.filter(owner=OuterRef("pk"), category=category)
    handed_in = Submission.objects.filter(author=OuterRef("pk"), submitted_at__gt=since)
    people = (
        User.objects.filter(
            Exists(goals),
            ~Exists(told),
            ~Exists(held),
            is_active=True,
            erase_at=None,
            wants_review_invitations=True,
            last_login__gt=now - SEEN_WITHIN,
        )
        .annotate(has_work=Exists(handed_in))
        .order_by("-has_work", "-last_login")[: 5 * MOST_AT_ONCE]
    )
    awake = [person for person in people if is_awake(person, now)]
    return sorted(awake, key=lambda person: -balance(person, now=now).owed)


def is_awake(person: User, now: datetime) -> bool:
    """Whether it is day where this person lives."""
    return now.astimezone(zoneinfo.ZoneInfo(person.time_zone)).hour in HOURS


@transaction.atomic
def _invite(user: User, now: datetime) -> bool:
    if giving_back.paused_until(user, now=now):
        return False
    found = waiting_by_field(user, now=now)
    own = set(Goal.objects.filter(owner=user).values_list("category", flat=True))
    found = [one for one in found if one.category in own]
    if not found:
        return False
    url = reverse("reviews:queue")
    with speaking_to(user):
        subject = found[0].words
    inbox.notify(
        user_id=user.pk,
        kind=Notification.Kind.REVIEW_INVITED,
        subject=subject,
        target=url,
        now=now,
    )
    mail.send(
        template="review_invitation",
        user=user,
        context={
            "what": subject,
            "owed": balance(user, now=now).owed,
            "url": mail.link(url),
            **notices.unsubscribe_context(user, "invitations"),
        },
        headers=notices.unsubscribe_headers(user, "invitations"),
        now=now,
    )
    return True
