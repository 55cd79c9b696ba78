"""My goals: one box that searches goals and challenges, filters, and how far each goal is."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.models import Challenge
from goals import progress_log, tags
from goals.listing import NEWEST, SORTS, chosen
from goals.models import Category, Goal
from learnquest.core.http import LearnerRequest

PAGE_SIZE = 20
CHALLENGES_SHOWN = 10
LONGEST_SEARCH = 100


@require_safe
def goal_list(request: LearnerRequest) -> HttpResponse:
    """My goals; the archived ones only when asked for or found by a search."""
    asked = {name: request.GET.get(name, "") for name in ("status", "category", "tag", "sort")}
    words = request.GET.get("q", "")[:LONGEST_SEARCH].strip()
    mine = Goal.objects.owned_by(request.user)
    counts = mine.aggregate(
        **{value: Count("pk", filter=Q(status=value)) for value in Goal.Status.values}
    )
    goals = chosen(mine, words=words, **asked)
    is_filtered = bool(words or asked["tag"] or asked["category"])
    if asked["status"] not in Goal.Status.values:
        asked["status"] = ""
        if not is_filtered:
            goals = goals.exclude(status=Goal.Status.ARCHIVED)
    page = Paginator(goals, PAGE_SIZE).get_page(request.GET.get("page"))
    percents = progress_log.percents_of(page.object_list)
    found = _challenges(request, words)
    context = {
        "page": page,
        "goals": [(goal, percents[goal.pk]) for goal in page],
        "found": found[:CHALLENGES_SHOWN],
        "is_more": len(found) > CHALLENGES_SHOWN,
        "words": words,
        "asked": asked,
        "is_filtered": is_filtered,
        "statuses": [(value, label, counts[value]) for value, label in Goal.Status.choices],
        "categories": Category.choices,
        "sorts": SORTS.items(),
        "sort": asked["sort"] if asked["sort"] in SORTS else NEWEST,
        "tags": tags.mine(request.user),
        "has_goals": any(counts.values()),
    }
    return render(request, "goals/list.html", context)


def _challenges(request: LearnerRequest, words: str) -> list[Challenge]:
    if not words:
        return []
    mine = Challenge.objects.owned_by(request.user).matching(words)
    found = mine.select_related("goal").order_by("-goal__created_at", "position")
    return list(found[: CHALLENGES_SHOWN + 1])
