"""Pointing at sentences: what the offline coach quotes as strong and as weak."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from ai.offline.reading import EXAMPLES, REASONS, VAGUE, Reading
from ai.offline.words import Sentence, stem
from ai.schemas import QuotedPoint

if TYPE_CHECKING:
    from ai.offline.feedback import Judged

MOST_STRENGTHS = 3
MOST_IMPROVEMENTS = 2
LONGEST_QUOTE = 280


def strengths(judged: list["Judged"], reading: Reading) -> list[QuotedPoint]:
    """Quote the sentences that do most for the best criteria, one for each."""
    points: list[QuotedPoint] = []
    used: set[str] = set()
    for one in sorted(judged, key=lambda j: -j.score):
        if one.score < 45 or len(points) == MOST_STRENGTHS:
            break
        wanted = {stem(word) for word in one.covered}
        rest = [s for s in reading.sentences if s.text not in used and len(s.words) >= 5]
        best = max(rest, key=lambda s: _strength(s, wanted, reading), default=None)
        if best is None or _strength(best, wanted, reading) < 2.0:
            continue
        used.add(best.text)
        points.append(
            QuotedPoint(quote=_quote(best), comment=_praise(best, one.criterion.name, wanted))
        )
    return points


def improvements(judged: list["Judged"], reading: Reading, *, avoid: set[str]) -> list[QuotedPoint]:
    """Quote the vaguest sentences, and say what the weakest criteria need there."""
    weakest = sorted(judged, key=lambda j: j.score)
    rest = [s for s in reading.sentences if _quote(s) not in avoid and len(s.words) >= 3]
    ranked = sorted(rest, key=lambda s: -_weakness(s))
    points = []
    for one, sentence in zip(weakest[:MOST_IMPROVEMENTS], ranked, strict=False):
        if one.score >= 85 and _weakness(sentence) < 1:
            continue
        points.append(QuotedPoint(quote=_quote(sentence), comment=_advice(sentence, one, reading)))
    return points


def _strength(sentence: Sentence, wanted: set[str], reading: Reading) -> float:
    value = 2.0 * len(wanted & sentence.stems)
    value += 0.4 * min(3, len(reading.task_stems & sentence.stems))
    value += 1.5 * _has_reason(sentence) + 1.0 * _has_detail(sentence)
    value += 1.0 if 8 <= len(sentence.words) <= 35 else 0.0
    return value - 1.0 * _vague(sentence)


def _weakness(sentence: Sentence) -> float:
    value = 2.0 * _vague(sentence)
    value += 1.0 * (not _has_detail(sentence)) + 1.0 * (not _has_reason(sentence))
    return value + (0.5 if len(sentence.words) < 8 or len(sentence.words) > 35 else 0.0)


def _praise(sentence: Sentence, name: str, wanted: set[str]) -> str:
    if _has_reason(sentence):
        return _("“%(name)s”: you give a reason or example, so a reader can follow.") % {
            "name": name
        }
    if _has_detail(sentence):
        return _("“%(name)s”: you are specific here, which makes it credible.") % {"name": name}
    if wanted & sentence.stems:
        return _("“%(name)s”: this speaks directly to what the rubric asks.") % {"name": name}
    return _("“%(name)s”: a clear sentence that says one thing.") % {"name": name}


def _advice(sentence: Sentence, one: "Judged", reading: Reading) -> str:
    if vague := [word for word in sentence.words if stem(word) in VAGUE]:
        return _(
            "“%(word)s” leaves the reader guessing. Say exactly what you mean, with a number, a "
            "name or an example; it will help “%(name)s”."
        ) % {"word": vague[0], "name": one.criterion.name}
    if not _has_reason(sentence):
        return _(
            "Say why: add “because …” or an example after this sentence. It will help “%(name)s”."
        ) % {"name": one.criterion.name}
    if one.missing and reading.is_english:
        return _("Connect this to “%(name)s”: the rubric also asks for %(term)s.") % {
            "name": one.criterion.name,
            "term": one.missing[0],
        }
    return _("Make this more exact for “%(name)s”: when, where, how many, how long?") % {
        "name": one.criterion.name
    }


def _quote(sentence: Sentence) -> str:
    """Return the sentence word for word, a long one up to the end of a word."""
    if len(sentence.text) <= LONGEST_QUOTE:
        return sentence.text
    return sentence.text[:LONGEST_QUOTE].rsplit(None, 1)[0]


def _has_reason(sentence: Sentence) -> bool:
    return any(stem(word) in REASONS - {"so"} or word in EXAMPLES for word in sentence.words)


def _has_detail(sentence: Sentence) -> bool:
    return any(
        any(c.isdigit() for c in word) or (at > 0 and word[:1].isupper() and word[:2] != "I")
        for at, word in enumerate(sentence.text.split())
    )


def _vague(sentence: Sentence) -> int:
    return sum(stem(word) in VAGUE for word in sentence.words)
