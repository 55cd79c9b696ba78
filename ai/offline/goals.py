"""What a goal is about, in the learner's own words."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext

from ai.offline.ladders.shape import Ladder
from ai.offline.phrases import (
    doing_of,
    is_english,
    is_usable,
    split_verb,
    thing_of,
    without_signs,
)
from ai.offline.verbs import GOES_WITH_A_THING, MAKES_A_THING

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
    r"^(?:i\s+(?:want|would like|'d like)\s+to\s+|to\s+|(?:be|become|being)\s+able\s+to\s+|"
    r"how\s+to\s+|how\s+(?:do|can|could|should)\s+(?:i|we|you)\s+|"
    r"(?:can|could|will|should|may)\s+i\s+|what(?:['’]s|\s+is|\s+are)\s+(?!an?\s)|"
    r"(?:get\s+over|overcome|lose)\s+(?:my\s+)?(?:fear|dread|hatred)\s+of\s+|take\s+care\s+of\s+|(?:re)?learn(?:ing)?\s+(?:to\s+|how\s+to\s+|about\s+)?|"
    r"(?:get|become|be)\s+(?:better|good|fluent|confident|comfortable)\s+(?:at|in|with)\s+|"
    r"make\s+sense\s+of\s+|know\s+|improve\s+|master\s+|study\s+|practi[cs]e\s+|understand\s+|"
    r"feel\s+|finally\s+|start\s+(?:to\s+)?(?=\w+ing\b)|start\s+to\s+)+",
    re.IGNORECASE,
)
# “… well enough to …”: what stands before it is to be learned, what follows is what it is for.
_ENOUGH = re.compile(
    r"^(?P<what>.*?)\s*\b(?:(?:well|good|fast|fit|strong|fluently|confidently)\s+)?enough\s+"
    r"(?P<thing>(?!to\b)\S.*?\s+)?to\s+(?P<use>.+)$",
    re.IGNORECASE,
)
# Said of how it is done, though it looks like a thing.
_MANNER = re.compile(
    r"\s+(?:in\s+(?:tune|time|public)|by\s+(?:ear|heart)|on\s+stage)$", re.IGNORECASE
)
# Names this short are words as well: “Go” and “go”, “R” and the letter.
_SHORT_NAME = 2
# From this character on, scripts write words without a space between them.
_NO_SPACES = "\u2e80"
_LONGEST_PHRASE = 60
# What one becomes is nothing that one makes or has: “your data scientist”.
_TO_BE = frozenset({"be", "become", "being"})
# What a goal leads to, but not what there is to learn.
_OCCASIONS = re.compile(
    r"\b(?:exams?|tests?|courses?|class(?:es)?|grades?|school|job|interviews?|homework|degree|"
    r"certificate|level)\b",
    re.IGNORECASE,
)
# Things that are made, played or shown, whatever verb stands before them.
_MADE = re.compile(
    r"\b(?:server|app|application|games?|website|site|tool|bot|engine|parser|compiler|api|program|"
    r"script|service|editor|dashboard|extension|plugin|calculator|tracker|clone|crawler|"
    r"story|stories|novel|memoir|poems?|essays?|blog|newsletter|screenplay|thesis|speech|report|"
    r"articles?|songs?|sonata|prelude|waltz|nocturne|hymn|concerto|etude|études?|pieces?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Topic:
    """A goal in short: the whole, its subject, what in particular, and what is to be made."""

    goal: str
    subject: str
    focus: str
    work: str

    def fill(self, template: str) -> str:
        """Translate a template and put the learner's words in."""
        filled = gettext(template).format(
            goal=self.goal, subject=self.subject, focus=self.focus, work=self.work
        )
        # A goal that ends in a mark of its own needs no full stop.
        return filled.replace("?.", "?").replace("….", "…")

    def title(self, template: str) -> str:
        """Fill a template that becomes a title."""
        filled = self.fill(template)
        return _cut(filled[:1].upper() + filled[1:], 120)


