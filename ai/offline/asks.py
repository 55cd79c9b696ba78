"""What a challenge asks for, part by part, and which parts a work seems to leave out."""

import re
from dataclasses import dataclass

from ai.offline.words import sentences, stem, stems, words

# Words of rubrics and instructions that can be said of any work.
GENERIC = frozenset(
    stem(word)
    for word in (
        "asked ask asks part parts instruction instructions answer answers answered clear clearly "
        "right correct facts fact steps step reasons reason learner fellow reader follow follows "
        "founded well hold holds good work works task goal text shows shown show done complete "
        "everything names named name says said tells told words word sentence sentences first last "
        "understandable readable quality write written hand handed exactly each different enough "
        "another way ways find found choose keep small simple short long real whole own possible "
        "least start end before after time times look make take two three four five ten one "
        "described described explained honest precise concrete what why how who"
    ).split()
)
# What stands for itself in a work without being called by its name.
SHOWN_AS = {
    kind: {stem(word) for word in spoken.split()}
    for kind, spoken in {
        "code": "code program script function query queries class snippet python sql",
        "link": "link recording photo photos picture pictures video clip sketch drawing",
        "output": "run runs output input result results",
        "numbers": "data numbers count counts tempo tempos log minutes distance measurements",
        "quote": "quote quotes passage passages",
    }.items()
}
# What bids the learner to tell something. “Write a story” does not: the work itself is the story.
_TELLING = (
    "add answer ask check compare decide describe explain give include justify label list mark "
    "mention name note point predict say show state use"
).split()
_HAND_IN = re.compile(r"^\s*(?:please\s+)?(?:hand|send|turn)\s+in:?\s+", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"(?:\s*[,;:]\s+(?:and\s+|then\s+)?|\s+and\s+(?:then\s+)?)(?=(?:{'|'.join(_TELLING)})\b)",
    re.IGNORECASE,
)
_TELLS = re.compile(rf"(?:then\s+|please\s+)?(?:{'|'.join(_TELLING)})\b", re.IGNORECASE)
# What a short question asks for can be said in many words: any of these takes it up.
_SAID_AS = {
    frozenset(stem(word) for word in asked.split()): frozenset(stem(word) for word in said.split())
    for asked, said in {
        "change differently next plan": "change next instead differently plan will tomorrow try",
        "better improve improved progress": "better improve clean cleaner fast faster easy easier",
        "hard difficult wrong": "hard difficult wrong mistake stuck lost late miss struggled not",
        "learned learn": "learned learn know understand noticed realised saw",
        "noticed notice": "noticed late better when because felt",
        "why reason reasons": "because since so why reason therefore as",
    }.items()
}
_QUESTION = re.compile(r"(?:what|why|how|which|who|when|where)\s+\w+", re.IGNORECASE)
_LISTS = re.compile(rf"\b(?:{'|'.join(_TELLING)}|write|tell|log|record|report)\b", re.IGNORECASE)
_THING = re.compile(r"(?:an?|the|your|one|two|three)\s", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+")


@dataclass(frozen=True)
class Ask:
    """One thing asked for, as the instructions say it."""

    text: str
    stems: frozenset[str]


def asks(instructions: str) -> list[Ask]:
    """Return what the instructions ask for: each thing to tell, each to hand in."""
    found = []
    for sentence in sentences(instructions):
        told = _HAND_IN.match(sentence.text)
        if told:
            found += [_ask(piece) for piece in _BETWEEN.split(sentence.text[told.end() :])]
        else:
            for clause in _CLAUSE.split(sentence.text):
                questions = _questions(clause)
                if questions:
                    found += questions
                elif _TELLS.match(clause):
                    found.append(_ask(clause))
    # What a single word stands for may well be there in other words, unless it is a thing or
    # the other words are known.
    return [
        ask
        for ask in found
        if len(ask.stems) > 1 or (ask.stems and _THING.match(ask.text)) or _said_as(ask)
    ]


def _questions(clause: str) -> list[Ask]:
    """Return what a clause lists to be told: “say what got better, what did not and why”."""
    lists = _LISTS.search(clause)
    if lists is None:
        return []
    pieces = _BETWEEN.split(re.sub(r"^\W+", "", clause[lists.end() :]))
    # The first piece may follow what is to be written: “write a report: what you asked”.
    first = pieces[0].rpartition(":")[2].strip()
    return [_ask(piece) for piece in [first, *pieces[1:]] if _QUESTION.match(piece)]


def _said_as(ask: Ask) -> frozenset[str]:
    """Return the stems that take up a short question; none where it is not known."""
    spoken = {stem(word) for word in words(ask.text)}
    return frozenset[str]().union(*(said for asked, said in _SAID_AS.items() if asked & spoken))


def is_answered(ask: Ask, there: frozenset[str], *, shows: frozenset[str]) -> bool:
    """Whether a work takes up an ask: a good third of its words, or the thing itself."""
    if any(ask.stems & SHOWN_AS[kind] for kind in shows):
        return True
    if len(ask.stems) < 2 and (said := _said_as(ask)):
        return bool(said & there)
    return len(ask.stems & there) >= max(1, round(0.34 * len(ask.stems)))


def _ask(text: str) -> Ask:
    text = text.strip().rstrip(".! ")
    return Ask(text, frozenset(s for s in stems(text) if s not in GENERIC))
