"""Signing in and all that belongs to it: allauth's addresses, and ours in place of some."""

from typing import Any

from allauth.mfa.webauthn.views import login_webauthn
from allauth.socialaccount.providers.github import urls as github
from allauth.socialaccount.providers.google import urls as google
from allauth.socialaccount.views import login_error
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic.base import RedirectView

from accounts import views

# One page shows what allauth spreads over several; who is sent to those lands there.
to_security = RedirectView.as_view(pattern_name="security")

urlpatterns: list[Any] = [
    path("security/", views.security, name="security"),
    path("sessions/<int:pk>/end/", views.end_browser, name="end_browser"),
    path("sessions/apps/<uuid:family>/end/", views.end_app, name="end_app"),
    path("sessions/end/", views.end_everywhere, name="end_everywhere"),
    path("2fa/", to_security, name="mfa_index"),
    path("2fa/webauthn/", to_security, name="mfa_list_webauthn"),
    path("2fa/webauthn/login/", login_not_required(login_webauthn), name="mfa_login_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("", include("allauth.account.urls")),
]

providers: list[Any] = [
    path(
        "3rdparty/login/error/", login_not_required(login_error), name="socialaccount_login_error"
    ),
    path("3rdparty/", include("allauth.socialaccount.urls")),
]
for name, patterns in (("google", google.urlpatterns), ("github", github.urlpatterns)):
    if name in settings.SOCIALACCOUNT_PROVIDERS:
        providers += patterns
if settings.SOCIALACCOUNT_PROVIDERS:
    urlpatterns += providers
