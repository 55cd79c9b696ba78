from django.contrib import admin

from challenges.models import Challenge, Plan, Proposal


@admin.register(Challenge)
class ChallengeAdmin(admin.ModelAdmin[Challenge]):
    list_display = ("title", "goal", "difficulty", "estimated_minutes", "source", "status")
    list_filter = ("status", "source", "difficulty", "goal__category")
    search_fields = ("title", "goal__title", "goal__owner__email")
    autocomplete_fields = ("goal", "milestone")
    list_select_related = ("goal",)
    date_hierarchy = "created_at"


class ProposalInline(admin.StackedInline[Proposal, Plan]):
    model = Proposal
    extra = 0
    raw_id_fields = ("challenge",)
    show_change_link = True


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin[Plan]):
    list_display = ("goal", "status", "model", "is_offline", "created_at", "finished_at")
    list_filter = ("status", "is_offline", "model")
    search_fields = ("goal__title", "goal__owner__email")
    autocomplete_fields = ("goal",)
    list_select_related = ("goal",)
    date_hierarchy = "created_at"
    inlines = (ProposalInline,)
