"""The offline coach's feedback: the rubric's own terms, and what the text shows by itself."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.offline.pointing import improvements, strengths
from ai.offline.reading import Reading, read
from ai.offline.words import stem, terms
from ai.schemas import Criterion, CriterionScore, Feedback, FeedbackInputs

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


# Which sign in the text speaks for a criterion, by the words of the criterion.
_SIGNS: dict[str, str] = {
    "detail": (
        "example concrete specific detail number measured data evidence precise exact evidenz "
        "source quote vocabulary word facts accurate result show shown log"
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
    reading = read(inputs.body, f"{inputs.challenge_title}\n{inputs.instructions}")
    if reading.count < TOO_SHORT:
        return _too_short(inputs, reading)
    judged = [_judge(criterion, reading) for criterion in inputs.rubric]
    strong = strengths(judged, reading)
    weak = improvements(judged, reading, avoid={point.quote for point in strong})
    return Feedback(
        scores=[
            CriterionScore(key=j.criterion.key, score=j.score, comment=_comment(j, reading))
            for j in judged
        ],
        strengths=strong,
        improvements=weak,
        next_step=_next_step(judged, reading),
        summary=_summary(judged, inputs),
        # It compares words; of another language it sees even less.
        confidence="medium" if reading.is_english and reading.length >= 0.6 else "low",
    )


def _judge(criterion: Criterion, reading: Reading) -> Judged:
    wanted = terms(f"{criterion.name} {criterion.description}")
    covered = tuple(word for key, word in wanted.items() if key in reading.stems)
    missing = tuple(word for key, word in wanted.items() if key not in reading.stems)
    named = min(1.0, len(covered) / max(1.0, 0.4 * len(wanted)))
    shown = _shown(set(wanted), reading)
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
    return Judged(criterion, round(100 * min(0.96, max(0.03, part))), covered, missing)


def _shown(wanted: set[str], reading: Reading) -> float:
    """Return how clearly the text shows what this kind of criterion is about."""
    measures = {
        "detail": reading.detail,
        "reasons": reading.reasons,
        "reflection": reading.reflection,
        "structure": reading.structure,
        "code": reading.code,
    }
    fitting = [measures[sign] for sign, words in _SIGN_STEMS.items() if wanted & words]
    general = (reading.detail + reading.reasons + reading.reflection) / 3
    if not fitting:
        return general
    return 0.7 * sum(fitting) / len(fitting) + 0.3 * general


def _comment(judged: Judged, reading: Reading) -> str:
    parts = []
    if judged.covered and reading.is_english:
        parts.append(_("Your text speaks of %(terms)s.") % {"terms": ", ".join(judged.covered[:5])})
    if judged.missing and reading.is_english and judged.score < 85:
        parts.append(
            _("Not found in it: %(terms)s. If it is there in other words, all is well.")
            % {"terms": ", ".join(judged.missing[:4])}
        )
    if not reading.is_english:
        parts.append(
            _("The offline coach judges length, variety and structure here, not the language.")
        )
    if reading.length < 0.8:
        parts.append(
            ngettext(
                "With %(count)d word it is short: about %(expected)d leave room for detail.",
                "With %(count)d words it is short: about %(expected)d leave room for detail.",
                reading.count,
            )
            % {"count": reading.count, "expected": reading.expected}
        )
    if reading.reasons < 0.3:
        parts.append(_("A reason (“because …”) or an example would make it stronger."))
    elif reading.detail < 0.3:
        parts.append(_("Numbers, names or exact quotes would make it stronger."))
    return " ".join(parts) or _("All that the offline coach looks for is there.")


def _next_step(judged: list[Judged], reading: Reading) -> str:
    """Name the one thing that is worth most: where weight and gap together are largest."""
    target = max(judged, key=lambda j: j.criterion.weight * (100 - j.score))
    names = {"name": target.criterion.name, "terms": ", ".join(target.missing[:3])}
    if reading.length < 0.6:
        return _(
            "Write at least %(count)d more words on “%(name)s”: what you did, one example with "
            "a number or name, and why it came out that way."
        ) % {**names, "count": max(20, (reading.expected - reading.count) // 10 * 10)}
    if target.missing and reading.is_english:
        return (
            _(
                "Add two or three sentences on “%(name)s”. Look at these words of the rubric: "
                "%(terms)s. Answer each with something that you did."
            )
            % names
        )
    return (
        _(
            "Go through the text once more for “%(name)s” alone, and add one example and the "
            "reason behind it."
        )
        % names
    )


def _summary(judged: list[Judged], inputs: FeedbackInputs) -> str:
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
