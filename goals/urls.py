from django.urls import path

from goals import views

app_name = "goals"

urlpatterns = [
    # The list of goals searches challenges too, so `learnquest.urls` adds it: "goals:list".
    path("goals/new/", views.create, name="create"),
    path("goals/<int:pk>/edit/", views.edit, name="edit"),
    path("goals/<int:pk>/status/", views.move, name="move"),
    path("goals/<int:pk>/delete/", views.delete, name="delete"),
    path("goals/<int:pk>/practice/", views.log_practice, name="practice"),
    path("goals/<int:pk>/milestones/new/", views.add_milestone, name="add_milestone"),
    path("milestones/<int:pk>/move/", views.move_milestone, name="move_milestone"),
    path("milestones/<int:pk>/edit/", views.edit_milestone, name="edit_milestone"),
    path("milestones/<int:pk>/complete/", views.complete_milestone, name="complete_milestone"),
    path("milestones/<int:pk>/reopen/", views.reopen_milestone, name="reopen_milestone"),
    path("milestones/<int:pk>/remove/", views.remove_milestone, name="remove_milestone"),
]
