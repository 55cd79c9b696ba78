"""Who gets a badge, when, and which ones stand on a profile. What badges there are: badge_list."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts import inbox
from accounts.models import Notification, User
from leaderboard import badge_facts
from leaderboard.badge_list import BADGES, BY_CODE, Badge, Deed, Fact, Family
from leaderboard.models import BadgeAward
from learnquest.core.errors import Conflict

__all__ = ["BADGES", "BY_CODE", "Badge", "Deed", "Held", "award_due", "award_missing", "of", "pin"]

MOST_PINNED = 5
BATCH = 500


@dataclass(frozen=True)
class Held:
    """A badge as one learner sees it: with their award, or how far they are."""

    badge: Badge
    award: BadgeAward | None
    done: int
    progress: str

    @property
    def is_veiled(self) -> bool:
        return self.badge.is_secret and self.award is None

    @property
    def percent(self) -> int:
        return round(100 * min(self.done, self.badge.count) / self.badge.count)


def award_due(
    *, user_id: int, after: Deed | None = None, now: datetime | None = None
) -> list[BadgeAward]:
    """Award what somebody has earned and does not hold yet; tells them of each.

    Called within the transaction of whatever may have earned one, which says with `after` what it
    was; without it everything is counted. Safe to call at any time; who is gone gets nothing.
    """
    person = User.objects.only("time_zone", "locale").filter(pk=user_id).first()
    if person is None:
        return []
    wanted = after.value if after else frozenset(Fact)
    return _award([person], person.time_zone, wanted=wanted, now=now, tell=True)


def award_missing(*, now: datetime | None = None, tell: bool = True) -> int:
    """Award to everybody what they have earned by the rules as they are now; returns how many.

    For after a rule has changed, and nightly for what no deed announces. Each batch of people is
    a transaction of its own, so it can be stopped and started again.
    """
    count = 0
    present = User.objects.filter(is_active=True)
    zones = present.order_by("time_zone").values_list("time_zone", flat=True).distinct()
    for zone in list(zones):
        people = present.filter(time_zone=zone).only("time_zone", "locale").order_by("pk")
        for batch in batched(people.iterator(chunk_size=BATCH), BATCH, strict=False):
            with transaction.atomic():
                awards = _award(batch, zone, wanted=frozenset(Fact), now=now, tell=tell)
                count += len(awards)
    return count


def _award(
    people: Collection[User],
    zone: str,
    *,
    wanted: frozenset[Fact],
    now: datetime | None,
    tell: bool,
) -> list[BadgeAward]:
    now = now or timezone.now()
    ids = {person.pk: person for person in people}
    held = set(BadgeAward.objects.filter(user__in=ids).values_list("user", "badge"))
    missing = [
        badge
        for badge in BADGES
        if badge.fact in wanted and any((user_id, badge.code) not in held for user_id in ids)
    ]
    all_facts = badge_facts.facts_of(
        user_ids=ids.keys(),
        zone=ZoneInfo(zone),
        wanted=frozenset(badge.fact for badge in missing),
        now=now,
    )
    awards = []
    for user_id, facts in all_facts.items():
        for badge in missing:
            if (user_id, badge.code) in held or not badge.is_due(facts):
                continue
            award, is_new = BadgeAward.objects.get_or_create(
                user_id=user_id,
                badge=badge.code,
                defaults={"awarded_at": now, "evidence": _in_english(badge)},
            )
            if is_new:
                awards.append(award)
                if tell:
                    _tell(award, badge, ids[user_id], now)
    return awards


def _in_english(badge: Badge) -> str:
    """Return how a badge was earned, as it is kept, whoever was reading when it was."""
    with override("en"):
        return str(badge.how)[:200]


def _tell(award: BadgeAward, badge: Badge, person: User, now: datetime) -> None:
    with override(person.locale):
        inbox.notify(
            user_id=award.user_id,
            kind=Notification.Kind.BADGE,
            subject=str(badge.name),
            target=reverse("badges:badge", args=[badge.code]),
            now=now,
        )


def of(user: User) -> list[tuple[Badge, BadgeAward]]:
    """Return the badges that `user` holds: those pinned first, then the newest."""
    awards = BadgeAward.objects.filter(user=user).order_by(
        F("pinned_at").asc(nulls_last=True), "-awarded_at", "badge"
    )
    return [(BY_CODE[award.badge], award) for award in awards if award.badge in BY_CODE]


def overview(user: User, now: datetime | None = None) -> dict[Family, list[Held]]:
    """Return all badges by family, each with the learner's award or how far they are."""
    awards = {award.badge: award for award in BadgeAward.objects.filter(user=user)}
    facts = badge_facts.facts_of(user_ids=[user.pk], zone=ZoneInfo(user.time_zone), now=now)
    families: dict[Family, list[Held]] = {family: [] for family in Family}
    for badge in BADGES:
        families[badge.family].append(_held(badge, awards.get(badge.code), facts[user.pk]))
    return families


def standing_of(badge: Badge, user: User, now: datetime | None = None) -> Held:
    """Return one badge as `user` sees it."""
    award = BadgeAward.objects.filter(user=user, badge=badge.code).first()
    facts = badge_facts.facts_of(user_ids=[user.pk], zone=ZoneInfo(user.time_zone), now=now)
    return _held(badge, award, facts[user.pk])


def _held(badge: Badge, award: BadgeAward | None, facts: badge_facts.Facts) -> Held:
    return Held(badge, award, facts.get(badge.fact, 0), badge.progress(facts))


def holders(badge: Badge) -> int:
    """Return how many people hold a badge."""
    return BadgeAward.objects.filter(badge=badge.code, user__is_active=True).count()


def holders_of_all() -> dict[str, int]:
    """Return how many people hold each badge, by code, in one query."""
    return dict(
        BadgeAward.objects.filter(user__is_active=True)
        .values_list("badge")
        .annotate(count=Count("pk"))
        .order_by()
    )


@transaction.atomic
def pin(*, code: str, by: User, pinned: bool = True, now: datetime | None = None) -> BadgeAward:
    """Put a badge of one's own first on one's profile, or no longer; twice is once.

    Raises Conflict when five are pinned already, and DoesNotExist for a badge not held.
    """
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    award = BadgeAward.objects.get(user=by, badge=code)
    if pinned == (award.pinned_at is not None):
        return award
    if pinned and BadgeAward.objects.filter(user=by, pinned_at__isnull=False).count() >= (
        MOST_PINNED
    ):
        raise Conflict(_("Five badges are pinned already. Take one down first."))
    award.pinned_at = (now or timezone.now()) if pinned else None
    award.save(update_fields=["pinned_at"])
    return award
