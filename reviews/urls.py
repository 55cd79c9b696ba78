from django.urls import path

from reviews import desk_views, views

app_name = "reviews"

urlpatterns = [
    path("challenges/<int:challenge_pk>/hand-in/", views.hand_in, name="hand_in"),
    path("submissions/<int:pk>/", views.submission, name="submission"),
    path("submissions/<int:pk>/feedback/retry/", views.retry_feedback, name="retry_feedback"),
    path("submissions/<int:pk>/feedback/rate/", views.rate_feedback, name="rate_feedback"),
    path("submissions/<int:pk>/feedback/wrong/", views.report_feedback, name="report_feedback"),
    path("reviews/", desk_views.queue, name="queue"),
    path("reviews/next/", desk_views.claim, name="next"),
    path("reviews/practise/", desk_views.practise, name="practise"),
    path("reviews/<int:pk>/", desk_views.desk, name="desk"),
    path("reviews/<int:pk>/save/", desk_views.save, name="save"),
    path("reviews/<int:pk>/check/", desk_views.check, name="check"),
    path("reviews/<int:pk>/send/", desk_views.send, name="send"),
    path("reviews/<int:pk>/release/", desk_views.release, name="release"),
    path("reviews/<int:pk>/renew/", desk_views.renew, name="renew"),
    path("reviews/<int:pk>/helpful/", views.mark_helpful, name="helpful"),
]
