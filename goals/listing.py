"""Which goals a list shows, and in which order: one rule for the page and the API."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from goals.models import Category, Goal, GoalQuerySet

SORTS = {
    "-created_at": _("Newest first"),
    "created_at": _("Oldest first"),
    "target_date": _("Soonest target"),
    "-target_date": _("Latest target"),
    "title": _("By title"),
}
NEWEST = "-created_at"


def chosen(
    goals: GoalQuerySet,
    *,
    words: str = "",
    status: str = "",
    category: str = "",
    tag: str = "",
    sort: str = NEWEST,
) -> GoalQuerySet:
    """Return those of `goals` that fit; what is empty or unknown lets all pass."""
    if status in Goal.Status.values:
        goals = goals.filter(status=status)
    if category in Category.values:
        goals = goals.filter(category=category)
    if tag.strip():
        goals = goals.tagged(tag)
    field = (sort if sort in SORTS else NEWEST).lstrip("-")
    by = F(field).desc(nulls_last=True) if sort.startswith("-") else F(field).asc(nulls_last=True)
    if sort not in SORTS:
        by = F("created_at").desc()
    return goals.matching(words).order_by(by, "-pk")
