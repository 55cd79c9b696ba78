"""All addresses of the site. Everything is private unless its view says otherwise."""

from django.contrib import admin
from django.urls import include, path

from learnquest.api import api
from learnquest.pages import health

urlpatterns = [
    path("", include("learnquest.pages.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("goals.urls")),
    path("", include("challenges.urls")),
    path("", include("ai.urls")),
    path("", include("submissions.urls")),
    path("", include("reviews.urls")),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
