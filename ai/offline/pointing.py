"""Pointing at sentences: what the offline coach quotes as strong and as weak."""

from django.utils.translation import gettext as _

from ai.offline.contacts import contacts
from ai.offline.judging import Judged
from ai.offline.reading import EXAMPLES, REASONS, VAGUE, Reading
from ai.offline.words import Sentence, sentences, stem
from ai.schemas import QuotedPoint

MOST_STRENGTHS = 3
MOST_IMPROVEMENTS = 2
LONGEST_QUOTE = 280
# Words that stand for something the writer knows and the reader does not.
_EMPTY = {
    stem(word)
    for word in (
        "stuff thing things nice good bad great ok okay whatever somehow etc lots lot fine "
        "interesting cool"
    ).split()
}
# Words by which a sentence gives its reason; “so” and “first” are too common to tell.
_BECAUSE = {
    stem(w)
    for w in (
        "because since therefore hence why reason otherwise unless porque weil parce perché daher"
    ).split()
} & REASONS


def strengths(judged: list[Judged], reading: Reading) -> list[QuotedPoint]:
    """Quote the sentences that do most for the best criteria, one for each."""
    points: list[QuotedPoint] = []
    used: set[str] = set()
    kinds: list[str] = []
    for one in sorted(judged, key=lambda j: -j.score):
        if one.score < 45 or len(points) == MOST_STRENGTHS:
            break
        wanted = {stem(word) for word in one.covered}
        rest = [s for s in _statements(reading) if s.text not in used]

        def value(sentence: Sentence, wanted: set[str] = wanted) -> float:
            # Saying the same of three sentences says little.
            kind = _kind(sentence, wanted, reading)
            return _strength(sentence, wanted, reading) - 1.5 * kinds.count(kind)

        best = max(rest, key=value, default=None)
        if best is None or _strength(best, wanted, reading) < 2.0:
            continue
        kind = _kind(best, wanted, reading)
        comment = _praise(kind, one.criterion.name, again=kind in kinds)
        used.add(best.text)
        kinds.append(kind)
        points.append(QuotedPoint(quote=_quote(best), comment=comment))
    return points


def improvements(judged: list[Judged], reading: Reading, *, avoid: set[str]) -> list[QuotedPoint]:
    """Quote the vaguest sentences, and say what the weakest criteria need there."""
    weakest = sorted(judged, key=lambda j: j.score)
    rest = [s for s in _statements(reading) if _quote(s) not in avoid]
    ranked = sorted(rest, key=lambda s: -_weakness(s))
    points: list[QuotedPoint] = []
    said: set[str] = set()
    for sentence in ranked:
        if len(points) == min(MOST_IMPROVEMENTS, len(weakest)):
            break
        one = weakest[len(points)]
        if one.score >= 85 and _weakness(sentence) < 1:
            continue
        kind, comment = _advice(sentence, one.criterion.name, said, reading)
        if kind:
            said.add(kind)
            points.append(QuotedPoint(quote=_quote(sentence), comment=comment))
    return points


def somewhere(body: str, comment: str) -> list[QuotedPoint]:
    """Point at the first words of a work, whatever they are; at none where there are none."""
    lines = (line.strip() for line in body.splitlines())
    first = next((line for line in lines if any(map(str.isalnum, line))), "")
    found = sentences(first)
    return [QuotedPoint(quote=_quote(found[0]), comment=comment)] if found else []


def private(body: str) -> list[QuotedPoint]:
    """Point at the first e-mail address or phone number: reviewers are to see none."""
    found = next(contacts(body), "")
    if not found:
        return []
    comment = _(
        "Whoever reviews your work sees this too. Take it out, and leave out your name as well: "
        "reviews are anonymous."
    )
    return [QuotedPoint(quote=found, comment=comment)]


def _statements(reading: Reading) -> list[Sentence]:
    """Return the sentences that can be spoken of: no questions, and nobody's address."""
    return [s for s in reading.prose if not (s.has_address or s.text.endswith("?"))]


