from django.urls import path

from reviews import (
    after_views,
    desk_views,
    fairness_views,
    similar_views,
    standing_views,
    views,
    waiting_views,
    work_views,
)

app_name = "reviews"

urlpatterns = [
    path("challenges/<int:challenge_pk>/hand-in/", views.hand_in, name="hand_in"),
    path("submissions/<int:pk>/", views.submission, name="submission"),
    path("submissions/<int:pk>/feedback/retry/", views.retry_feedback, name="retry_feedback"),
    path("submissions/<int:pk>/feedback/rate/", views.rate_feedback, name="rate_feedback"),
    path("submissions/<int:pk>/feedback/wrong/", views.report_feedback, name="report_feedback"),
    path("submissions/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("reviews/", desk_views.queue, name="queue"),
    path("reviews/standing/", standing_views.standing, name="standing"),
    path("reviews/next/", desk_views.claim, name="next"),
    path("reviews/practise/", desk_views.practise, name="practise"),
    path("reviews/<int:pk>/", desk_views.desk, name="desk"),
    path("reviews/<int:pk>/changes/", work_views.changes, name="changes"),
    path("reviews/<int:pk>/attachments/<int:number>/", work_views.attachment, name="attachment"),
    path("reviews/<int:pk>/save/", desk_views.save, name="save"),
    path("reviews/<int:pk>/check/", desk_views.check, name="check"),
    path("reviews/<int:pk>/send/", desk_views.send, name="send"),
    path("reviews/<int:pk>/release/", desk_views.release, name="release"),
    path("reviews/<int:pk>/renew/", desk_views.renew, name="renew"),
    path("reviews/<int:pk>/addressed/", standing_views.mark_addressed, name="addressed"),
    path("reviews/<int:pk>/helpful/", views.mark_helpful, name="helpful"),
    path("reviews/<int:pk>/names/", after_views.names, name="names"),
    path("reviews/<int:pk>/thanks/", after_views.thanks, name="thanks"),
    path("reviews/<int:pk>/answers/", after_views.answer, name="answer"),
    path("submissions/<int:pk>/appeal/", after_views.appeal, name="appeal"),
    path("moderation/appeals/", after_views.appeal_list, name="appeals"),
    path("moderation/appeals/<int:pk>/", after_views.appeal_case, name="appeal_case"),
    path("moderation/appeals/<int:pk>/decide/", after_views.decide_appeal, name="decide_appeal"),
    path("moderation/similar/", similar_views.flags, name="similar_list"),
    path("moderation/similar/<int:pk>/", similar_views.similar, name="similar"),
    path("moderation/similar/<int:pk>/decide/", similar_views.decide, name="decide_similar"),
    path(
        "moderation/copies/<int:pk>/take-back/", similar_views.take_back, name="take_back_similar"
    ),
    path("moderation/waiting/", waiting_views.works, name="waiting_list"),
    path("moderation/waiting/<int:pk>/", waiting_views.work, name="waiting"),
    path("moderation/waiting/<int:pk>/decide/", waiting_views.decide, name="decide_waiting"),
    path("moderation/notes/<int:pk>/read/", waiting_views.mark_note_read, name="note_read"),
    path("moderation/notes/<int:pk>/unread/", waiting_views.mark_note_unread, name="note_unread"),
    path("moderation/fairness/", fairness_views.page, name="fairness"),
    path("moderation/fairness.csv", fairness_views.table, name="fairness_table"),
]
