from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from submissions.models import Attachment, SimilarityFlag, Submission


class ApartAdmin[M: Model](admin.ModelAdmin[M]):
    """Rows that belong to works, which the admin shows with names.

    Staff see none of a work that they wrote, have or had to review, nor of a draft, whatever their
    permissions. Only superusers do, who could read the database.
    """

    # Where a row's works stand; "" where it is one.
    works: tuple[str, ...] = ("submission__",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        for work in self.works:
            rows = (
                rows.exclude(**{f"{work}author": request.user})
                .exclude(**{f"{work}peer_reviews__reviewer": request.user})
                .exclude(**{f"{work}status": Submission.Status.DRAFT})
            )
        return rows


@admin.register(Submission)
class SubmissionAdmin(ApartAdmin[Submission]):
    works = ("",)
    list_display = ("challenge", "author", "attempt", "status", "submitted_at", "score")
    list_filter = ("status", "challenge__goal__category")
    search_fields = ("challenge__title", "author__email", "author__username")
    autocomplete_fields = ("challenge", "author")
    list_select_related = ("challenge", "author")
    date_hierarchy = "saved_at"
    # Statuses and scores follow from the rules; the lifecycle is their only writer.
    readonly_fields = ("status", "submitted_at", "settled_at", "score", "score_error")


@admin.register(Attachment)
class AttachmentAdmin(ApartAdmin[Attachment]):
    """To look at: what a file holds was decided when it was uploaded."""

    list_display = ("submission", "number", "kind", "size", "added_at")
    list_filter = ("kind",)
    list_select_related = ("submission",)
    fields = ("submission", "number", "name", "kind", "size", "sha256", "added_at")
    readonly_fields = fields
    # The file itself is had through the work's page.
    view_on_site = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(SimilarityFlag)
class SimilarityFlagAdmin(ApartAdmin[SimilarityFlag]):
    """A list that leads to the moderators' own page ("View on site"), where it is decided."""

    works = ("submission__", "other__")
    list_display = ("submission", "other", "percent", "state", "created_at", "decided_by")
    list_filter = ("state",)
    list_select_related = ("submission", "other", "decided_by")
    date_hierarchy = "created_at"
    fields = ("submission", "other", "percent", "state", "reason", "decided_by", "decided_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
