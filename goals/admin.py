from django.contrib import admin
from django.http import HttpRequest

from goals.models import Goal, Milestone, Progress


class MilestoneInline(admin.TabularInline[Milestone, Goal]):
    model = Milestone
    extra = 0


@admin.register(Goal)
class GoalAdmin(admin.ModelAdmin[Goal]):
    list_display = ("title", "owner", "category", "status", "visibility", "target_date")
    list_filter = ("status", "category", "visibility", "level")
    search_fields = ("title", "owner__email", "owner__username")
    autocomplete_fields = ("owner",)
    raw_id_fields = ("cloned_from",)
    list_select_related = ("owner",)
    date_hierarchy = "created_at"
    inlines = (MilestoneInline,)


@admin.register(Milestone)
class MilestoneAdmin(admin.ModelAdmin[Milestone]):
    list_display = ("title", "goal", "due_date", "position", "completed_at")
    search_fields = ("title", "goal__title")
    autocomplete_fields = ("goal",)
    list_select_related = ("goal",)


@admin.register(Progress)
class ProgressAdmin(admin.ModelAdmin[Progress]):
    """To look at: the log is added to, never changed."""

    list_display = ("user", "goal", "kind", "minutes", "percent_after", "occurred_at")
    list_filter = ("kind",)
    search_fields = ("user__email", "goal__title", "note")
    list_select_related = ("user", "goal")
    date_hierarchy = "occurred_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Progress | None = None) -> bool:
        return False
