from django.urls import path

from leaderboard import league_views

app_name = "leagues"

urlpatterns = [
    path("league/", league_views.mine, name="mine"),
    path("league/join/", league_views.join, name="join"),
    path("league/leave/", league_views.leave, name="leave"),
]
