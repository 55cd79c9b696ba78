"""Tags of which pages are made; built in, so that no template loads them."""

import re
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from accounts import pictures
from accounts.models import User
from challenges.rubrics import Rubric
from leaderboard import badge_art as badges_drawn
from leaderboard.activity import Activity
from leaderboard.badge_list import Badge
from learnquest.core.identicon import figure
from learnquest.core.markdown import render as render_markdown

register = template.Library()

TONES = {
    "todo": "",
    "doing": "info",
    "draft": "",
    "handed_in": "info",
    "submitted": "info",
    "claimed": "info",
    "pending": "info",
    "ready": "good",
    "accepted": "good",
    "completed": "good",
    "active": "good",
    "returned": "warn",
    "paused": "warn",
    "expired": "warn",
    "failed": "bad",
}
# With what they mean where a rubric does not say it in its own words.
LEVELS = (
    (0, _l("Missing"), _l("Not there.")),
    (25, _l("Weak"), _l("A beginning, and most is missing.")),
    (50, _l("Fair"), _l("Half of it is there; you have to guess the rest.")),
    (75, _l("Good"), _l("It is there, with small gaps.")),
    (100, _l("Excellent"), _l("Nothing is missing that you would ask for.")),
)


@register.filter
def code_words(text: str) -> SafeString:
    """Show what stands between backticks as code, and all else as it is, escaped."""
    marked = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", conditional_escape(text))
    return mark_safe(marked)  # noqa: S308 - escaped just now


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """Draw one of our icons; the words beside it say what it means."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra,
        static("img/icons.svg"),
        name,
    )


@register.filter
def markdown(text: str) -> SafeString:
    """Show what a learner wrote, as safe HTML."""
    return render_markdown(text)


@register.filter
def is_last(counter: int, rows: list[Any]) -> bool:
    """Whether the loop's `counter`, from 1, stands at the last of `rows`."""
    return counter == len(rows)


@register.inclusion_tag("components/pill.html")
def pill(text: Any, status: str = "", icon: str = "") -> dict[str, Any]:
    """Show a status; its tone follows from its value."""
    return {"text": text, "tone": TONES.get(status, status), "icon": icon}


@register.inclusion_tag("components/progress.html")
def progress_bar(percent: Any, label: Any = "", note: Any = "") -> dict[str, Any]:
    """Show how far something is, from 0 to 100."""
    return {"percent": round(float(percent)), "label": label or _("Progress"), "note": note}


@register.inclusion_tag("components/difficulty.html")
def difficulty(value: int) -> dict[str, Any]:
    """Show a difficulty from 1 to 5 as dots, and in words for those who do not see them."""
    return {"dots": [number <= value for number in range(1, 6)], "value": value}


@register.inclusion_tag("components/avatar.html", takes_context=True)
def avatar(context: template.Context, whose: Any, big: bool = False) -> dict[str, Any]:
    """Show a person's picture where the reader may see it, else the figure drawn for them.

    A person's figure comes from their id: it stays when they change their name, and tells nobody
    a username that is private. Anything else than a person is the seed itself.
    """
    picture = ""
    if isinstance(whose, User):
        request = context.get("request")
        viewer = getattr(request, "user", None)
        if whose.avatar and isinstance(viewer, User) and pictures.may_see_picture(whose, viewer):
            picture = pictures.file_name(whose)
        whose = whose.pk
    return {"picture": picture, "figure": figure(whose), "mirror": (1, -1), "big": big}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: Any, text: Any = "", icon: str = "spark", action: Any = "", href: str = ""
) -> dict[str, Any]:
    """Say that there is nothing yet, and what to do about it."""
    return {"title": title, "text": text, "icon": icon, "action": action, "href": href}


@register.inclusion_tag("components/alert.html")
def alert(text: Any, tone: str = "info") -> dict[str, Any]:
    """Say something that matters now."""
    return {"text": text, "tone": tone}


@register.inclusion_tag("components/stat.html")
def stat(number: Any, label: Any, icon: str = "") -> dict[str, Any]:
    """Show a figure with what it counts."""
    return {"number": number, "label": label, "icon": icon}


@register.inclusion_tag("components/rubric.html")
def rubric(criteria: Rubric) -> dict[str, Any]:
    """Show how work is judged."""
    return {"criteria": criteria}


