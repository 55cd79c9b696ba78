"""A goal that others can see may be reported."""

from django.utils.translation import gettext_lazy as _

from accounts.reportables import Reportable, register
from goals.models import Goal

register(
    Reportable(
        kind="goal",
        label=_("a goal"),
        model=Goal,
        open_to=lambda user: Goal.objects.visible_to(user).exclude(owner=user),
        person_id=lambda goal: goal.owner_id,
        title=lambda goal: goal.title,
        words=lambda goal: f"{goal.title}\n\n{goal.description}".strip(),
        path=lambda goal: goal.get_absolute_url(),
    )
)
