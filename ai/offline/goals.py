"""What a goal is about, in the learner's own words."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext

from ai.offline.words import phrases, words

# A deadline at the end of a goal is not part of what it is about.
_DEADLINE = re.compile(
    r"\s*[,(]?\s*\b(?:by|before|until|within|in|this|next)\s+(?:the\s+)?(?:end\s+of\s+)?"
    r"(?:\d+\s+|a\s+|one\s+|two\s+|three\s+|six\s+)?"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"spring|summer|autumn|fall|winter|christmas|easter|days?|weeks?|months?|years?|year's end|"
    r"20\d\d)\b.*$",
    re.IGNORECASE,
)
_BEGINNING = re.compile(
    r"^(?:i\s+(?:want|would like|'d like)\s+to\s+|to\s+|be\s+able\s+to\s+|how\s+to\s+|"
    r"(?:re)?learn(?:ing)?\s+(?:to\s+|how\s+to\s+|about\s+)?|get\s+better\s+(?:at|in)\s+|"
    r"get\s+good\s+at\s+|improve\s+|master\s+|study\s+|practi[cs]e\s+|understand\s+|my\s+|"
    r"start\s+(?:to\s+)?)+",
    re.IGNORECASE,
)
# Words that say how a goal is spoken of, not what it is about.
_TALK = (
    "learn learning able hold improve master practise practice start finish become better good "
    "understand week weeks month months day days year years january february march april june "
    "july august september october november december minutes hours goal time know really first "
    "new old confident confidently comfortable enough every without myself "
    "stop stopping proper great nice boring fluent fluently basic basics full whole"
).split()
_DEEDS = (
    "write play speak run build read cook bake draw sing solve pass talk swim do hold have give "
    "tell win reach complete perform create compose develop ship publish record ride"
).split()


@dataclass(frozen=True)
class Topic:
    """A goal in short: the whole, its subject, and what in particular."""

    goal: str
    subject: str
    focus: str

    def fill(self, template: str) -> str:
        """Translate a template and put the learner's words in."""
        return gettext(template).format(goal=self.goal, subject=self.subject, focus=self.focus)

    def title(self, template: str) -> str:
        """Fill a template that becomes a title."""
        filled = self.fill(template)
        return _cut(filled[:1].upper() + filled[1:], 120)


def topic_of(
    title: str, description: str, *, subjects: tuple[str, ...], subject_otherwise: str
) -> Topic:
    """Find the subject and the focus of a goal."""
    goal = " ".join(title.split()).rstrip(".! ") or gettext("your goal")
    core = _BEGINNING.sub("", _DEADLINE.sub("", goal)).strip() or goal
    known = _known(title, subjects) or _known(description, subjects)
    focus = _focus(core, description, known) or known or _cut(_lowered(core), 48)
    subject = known or (gettext(subject_otherwise) if subject_otherwise else focus)
    return Topic(goal=_cut(goal, 100), subject=subject, focus=focus)


def _known(text: str, subjects: tuple[str, ...]) -> str:
    """Return the subject that the text names first; of two at one place, the longer name."""
    found = [
        (match.start(), -len(name), name)
        for name in subjects
        if (match := re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE))
    ]
    return min(found)[2] if found else ""


def _focus(core: str, description: str, subject: str) -> str:
    """Return what in particular the goal is about, such as “10-minute conversation”."""
    skip = [*_TALK, *_DEEDS, *words(subject)]
    inside = phrases(core, skip=skip)
    around = phrases(description, skip=skip)
    # A single word in the title says less than a phrase from the description.
    candidates = [p for p in inside if " " in p or "-" in p] + [p for p in around if " " in p]
    best = next(iter(candidates or inside or around), "")
    return _cut(_lowered(best), 48)


def _lowered(text: str) -> str:
    """Lower the first letter of a word that is not a name or an abbreviation."""
    head, _, tail = text.partition(" ")
    return f"{head.lower()} {tail}".strip() if head[1:].islower() and tail else text


def _cut(text: str, most: int) -> str:
    """Cut a text at a word's end."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",;:-– ") + "…"
