"""Badges, as data: how often a reason must stand in the ledger. Awarded once each."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import inbox
from accounts.models import Notification, User
from leaderboard.models import BadgeAward, PointEntry

Reason = PointEntry.Reason


@dataclass(frozen=True)
class Badge:
    code: str
    name: str | Promise
    how: str | Promise
    tier: str
    reason: PointEntry.Reason
    count: int


BADGES = (
    Badge(
        "first-step", _("First step"), _("Hand in your first work"), "bronze", Reason.HANDED_IN, 1
    ),
    Badge("steady", _("Steady"), _("Hand in ten works"), "silver", Reason.HANDED_IN, 10),
    Badge(
        "accepted", _("Seal of peers"), _("Have a work accepted"), "bronze", Reason.WORK_ACCEPTED, 1
    ),
    Badge("craft", _("Craft"), _("Have five works accepted"), "silver", Reason.WORK_ACCEPTED, 5),
    Badge(
        "mastery", _("Mastery"), _("Have twenty works accepted"), "gold", Reason.WORK_ACCEPTED, 20
    ),
    Badge(
        "helping-hand",
        _("Helping hand"),
        _("Review a peer's work"),
        "bronze",
        Reason.REVIEW_GIVEN,
        1,
    ),
    Badge("mentor", _("Mentor"), _("Review ten works of peers"), "silver", Reason.REVIEW_GIVEN, 10),
    Badge("pillar", _("Pillar"), _("Review fifty works of peers"), "gold", Reason.REVIEW_GIVEN, 50),
    Badge("practice", _("Practice"), _("Log practice twenty times"), "bronze", Reason.PRACTICE, 20),
    Badge("milestone", _("Milestone"), _("Reach three milestones"), "silver", Reason.MILESTONE, 3),
)
BY_CODE = {badge.code: badge for badge in BADGES}


def award_due(*, user_id: int, now: datetime | None = None) -> list[BadgeAward]:
    """Award what the ledger has earned and was not awarded yet; tells the learner of each."""
    counts = dict(
        PointEntry.objects.filter(user_id=user_id)
        .values_list("reason")
        .annotate(count=Count("pk"))
        .order_by()
    )
    held = set(BadgeAward.objects.filter(user_id=user_id).values_list("badge", flat=True))
    awards = []
    for badge in BADGES:
        if badge.code in held or counts.get(badge.reason, 0) < badge.count:
            continue
        award, is_new = BadgeAward.objects.get_or_create(
            user_id=user_id,
            badge=badge.code,
            defaults={"awarded_at": now or timezone.now(), "evidence": str(badge.how)},
        )
        if is_new:
            awards.append(award)
            inbox.notify(
                user_id=user_id,
                kind=Notification.Kind.BADGE,
                subject=str(badge.name),
                target="/points/",
                now=now,
            )
    return awards


def of(user: User) -> list[tuple[Badge, BadgeAward]]:
    """Return the badges that `user` holds, newest first."""
    awards = BadgeAward.objects.filter(user=user).order_by("-awarded_at")
    return [(BY_CODE[award.badge], award) for award in awards if award.badge in BY_CODE]