@register.inclusion_tag("components/rubric_scores.html")
def rubric_scores(
    criteria: Rubric, scores: dict[str, int] | list[dict[str, Any]], comments: Any = None
) -> dict[str, Any]:
    """Show a grader's scores: a mapping with comments beside it, or the coach's list."""
    if isinstance(scores, list):
        comments = {row["key"]: row["comment"] for row in scores}
        scores = {row["key"]: row["score"] for row in scores}
    comments = comments or {}
    rows = [(c, scores.get(c.key), comments.get(c.key, "")) for c in criteria]
    return {"rows": rows}


@register.inclusion_tag("components/rubric_form.html")
def rubric_form(
    criteria: Rubric, scores: dict[str, Any], comments: dict[str, str], errors: Any = None
) -> dict[str, Any]:
    """Ask a reviewer for a level and a comment on each criterion."""
    errors = errors or {}
    rows = []
    names = {score: name for score, name, _meaning in LEVELS}
    for criterion in criteria:
        texts = {level.score: level.text for level in criterion.levels}
        levels = [
            (score, name, texts.get(score, ""), scores.get(criterion.key) == score)
            for score, name, _meaning in LEVELS
        ]
        wrong = [
            *errors.get(f"score_{criterion.key}", []),
            *errors.get(f"comment_{criterion.key}", []),
        ]
        own_words = [
            (names.get(level.score, level.score), level.text) for level in criterion.levels
        ]
        rows.append((criterion, levels, own_words, comments.get(criterion.key, ""), wrong))
    usual = [(name, meaning) for _score, name, meaning in reversed(LEVELS)]
    return {"rows": rows, "usual": usual if any(not row[2] for row in rows) else []}


@register.inclusion_tag("components/badge.html")
def badge(badge: Badge, awarded_at: Any = None, todo: bool = False) -> dict[str, Any]:
    """Show a badge, which leads to its page; `todo` shows one that is still to be earned."""
    is_veiled = todo and badge.is_secret
    return {"badge": badge, "awarded_at": awarded_at, "todo": todo, "is_veiled": is_veiled}


@register.simple_tag
def badge_art(badge: Badge, is_veiled: bool = False) -> SafeString:
    """Draw a badge; the words beside it say what it is."""
    return badges_drawn.draw(badge, is_veiled=is_veiled)


@register.inclusion_tag("components/heatmap.html")
def heatmap(activity: Activity) -> dict[str, Any]:
    """Show a year of days, the weeks as columns, with its sum in words."""
    step = 14
    squares = [
        (column * step, 14 + row * step, day)
        for column, week in enumerate(activity.weeks)
        for row, day in enumerate(week.days)
    ]
    months = [
        (column * step, week.month)
        for column, week in enumerate(activity.weeks)
        # The last column is too narrow for a name that begins in it.
        if week.month and column < len(activity.weeks) - 1
    ]
    summary = _("%(things)s on %(days)s in a year") % {
        "things": ngettext("%(n)d thing done", "%(n)d things done", activity.count)
        % {"n": activity.count},
        "days": ngettext("%(n)d day", "%(n)d days", activity.active_days)
        % {"n": activity.active_days},
    }
    return {
        "activity": activity,
        "squares": squares,
        "months": months,
        "summary": summary,
        "width": len(activity.weeks) * step - 3,
    }


@register.inclusion_tag("components/coach_label.html")
def coach_label(is_offline: bool, model: str = "") -> dict[str, Any]:
    """Say who speaks: the offline coach, or a model by its name."""
    return {"is_offline": is_offline, "model": model}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Link to the pages before and after, keeping the rest of the address."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    links = {}
    for name, there in (("previous", page.has_previous()), ("next", page.has_next())):
        if there:
            number = page.previous_page_number() if name == "previous" else page.next_page_number()
            query["page"] = str(number)
            links[name] = f"?{query.urlencode()}"
    return {"page": page, **links}


@register.inclusion_tag("components/post_button.html", takes_context=True)
def post_button(context: template.Context, action: str, text: Any, **how: Any) -> dict[str, Any]:
    """A form with one button: `kind`, `icon`, `small`, `confirm`, `name` and `value`, `target`.

    With `target` htmx swaps that element for the answer; without scripts the page goes on.
    """
    return {"action": action, "text": text, "csrf_token": context.get("csrf_token"), **how}
