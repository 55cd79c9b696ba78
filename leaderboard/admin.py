from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from leaderboard.models import BadgeAward, PointEntry, Standing


class ReadOnlyAdmin[M: models.Model](admin.ModelAdmin[M]):
    """To look at: these rows follow from the rules and are not written by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


@admin.register(PointEntry)
class PointEntryAdmin(ReadOnlyAdmin[PointEntry]):
    list_display = ("user", "amount", "reason", "verified", "category", "occurred_at")
    list_filter = ("reason", "verified", "category")
    search_fields = ("user__email", "key")
    list_select_related = ("user",)
    date_hierarchy = "occurred_at"


@admin.register(Standing)
class StandingAdmin(ReadOnlyAdmin[Standing]):
    list_display = ("scope", "period", "user", "points", "reached_at")
    search_fields = ("=period", "=scope", "user__email")
    list_select_related = ("user",)
    show_full_result_count = False


@admin.register(BadgeAward)
class BadgeAwardAdmin(ReadOnlyAdmin[BadgeAward]):
    list_display = ("user", "badge", "awarded_at")
    list_filter = ("badge",)
    search_fields = ("user__email",)
    list_select_related = ("user",)
    date_hierarchy = "awarded_at"
