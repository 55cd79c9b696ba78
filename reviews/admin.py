from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from learnquest.core.admin import LookOnlyAdmin
from learnquest.core.errors import DomainError
from reviews import ai_feedback
from reviews.models import (
    AIFeedback,
    CopyDecision,
    GraderStanding,
    GradingFit,
    Outcome,
    PeerReview,
)
from submissions.admin import ApartAdmin


@admin.register(AIFeedback)
class AIFeedbackAdmin(ApartAdmin[AIFeedback]):
    list_display = (
        "submission",
        "status",
        "model",
        "is_offline",
        "cached",
        "latency_ms",
        "helpful",
        "requested_at",
    )
    list_filter = ("status", "is_offline", "model", "prompt_version", "helpful")
    search_fields = ("submission__challenge__title", "submission__author__email")
    raw_id_fields = ("submission",)
    list_select_related = ("submission",)
    date_hierarchy = "requested_at"
    actions = ("try_again",)

    @admin.action(description=_("Ask the coach again where it failed"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[AIFeedback]) -> None:
        done = 0
        for feedback in queryset.select_related("submission__author"):
            try:
                ai_feedback.retry(feedback=feedback, by=feedback.submission.author)
            except DomainError:
                continue  # it is there or on its way, which is what was wanted
            done += 1
        self.message_user(
            request,
            ngettext("%(n)d asked again.", "%(n)d asked again.", done) % {"n": done},
            messages.SUCCESS if done else messages.WARNING,
        )


@admin.register(PeerReview)
class PeerReviewAdmin(ApartAdmin[PeerReview]):
    list_display = ("submission", "reviewer", "status", "score", "quality", "is_helpful")
    list_filter = ("status", "is_helpful")
    search_fields = ("reviewer__email", "submission__challenge__title")
    raw_id_fields = ("submission", "reviewer", "author")
    list_select_related = ("submission", "reviewer")
    date_hierarchy = "claimed_at"
    readonly_fields = (
        "status",
        "score",
        "quality",
        "difficulty",
        "submitted_at",
        "note_read_at",
        "note_read_by",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeerReview]:
        """Return what was sent; what is still being written is its reviewer's."""
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(status=PeerReview.Status.SUBMITTED)


@admin.register(CopyDecision)
class CopyDecisionAdmin(ApartAdmin[CopyDecision], LookOnlyAdmin[CopyDecision]):
    """To look at: the moderators' pages decide, and take back."""

    list_display = ("submission", "decided_by", "decided_at", "points", "taken_back_at")
    list_select_related = ("submission", "decided_by")
    date_hierarchy = "decided_at"


@admin.register(GraderStanding)
class GraderStandingAdmin(LookOnlyAdmin[GraderStanding]):
    list_display = ("__str__", "bias", "spread", "attention", "grades", "quality", "reviews")
    search_fields = ("reviewer__email", "coach")
    list_select_related = ("reviewer",)


@admin.register(GradingFit)
class GradingFitAdmin(LookOnlyAdmin[GradingFit]):
    list_display = ("started_at", "took", "grades", "works", "graders")


@admin.register(Outcome)
class OutcomeAdmin(ApartAdmin[Outcome], LookOnlyAdmin[Outcome]):
    list_display = ("submission", "score", "error", "reviews", "is_provisional", "is_late")
    list_filter = ("is_provisional", "is_late", "is_mean")
    list_select_related = ("submission",)
