"""The same challenge made easier or harder: what its task, title, minutes and difficulty say then.

A challenge stands at one of five levels, from much easier to much harder than its task. Which one
can be read from the first paragraph of its instructions, so nothing needs to be kept beside it.
"""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ai.offline.ladders.shape import Demand, Ladder

EASIEST, HARDEST = -2, 2
# By how much each level stretches the minutes of a task as it stands.
STRETCH = {-2: 0.5, -1: 0.7, 0: 1.0, 1: 1.3, 2: 1.7}
_LONGEST_TITLE = 120
_LONGEST = 8_000
_MARKS = {
    -2: gettext_noop(" (easier still)"),
    -1: gettext_noop(" (easier)"),
    1: gettext_noop(" (harder)"),
    2: gettext_noop(" (harder still)"),
}
# Where the learner or a model wrote the rubric, no ladder knows what it asks for.
_ANY = Demand(
    gettext_noop(
        "about half of what the task asks for is enough, with help where you get stuck; say where "
        "you had it."
    ),
    gettext_noop("do about half as much again as the task asks for, and without help."),
)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")


def demand_of(names: Iterable[str], ladder: Ladder) -> Demand:
    """Return how a challenge is eased whose criteria have these names."""
    spoken = tuple(names)
    for rubric, demand in ladder.demands.items():
        if tuple(_(name) for name, _description, _weight in rubric) == spoken:
            return demand
    return _ANY


def level_of(instructions: str, ladder: Ladder) -> int:
    """Return the level at which instructions stand; 0 for a task as it was written."""
    return _split(instructions, ladder)[0]


def at_level(instructions: str, level: int, demand: Demand, ladder: Ladder) -> str:
    """Return instructions that say first by how much they ask for less or for more."""
    task = _split(instructions, ladder)[1]
    if level == 0:
        return task
    eased = f"{_paragraph(level, demand)}\n\n{task}"
    return eased if len(eased) <= _LONGEST else instructions


def titled(title: str, level: int) -> str:
    """Return a challenge's title with its level."""
    mark = _(_MARKS[level]) if level else ""
    return bare(title)[: _LONGEST_TITLE - len(mark)].rstrip() + mark


def bare(title: str) -> str:
    """Return a title without a level."""
    for mark in _MARKS.values():
        title = title.removesuffix(_(mark))
    return title


def _paragraph(level: int, demand: Demand) -> str:
    if level == EASIEST:
        text = _(
            "Much easier than it says below: %(less)s Hand in only the part that you get done."
        )
    elif level < 0:
        text = _("Easier than it says below: %(less)s")
    elif level == HARDEST:
        text = _(
            "Much harder than it says below: %(more)s Do it a second time on another day, and say "
            "what changed."
        )
    else:
        text = _("Harder than it says below: %(more)s")
    return text % {"less": _(demand.less), "more": _(demand.more)}


def _split(instructions: str, ladder: Ladder) -> tuple[int, str]:
    """Return the level of instructions, and the task without it."""
    text = instructions.replace("\r\n", "\n").strip()
    first, *rest = _PARAGRAPHS.split(text, maxsplit=1)
    for demand in {_ANY, *ladder.demands.values()}:
        for level in _MARKS:
            if rest and first.strip() == _paragraph(level, demand):
                return level, rest[0].strip()
    return 0, text
