"""The site's addresses as they are where the keys of Google and GitHub are set."""

from django.urls import include, path

from accounts.urls import github, google, providers
from learnquest.urls import urlpatterns as usual

urlpatterns = [
    *usual,
    path("accounts/", include([*providers, *google.urlpatterns, *github.urlpatterns])),
]
