"""The leaderboard: a scope, a period, one's own row and neighbours, and why it stands there."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from leaderboard import history, ranking, reasons
from leaderboard.charts import rank_chart
from leaderboard.periods import EVERYONE, Period
from leaderboard.rules import RULES
from learnquest.core.http import LearnerRequest
from learnquest.pages.board_scopes import LEAGUE, choices, scope_named

PERIODS = {
    Period.WEEK: _("This week"),
    Period.MONTH: _("This month"),
    Period.ALL: _("All time"),
}
ENTRIES_SHOWN = 25


@require_safe
def board(request: LearnerRequest) -> HttpResponse:
    """A page of a board; what an address asks for that does not exist falls back to the whole."""
    asked = _asked(request)
    text = request.GET.get("q", "")[:80]
    table = ranking.board(
        viewer=request.user,
        scope=asked["scope"],
        period=asked["period"],
        cursor=request.GET.get("cursor", "")[:80],
    )
    near_alone = request.user.sees_only_neighbours and "everybody" not in request.GET
    context = {
        **asked,
        "scopes": choices(request.user),
        "board": table,
        "places": table.near if near_alone else table.places,
        "near_alone": near_alone,
        "am_listed": any(place.is_me for place in table.places),
        "q": text,
        "found": ranking.search(
            text=text, viewer=request.user, scope=asked["scope"], period=asked["period"]
        ),
        "next": _link(asked, cursor=table.next, everybody=request.GET.get("everybody")),
        "previous": _link(asked, cursor=table.previous, everybody=request.GET.get("everybody")),
    }
    template = "leaderboard/board.html#board" if request.htmx else "leaderboard/board.html"
    return render(request, template, context)


@require_safe
def my_place(request: LearnerRequest) -> HttpResponse:
    """The learner's own row alone, which an open board asks for again and again."""
    asked = _asked(request)
    table = ranking.around(
        user=request.user, viewer=request.user, scope=asked["scope"], period=asked["period"]
    )
    template = "leaderboard/board.html#mine" if request.htmx else "leaderboard/my_place.html"
    return render(request, template, {**asked, "board": table})


@require_safe
def why(request: LearnerRequest) -> HttpResponse:
    """Why somebody stands where they do: each entry with its rule, and what would change it."""
    asked = _asked(request)
    table = ranking.around(
        user=request.user, viewer=request.user, scope=asked["scope"], period=asked["period"]
    )
    entries = reasons.entries(user=request.user, scope=asked["scope"], period=asked["period"])
    page = Paginator(entries, ENTRIES_SHOWN).get_page(request.GET.get("page"))
    context = {
        **asked,
        "board": table,
        "change": reasons.what_would_change(table),
        "rules": [rule for rule in RULES if rule.verified and rule.most],
        "page": page,
        "chart": rank_chart(history.of(user=request.user, scope=asked["scope"])),
    }
    return render(request, "leaderboard/why.html", context)


def _asked(request: LearnerRequest) -> dict[str, Any]:
    """Read the period and the scope of an address."""
    name = request.GET.get("period", "")
    period = Period(name) if name in list(Period) else Period.WEEK
    whose = request.GET.get("scope", EVERYONE)
    scope = scope_named(whose, request.user)
    asked = {
        "period": period,
        "whose": whose if scope else EVERYONE,
        "scope": scope or EVERYONE,
        "is_league": whose == LEAGUE and scope is not None,
    }
    return asked | {
        "here": _link(asked),
        "tabs": [
            (_link({**asked, "period": value}), label, value == period)
            for value, label in PERIODS.items()
        ],
    }


def _link(asked: dict[str, Any], **more: object) -> str:
    whose = asked["whose"] if asked["whose"] != EVERYONE else None
    query = {"period": asked["period"], "scope": whose, **more}
    return "?" + urlencode({name: value for name, value in query.items() if value})
