"""The offline coach's check of a review: what is too vague to act on, and what is unkind."""

import re

from ai.offline.reading import VAGUE
from ai.offline.words import is_term, stem, words
from ai.schemas import Flag, ReviewCheck, ReviewInputs

FEWEST_TERMS = 3
_UNKIND = {
    stem(word)
    for word in (
        "stupid idiot idiotic dumb lazy pathetic rubbish garbage trash crap shit awful terrible "
        "horrible ridiculous embarrassing worthless hopeless useless moron loser ugly nonsense "
        "laughable disgusting sucks suck joke childish clueless ignorant"
    ).split()
}
_AT_THE_PERSON = re.compile(
    r"\byou(?:'re| are| clearly| obviously)\s+(?:\w+\s+)?(?:not (?:able|smart|good)|bad|too slow|"
    r"unable|wasting)|\b(?:did you even|do you even|can't you|give up|don't bother|waste of time|"
    r"anyone could|even a child)\b",
    re.IGNORECASE,
)


def review(inputs: ReviewInputs) -> ReviewCheck:
    """Flag each comment once for each kind of trouble; empty ones are none of ours."""
    flags = []
    for field, text in inputs.comments.items():
        if not text.strip():
            continue
        if is_unkind(text):
            flags.append(Flag(field=field, kind="unkind"))
        if is_vague(text):
            flags.append(Flag(field=field, kind="vague"))
    return ReviewCheck(flags=flags[:12])


def is_unkind(text: str) -> bool:
    return bool(_UNKIND & {stem(word) for word in words(text)} or _AT_THE_PERSON.search(text))


def is_vague(text: str) -> bool:
    """Whether next to nothing is left when general words are taken out."""
    return len(_told(text)) < FEWEST_TERMS and not _is_exact(text)


def says_nothing(text: str) -> bool:
    """Whether nothing at all is left: mere praise, or mere blame."""
    return not _told(text) and not _is_exact(text)


def _told(text: str) -> set[str]:
    return {stem(w) for w in words(text) if is_term(w)} - VAGUE - _GENERAL


def _is_exact(text: str) -> bool:
    return bool(re.search(r"\d|[\"“«].+[\"”»]", text))


_GENERAL = {
    stem(word)
    for word in (
        "work job well done improve improved improvement better best effort keep try more nice "
        "love like liked interesting perfect excellent amazing fine overall general quality text "
        "task part point everything something could should would need needs write writing read "
        "reading wrong right clear unclear"
    ).split()
}
