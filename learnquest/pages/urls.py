from django.urls import path

from learnquest.pages import (
    api_docs,
    board,
    calendar,
    dashboard,
    front,
    goal,
    inbox,
    people,
    replan,
)

app_name = "pages"

urlpatterns = [
    path("", front.home, name="home"),
    path("today/", dashboard.today, name="dashboard"),
    path("goals/<int:pk>/", goal.goal, name="goal"),
    path("goals/<int:pk>/replan/", replan.replan, name="replan"),
    path("goals/shared/<str:key>/", goal.shared_goal, name="shared_goal"),
    path(
        "goals/shared/<str:key>/challenges/<int:pk>/",
        goal.shared_challenge,
        name="shared_challenge",
    ),
    path("calendar/", calendar.calendar_page, name="calendar"),
    path("calendar/new-address/", calendar.renew, name="renew_calendar"),
    path("calendar/close/", calendar.close, name="close_calendar"),
    path("calendar/<str:token>.ics", calendar.feed, name="calendar_feed"),
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
