"""What there is to do next, each with its reason; the most pressing come first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Challenge
from goals.models import Goal

# What to go on with in a goal: what came back, what was begun, what is new.
ORDER = {Challenge.Status.RETURNED: 0, Challenge.Status.DOING: 1, Challenge.Status.TODO: 2}
SOON_DAYS = 3


@dataclass(frozen=True)
class Step:
    """One thing to do next. `kind` is a stable name, `url` the page on which it is done."""

    kind: str
    title: str
    why: str
    url: str
    icon: str
    verb: str
    # The smaller, the more pressing.
    rank: int


def choose(found: Iterable[Step], *, most: int) -> list[Step]:
    """Return the most pressing steps, the same kind of ranks in the order in which they came."""
    return sorted(found, key=lambda step: step.rank)[:most]


def finish_review(
    *, title: str, lease_until: datetime, is_practice: bool, url: str, now: datetime
) -> Step:
    """Go on with the review in one's hands; what is known to be practice presses nobody."""
    hours = max(1, int((lease_until - now).total_seconds() // 3600))
    left = ngettext("%(n)d hour left.", "%(n)d hours left.", hours) % {"n": hours}
    why = _("It is practice: nobody waits.") if is_practice else _("Somebody is waiting for it.")
    return Step(
        "finish_review",
        _("Finish your review of “%(title)s”") % {"title": title},
        f"{why} {left}",
        url,
        "review",
        _("Go on"),
        65 if is_practice else 0,
    )


def retry_feedback(*, submission_id: int, title: str, message: str) -> Step:
    return Step(
        "retry_feedback",
        _("Ask again for feedback on “%(title)s”") % {"title": title},
        message,
        reverse("reviews:submission", args=[submission_id]),
        "redo",
        _("Try again"),
        10,
    )


def read_plan(goal: Goal, plan_id: int) -> Step:
    return Step(
        "read_plan",
        _("Look at the plan for “%(title)s”") % {"title": goal.title},
        _("Take what fits, change or drop the rest."),
        reverse("challenges:plan", args=[plan_id]),
        "steps",
        _("Look"),
        40,
    )


def challenge_step(challenge: Challenge, goal: Goal, *, today: date, days_late: int | None) -> Step:
    """Go on with a challenge: since it is due, came back, was begun, or is the next."""
    work = reverse("submissions:work", args=[challenge.pk])
    due = _due(challenge.due_date, today)
    if challenge.status == Challenge.Status.RETURNED:
        why = due or _("It came back. Read why, and try again.")
        return Step(
            "try_again", challenge.title, why, work, "redo", _("Try again"), 4 if due else 20
        )
    if challenge.status == Challenge.Status.DOING:
        why = due or _("You have begun. Your draft is kept.")
        return Step("go_on", challenge.title, why, work, "pencil", _("Go on"), 5 if due else 30)
    if due:
        why = due
    elif days_late and days_late > 0:
        why = ngettext(
            "The next step for “%(goal)s”: at this pace you come %(n)d day after your date.",
            "The next step for “%(goal)s”: at this pace you come %(n)d days after your date.",
            days_late,
        ) % {"goal": goal.title, "n": days_late}
    else:
        why = _("The next step for “%(goal)s”, about %(minutes)d minutes.") % {
            "goal": goal.title,
            "minutes": challenge.estimated_minutes,
        }
    rank = 6 if due else 50 if days_late and days_late > 0 else 60
    return Step(
        "begin", challenge.title, why, challenge.get_absolute_url(), "spark", _("Begin"), rank
    )


def _due(due: date | None, today: date) -> str:
    """Say how soon something is due, or nothing when it is not due within days."""
    if due is None or (due - today).days > SOON_DAYS:
        return ""
    days = (due - today).days
    if days < 0:
        return ngettext(
            "It was due %(n)d day ago. Do it now, or give it a new date.",
            "It was due %(n)d days ago. Do it now, or give it a new date.",
            -days,
        ) % {"n": -days}
    if days == 0:
        return _("It is due today.")
    return ngettext("It is due tomorrow.", "It is due in %(n)d days.", days) % {"n": days}


def make_plan(goal: Goal) -> Step:
    return Step(
        "make_plan",
        _("Make a plan for “%(title)s”") % {"title": goal.title},
        _("Let the coach propose one, or write the first challenge yourself."),
        goal.get_absolute_url(),
        "steps",
        _("Plan"),
        55,
    )


def set_goal() -> Step:
    return Step(
        "set_goal",
        _("Set a goal"),
        _("Everything starts with one sentence: what do you want to be able to do?"),
        reverse("goals:create"),
        "goal",
        _("Set it"),
        56,
    )


def review_next() -> Step:
    return Step(
        "review_next",
        _("Review a peer's work"),
        _("Somebody waits for a second pair of eyes. It counts for your rank, too."),
        reverse("reviews:queue"),
        "review",
        _("Review"),
        70,
    )
