from django.urls import path

from challenges import plan_views, views

app_name = "challenges"

urlpatterns = [
    path("goals/<int:goal_pk>/challenges/new/", views.create, name="create"),
    path("challenges/<int:pk>/", views.detail, name="detail"),
    path("challenges/<int:pk>/edit/", views.edit, name="edit"),
    path("challenges/<int:pk>/skip/", views.skip, name="skip"),
    path("challenges/<int:pk>/resume/", views.resume, name="resume"),
    path("challenges/<int:pk>/delete/", views.delete, name="delete"),
    path("goals/<int:goal_pk>/plan/", plan_views.request_plan, name="request_plan"),
    path("plans/<int:pk>/", plan_views.plan, name="plan"),
    path("plans/<int:pk>/retry/", plan_views.retry, name="retry_plan"),
    path("plans/<int:pk>/accept/", plan_views.accept_all, name="accept_all"),
    path("proposals/<int:pk>/edit/", plan_views.edit, name="edit_proposal"),
    path("proposals/<int:pk>/vary/", plan_views.vary, name="vary_proposal"),
    path("proposals/<int:pk>/accept/", plan_views.accept, name="accept_proposal"),
    path("proposals/<int:pk>/drop/", plan_views.drop, name="drop_proposal"),
    path("proposals/<int:pk>/restore/", plan_views.restore, name="restore_proposal"),
]
