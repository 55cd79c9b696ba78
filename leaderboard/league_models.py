"""Leagues: who takes part, and who is with whom in which week."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from learnquest.core.own import OwnQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class League(models.IntegerChoices):
    """A way from the meadow up to the northern lights; everybody begins below."""

    MEADOW = 1, _("Meadow")
    BROOK = 2, _("Brook")
    GROVE = 3, _("Grove")
    HEATH = 4, _("Heath")
    RIDGE = 5, _("Ridge")
    GORGE = 6, _("Gorge")
    PASS = 7, _("Pass")
    GLACIER = 8, _("Glacier")
    SUMMIT = 9, _("Summit")
    AURORA = 10, _("Northern lights")


LOWEST, HIGHEST = min(League), max(League)


class LeaguePlayer(models.Model):
    """That a learner takes part, and where. Who never asked to has no row."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="league_player"
    )
    league = models.PositiveSmallIntegerField(choices=League, default=LOWEST)
    highest = models.PositiveSmallIntegerField(choices=League, default=LOWEST)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)
    # Weeks in a row without points.
    absences = models.PositiveSmallIntegerField(default=0)

    objects = OwnQuerySet["LeaguePlayer"].as_manager()

    class Meta:
        db_table = "league_players"
        constraints = [
            models.CheckConstraint(
                condition=Q(league__range=(LOWEST, HIGHEST)), name="league_players_league"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.league}"

    def is_visible_to(self, user: "User") -> bool:
        return self.user_id == user.pk


class LeagueGroup(models.Model):
    """About thirty learners of one league in one week, as "2026-W48" in UTC."""

    week = models.CharField(max_length=8)
    league = models.PositiveSmallIntegerField(choices=League)
    number = models.PositiveIntegerField()

    class Meta:
        db_table = "league_groups"
        constraints = [
            models.UniqueConstraint(
                fields=["week", "league", "number"], name="league_groups_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.week}: {self.get_league_display()} {self.number + 1}"


class LeagueMembershipQuerySet(models.QuerySet["LeagueMembership"]):
    def visible_to(self, user: "User") -> Self:
        """One's own, of all weeks. Others see each other on the page of their group."""
        return self.filter(user=user)


class LeagueMembership(models.Model):
    """A learner's week in a group; the turn of the week writes how it ended."""

    class Outcome(models.TextChoices):
        OPEN = "", _("Running")
        UP = "up", _("Rose")
        STAY = "stay", _("Stayed")
        DOWN = "down", _("Went down")
        ABSENT = "absent", _("Was away")
        LEFT = "left", _("Left")

    # Written by one statement, a million rows at once, from the very tables that they name: there
    # is nothing that the database would have to check row by row. The constraint below is the
    # user's index.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="league_memberships",
        db_constraint=False,
        db_index=False,
    )
    group = models.ForeignKey(
        LeagueGroup, on_delete=models.CASCADE, related_name="memberships", db_constraint=False
    )
    week = models.CharField(max_length=8)
    points = models.IntegerField(default=0)
    place = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN, blank=True)

    objects = LeagueMembershipQuerySet.as_manager()

    class Meta:
        db_table = "league_memberships"
        constraints = [
            # Nobody is in two groups in a week, whoever turns it how often.
            models.UniqueConstraint(fields=["user", "week"], name="league_memberships_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"

    def is_visible_to(self, user: "User") -> bool:
        return self.user_id == user.pk


class LeagueTurn(models.Model):
    """How far the turn to a week has come. Its row is what two workers queue at."""

    class Step(models.IntegerChoices):
        BEGUN = 0
        CLOSED = 1
        MOVED = 2
        GROUPED = 3

    week = models.CharField(max_length=8, unique=True)
    step = models.PositiveSmallIntegerField(choices=Step, default=Step.BEGUN)
    begun_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "league_turns"

    def __str__(self) -> str:
        return f"{self.week}: {self.get_step_display()}"
