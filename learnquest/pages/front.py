"""Pages that everybody may open: the start page, the rules of points, the pieces of the look."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from challenges.rubrics import Criterion, Level, default_rubric, parse_rubric
from goals.forms import GoalForm
from goals.models import Category
from leaderboard import badges, fair_play, points
from leaderboard.activity import WEEKS, Activity, calendar
from leaderboard.models import PointEntry
from leaderboard.rules import RULES, SHARE_BEYOND, SHARES, WORK_BY_DIFFICULTY
from reviews.outcome import PASS_MARK

LEDGER_LINES = 25
BADGES_SHOWN = 6
# One of each family.
SAMPLES = (
    "first-step", "practice", "craft", "pillar", "compass", "streak-30", "summit",
)  # fmt: skip


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What LearnQuest is; who is signed in goes on to their own page."""
    if request.user.is_authenticated:
        return redirect("pages:dashboard")
    return render(request, "pages/home.html", {"categories": Category.choices[:-1]})


@login_not_required
@require_safe
def points_page(request: HttpRequest) -> HttpResponse:
    """How points work; and for a learner their level, badges and ledger."""
    context = {
        "rules": RULES,
        "work": WORK_BY_DIFFICULTY,
        "whole_a_day": SHARES.count(100),
        "further_a_day": [share for share in SHARES if share < 100],
        "beyond": SHARE_BEYOND,
        "accepted": PointEntry.Reason.WORK_ACCEPTED,
        "pass_mark": round(PASS_MARK),
        "practice_most": points.REVIEW_GIVEN + points.REVIEW_QUALITY_MOST,
        "badges": [(badge, None) for badge in badges.BADGES[:BADGES_SHOWN]],
    }
    if request.user.is_authenticated:
        xp = points.effort(request.user)
        level, since, until = points.level_of(xp)
        entries = PointEntry.objects.visible_to(request.user).order_by("-occurred_at", "-pk")
        context |= {
            "badges": [(badge, award.awarded_at) for badge, award in badges.of(request.user)],
            "xp": xp,
            "held_points": fair_play.waiting_of(request.user),
            "level": level,
            "level_percent": round(100 * (xp - since) / (until - since)),
            "xp_left": until - xp,
            "page": Paginator(entries, LEDGER_LINES).get_page(request.GET.get("page")),
        }
    return render(request, "pages/points.html", context)


@login_not_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every piece of which pages are made, on one page."""
    rubric = parse_rubric(default_rubric())
    bound = GoalForm({"title": "", "category": "music", "level": "beginner"})
    bound.is_valid()
    levels = [Level(score=0, text=_("Not there")), Level(score=100, text=_("All there, and clear"))]
    context = {
        "rubric": [*rubric[:2], Criterion(**{**rubric[2].model_dump(), "levels": levels})],
        "scores": {"complete": 75, "correct": 100, "clear": 50},
        "comments": {"complete": _("Every part of the task has an answer.")},
        "form": GoalForm(),
        "wrong_form": bound,
        "badges": [badges.BY_CODE[code] for code in SAMPLES],
        "activity": _sample_activity(),
        "page": Paginator(range(30), 10).get_page(2),
        "tabs": [
            ("#tabs", _("This week"), True),
            ("#tabs", _("This month"), False),
            ("#tabs", _("All time"), False),
        ],
        "toast": Message(messages.SUCCESS, _("A message after a deed stays until it is closed.")),
        "colours": [
            "paper", "surface", "sunken", "ink", "ink-soft", "line", "accent", "accent-wash",
            "sun", "sun-wash", "info", "info-wash", "bad", "bad-wash",
        ],
        "icons": [
            "home", "goal", "review", "board", "bell", "user", "gear", "out", "sun", "moon",
            "screen", "plus", "check", "close", "pencil", "trash", "clock", "calendar", "spark",
            "coach", "info", "warn", "lock", "globe", "arrow", "back", "flame", "trophy", "heart",
            "link", "steps", "skip", "redo", "list", "book", "eye", "key",
            "phone", "shield",
        ],
    }  # fmt: skip
    return render(request, "pages/gallery.html", context)


def _sample_activity() -> Activity:
    """A year in which somebody learned more and more."""
    last = timezone.localdate()
    first = last - timedelta(days=last.weekday(), weeks=WEEKS - 1)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    counts = {day: number * 7 % 11 * number // 600 for number, day in enumerate(days)}
    return calendar(counts, first=first, last=last)
