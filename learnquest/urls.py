"""All addresses of the site. Everything is private unless its view says otherwise."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from accounts import staff
from goals import urls as goal_urls
from learnquest.api import api
from learnquest.pages import goals, health

# The list of goals finds challenges too, of which the goals app knows nothing.
goal_pages = [*goal_urls.urlpatterns, path("goals/", goals.goal_list, name="list")]

# Into the administration as into the site: with the second step, and within its limits.
admin.site.login = staff.led_to_factor(secure_admin_login(admin.site.login))  # type: ignore[method-assign,assignment]
admin.site.has_permission = staff.may_administer  # type: ignore[method-assign]
admin.site.site_header = _("LearnQuest administration")
admin.site.site_title = "LearnQuest"

urlpatterns = [
    path("", include("learnquest.pages.urls")),
    path("accounts/", include("accounts.urls")),
    path("", include("accounts.moderation_urls")),
    path("", include((goal_pages, goal_urls.app_name))),
    path("", include("challenges.urls")),
    path("", include("ai.urls")),
    path("", include("leaderboard.badge_urls")),
    path("", include("leaderboard.league_urls")),
    path("", include("submissions.urls")),
    path("", include("reviews.urls")),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
