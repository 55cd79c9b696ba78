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
        "laughable disgusting sucks suck childish clueless ignorant kys stfu gtfo"
    ).split()
}
# Words that mean nothing harmless in any of these languages, or in English.
_UNKIND_ELSEWHERE = frozenset(
    word.casefold()
    for word in (
        # Spanish and Portuguese
        "idiota idiotas estúpido estúpida estúpidos estúpidas imbécil imbéciles imbecil imbecis "
        "tonto tonta tontos tontas inútil inútiles inúteis mierda merda patético patética ridículo "
        "ridícula vergonzoso vergonzosa asqueroso asquerosa gilipollas cretino cretina "
        # French
        "idiot idiote idiots idiotes stupide stupides imbécile imbéciles débile débiles crétin "
        "crétine merde merdique minable minables pathétique pathétiques ridicule ridicules connard "
        "connasse abruti abrutie "
        # German and Dutch
        "dumm dumme dummer dummes dummen blöd blöde blöder blödes idiotisch trottel depp scheiße "
        "dämlich erbärmlich lächerlich schwachsinn bescheuert versager idioot achterlijk sukkel "
        "waardeloos belachelijk "
        # Italian
        "idioti stupido stupida stupidi stupide imbecille imbecilli scemo scema schifo patetico "
        "patetica ridicolo ridicola"
    ).split()
)
# The author's own words, and terms that only sound so.
_HARMLESS = re.compile(
    r"[\"“«„][^\"“”«»„]*[\"”»“]|\blazy (?:evaluation|evaluated|loading|loaded|eye)\b|"
    r"\bgarbage collect\w+",
    re.IGNORECASE,
)
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
    """Whether a comment has words that hurt; what it quotes is not its own."""
    text = _HARMLESS.sub(" ", text)
    said = words(text)
    return bool(
        _UNKIND & {stem(word) for word in said}
        or _UNKIND_ELSEWHERE.intersection(said)
        or _AT_THE_PERSON.search(text)
    )


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
