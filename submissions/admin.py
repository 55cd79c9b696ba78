from django.contrib import admin

from submissions.models import Submission


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin[Submission]):
    list_display = ("challenge", "author", "attempt", "status", "submitted_at", "score")
    list_filter = ("status", "challenge__goal__category")
    search_fields = ("challenge__title", "author__email", "author__username")
    autocomplete_fields = ("challenge", "author")
    list_select_related = ("challenge", "author")
    date_hierarchy = "saved_at"
    # Statuses and scores follow from the rules; the lifecycle is their only writer.
    readonly_fields = ("status", "submitted_at", "settled_at", "score", "score_error")