def _strength(sentence: Sentence, wanted: set[str], reading: Reading) -> float:
    value = 2.0 * min(2, len(wanted & sentence.stems))
    value += 0.4 * min(3, len(reading.task_stems & sentence.stems))
    value += 1.5 * _has_reason(sentence) + 1.0 * _has_detail(sentence)
    value += 1.0 if 8 <= len(sentence.words) <= 35 else 0.0
    return value - 1.0 * _vague(sentence)


def _weakness(sentence: Sentence) -> float:
    value = 2.0 * _vague(sentence)
    value += 1.0 * (not _has_detail(sentence)) + 1.0 * (not _has_reason(sentence))
    return value + (0.5 if len(sentence.words) < 8 or len(sentence.words) > 35 else 0.0)


def _kind(sentence: Sentence, wanted: set[str], reading: Reading) -> str:
    """Return what a sentence does well: the rarest thing first."""
    if _has_reason(sentence):
        return "reason"
    if any(word in EXAMPLES for word in sentence.words):
        return "example"
    if any(c.isdigit() for c in sentence.text):
        return "number"
    if _has_detail(sentence):
        return "detail"
    if wanted & sentence.stems or len(reading.task_stems & sentence.stems) > 1:
        return "task"
    return "plain"


def _praise(kind: str, name: str, *, again: bool) -> str:
    if again:
        text = _("“%(name)s”: the same strength here.")
    elif kind == "reason":
        text = _("“%(name)s”: you say why, so a reader can follow.")
    elif kind == "example":
        text = _("“%(name)s”: an example shows what you mean.")
    elif kind == "number":
        text = _("“%(name)s”: a number can be checked, which makes it credible.")
    elif kind == "detail":
        text = _("“%(name)s”: you are specific here, which makes it credible.")
    elif kind == "task":
        text = _("“%(name)s”: this speaks directly to the task.")
    else:
        text = _("“%(name)s”: a clear sentence that says one thing.")
    return text % {"name": name}


def _advice(sentence: Sentence, name: str, said: set[str], reading: Reading) -> tuple[str, str]:
    """Return a kind of advice that was not given yet, and its words."""
    if not reading.is_english:
        if "detail" in said or _has_detail(sentence):
            return "", ""
        return "detail", _("A detail would help here: who, where, when, or how long?")
    empty = [word for word in sentence.words if stem(word) in _EMPTY]
    if empty and "empty" not in said:
        return "empty", _(
            "“%(word)s” leaves the reader guessing. Say exactly what you saw, did or counted; it "
            "will help “%(name)s”."
        ) % {"word": empty[0], "name": name}
    if not _has_reason(sentence) and "reason" not in said:
        return "reason", _(
            "A reader may ask why. One more sentence with “because …” will help “%(name)s”."
        ) % {"name": name}
    if not _has_detail(sentence) and "detail" not in said:
        return "detail", _(
            "Say this more exactly: when, where, how many, or one example. It will help “%(name)s”."
        ) % {"name": name}
    if len(sentence.words) > 35 and "long" not in said:
        return "long", _("Two sentences would be easier to follow than this long one.")
    return "", ""


def _quote(sentence: Sentence) -> str:
    """Return the sentence word for word, a long one up to the end of a word."""
    if len(sentence.text) <= LONGEST_QUOTE:
        return sentence.text
    return sentence.text[:LONGEST_QUOTE].rsplit(None, 1)[0]


def _has_reason(sentence: Sentence) -> bool:
    return any(stem(word) in _BECAUSE for word in sentence.words)


def _has_detail(sentence: Sentence) -> bool:
    return any(
        any(c.isdigit() for c in word) or (at > 0 and word[:1].isupper() and word[:2] != "I")
        for at, word in enumerate(sentence.text.split())
    )


def _vague(sentence: Sentence) -> int:
    return sum(stem(word) in VAGUE for word in sentence.words)
