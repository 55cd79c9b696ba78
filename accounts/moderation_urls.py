"""Reports and what comes of them, for learners and for moderators."""

from django.urls import path

from accounts import moderation_views as views

app_name = "moderation"

urlpatterns = [
    path("report/<slug:kind>/<int:pk>/", views.report, name="report"),
    path("reports/", views.yours, name="yours"),
    path("reports/<int:pk>/", views.one, name="one"),
    path("moderation/", views.queue, name="queue"),
    path("moderation/suspended/", views.suspended, name="suspended"),
    path("moderation/suspended/<int:pk>/lift/", views.lift, name="lift"),
    path("moderation/<int:pk>/", views.case, name="case"),
    path("moderation/<int:pk>/claim/", views.claim, name="claim"),
    path("moderation/<int:pk>/release/", views.release, name="release"),
    path("moderation/<int:pk>/decide/", views.decide, name="decide"),
    path("moderation/<int:pk>/undo/", views.undo, name="undo"),
]
