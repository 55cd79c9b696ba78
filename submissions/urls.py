from django.urls import path

from submissions import views

app_name = "submissions"

urlpatterns = [
    path("challenges/<int:challenge_pk>/hint/", views.hint, name="hint"),
    path("challenges/<int:challenge_pk>/work/", views.work, name="work"),
    path("challenges/<int:challenge_pk>/work/save/", views.save, name="save"),
    path("challenges/<int:challenge_pk>/work/preview/", views.preview, name="preview"),
    path("challenges/<int:challenge_pk>/attempts/", views.attempts, name="attempts"),
    path("submissions/<int:pk>/discard/", views.discard, name="discard"),
]
