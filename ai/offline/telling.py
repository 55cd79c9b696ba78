"""What the offline coach says of a work as a whole: in short, and what to do next."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.offline.judging import MET, Judged
from ai.offline.pointing import private, somewhere
from ai.offline.reading import Reading
from ai.schemas import CriterionScore, Feedback, FeedbackInputs


def next_step(judged: list[Judged], reading: Reading, *, marks_sentences: bool) -> str:
    """Name the one thing that is worth most: a part of the task that is not there yet.

    Where sentences are marked, what to change in them stands there; this is about the whole.
    """
    target = max(judged, key=lambda j: j.criterion.weight * (100 - j.score))
    left = reading.unanswered if reading.is_english else []
    if reading.length < 0.6 and not reading.has_code:
        count = max(20, (reading.expected - reading.count) // 10 * 10)
        if left:
            return _(
                "Write at least %(count)d more words. Begin with this part of the task: “%(ask)s”"
            ) % {"count": count, "ask": left[0].text}
        return _("Write at least %(count)d more words. %(start)s") % {
            "count": count,
            "start": start(judged) if marks_sentences else _("Tell it from the start to the end."),
        }
    if left:
        return _(
            "Look once more where the task says “%(ask)s”: if that is in your text, name it so "
            "that a reader finds it; if not, add it in two or three sentences."
        ) % {"ask": left[0].text}
    if marks_sentences and target.score < MET:
        return start(judged)
    return _(
        "Let somebody who does not know the task read it, and mend the first place where they "
        "ask back. It matters most for “%(name)s”."
    ) % {"name": target.criterion.name}


def start(judged: list[Judged]) -> str:
    """Say what the heaviest of the weak criteria wants, for a work without a weak sentence."""
    weakest = max(judged, key=lambda j: j.criterion.weight * (100 - j.score))
    if weakest.criterion.description:
        return _("Begin with “%(name)s”, which asks for this: %(description)s") % {
            "name": weakest.criterion.name,
            "description": weakest.criterion.description[:500],
        }
    return _("Begin with “%(name)s”: say here what a reader needs to see it.") % {
        "name": weakest.criterion.name
    }


def listed(some: Sequence[str]) -> str:
    """Return words, in quotation marks, as a list that reads like a sentence."""
    quoted = [_("“%(word)s”") % {"word": word} for word in some]
    if len(quoted) < 2:
        return "".join(quoted)
    return _("%(first)s and %(last)s") % {"first": ", ".join(quoted[:-1]), "last": quoted[-1]}


def summary(judged: list[Judged], inputs: FeedbackInputs, reading: Reading) -> str:
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
    if reading.is_off_topic:
        parts.append(
            _(
                "Hardly a word of the task comes up in it. If this is the work you meant to hand "
                "in, say early how it answers the task."
            )
        )
    elif reading.copied > 0.3:
        parts.append(_("Sentences that repeat the task are not counted."))
    parts.append(
        _(
            "It compares your words with the rubric and looks at length, detail and structure; "
            "it cannot tell whether what you say is true. Your peers can."
        )
    )
    if inputs.link.strip():
        parts.append(_("It cannot open links."))
    return " ".join(parts)


def too_short(inputs: FeedbackInputs, reading: Reading) -> Feedback:
    """Say kindly that there is next to nothing to judge."""
    is_copied = reading.copied > 0.5
    if inputs.link.strip():
        why = _(
            "The offline coach cannot open links, and the text itself is too short to judge. "
            "Describe in a few sentences what is behind the link."
        )
    elif is_copied:
        why = _("What stands here is the task in its own words. What counts is what you say to it.")
    elif reading.count == 0:
        why = _("There is nothing to read yet. That is fine for a start: a few sentences will do.")
    else:
        why = _("This is a start, but too short to judge. A few more sentences will change that.")
    first = inputs.rubric[0]
    here = _("This is the task's own sentence. Put in its place what you did or think yourself.")
    if not is_copied:
        here = _("Go on from here: what came just before this, and what came after?")
    return Feedback(
        scores=[
            CriterionScore(key=c.key, score=min(10, reading.count), comment=why)
            for c in inputs.rubric
        ],
        strengths=[],
        improvements=[*private(inputs.body), *somewhere(inputs.body, here)],
        next_step=_(
            "Write five sentences: what you did, how, one example, what was hard, and how it "
            "meets “%(name)s”."
        )
        % {"name": first.name},
        summary=_("Offline coach: %(why)s") % {"why": why},
        confidence="low",
    )
