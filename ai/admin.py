"""The admin's view of prompts, calls and answers."""

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ai.models import AIRequest, CachedCompletion, Explanation, PromptTemplate


class ReadOnly[M: (AIRequest, CachedCompletion)](admin.ModelAdmin[M]):
    """Records are looked at, not made or changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


@admin.register(PromptTemplate)
class PromptTemplateAdmin(admin.ModelAdmin[PromptTemplate]):
    list_display = ("name", "version", "active", "created_at")
    list_filter = ("name", "active")
    search_fields = ("text",)
    fields = ("name", "version", "text", "active", "created_at")
    actions = ("activate",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: PromptTemplate | None = None
    ) -> tuple[str, ...]:
        # Cached answers and records name a version: what it says must not change under them.
        return ("active", "created_at") if obj is None else self.fields

    def has_delete_permission(
        self, request: HttpRequest, obj: PromptTemplate | None = None
    ) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not obj.active)

    @admin.action(description=_("Make this version the active one"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[PromptTemplate]) -> None:
        chosen = list(queryset)
        if len({prompt.name for prompt in chosen}) < len(chosen):
            self.message_user(
                request, _t("Choose one version of each prompt."), level=messages.ERROR
            )
            return
        with transaction.atomic():
            for prompt in chosen:
                PromptTemplate.objects.filter(name=prompt.name, active=True).update(active=False)
                PromptTemplate.objects.filter(pk=prompt.pk).update(active=True)


@admin.register(CachedCompletion)
class CachedCompletionAdmin(ReadOnly[CachedCompletion]):
    list_display = ("purpose", "model", "prompt_version", "hits", "created_at", "expires_at")
    list_filter = ("purpose", "model")
    search_fields = ("request_hash",)
    raw_id_fields = ("user",)
    date_hierarchy = "created_at"


@admin.register(AIRequest)
class AIRequestAdmin(ReadOnly[AIRequest]):
    list_display = (
        "created_at",
        "user",
        "purpose",
        "model",
        "outcome",
        "cached",
        "tokens_in",
        "tokens_out",
        "latency_ms",
    )
    list_filter = ("purpose", "outcome", "cached", "offline", "model")
    search_fields = ("=user__email", "=user__username")
    list_select_related = ("user",)
    raw_id_fields = ("user",)
    date_hierarchy = "created_at"
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: AIRequest | None = None) -> bool:
        return False


@admin.register(Explanation)
class ExplanationAdmin(admin.ModelAdmin[Explanation]):
    list_display = ("concept", "user", "status", "model", "created_at", "finished_at")
    list_filter = ("status", "offline", "model")
    search_fields = ("concept", "=user__email", "=user__username")
    list_select_related = ("user",)
    raw_id_fields = ("user",)
    readonly_fields = ("answer", "message", "model", "offline", "created_at", "finished_at")
    date_hierarchy = "created_at"
