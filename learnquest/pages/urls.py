from django.urls import path

from learnquest.pages import activity, api_docs, board, dashboard, front, goal, inbox, people

app_name = "pages"

urlpatterns = [
    path("", front.home, name="home"),
    path("today/", dashboard.today, name="dashboard"),
    path("activity/", activity.timeline, name="activity"),
    path("goals/<int:pk>/", goal.goal, name="goal"),
    path("people/<str:username>/", people.profile, name="profile"),
    path("settings/", people.settings_page, name="settings"),
    path("theme/", people.theme, name="theme"),
    path("leaderboard/", board.board, name="board"),
    path("points/", front.points_page, name="points"),
    path("notifications/", inbox.notifications, name="notifications"),
    path("notifications/read/", inbox.read_all, name="read_all"),
    path("notifications/<int:pk>/", inbox.open_one, name="open_notification"),
    path("api/docs", api_docs.docs, name="api_docs"),
    path("design/", front.gallery, name="gallery"),
]
