from django.urls import path

from learnquest.pages import (
    api_docs,
    board,
    dashboard,
    front,
    goal,
    inbox,
    people,
    unsubscribe,
    your_data,
    your_settings,
)

app_name = "pages"

urlpatterns = [
    path("", front.home, name="home"),
    path("today/", dashboard.today, name="dashboard"),
    path("goals/<int:pk>/", goal.goal, name="goal"),
    path("people/<str:username>/", people.profile, name="profile"),
    path("avatars/<str:name>", people.avatar, name="avatar"),
    path("settings/", your_settings.profile, name="settings"),
    path("settings/picture/", your_settings.set_picture, name="set_picture"),
    path("settings/picture/remove/", your_settings.remove_picture, name="remove_picture"),
    path("settings/privacy/", your_settings.privacy, name="privacy"),
    path("settings/mail/", your_settings.mail, name="mail"),
    path("settings/data/", your_data.data, name="data"),
    path("settings/data/export/", your_data.request_export, name="request_export"),
    path("settings/data/<int:pk>/", your_data.download_export, name="download_export"),
    path("settings/delete/", your_data.delete_account, name="delete_account"),
    path("settings/leaving/", your_data.leaving_page, name="leaving"),
    path("settings/leaving/keep/", your_data.keep_account, name="keep_account"),
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
