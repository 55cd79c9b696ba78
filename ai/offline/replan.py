"""The offline coach's new plan: dates by the work that is left, less where time is short, and a
gentle way back in."""

import math
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.offline.plan import DEFAULT_HOURS_PER_WEEK
from ai.offline.words import words
from ai.schemas import (
    ChallengeChange,
    MilestoneChange,
    NewChallenge,
    OpenChallenge,
    PlanCriterion,
    Replan,
    ReplanInputs,
)

LEAST_DAYS = 14
# Plans are guesses: a tenth too much is no reason to cut.
SLACK = 1.1
MINUTES_BACK = 20


@dataclass
class _Time:
    """The days that the new plan has, and whether its end had to move."""

    days: int
    target_in_days: int | None = None


def replan(inputs: ReplanInputs) -> Replan:
    """Spread what is open over the time that is left, by its minutes."""
    dropped = _too_much(inputs)
    gone = {change.number for change in dropped}
    kept = [one for one in inputs.challenges if one.number not in gone]
    time = _time(inputs, kept)
    return Replan(
        summary=_summary(inputs, kept, time),
        target_in_days=time.target_in_days,
        milestones=_moved(inputs, kept, time.days),
        new_milestones=[],
        challenges=dropped,
        new_challenges=_way_back(inputs, kept),
    )


def _days_left(inputs: ReplanInputs) -> int | None:
    """The days to the target date; None without one, or once it has passed."""
    days = (inputs.target_date - inputs.today).days if inputs.target_date else 0
    return days if days > 0 else None


def _days_needed(inputs: ReplanInputs, challenges: list[OpenChallenge]) -> int:
    hours = inputs.hours_per_week or DEFAULT_HOURS_PER_WEEK
    minutes = sum(one.minutes for one in challenges)
    return max(1, math.ceil(minutes / (60 * hours) * 7))


def _too_much(inputs: ReplanInputs) -> list[ChallengeChange]:
    """Leave out what the time cannot hold: the biggest first, and at most half of it.

    Never what is begun, nor the last of a milestone or of the plan, which prove what was learned.
    """
    days = _days_left(inputs)
    if days is None:
        return []
    last = {one.milestone: one.number for one in inputs.challenges}
    proofs = {*last.values(), *(one.number for one in inputs.challenges[-1:])}
    spare = [one for one in inputs.challenges if not one.is_begun and one.number not in proofs]
    kept, dropped = list(inputs.challenges), list[ChallengeChange]()
    for one in sorted(spare, key=lambda one: (-one.minutes, one.difficulty)):
        enough = _days_needed(inputs, kept) <= days * SLACK
        if enough or 2 * (len(dropped) + 1) > len(inputs.challenges):
            break
        kept.remove(one)
        why = ngettext(
            "It takes %(n)d minute, and the goal can be reached without it.",
            "It takes %(n)d minutes, and the goal can be reached without it.",
            one.minutes,
        )
        dropped.append(
            ChallengeChange(
                number=one.number, do="drop", title=None, instructions=None, difficulty=None,
                minutes=None, why=why % {"n": one.minutes},
            )
        )  # fmt: skip
    return sorted(dropped, key=lambda change: change.number)


def _time(inputs: ReplanInputs, kept: list[OpenChallenge]) -> _Time:
    needed, left = _days_needed(inputs, kept), _days_left(inputs)
    if left is not None and needed <= left * SLACK:
        return _Time(left)
    days = max(LEAST_DAYS, needed)
    return _Time(days, days if inputs.target_date else None)


def _moved(inputs: ReplanInputs, kept: list[OpenChallenge], days: int) -> list[MilestoneChange]:
    """Give each milestone the share of the days that its challenges have of the minutes.

    One without challenges still takes its time: as much as the others on average.
    """
    minutes = {
        one.number: sum(c.minutes for c in kept if c.milestone == one.number)
        for one in inputs.milestones
    }
    usual = fmean([known for known in minutes.values() if known] or [1])
    weights = {number: known or usual for number, known in minutes.items()}
    total, done = sum(weights.values()), 0.0
    moved = []
    for one in inputs.milestones:
        done += weights[one.number]
        due = max(1, round(days * done / total))
        day = inputs.today + timedelta(days=due)
        if one.due_date == day:
            continue
        if one.due_date and one.due_date < inputs.today:
            why = _("Its day has passed; this one fits the work that is left.")
        else:
            why = _("So the days between fit the work that is left.")
        moved.append(MilestoneChange(number=one.number, do="move", due_in_days=due, why=why))
    return moved


def _way_back(inputs: ReplanInputs, kept: list[OpenChallenge]) -> list[NewChallenge]:
    """After a break, something small to begin with."""
    days = [one.due_date for one in inputs.milestones] + [inputs.target_date]
    has_slipped = any(day is not None and day < inputs.today for day in days)
    title = _("A short way back in")
    taken = {" ".join(words(one)) for one in [*inputs.done_titles, *(c.title for c in kept)]}
    if not has_slipped or " ".join(words(title)) in taken:
        return []
    if inputs.done_titles:
        task = _(
            "Look once more at the last thing that you finished: “%(title)s”. Then write five "
            "sentences: what still comes easily, what has gone, and what you will do first."
        ) % {"title": inputs.done_titles[-1]}
    else:
        task = _(
            "Write five sentences about “%(title)s”: what got in the way, what you can do in "
            "twenty minutes, and on which days of this week you will do it."
        ) % {"title": inputs.title}
    first = next((one for one in kept if not one.is_begun), None)
    return [
        NewChallenge(
            title=title,
            instructions=_("%(task)s\n\nHand in: %(hand_in)s")
            % {"task": task, "hand_in": _("the five sentences.")},
            difficulty=1,
            minutes=MINUTES_BACK,
            milestone=first.milestone if first else None,
            before=first.number if first else None,
            rubric=[
                PlanCriterion(
                    name=_("Honest"),
                    description=_("It names what is there and what is missing, by example."),
                    weight=60,
                ),
                PlanCriterion(
                    name=_("A next step"),
                    description=_("It says what comes first, and when."),
                    weight=40,
                ),
            ],
            why=_("After a break, something small makes it easier to begin again."),
        )
    ]


def _summary(inputs: ReplanInputs, kept: list[OpenChallenge], time: _Time) -> str:
    hours = max(1, round(sum(one.minutes for one in kept) / 60))
    day = date_format(inputs.today + timedelta(days=time.days), "j M Y")
    left = ngettext(
        "About %(n)d hour of work is left.", "About %(n)d hours of work are left.", hours
    ) % {"n": hours}
    if time.target_in_days is not None:
        end = _("That does not fit your date any more: %(day)s would be enough time.")
    elif inputs.target_date:
        end = _("That fits until %(day)s, with the days spread anew.")
    else:
        end = _("Spread anew, it is done by %(day)s.")
    return f"{left} {end % {'day': day}}"
