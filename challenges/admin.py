from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from challenges.models import (
    Challenge,
    Plan,
    Prerequisite,
    Proposal,
    Quest,
    QuestStart,
    Replan,
    ReplanLine,
    Variation,
)
from challenges.quest_models import QuestQuerySet
from learnquest.core.admin import LookOnlyAdmin, UnwrittenAdmin


class PrerequisiteInline(admin.TabularInline[Prerequisite, Challenge]):
    """What comes first, to look at: the deed that writes it keeps circles out."""

    model = Prerequisite
    fk_name = "challenge"
    extra = 0
    fields = readonly_fields = ("needs",)
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Challenge | None = None) -> bool:
        return False


@admin.register(Challenge)
class ChallengeAdmin(admin.ModelAdmin[Challenge]):
    list_display = ("title", "goal", "difficulty", "estimated_minutes", "source", "status")
    list_filter = ("status", "source", "difficulty", "goal__category")
    search_fields = ("title", "goal__title", "goal__owner__email")
    autocomplete_fields = ("goal", "milestone")
    # Statuses follow from deeds, with points and progress; here one only looks at them.
    readonly_fields = ("status", "finished_at", "position")
    list_select_related = ("goal",)
    date_hierarchy = "created_at"
    inlines = (PrerequisiteInline,)


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


class ReplanLineInline(admin.TabularInline[ReplanLine, Replan]):
    model = ReplanLine
    extra = 0
    fields = readonly_fields = ("kind", "action", "title", "old", "new", "why", "state", "message")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Replan | None = None) -> bool:
        return False


@admin.register(Replan)
class ReplanAdmin(admin.ModelAdmin[Replan]):
    list_display = ("goal", "status", "model", "is_offline", "created_at", "finished_at")
    list_filter = ("status", "is_offline", "model")
    search_fields = ("goal__title", "goal__owner__email")
    autocomplete_fields = ("goal",)
    raw_id_fields = ("request",)
    list_select_related = ("goal",)
    date_hierarchy = "created_at"
    inlines = (ReplanLineInline,)


@admin.register(Quest)
class QuestAdmin(admin.ModelAdmin[Quest]):
    list_display = (
        "title", "publisher", "category", "level", "weeks", "difficulty",
        "started", "finished", "is_published", "changed_at",
    )  # fmt: skip
    list_filter = ("category", "level", "difficulty", ("publisher", admin.EmptyFieldListFilter))
    search_fields = ("title", "summary", "key", "publisher__email", "publisher__username")
    autocomplete_fields = ("publisher",)
    raw_id_fields = ("goal",)
    readonly_fields = ("minutes", "difficulty", "challenge_count", "published_at", "changed_at")
    list_select_related = ("publisher",)
    date_hierarchy = "created_at"
    actions = ("take_out", "put_in")

    def get_queryset(self, request: HttpRequest) -> QuestQuerySet:
        return Quest.objects.with_counts().order_by("-changed_at")

    @admin.display(description=_("started"), ordering="started")
    def started(self, quest: Quest) -> int:
        return quest.started

    @admin.display(description=_("finished"), ordering="finished")
    def finished(self, quest: Quest) -> int:
        return quest.finished

    @admin.display(description=_("in the catalogue"), boolean=True, ordering="published_at")
    def is_published(self, quest: Quest) -> bool:
        return quest.published_at is not None

    @admin.action(description=_("Take out of the catalogue"))
    def take_out(self, request: HttpRequest, quests: QuerySet[Quest]) -> None:
        Quest.objects.filter(pk__in=quests.values("pk")).update(published_at=None)

    @admin.action(description=_("Put into the catalogue"))
    def put_in(self, request: HttpRequest, quests: QuerySet[Quest]) -> None:
        Quest.objects.filter(pk__in=quests.values("pk"), published_at=None).update(
            published_at=timezone.now()
        )


@admin.register(QuestStart)
class QuestStartAdmin(UnwrittenAdmin[QuestStart]):
    """To look at: who is on which quest."""

    list_display = ("quest", "learner", "goal", "started_at")
    list_filter = ("goal__status", "quest__category")
    search_fields = ("quest__title", "learner__email", "learner__username")
    raw_id_fields = ("quest", "learner", "goal")
    list_select_related = ("quest", "learner", "goal")
    date_hierarchy = "started_at"


@admin.register(Variation)
class VariationAdmin(LookOnlyAdmin[Variation]):
    list_display = ("proposal", "how", "status", "message", "created_at", "finished_at")
    list_filter = ("how", "status")
    search_fields = ("proposal__title", "proposal__plan__goal__owner__email")
    list_select_related = ("proposal",)
    date_hierarchy = "created_at"
