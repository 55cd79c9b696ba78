"""The weekly digest: what a learner's week held and what comes next, on their Monday morning."""

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import mail, notices, signup
from accounts.models import User, WeeklyDigest
from challenges.models import Challenge
from goals.models import Goal, Progress
from leaderboard import streaks
from reviews.models import PeerReview
from submissions.models import Submission

MONDAY = 0
MORNING = range(7, 12)  # hours of the local clock
AT_ONCE = 200
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Line:
    label: str
    value: str


@dataclass(frozen=True)
class NextStep:
    title: str
    why: str
    url: str
    verb: str


@dataclass
class Week:
    """What the mail says of a week; `is_empty` where there was none worth a mail."""

    minutes: int = 0
    entries: int = 0
    received: int = 0
    waiting: int = 0
    claims: int = 0
    streak: int = 0
    challenge: Challenge | None = None
    # For the template, in the reader's language.
    lines: list[Line] = field(default_factory=list)
    step: NextStep | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.entries or self.received or self.waiting or self.claims or self.challenge)


def send_due(*, now: datetime | None = None) -> int:
    """Send the digest to everybody for whom it is Monday morning; returns how many went out.

    Safe to run as often as one likes: the database lets a learner have one in each ISO week.
    """
    now = now or timezone.now()
    sent = 0
    for name in sorted(zones_with_monday_morning(now)):
        zone = ZoneInfo(name)
        year, number, _day = now.astimezone(zone).isocalendar()
        week = f"{year}-W{number:02}"
        for users in _batches(name, week):
            weeks = read(users, zone=zone, now=now)
            sent += sum(_send(user, weeks[user.pk], week, now) for user in users)
    return sent


def zones_with_monday_morning(now: datetime) -> set[str]:
    """Return the time zones in which it is Monday morning."""
    local = ((name, now.astimezone(ZoneInfo(name))) for name in zoneinfo.available_timezones())
    return {name for name, time in local if time.weekday() == MONDAY and time.hour in MORNING}


def read(users: list[User], *, zone: ZoneInfo, now: datetime) -> dict[int, Week]:
    """Return the last seven days of each of `users`, in a fixed number of queries."""
    ids = [user.pk for user in users]
    since = now - A_WEEK
    weeks = {user_id: Week() for user_id in ids}
    log = Progress.objects.filter(user__in=ids, occurred_at__gte=since, occurred_at__lte=now)
    for user_id, minutes, entries in (
        log.values("user")
        .annotate(minutes=Sum("minutes"), entries=Count("pk"))
        .values_list("user", "minutes", "entries")
    ):
        weeks[user_id].minutes, weeks[user_id].entries = minutes, entries
    sent = PeerReview.objects.sent().filter(author__in=ids, submitted_at__gte=since)
    for user_id, count in _counts(sent, "author"):
        weeks[user_id].received = count
    waiting = Submission.objects.filter(author__in=ids, status=Submission.Status.SUBMITTED)
    for user_id, count in _counts(waiting, "author"):
        weeks[user_id].waiting = count
    claims = PeerReview.objects.filter(
        reviewer__in=ids, status=PeerReview.Status.CLAIMED, lease_until__gt=now
    )
    for user_id, count in _counts(claims, "reviewer"):
        weeks[user_id].claims = count
    for user_id, length in streaks.streaks(user_ids=ids, zone=zone, now=now).items():
        weeks[user_id].streak = length
    for user_id, challenge in _next_challenges(ids).items():
        weeks[user_id].challenge = challenge
    return weeks


def _counts(rows: QuerySet[Any], by: str) -> list[tuple[int, int]]:
    return list(rows.order_by().values(by).annotate(count=Count("pk")).values_list(by, "count"))


_ORDER = {Challenge.Status.RETURNED: 0, Challenge.Status.DOING: 1, Challenge.Status.TODO: 2}


def _next_challenges(ids: list[int]) -> dict[int, Challenge]:
    """Return for each person the challenge to go on with: the most pressing, then the newest."""
    open_ones = (
        Challenge.objects.filter(
            goal__owner__in=ids, goal__status=Goal.Status.ACTIVE, status__in=_ORDER
        )
        .select_related("goal")
        .order_by("-goal__created_at", "position")
    )
    found: dict[int, Challenge] = {}
    for challenge in open_ones:
        best = found.get(challenge.goal.owner_id)
        if best is None or _rank(challenge) < _rank(best):
            found[challenge.goal.owner_id] = challenge
    return found


def _rank(challenge: Challenge) -> int:
    return _ORDER[Challenge.Status(challenge.status)]


def _batches(zone: str, week: str) -> Iterator[list[User]]:
    """Yield who wants the digest in a zone and has not had this week's, so many at once."""
    wanted = User.objects.filter(time_zone=zone, wants_digest_mail=True, is_active=True)
    if signup.must_verify():
        verified = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True, primary=True)
        wanted = wanted.filter(Exists(verified))
    had = WeeklyDigest.objects.filter(user=OuterRef("pk"), week=week)
    wanted = wanted.exclude(Exists(had)).order_by("pk")
    last = 0
    while users := list(wanted.filter(pk__gt=last)[:AT_ONCE]):
        yield users
        last = users[-1].pk


def _send(user: User, week: Week, name: str, now: datetime) -> bool:
    if week.is_empty:
        return False
    with translation.override(user.locale):
        week.lines = list(_lines(week))
        week.step = _step(week.challenge) if week.challenge else None
    try:
        with transaction.atomic():
            WeeklyDigest.objects.create(user=user, week=name, created_at=now)
            mail.send(
                template="weekly_digest",
                user=user,
                context={
                    "digest": week,
                    "queue_url": mail.link(reverse("reviews:queue")),
                    **notices.unsubscribe_context(user, "digest"),
                },
                headers=notices.unsubscribe_headers(user, "digest"),
                now=now,
            )
    except IntegrityError:
        return False  # another run was quicker
    return True


def _lines(week: Week) -> Iterator[Line]:
    if week.entries:
        value = ngettext("%(n)d entry in your log", "%(n)d entries in your log", week.entries)
        yield Line(_("Progress"), value % {"n": week.entries})
    if week.minutes:
        value = ngettext("%(n)d minute", "%(n)d minutes", week.minutes)
        yield Line(_("Practised"), value % {"n": week.minutes})
    if week.streak:
        value = ngettext("%(n)d day in a row", "%(n)d days in a row", week.streak)
        yield Line(_("Streak"), value % {"n": week.streak})
    if week.received:
        value = ngettext("%(n)d review", "%(n)d reviews", week.received)
        yield Line(_("Reviews received"), value % {"n": week.received})
    if week.waiting:
        value = ngettext("%(n)d work of yours", "%(n)d works of yours", week.waiting)
        yield Line(_("Waiting for a review"), value % {"n": week.waiting})
    if not (week.entries or week.received or week.waiting):
        yield Line(_("Progress"), _("A quiet week. A small step is enough to begin again."))


def _step(challenge: Challenge) -> NextStep:
    title = challenge.title
    work = mail.link(reverse("submissions:work", args=[challenge.pk]))
    if challenge.status == Challenge.Status.RETURNED:
        why = _("It came back. Read why, and try again.")
        return NextStep(title, why, work, _("Try again"))
    if challenge.status == Challenge.Status.DOING:
        return NextStep(title, _("You have begun. Your draft is kept."), work, _("Go on"))
    page = mail.link(challenge.get_absolute_url())
    return NextStep(title, challenge.goal.title, page, _("Begin"))