def topic_of(title: str, description: str, *, ladder: Ladder) -> Topic:
    """Find the subject, the focus and the work of a goal; a neutral word where it names none."""
    goal = " ".join(title.split()).rstrip(".! ") or gettext("your goal")
    whole, core = _core(goal, ladder)
    verb, rest = split_verb(core)
    named = next(filter(None, (_named(t, v, ladder) for t, v in
                               ((core, verb), (whole, ""), (description, "")))), "")  # fmt: skip
    phrase = thing = ""
    if is_english(core):
        thing = "" if verb in _TO_BE else thing_of(rest, description, begins=not verb)
        is_done = ladder.focus_is == "doing" and verb and verb not in GOES_WITH_A_THING
        phrase = doing_of(verb, rest) if is_done else thing
    if not is_usable(phrase) or len(phrase) > _LONGEST_PHRASE:
        phrase = ""
    subject = named or _subject_otherwise(phrase, ladder)
    focus = phrase
    if (
        not phrase
        or _says_only(phrase, named)
        or (ladder.focus_is == "idea" and _OCCASIONS.search(phrase))
    ):
        focus = gettext(ladder.focus_otherwise) if ladder.focus_otherwise else subject
    is_work = (
        phrase != ""
        and phrase == thing
        and (verb in MAKES_A_THING or _MADE.search(phrase) is not None)
        and not _says_only(phrase, named)
    )
    work = _as_work(phrase) if is_work else gettext(ladder.work_otherwise)
    if is_work:
        focus = work
    return Topic(goal=_cut(goal, 100), subject=subject, focus=focus, work=work)


def _core(goal: str, ladder: Ladder) -> tuple[str, str]:
    """Return a goal without how it begins, and of that only what is to be learned."""
    plain = without_signs(_DEADLINE.sub("", goal)).rstrip("?¿ ")
    # “What is a monad?” is about the monad, and it is not the learner's own.
    plain = re.sub(r"^what(?:['’]s|\s+is)\s+an?\s+", "the ", plain, flags=re.IGNORECASE)
    whole = _BEGINNING.sub("", plain).strip() or plain or goal
    core = _MANNER.sub("", whole)
    enough = _ENOUGH.match(core)
    if enough:
        what = f"{enough['what']} {enough['thing'] or ''}".strip()
        says_what = what and (ladder.focus_is == "doing" or split_verb(f"{what} ")[1])
        core = what if says_what else _BEGINNING.sub("", enough["use"])
    return whole, core.strip() or whole


def _subject_otherwise(phrase: str, ladder: Ladder) -> str:
    """Return the goal's own phrase where the ladder can speak with it, else a neutral word."""
    if ladder.takes_own_words and phrase and not _OCCASIONS.search(phrase):
        return phrase
    return gettext(ladder.subject_otherwise)


def _named(text: str, verb: str, ladder: Ladder) -> str:
    """Return the subject that the text names first; of two at one place, the longer name."""
    names = {name: name for name in ladder.subjects} | dict(ladder.spoken)
    found = []
    for name, subject in names.items():
        is_short = len(name) <= _SHORT_NAME and name.isascii()
        pattern = rf"(?<![\w-]){re.escape(name)}(?![\w+#&])"
        if name[0] >= _NO_SPACES:
            pattern = re.escape(name)
        for match in re.finditer(pattern, text, 0 if is_short else re.IGNORECASE):
            # “Go through …” and “Design a board game” name no subject.
            begins = match.start() == 0
            if begins and name == "Go" and text[match.end() :].strip():
                continue
            if begins and verb and name == subject and name.casefold() == verb:
                continue
            found.append((match.start(), -len(name), subject))
            break
    if found:
        return min(found)[2]
    # “… in Klingon”: a language that is on no list still has a capital letter.
    if ladder.names_follow_in and text:
        follows = re.search(r"\b(?:in|[Ss]peak)\s+([A-ZÀ-Þ][\w-]+)", text)
        if follows:
            return follows.group(1)
        if not verb and re.fullmatch(r"[A-ZÀ-Þ][^\W\d_]{3,}", text):
            return text
    return ""


def _says_only(phrase: str, subject: str) -> bool:
    """Whether a phrase says no more than the subject does."""
    bare = re.sub(r"^(?:your|the)\s+", "", phrase, flags=re.IGNORECASE)
    return bool(subject) and bare.casefold() == subject.casefold()


def _as_work(phrase: str) -> str:
    """Speak of what is to be made as the learner's own."""
    if re.match(r"(?:your|the|this|that)\b|[“\"«‘']", phrase) or phrase[:1].isupper():
        return phrase
    return gettext("your %(thing)s") % {"thing": phrase}


def _cut(text: str, most: int) -> str:
    """Cut a text at a word's end."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(",;:-– ") + "…"
