from django.urls import path

from ai import views

app_name = "ai"

urlpatterns = [
    path("coach/explain/", views.explain, name="explain"),
    path("coach/explanations/<int:pk>/", views.explanation, name="explanation"),
    path("coach/explanations/<int:pk>/retry/", views.retry, name="retry_explanation"),
    path("coach/sent/", views.sent, name="sent"),
]
