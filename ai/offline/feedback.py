"""The offline coach's feedback: the rubric's own terms, and what the text shows by itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.offline.asks import GENERIC, SHOWN_AS
from ai.offline.pointing import improvements, strengths
from ai.offline.reading import Reading, read
from ai.offline.words import stem, terms
from ai.schemas import Criterion, CriterionScore, Feedback, FeedbackInputs, QuotedPoint

# Fewer words than this cannot be judged.
TOO_SHORT = 12
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


def feedback(inputs: FeedbackInputs) -> Feedback:
    """Score the work by each criterion, quote what is strong and weak, name one next step."""
    reading = read(
        inputs.body,
        title=inputs.challenge_title,
        instructions=inputs.instructions,
        link=inputs.link,
    )
    if reading.count < TOO_SHORT:
        return _too_short(inputs, reading)
    judged = [_judge(criterion, reading) for criterion in inputs.rubric]
    strong = strengths(judged, reading)
    weak = improvements(judged, reading, avoid={point.quote for point in strong})
    return Feedback(
        scores=[
            CriterionScore(key=j.criterion.key, score=j.score, comment=comment)
            for j, comment in zip(judged, _comments(judged, reading), strict=True)
        ],
        strengths=strong,
        improvements=weak,
        next_step=_next_step(judged, reading, weak),
        summary=_summary(judged, inputs, reading),
        # It compares words; of another language it sees even less.
        confidence="medium" if reading.is_english and reading.length >= 0.6 else "low",
    )


def _judge(criterion: Criterion, reading: Reading) -> Judged:
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


def _comments(judged: list[Judged], reading: Reading) -> list[str]:
    """Return what to say of each criterion; what holds for all of them is said once."""
    said: set[str] = set()
    comments = []
    for one in judged:
        parts = []
        if not reading.is_english:
            parts.append(
                ""
                if "language" in said
                else _(
                    "The offline coach judges length, variety and structure here, not the language."
                )
            )
            said.add("language")
        elif one.is_general:
            parts.append(_on_the_task(reading) if "task" not in said else "")
            said.add("task")
        else:
            parts.extend(_on_its_terms(one))
        for remark in _on_signs(one, reading):
            if remark not in said:
                said.add(remark)
                parts.append(remark)
                break
        comments.append(
            " ".join(part for part in parts if part)
            or (
                _("All that the offline coach looks for is there.")
                if one.score >= MET
                else _("There is little to go by yet.")
            )
        )
    return comments


def _on_its_terms(judged: Judged) -> list[str]:
    parts = []
    if judged.covered:
        parts.append(
            _("It takes up %(terms)s from the rubric.") % {"terms": _listed(judged.covered[:3])}
        )
    if judged.missing and judged.score < 85:
        parts.append(
            _("Not found in it: %(terms)s. If it is there in other words, all is well.")
            % {"terms": _listed(judged.missing[:2])}
        )
    return parts


def _on_the_task(reading: Reading) -> str:
    """Say how much of what the instructions ask for can be found in the text."""
    count, left = len(reading.asks), len(reading.unanswered)
    if left == count:
        return ""
    if left == 0:
        # Parts that a word or two could say in many ways are not looked for at all.
        return _("The parts of the task that can be looked for by their words are there.")
    return ngettext(
        "The offline coach finds %(found)d of %(count)d part of the task in it.",
        "The offline coach finds %(found)d of %(count)d parts of the task in it.",
        count,
    ) % {"found": count - left, "count": count}


def _on_signs(judged: Judged, reading: Reading) -> Iterator[str]:
    """Say what the text shows by itself that matters to this criterion, the weakest first."""
    if "reasons" in judged.signs and reading.reasons < 0.3:
        yield _("A reason (“because …”) or an example would make it stronger.")
    if "detail" in judged.signs and reading.detail < 0.3:
        yield _("Numbers, names or exact quotes would make it stronger.")
    if "reflection" in judged.signs and reading.reflection < 0.3:
        yield _("Say what surprised you, went wrong or changed on the way.")
    if "structure" in judged.signs and reading.structure < 0.5:
        yield _("A paragraph or a list item for each point would make it easier to follow.")
    if "reasons" in judged.signs and reading.reasons >= 0.7:
        yield _("You give reasons, not only results.")
    if "detail" in judged.signs and reading.detail >= 0.7:
        yield _("There are numbers, names or examples to check it by.")
    if "structure" in judged.signs and reading.structure >= 0.75:
        yield _("Sentences and paragraphs have a length that reads well.")


def _next_step(judged: list[Judged], reading: Reading, weak: list[QuotedPoint]) -> str:
    """Name the one thing that is worth most: a part of the task that is not there yet."""
    target = max(judged, key=lambda j: j.criterion.weight * (100 - j.score))
    left = reading.unanswered if reading.is_english else []
    if reading.length < 0.6 and not reading.has_code:
        count = max(20, (reading.expected - reading.count) // 10 * 10)
        if left:
            return _(
                "Write at least %(count)d more words. Begin with this part of the task: “%(ask)s”"
            ) % {"count": count, "ask": left[0].text}
        return _(
            "Write at least %(count)d more words: what you did, one example with a number or "
            "name, and why it came out that way."
        ) % {"count": count}
    if left:
        return _(
            "Look once more where the task says “%(ask)s”: if that is in your text, name it so "
            "that a reader finds it; if not, add it in two or three sentences."
        ) % {"ask": left[0].text}
    if weak:
        opening = " ".join(weak[0].quote.split()[:8])
        return _("Rework the sentence that begins with “%(opening)s”. %(advice)s") % {
            "opening": opening.rstrip(",;:.–— "),
            "advice": weak[0].comment,
        }
    return _(
        "Let somebody who does not know the task read it, and mend the first place where they "
        "ask back. It matters most for “%(name)s”."
    ) % {"name": target.criterion.name}


def _listed(some: Sequence[str]) -> str:
    """Return words, in quotation marks, as a list that reads like a sentence."""
    quoted = [_("“%(word)s”") % {"word": word} for word in some]
    if len(quoted) < 2:
        return "".join(quoted)
    return _("%(first)s and %(last)s") % {"first": ", ".join(quoted[:-1]), "last": quoted[-1]}


def _summary(judged: list[Judged], inputs: FeedbackInputs, reading: Reading) -> str:
    met = sum(j.score >= MET for j in judged)
    parts = [
        ngettext(
            "Offline coach: %(met)d of %(count)d criterion looks met.",
            "Offline coach: %(met)d of %(count)d criteria look met.",
            len(judged),
        )
        % {"met": met, "count": len(judged)}
    ]
    best = max(judged, key=lambda j: j.score)
    if best.score >= MET:
        parts.append(_("The strongest is “%(name)s”.") % {"name": best.criterion.name})
    if reading.length < 0.8 and not reading.has_code:
        parts.append(
            ngettext(
                "With %(count)d word it is short: about %(expected)d leave room for detail.",
                "With %(count)d words it is short: about %(expected)d leave room for detail.",
                reading.count,
            )
            % {"count": reading.count, "expected": reading.expected}
        )
    parts.append(
        _(
            "It compares your words with the rubric and looks at length, detail and structure; "
            "it cannot tell whether what you say is true. Your peers can."
        )
    )
    if inputs.link.strip():
        parts.append(_("It cannot open links."))
    return " ".join(parts)


def _too_short(inputs: FeedbackInputs, reading: Reading) -> Feedback:
    """Say kindly that there is next to nothing to judge."""
    if inputs.link.strip():
        why = _(
            "The offline coach cannot open links, and the text itself is too short to judge. "
            "Describe in a few sentences what is behind the link."
        )
    elif reading.count == 0:
        why = _("There is nothing to read yet. That is fine for a start: a few sentences will do.")
    else:
        why = _("This is a start, but too short to judge. A few more sentences will change that.")
    first = inputs.rubric[0]
    return Feedback(
        scores=[
            CriterionScore(key=c.key, score=min(10, reading.count), comment=why)
            for c in inputs.rubric
        ],
        strengths=[],
        improvements=[],
        next_step=_(
            "Write five sentences: what you did, how, one example, what was hard, and how it "
            "meets “%(name)s”."
        )
        % {"name": first.name},
        summary=_("Offline coach: %(why)s") % {"why": why},
        confidence="low",
    )
