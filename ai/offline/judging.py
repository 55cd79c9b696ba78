"""How well each criterion is met, as far as the offline coach can see."""

from dataclasses import dataclass

from ai.offline.asks import GENERIC, SHOWN_AS
from ai.offline.reading import Reading
from ai.offline.words import stem, terms
from ai.schemas import Criterion

MET = 60


@dataclass(frozen=True)
class Judged:
    """One criterion: its score and its terms, as written, that are there and that are not."""

    criterion: Criterion
    score: int
    covered: tuple[str, ...]
    missing: tuple[str, ...]
    signs: frozenset[str] = frozenset()

    @property
    def is_general(self) -> bool:
        """Whether the criterion could be said of any work: the task itself tells more."""
        return not self.covered and not self.missing


# Which sign in the text speaks for a criterion, by the words of the criterion.
_SIGNS: dict[str, str] = {
    "detail": (
        "example concrete specific detail number measured data evidence precise exact evidenz "
        "source quote vocabulary word facts founded accurate result show shown log"
    ),
    "reasons": "reason why explain explained explanation cause argument decision choice justify",
    "reflection": (
        "reflection honest self-check mistake learned next progress compare improve change "
        "finding conclusion practice plan checked"
    ),
    "structure": (
        "structure order clear readable flow organised organized complete layout paragraph "
        "beginning follow understandable step every"
    ),
    "code": "code function program runs output test bug input syntax compile query",
}
_SIGN_STEMS = {sign: {stem(word) for word in text.split()} for sign, text in _SIGNS.items()}


def judge(criterion: Criterion, reading: Reading) -> Judged:
    """Score a work by one criterion: by its words, by what shows in the text, and by length."""
    spoken = terms(f"{criterion.name} {criterion.description}")
    # A “learner” is somebody, not a sign of something learned.
    named_signs = {key for key, word in spoken.items() if word != "learner"}
    signs = frozenset(sign for sign, words in _SIGN_STEMS.items() if words & named_signs)
    # “Every part of the instructions has an answer” names nothing to look for.
    told = terms(criterion.description) or spoken
    wanted = {key: word for key, word in told.items() if key not in GENERIC}
    there = reading.stems | (SHOWN_AS["code"] if reading.has_code else set())
    covered = tuple(word for key, word in wanted.items() if key in there)
    missing = tuple(word for key, word in wanted.items() if key not in there)
    if wanted:
        named = min(1.0, len(covered) / max(1.0, 0.4 * len(wanted)))
    elif not reading.asks:
        named = reading.on_task
    else:
        named = 1.0 - len(reading.unanswered) / max(1, len(reading.asks))
    shown = _shown(signs, reading)
    if reading.is_english:
        part = 0.16 * named + 0.14 * reading.on_task
    else:
        # In another language the rubric's words cannot be looked for.
        part = 0.30 * (reading.variety * reading.length)
    part += 0.26 * reading.length + 0.24 * shown + 0.14 * reading.structure
    part += 0.06 * reading.variety
    part *= 0.5 + 0.5 * min(1.0, reading.variety * 2)
    # What is very short has no room to meet a criterion, whatever words it holds.
    part *= min(1.0, 0.35 + reading.count / reading.expected)
    part *= 1.0 - 0.4 * reading.vagueness
    # Many words without a number, a name or an example say little.
    part *= 0.8 + 0.2 * min(1.0, max(reading.detail, reading.code) / 0.3)
    if reading.is_english:
        part *= 1.0 - 0.12 * len(reading.unanswered) / max(1, len(reading.asks))
    if reading.is_off_topic:
        part *= 0.5
    score = round(100 * min(0.96, max(0.03, part)))
    return Judged(criterion, score, covered, missing, signs)


def _shown(signs: frozenset[str], reading: Reading) -> float:
    """Return how clearly the text shows what this kind of criterion is about."""
    measures = {
        "detail": reading.detail,
        "reasons": reading.reasons,
        "reflection": reading.reflection,
        "structure": reading.structure,
        "code": reading.code,
    }
    fitting = [measure for sign, measure in measures.items() if sign in signs]
    general = (reading.detail + reading.reasons + reading.reflection) / 3
    if not fitting:
        return general
    return 0.7 * sum(fitting) / len(fitting) + 0.3 * general
