from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from goals import lifecycle
from goals.models import CalendarFeed, Goal, Milestone, Progress
from learnquest.core.admin import UnwrittenAdmin
from learnquest.core.errors import DomainError


class MilestoneInline(admin.TabularInline[Milestone, Goal]):
    model = Milestone
    extra = 0
    fields = ("position", "title", "due_date", "completed_at")
    readonly_fields = ("completed_at",)
    show_change_link = True


@admin.register(Goal)
class GoalAdmin(admin.ModelAdmin[Goal]):
    list_display = (
        "title",
        "owner",
        "category",
        "status",
        "visibility",
        "target_date",
        "milestone_count",
        "created_at",
    )
    list_filter = ("status", "category", "visibility", "level", "created_at", "target_date")
    search_fields = ("title", "owner__email", "owner__username")
    search_help_text = _("Words of the title, or the owner's e-mail address or username.")
    autocomplete_fields = ("owner",)
    raw_id_fields = ("cloned_from",)
    # Statuses change through the lifecycle alone: the actions below.
    readonly_fields = ("status", "share_key", "paused_on", "completed_at", "version")
    list_select_related = ("owner",)
    list_per_page = 50
    # Counting millions of rows for "1 of …" takes longer than the page.
    show_full_result_count = False
    date_hierarchy = "created_at"
    inlines = (MilestoneInline,)
    actions = ("archive", "bring_back", "make_private")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Goal]:
        return super().get_queryset(request).annotate(milestones_in_it=Count("milestones"))

    @admin.display(description=_("milestones"), ordering="milestones_in_it")
    def milestone_count(self, goal: Goal) -> int:
        return int(getattr(goal, "milestones_in_it", 0))

    @admin.action(description=_("Archive the chosen goals"), permissions=["change"])
    def archive(self, request: HttpRequest, goals: QuerySet[Goal]) -> None:
        self._move(request, goals, Goal.Status.ARCHIVED)

    @admin.action(description=_("Make the chosen goals active again"), permissions=["change"])
    def bring_back(self, request: HttpRequest, goals: QuerySet[Goal]) -> None:
        self._move(request, goals, Goal.Status.ACTIVE)

    @admin.action(description=_("Show the chosen goals to nobody else"), permissions=["change"])
    def make_private(self, request: HttpRequest, goals: QuerySet[Goal]) -> None:
        for goal in goals.select_related("owner"):
            lifecycle.update_goal(goal=goal, by=goal.owner, visibility=Goal.Visibility.PRIVATE)
        self._say(request, goals.count())

    def _move(self, request: HttpRequest, goals: QuerySet[Goal], to: Goal.Status) -> None:
        moved = 0
        for goal in goals.select_related("owner"):
            try:
                lifecycle.move(goal=goal, to=to, by=goal.owner)
            except DomainError as refusal:
                self.message_user(request, f"{goal}: {refusal}", messages.WARNING)
            else:
                moved += 1
        self._say(request, moved)

    def _say(self, request: HttpRequest, count: int) -> None:
        text = ngettext("%(n)d goal changed.", "%(n)d goals changed.", count) % {"n": count}
        self.message_user(request, text)


@admin.register(Milestone)
class MilestoneAdmin(admin.ModelAdmin[Milestone]):
    list_display = ("title", "goal", "owner", "due_date", "position", "completed_at")
    list_filter = ("due_date", ("completed_at", admin.EmptyFieldListFilter), "goal__category")
    search_fields = ("title", "goal__title", "goal__owner__email")
    autocomplete_fields = ("goal",)
    readonly_fields = ("completed_at", "version")
    list_select_related = ("goal__owner",)
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "due_date"

    @admin.display(description=_("owner"), ordering="goal__owner__email")
    def owner(self, milestone: Milestone) -> str:
        return str(milestone.goal.owner)


@admin.register(Progress)
class ProgressAdmin(UnwrittenAdmin[Progress]):
    """To look at: the log is added to, never changed."""

    list_display = ("user", "goal", "kind", "minutes", "percent_after", "occurred_at")
    list_filter = ("kind", "occurred_at", "goal__category")
    search_fields = ("user__email", "user__username", "goal__title", "note")
    list_select_related = ("user", "goal")
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = "occurred_at"


@admin.register(CalendarFeed)
class CalendarFeedAdmin(UnwrittenAdmin[CalendarFeed]):
    """To end an address that got about; the address itself is shown to its owner alone."""

    list_display = ("user", "created_at")
    search_fields = ("user__email", "user__username")
    list_select_related = ("user",)
    fields = ("user", "created_at")
    show_full_result_count = False
