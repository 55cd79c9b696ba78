from django.urls import path

from learnquest.pages import api_docs, board, dashboard, front, goal, inbox, people, unsubscribe

app_name = "pages"

urlpatterns = [
    path("", front.home, name="home"),
    path("today/", dashboard.today, name="dashboard"),
    path("goals/<int:pk>/", goal.goal, name="goal"),
    path("people/<str:username>/", people.profile, name="profile"),
    path("settings/", people.settings_page, name="settings"),
    path("theme/", people.theme, name="theme"),
    path("leaderboard/", board.board, name="board"),
    path("points/", front.points_page, name="points"),
    path("notifications/", inbox.notifications, name="notifications"),
    path("notifications/read/", inbox.read_all, name="read_all"),
    path("notifications/<int:pk>/", inbox.open_one, name="open_notification"),
    path("unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="unsubscribe"),
    path("api/docs", api_docs.docs, name="api_docs"),
    path("design/", front.gallery, name="gallery"),
]
