"""What a reviewer is told when no work waits for them and they have had all practice, too.

A known work never comes a second time to who has sent it: a review is once for each work and
reviewer, and what they gave it measures them. So there is an end, and it has to lead on.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from accounts.models import User
from goals.models import Goal


@dataclass(frozen=True)
class NothingLeft:
    """Why there is nothing, and whether the reviewer may be asked when work waits again."""

    invitations: Literal["on", "off", "no_goals"]

    @property
    def why(self) -> str:
        return _("No work waits for you, and you have had all works that there are for practice.")

    @property
    def told(self) -> str:
        """How they hear of new work; `reviews.invitations` decides whom it asks."""
        if self.invitations == "off":
            return _("You chose not to be asked when work waits, so nobody tells you of it.")
        if self.invitations == "no_goals":
            return _("Who has a goal in the field of what waits may be asked; you have no goal.")
        return _(
            "When work has waited for hours in a field of your goals, we may ask you by mail and "
            "in your inbox, at most once a day."
        )


def of(user: User) -> NothingLeft:
    """Return what to tell `user`, for whom nothing waits and nothing is left to practise on."""
    if not user.wants_review_invitations:
        return NothingLeft("off")
    return NothingLeft("on" if Goal.objects.owned_by(user).exists() else "no_goals")
