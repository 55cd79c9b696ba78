"""What an archived goal refuses: it is kept as it was until it is brought back."""

from django.utils.translation import gettext as _

from goals.models import Goal
from learnquest.core.errors import Conflict


def refuse_archived(goal: Goal) -> None:
    """Raise Conflict when `goal` is archived."""
    if goal.status == Goal.Status.ARCHIVED:
        raise Conflict(_("This goal is archived. Resume it first."))
