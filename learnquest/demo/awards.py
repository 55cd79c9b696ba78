"""The demo's badges: awarded by the rules, each as of the moment at which it was earned."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from accounts.models import User
from goals.models import Goal
from leaderboard import badges, streaks
from leaderboard.activity import DONE
from leaderboard.badge_list import FLAWLESS, GOOD_REVIEW, HARDEST, Fact
from leaderboard.models import BadgeAward, LeagueMembership, PointEntry
from leaderboard.periods import bounds
from reviews.models import PeerReview
from submissions.models import Submission

type Cause = tuple[datetime, int, Fact]

Reason = PointEntry.Reason
Status = Submission.Status
PINNED = 3
COUNTED = {
    Reason.HANDED_IN: Fact.HANDED_IN,
    Reason.WORK_ACCEPTED: Fact.ACCEPTED,
    Reason.MILESTONE: Fact.MILESTONES,
    Reason.PRACTICE: Fact.PRACTICES,
    Reason.REVIEW_GIVEN: Fact.REVIEWS,
}
FIELDS = {Reason.WORK_ACCEPTED: Fact.FIELDS, Reason.REVIEW_GIVEN: Fact.REVIEW_FIELDS}


def award_badges(now: datetime) -> None:
    """Award all that is due; what has no moment of its own is awarded as of `now`."""
    badges.award_missing(now=now, tell=False)
    awards = list(BadgeAward.objects.all())
    moments: dict[tuple[int, Fact], list[datetime]] = defaultdict(list)
    for when, user_id, fact in sorted([*_ledger(), *_works(), *_others()]):
        moments[user_id, fact].append(when)
    for award in awards:
        badge = badges.BY_CODE[award.badge]
        if badge.fact is Fact.STREAK:
            award.awarded_at = _end_of_streak(award.user_id, badge.count)
        elif badge.count <= len(known := moments[award.user_id, badge.fact]):
            award.awarded_at = known[badge.count - 1]
    BadgeAward.objects.bulk_update(awards, ["awarded_at"])
    maya = User.objects.get(username="maya")
    for badge, _award in badges.of(maya)[:PINNED]:
        badges.pin(code=badge.code, by=maya, now=now)


def _ledger() -> Iterator[Cause]:
    known = set()
    rows = PointEntry.objects.order_by("occurred_at")
    for who, name, field, when in rows.values_list("user", "reason", "category", "occurred_at"):
        reason = Reason(name)
        if reason in COUNTED:
            yield when, who, COUNTED[reason]
        if reason in FIELDS and (who, reason, field) not in known:
            known.add((who, reason, field))
            yield when, who, FIELDS[reason]


def _works() -> Iterator[Cause]:
    returned: dict[tuple[int, int], Decimal] = {}
    works = Submission.objects.exclude(settled_at=None).select_related("challenge")
    for work in works.order_by("attempt"):
        assert work.settled_at is not None and work.score is not None
        before = returned.get((work.challenge_id, work.attempt - 1))
        if before is not None and before < work.score:
            yield work.settled_at, work.author_id, Fact.IMPROVED
        if work.status == Status.RETURNED:
            returned[work.challenge_id, work.attempt] = work.score
            continue
        if work.challenge.difficulty == HARDEST:
            yield work.settled_at, work.author_id, Fact.HARD
        if work.score >= FLAWLESS:
            yield work.settled_at, work.author_id, Fact.FLAWLESS


def _others() -> Iterator[Cause]:
    goals = Goal.objects.exclude(status=Goal.Status.DRAFT)
    for who, begun, reached in goals.values_list("owner", "created_at", "completed_at"):
        yield begun, who, Fact.GOALS_SET
        if reached:
            yield reached, who, Fact.GOALS_REACHED
    good = PeerReview.objects.sent().filter(quality__gte=GOOD_REVIEW)
    for reviewer, settled in good.values_list("reviewer", "submission__settled_at"):
        assert settled is not None  # a review's quality is known from then on
        yield settled, reviewer, Fact.GOOD_REVIEWS
    rises = LeagueMembership.objects.filter(outcome=LeagueMembership.Outcome.UP)
    for who, week in rises.values_list("user", "week"):
        span = bounds(week)
        assert span is not None
        yield span[1], who, Fact.RISES


def _end_of_streak(user_id: int, length: int) -> datetime:
    """Return when the ledger had all the days that made a streak so long."""
    rows = PointEntry.objects.filter(user=user_id, reason__in=DONE).order_by("occurred_at", "pk")
    days: set[date] = set()
    for day, paid_at in rows.values_list("local_day", "occurred_at"):
        if day in days:
            continue
        days.add(day)
        if streaks.measure(streaks.Days(days), max(days)).longest >= length:
            return paid_at
    raise ValueError("no such streak")
