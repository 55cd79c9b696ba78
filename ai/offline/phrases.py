"""The phrases of a goal: “Build a canoe” is about “your canoe”, or about “building a canoe”."""

import re
import unicodedata

from ai.offline.verbs import VERBS
from ai.offline.words import STOP_WORDS, words

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty "
    "fifty hundred thousand"
).split()
_NUMBER = rf"(?:\d[\d.,]*|{'|'.join(_NUMBERS)}|several|many|different)"
# A phrase ends where it is said how, where, when or for whom.
_FOLLOWS = re.compile(
    r"\s+(?:with|for|from|without|in|on|at|by|to|into|that|which|who|so|because|using|before|"
    r"after|under|until|within|during|like|as|per|while|when|where|if|through|via|over)\s+|"
    r"\s*(?:[;:(–—]|,(?!\d))\s*|\s+-\s+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    rf"\s+(?:(?:{_NUMBER}\s+)+(?:ways|times)|every\s+\w+|each\s+\w+|a\s+(?:day|week|month)|twice|"
    r"once|again|well|better|properly|daily|weekly|fluently|confidently|comfortably|quickly|"
    r"perfectly|myself|alone|fast|faster|online|at all)$",
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"^(?:(?:a|an|some|my|our|your|more|proper|better|enough)\s+)+", re.IGNORECASE
)
_OBJECT = re.compile(r"(?:a|an|the|my|our|your)\s", re.IGNORECASE)
_COUNTED = re.compile(rf"^{_NUMBER}\s", re.IGNORECASE)
_MINE = {"my": "your", "our": "your", "me": "you", "us": "you", "myself": "yourself"}
_MY = re.compile(r"\b(?:my|our|me|us|myself)\b", re.IGNORECASE)
# Words that hold a place in a phrase but name nothing.
_EMPTY = frozenset(
    "thing things stuff something anything everything basics basic better good great skills skill "
    "learn learning new level goal goals day week zero scratch".split()
)
# A title with one of these words, or one that asks so, cannot be quoted in an English sentence.
_FOREIGN = frozenset(
    """
    ich möchte lernen können sprechen apprendre être écrire parler jouer savoir aprender quiero
    hablar tocar escribir leer cocinar imparare voglio parlare suonare leren ik spreken quero falar
    nauczyć się lära öğrenmek spielen schreiben
    """.split()
)
_ASKS = re.compile(
    r"(?:why|when|where|who|which|how|is|are|does|(?:do|should)\s+(?:i|we|you))\s", re.IGNORECASE
)
# Notes and accidentals stand in the names of pieces.
_KEPT_SIGNS = frozenset("♩♪♫♬♭♮♯°")
# Common words that a title writes large only because they come first.
_COMMON = frozenset(
    """
    small simple big short long first second own basic advanced modern easy hard daily real
    little complete full whole working personal classic fast slow better good great beautiful
    wooden warm healthy clean clear strong
    """.split()
)
_COMMON_ENDINGS = ("ions", "tion", "ment", "ness", "ity", "ing", "ship", "ism", "logy", "graphy")
# Of these there is only one by each name: “Pythagorean theorem” wants its article.
_THE_ONE = re.compile(
    r"\b(?:theorem|lemma|formula|rule|transform|algorithm|conjecture|hypothesis|inequality|"
    r"distribution|axiom|identity)$",
    re.IGNORECASE,
)


def split_verb(core: str) -> tuple[str, str]:
    """Return the verb that a goal begins with, in its plain form, and the rest."""
    head, _, rest = core.partition(" ")
    low = head.casefold()
    if low.endswith("ing"):
        for plain in (low[:-3], low[:-3] + "e", low[:-4]):
            if plain in VERBS and ing(plain) == low:
                return plain, rest.strip()
    # A word before “a” or “my” is a verb even where it is on no list.
    takes_object = _OBJECT.match(rest) and low.isalpha() and low not in STOP_WORDS
    if takes_object or (low in VERBS and (rest or low not in STOP_WORDS)):
        return low, rest.strip()
    return "", core


def thing_of(rest: str, description: str, *, begins: bool) -> str:
    """Return the first phrase that names something, spoken to the learner.

    `begins` tells that the goal begins with it, so that its first letter says nothing.
    """
    for part in _FOLLOWS.split(f" {rest}"):
        named = _trimmed(part)
        if not is_usable(named):
            continue
        bare = _DETERMINER.sub("", named)
        if bare == named:
            if begins and rest.startswith(named):
                bare = _lowered(bare, description)
            if _THE_ONE.search(bare) and not re.search(r"^the\b|['’]s?\b", bare, re.IGNORECASE):
                return f"the {_to_you(bare)}"
            return f"your {bare}" if _COUNTED.match(bare) else _to_you(bare)
        return f"your {_to_you(bare)}"
    return ""


def doing_of(verb: str, rest: str) -> str:
    """Return what is to be done as a noun: “running ten kilometres”."""
    parts = _FOLLOWS.split(rest)
    first = _trimmed(parts[0])
    led = re.match(r"(?:to|with|in|on|at|by|into|up|through|for|over)\s", rest, re.IGNORECASE)
    if led:
        # “Talk to strangers”: without its preposition the verb would be left alone.
        first = _trimmed(rest[: led.end()] + _FOLLOWS.split(rest[led.end() :])[0])
    return _to_you(f"{ing(verb)} {first}".strip())


def ing(verb: str) -> str:
    """Return the -ing form of a verb."""
    if verb.endswith("ie"):
        return f"{verb[:-2]}ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")) and len(verb) > 2:
        return f"{verb[:-1]}ing"
    if re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", verb):
        return f"{verb}{verb[-1]}ing"
    return f"{verb}ing"


def is_usable(phrase: str) -> bool:
    """Whether a phrase names anything."""
    spoken = [word.casefold() for word in re.findall(r"[^\W\d_]+(?:[-'’][^\W_]+)*", phrase)]
    return any(len(w) > 1 and w not in STOP_WORDS and w not in _EMPTY for w in spoken)


def is_english(core: str) -> bool:
    """Whether a goal's words can stand in an English sentence: its script, its words, its form."""
    letters = [c for c in core if c.isalpha()]
    latin = sum("LATIN" in unicodedata.name(c, "") for c in letters)
    spoken = words(core)
    return (
        latin * 2 > len(letters)
        and not _FOREIGN.intersection(spoken)
        and _ASKS.match(f"{core} ") is None
    )


def without_signs(text: str) -> str:
    """Return a text without emoji and invisible marks."""
    kept = (" " if _is_sign(c) and c not in _KEPT_SIGNS else c for c in text)
    return " ".join("".join(kept).split())


def _is_sign(character: str) -> bool:
    return character == "\ufe0f" or unicodedata.category(character) in ("So", "Sk", "Cf", "Cs")


def _trimmed(part: str) -> str:
    """Take off what says how often or how well."""
    part = part.strip(" .!?")
    while (shorter := _TRAILING.sub("", f" {part}").strip()) != part:
        part = shorter
    return part


def _lowered(text: str, description: str) -> str:
    """Write the first word small where it is large only because it came first."""
    head, _, tail = text.partition(" ")
    low = head.casefold()
    is_common = (
        low in _COMMON
        or low in STOP_WORDS
        or low in _NUMBERS
        or low.endswith(_COMMON_ENDINGS)
        or re.search(rf"\b{re.escape(low)}\b", description) is not None
    )
    return f"{low} {tail}".strip() if head[1:].islower() and is_common else text


def _to_you(text: str) -> str:
    return _MY.sub(lambda match: _MINE[match.group().casefold()], text)
