from django.urls import path

from submissions import attachment_views, history_views, views

app_name = "submissions"

urlpatterns = [
    path("challenges/<int:challenge_pk>/hint/", views.hint, name="hint"),
    path("challenges/<int:challenge_pk>/work/", views.work, name="work"),
    path("challenges/<int:challenge_pk>/work/save/", views.save, name="save"),
    path("challenges/<int:challenge_pk>/work/preview/", views.preview, name="preview"),
    path("challenges/<int:challenge_pk>/work/attach/", attachment_views.attach, name="attach"),
    path("challenges/<int:challenge_pk>/work/history/", history_views.history, name="history"),
    path("challenges/<int:challenge_pk>/attempts/", views.attempts, name="attempts"),
    path("submissions/<int:pk>/discard/", views.discard, name="discard"),
    path("submissions/<int:pk>/changes/", history_views.changes, name="changes"),
    path("revisions/<int:pk>/", history_views.revision, name="revision"),
    path("revisions/<int:pk>/bring-back/", history_views.bring_back, name="bring_back"),
    path("attachments/<int:pk>/", attachment_views.attachment, name="attachment"),
    path("attachments/<int:pk>/remove/", attachment_views.remove, name="remove"),
]
