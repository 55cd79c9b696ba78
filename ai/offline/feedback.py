"""The offline coach's feedback: the rubric's own terms, and what the text shows by itself."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.offline.judging import MET, Judged, judge
from ai.offline.pointing import improvements, private, somewhere, strengths
from ai.offline.reading import Reading, read
from ai.offline.telling import listed, next_step, start, summary, too_short
from ai.schemas import CriterionScore, Feedback, FeedbackInputs

# Fewer words than this cannot be judged.
TOO_SHORT = 12


def feedback(inputs: FeedbackInputs) -> Feedback:
    """Score the work by each criterion, quote what is strong and weak, name one next step."""
    reading = read(
        inputs.body,
        title=inputs.challenge_title,
        instructions=inputs.instructions,
        given="\n".join(f"{c.name}: {c.description}\n{c.description}" for c in inputs.rubric),
        link=inputs.link,
    )
    if reading.count < TOO_SHORT:
        return too_short(inputs, reading)
    judged = [judge(criterion, reading) for criterion in inputs.rubric]
    strong = strengths(judged, reading)
    weak = improvements(judged, reading, avoid={point.quote for point in strong})
    following = next_step(judged, reading, marks_sentences=bool(weak))
    if not weak and min(j.score for j in judged) < MET:
        # Work that falls short is not left without a word on where to begin.
        weak = somewhere(inputs.body, start(judged))
    return Feedback(
        scores=[
            CriterionScore(key=j.criterion.key, score=j.score, comment=comment)
            for j, comment in zip(judged, _comments(judged, reading), strict=True)
        ],
        strengths=strong,
        improvements=[*private(inputs.body), *weak],
        next_step=following,
        summary=summary(judged, inputs, reading),
        # It compares words; of another language it sees even less.
        confidence="medium" if _is_readable(reading) else "low",
    )


def _is_readable(reading: Reading) -> bool:
    return reading.is_english and reading.length >= 0.6 and not reading.is_off_topic


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
            _("It takes up %(terms)s from the rubric.") % {"terms": listed(judged.covered[:3])}
        )
    if judged.missing and judged.score < 85:
        parts.append(
            _("Not found in it: %(terms)s. If it is there in other words, all is well.")
            % {"terms": listed(judged.missing[:2])}
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
