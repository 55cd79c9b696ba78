"""The leaderboard: a period, a field or all of them, and always one's own row."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from goals.models import Category
from leaderboard import ranking
from leaderboard.points import Period
from learnquest.core.http import LearnerRequest

PERIODS = {
    Period.WEEK: _("This week"),
    Period.MONTH: _("This month"),
    Period.ALL: _("All time"),
}


@require_GET
def board(request: LearnerRequest) -> HttpResponse:
    """One page of a board; what an address asks for that does not exist falls back to the whole."""
    asked = request.GET.get("period", "")
    period = Period(asked) if asked in list(Period) else Period.WEEK
    category = request.GET.get("category", "")
    if category not in Category.values:
        category = ""
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1
    table = ranking.board(viewer=request.user, category=category, period=period, page=page)
    context = {
        "board": table,
        "am_listed": any(place.is_me for place in table.places),
        "period": period,
        "category": category,
        "categories": Category.choices,
        "tabs": [
            (_link(period=value, category=category), label, value == period)
            for value, label in PERIODS.items()
        ],
        "previous": _link(period=period, category=category, page=table.page - 1),
        "next": _link(period=period, category=category, page=table.page + 1),
    }
    template = "leaderboard/board.html#board" if request.htmx else "leaderboard/board.html"
    return render(request, template, context)


def _link(**query: object) -> str:
    return "?" + urlencode({name: value for name, value in query.items() if value})
