"""The ledger of points, the standings made from it, and badges."""

from datetime import UTC, date
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

if TYPE_CHECKING:
    from leaderboard.rules import Rule

# `User.is_present`, for rows that belong to somebody.
PRESENT: dict[str, bool] = {"user__is_active": True, "user__erase_at__isnull": True}

# When the learner did what an entry is for: never after `occurred_at`, when it was paid.
MOMENT = Coalesce("done_at", "occurred_at")


def _utc_today() -> date:
    return timezone.now().astimezone(UTC).date()


class PointEntryQuerySet(models.QuerySet["PointEntry"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)

    def verified(self) -> Self:
        return self.filter(verified=True)

    def that_count(self) -> Self:
        """What ranks: verified by others, and neither taken back nor the taking back itself."""
        return self.verified().filter(reverses=None, reversal=None).exclude(amount=0)


class PointEntry(models.Model):
    """One line of the ledger. Rows are added, never changed: a mistake gets a counter-entry.

    The database refuses changes; see `leaderboard.triggers`.
    """

    class Reason(models.TextChoices):
        WORK_ACCEPTED = "work_accepted", _("Work accepted")
        REVIEW_GIVEN = "review_given", _("Review given")
        REVIEW_QUALITY = "review_quality", _("Quality of a review")
        HANDED_IN = "handed_in", _("Work handed in")
        PRACTICE = "practice", _("Practice logged")
        MILESTONE = "milestone", _("Milestone reached")
        CORRECTION = "correction", _("Correction")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="point_entries"
    )
    amount = models.IntegerField()
    reason = models.CharField(max_length=16, choices=Reason)
    key = models.CharField(max_length=100, unique=True)
    verified = models.BooleanField(help_text="Whether others verified it, so that it ranks.")
    category = models.CharField(max_length=16, blank=True)
    occurred_at = models.DateTimeField(default=timezone.now)
    # When it was done, where it is paid only later: the moment that streaks and activity count.
    done_at = models.DateTimeField(null=True, blank=True)
    # The day it was where the learner lived then, for streaks.
    local_day = models.DateField(default=_utc_today)
    # In whose week and month it counts: for a reversal, those of what it takes back.
    counted_at = models.DateTimeField(default=timezone.now)
    reverses = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="reversal"
    )
    note = models.CharField(max_length=200, blank=True)

    objects = PointEntryQuerySet.as_manager()

    class Meta:
        db_table = "point_entries"
        verbose_name_plural = "point entries"
        indexes = [
            # A learner's own ledger, newest first.
            models.Index(fields=["user", "-occurred_at"], name="point_entries_mine"),
            # The nightly count of a day that is over reads what came after the day before.
            models.Index(
                fields=["counted_at"], condition=Q(verified=True), name="point_entries_counted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.reason}"

    @property
    def rule(self) -> "Rule | None":
        """The rule by which this was paid, as learners read it."""
        from leaderboard.rules import BY_REASON

        return BY_REASON.get(self.Reason(self.reason))

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk


class StandingQuerySet(models.QuerySet["Standing"]):
    def visible_to(self, user: User) -> Self:
        """Who is on the board: those who have not left it, and always oneself."""
        return self.filter(Q(user__is_on_leaderboard=True, **PRESENT) | Q(user=user))

    def on_board(self, scope: str, period: str) -> Self:
        return self.filter(scope=scope, period=period)

    def listed(self) -> Self:
        """Those who are counted: with points, on the board, and here."""
        return self.filter(is_listed=True, points__gt=0)

    def in_rank_order(self) -> Self:
        return self.order_by(F("points") * -1, "reached_at", "user_id")


class Standing(models.Model):
    """A learner's points in one scope and period: a projection of the ledger.

    `reached_at` is the time of the last entry that still counts. `is_listed` follows the learner's
    account by a trigger, so that whoever leaves is gone from every count in the same moment.
    """

    scope = models.CharField(max_length=32)
    period = models.CharField(max_length=8)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standings"
    )
    points = models.IntegerField(default=0)
    reached_at = models.DateTimeField(default=timezone.now)
    is_listed = models.BooleanField(default=True, db_default=True)

    objects = StandingQuerySet.as_manager()

    class Meta:
        db_table = "leaderboard"
        constraints = [
            models.UniqueConstraint(fields=["scope", "period", "user"], name="leaderboard_one_row")
        ]
        indexes = [
            # The board in rank order. All columns run one way, so that a page begins anywhere by
            # one comparison of rows.
            models.Index(
                "scope",
                "period",
                F("points") * -1,
                "reached_at",
                "user",
                condition=Q(is_listed=True, points__gt=0),
                name="leaderboard_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.period}: {self.points}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk or (self.user.is_on_leaderboard and self.user.is_present)


class BadgeAwardQuerySet(models.QuerySet["BadgeAward"]):
    def visible_to(self, user: User) -> Self:
        if user.is_moderator:
            return self.filter(Q(**PRESENT) | Q(user=user))
        is_open = Q(user__is_profile_public=True, user__hidden_at=None, **PRESENT)
        return self.filter(Q(user=user) | is_open & user.not_apart("user"))


class BadgeAward(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="badge_awards"
    )
    badge = models.CharField(max_length=40)
    awarded_at = models.DateTimeField(default=timezone.now)
    evidence = models.CharField(max_length=200, blank=True)
    # Since when it stands first on the holder's profile.
    pinned_at = models.DateTimeField(null=True, blank=True)

    objects = BadgeAwardQuerySet.as_manager()

    class Meta:
        db_table = "badge_awards"
        constraints = [models.UniqueConstraint(fields=["user", "badge"], name="badge_awards_once")]
        indexes = [
            # How many hold a badge, on its public page.
            models.Index(fields=["badge", "user"], name="badge_awards_holders")
        ]

    def __str__(self) -> str:
        return f"{self.badge} for {self.user_id}"

    def is_visible_to(self, user: User) -> bool:
        return self.user_id == user.pk or self.user.is_profile_visible_to(user)


# Django looks for models here; those of one subject have a file of their own.
from leaderboard.counts import DayCount, RankChange, RankMirror, Tally  # noqa: E402
from leaderboard.fair_play_models import HeldPoints, Suspicion  # noqa: E402
from leaderboard.league_models import (  # noqa: E402
    LeagueGroup,
    LeagueMembership,
    LeaguePlayer,
    LeagueTurn,
)
from leaderboard.records import Heartbeat, Outage, SigningKey, ZoneMove  # noqa: E402

__all__ = [
    "MOMENT",
    "PRESENT",
    "BadgeAward",
    "DayCount",
    "Heartbeat",
    "HeldPoints",
    "LeagueGroup",
    "LeagueMembership",
    "LeaguePlayer",
    "LeagueTurn",
    "Outage",
    "PointEntry",
    "RankChange",
    "RankMirror",
    "SigningKey",
    "Standing",
    "StandingQuerySet",
    "Suspicion",
    "Tally",
    "ZoneMove",
]
