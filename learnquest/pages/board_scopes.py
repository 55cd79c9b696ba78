"""Whose points a board compares: everyone's, those in a field, or those of one's own league."""

from django.utils.translation import gettext as _

from accounts.models import User
from goals.models import Category
from leaderboard import seasons
from leaderboard.periods import EVERYONE, category_of, category_scope

# Nobody names a group: one's own is the only one that one can ask for.
LEAGUE = "league"


def scope_named(name: str, viewer: User) -> str | None:
    """Return the board that is called `everyone`, `category:music` or `league`.

    None for what there is not, such as the league of somebody without a group this week.
    """
    if name == LEAGUE:
        return seasons.scope_of(viewer)
    return name if name == EVERYONE or category_of(name) in Category.values else None


def choices(viewer: User) -> list[tuple[str, str]]:
    """Return the names of the boards that somebody can look at, each with its label."""
    league = [(LEAGUE, _("My league"))] if seasons.scope_of(viewer) else []
    fields = [(category_scope(value), str(label)) for value, label in Category.choices]
    return [(EVERYONE, _("Everyone")), *league, *fields]
