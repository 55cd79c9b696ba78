from collections.abc import Callable

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from leaderboard import alternates, fair_play, overturning
from leaderboard.models import (
    BadgeAward,
    HeldPoints,
    LeagueMembership,
    LeaguePlayer,
    LeagueTurn,
    Outage,
    PointEntry,
    Standing,
    Suspicion,
)
from learnquest.core.admin import LookOnlyAdmin
from learnquest.core.errors import DomainError


class DecidedAdmin[M: models.Model](LookOnlyAdmin[M]):
    """For moderators: rows to look at, with what can be decided about them."""

    def decide(
        self, request: HttpRequest, rows: QuerySet[M], deed: Callable[[M, User], object]
    ) -> None:
        """Do `deed` to each of `rows`, and say how many it was refused for, and why."""
        assert isinstance(request.user, User)
        done = 0
        for row in rows:
            try:
                deed(row, request.user)
                done += 1
            except DomainError as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.WARNING)
        self.message_user(request, _("%(n)d decided.") % {"n": done})


@admin.register(PointEntry)
class PointEntryAdmin(DecidedAdmin[PointEntry]):
    list_display = ("user", "amount", "reason", "verified", "category", "occurred_at")
    list_filter = ("reason", "verified", "category")
    search_fields = ("user__email", "key")
    list_select_related = ("user",)
    date_hierarchy = "occurred_at"
    actions = ("overturn",)

    @admin.action(description=_("Take the points back"))
    def overturn(self, request: HttpRequest, rows: QuerySet[PointEntry]) -> None:
        self.decide(request, rows, lambda row, by: overturning.overturn(entry=row, by=by))


@admin.register(Standing)
class StandingAdmin(LookOnlyAdmin[Standing]):
    list_display = ("scope", "period", "user", "points", "reached_at")
    search_fields = ("=period", "=scope", "user__email")
    list_select_related = ("user",)
    show_full_result_count = False


@admin.register(BadgeAward)
class BadgeAwardAdmin(LookOnlyAdmin[BadgeAward]):
    list_display = ("user", "badge", "awarded_at")
    list_filter = ("badge",)
    search_fields = ("user__email",)
    list_select_related = ("user",)
    date_hierarchy = "awarded_at"


@admin.register(Outage)
class OutageAdmin(admin.ModelAdmin[Outage]):
    list_display = ("starts_at", "ends_at", "note", "is_detected")
    date_hierarchy = "starts_at"


@admin.register(LeaguePlayer)
class LeaguePlayerAdmin(LookOnlyAdmin[LeaguePlayer]):
    list_display = ("user", "league", "highest", "absences", "joined_at", "left_at")
    list_filter = ("league",)
    search_fields = ("user__email",)
    list_select_related = ("user",)
    show_full_result_count = False


@admin.register(LeagueMembership)
class LeagueMembershipAdmin(LookOnlyAdmin[LeagueMembership]):
    list_display = ("week", "group", "user", "points", "place", "outcome")
    search_fields = ("=week", "user__email")
    list_select_related = ("user", "group")
    show_full_result_count = False


@admin.register(LeagueTurn)
class LeagueTurnAdmin(LookOnlyAdmin[LeagueTurn]):
    list_display = ("week", "step", "begun_at", "finished_at")


@admin.register(HeldPoints)
class HeldPointsAdmin(DecidedAdmin[HeldPoints]):
    list_display = ("user", "amount", "reason", "pattern", "occurred_at", "state", "decided_by")
    list_filter = ("state", "pattern")
    search_fields = ("user__email", "key")
    list_select_related = ("user", "decided_by")
    actions = ("release", "refuse")

    @admin.action(description=_("Give the points"))
    def release(self, request: HttpRequest, rows: QuerySet[HeldPoints]) -> None:
        self.decide(request, rows, lambda row, by: fair_play.release(held=row, by=by))

    @admin.action(description=_("Refuse the points"))
    def refuse(self, request: HttpRequest, rows: QuerySet[HeldPoints]) -> None:
        self.decide(request, rows, lambda row, by: fair_play.refuse(held=row, by=by))


@admin.register(Suspicion)
class SuspicionAdmin(DecidedAdmin[Suspicion]):
    list_display = ("first", "second", "pattern", "reviews", "noticed_at", "state", "decided_by")
    list_filter = ("state", "pattern")
    search_fields = ("first__email", "second__email")
    list_select_related = ("first", "second", "decided_by")
    actions = ("confirm", "dismiss")

    @admin.action(description=_("One person, two accounts"))
    def confirm(self, request: HttpRequest, rows: QuerySet[Suspicion]) -> None:
        self.decide(
            request,
            rows,
            lambda row, by: alternates.decide(suspicion=row, is_one_person=True, by=by),
        )

    @admin.action(description=_("Two people"))
    def dismiss(self, request: HttpRequest, rows: QuerySet[Suspicion]) -> None:
        self.decide(
            request,
            rows,
            lambda row, by: alternates.decide(suspicion=row, is_one_person=False, by=by),
        )
