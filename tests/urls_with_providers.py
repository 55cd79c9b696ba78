"""The site's addresses as they are where the keys of Google and GitHub are set."""

from allauth.socialaccount.providers.github import urls as github
from allauth.socialaccount.providers.google import urls as google
from django.urls import include, path

from accounts.urls import providers
from learnquest.urls import urlpatterns as usual

urlpatterns = [
    *usual,
    path("accounts/", include([*providers, *google.urlpatterns, *github.urlpatterns])),
]
