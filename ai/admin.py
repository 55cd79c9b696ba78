"""The admin's view of calls and answers, with a page of figures; prompts have a module of their
own."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from ai import prompt_admin, usage
from ai.models import AIRequest, CachedCompletion, Explanation
from learnquest.core.admin import UnwrittenAdmin

__all__ = ["prompt_admin"]  # registers itself


@admin.register(CachedCompletion)
class CachedCompletionAdmin(UnwrittenAdmin[CachedCompletion]):
    list_display = ("purpose", "model", "prompt_version", "hits", "created_at", "expires_at")
    list_filter = ("purpose", "model")
    search_fields = ("request_hash",)
    raw_id_fields = ("user",)
    date_hierarchy = "created_at"


@admin.register(AIRequest)
class AIRequestAdmin(UnwrittenAdmin[AIRequest]):
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

    def get_urls(self) -> list[URLPattern]:
        own = path("usage/", self.admin_site.admin_view(self.usage), name="ai_usage")
        return [own, *super().get_urls()]

    def usage(self, request: HttpRequest) -> HttpResponse:
        """Show what the coach was asked, what it cost and how it went, for a span of days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        span = usage.span_of(request.GET, today=timezone.localdate())
        context = self.admin_site.each_context(request) | {
            "title": _("Use of AI"),
            "opts": self.opts,
            "span": span,
            "report": usage.report(span, now=timezone.now()),
            "spans": usage.DAYS,
            "today": timezone.localdate(),
        }
        return TemplateResponse(request, "admin/ai/usage.html", context)


@admin.register(Explanation)
class ExplanationAdmin(admin.ModelAdmin[Explanation]):
    list_display = ("concept", "user", "status", "model", "created_at", "finished_at")
    list_filter = ("status", "offline", "model")
    search_fields = ("concept", "=user__email", "=user__username")
    list_select_related = ("user",)
    raw_id_fields = ("user",)
    readonly_fields = ("answer", "message", "model", "offline", "created_at", "finished_at")
    date_hierarchy = "created_at"
