from django.urls import path

from challenges import arrange_views, plan_views, quest_views, replan_views, views

app_name = "challenges"

urlpatterns = [
    path("goals/<int:goal_pk>/challenges/new/", views.create, name="create"),
    path("challenges/<int:pk>/", views.detail, name="detail"),
    path("challenges/<int:pk>/edit/", views.edit, name="edit"),
    path("challenges/<int:pk>/duplicate/", views.duplicate, name="duplicate"),
    path("challenges/<int:pk>/shift/", arrange_views.shift, name="shift"),
    path("challenges/<int:pk>/place/", arrange_views.place, name="place"),
    path("goals/<int:goal_pk>/arrange/", arrange_views.arrange, name="arrange"),
    path("goals/<int:goal_pk>/arrange/many/", arrange_views.many, name="many"),
    path("challenges/<int:pk>/skip/", views.skip, name="skip"),
    path("challenges/<int:pk>/resume/", views.resume, name="resume"),
    path("challenges/<int:pk>/delete/", views.delete, name="delete"),
    path("goals/<int:goal_pk>/plan/", plan_views.request_plan, name="request_plan"),
    path("plans/<int:pk>/", plan_views.plan, name="plan"),
    path("plans/<int:pk>/retry/", plan_views.retry, name="retry_plan"),
    path("plans/<int:pk>/accept/", plan_views.accept_all, name="accept_all"),
    path("goals/<int:goal_pk>/replan/coach/", replan_views.request_replan, name="request_replan"),
    path("replans/<int:pk>/", replan_views.replan, name="replan"),
    path("replans/<int:pk>/retry/", replan_views.retry, name="retry_replan"),
    path("replans/<int:pk>/take/", replan_views.take, name="take_replan"),
    path("replans/lines/<int:pk>/take/", replan_views.take_line, name="take_line"),
    path("replans/lines/<int:pk>/leave/", replan_views.leave_line, name="leave_line"),
    path("replans/lines/<int:pk>/restore/", replan_views.restore_line, name="restore_line"),
    path("quests/", quest_views.catalogue_page, name="quests"),
    path("quests/mine/", quest_views.mine, name="my_quests"),
    path("quests/<int:pk>/", quest_views.quest, name="quest"),
    path("quests/<int:pk>/start/", quest_views.start, name="start_quest"),
    path("quests/<int:pk>/unpublish/", quest_views.unpublish, name="unpublish_quest"),
    path("goals/<int:goal_pk>/publish/", quest_views.publish, name="publish_quest"),
    path("proposals/<int:pk>/edit/", plan_views.edit, name="edit_proposal"),
    path("proposals/<int:pk>/vary/", plan_views.vary, name="vary_proposal"),
    path("proposals/<int:pk>/accept/", plan_views.accept, name="accept_proposal"),
    path("proposals/<int:pk>/drop/", plan_views.drop, name="drop_proposal"),
    path("proposals/<int:pk>/restore/", plan_views.restore, name="restore_proposal"),
]
