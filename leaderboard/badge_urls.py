from django.urls import path

from leaderboard import badge_views

app_name = "badges"

urlpatterns = [
    path("badges/", badge_views.badge_list, name="list"),
    path("badges/issuer/", badge_views.issuer, name="issuer"),
    path("badges/keys/", badge_views.keys, name="keys"),
    path("badges/keys/<str:name>/", badge_views.key, name="key"),
    path("badges/<slug:code>.svg", badge_views.image, name="image"),
    path("badges/<slug:code>/", badge_views.badge, name="badge"),
    path("badges/<slug:code>/pin/", badge_views.pin, name="pin"),
    path("badges/<slug:code>/unpin/", badge_views.unpin, name="unpin"),
    path("badges/<slug:code>/credential/", badge_views.credential, name="credential"),
]
