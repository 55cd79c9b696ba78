"""The offline coach's hints: where to look, what to ask oneself, which way to go; no answers."""

from django.utils.translation import gettext as _

from ai.offline.reading import Reading, read
from ai.offline.words import stem, terms
from ai.schemas import Criterion, Hint, HintInputs


def hint(inputs: HintInputs) -> Hint:
    """Return the nudge of this step for the criterion that the draft serves least."""
    reading = read(inputs.draft, title=inputs.challenge_title, instructions=inputs.instructions)
    target = max(inputs.rubric, key=lambda c: c.weight * (1 - _covered(c, reading)))
    missing = [
        word
        for key, word in terms(f"{target.name} {target.description}").items()
        if key not in reading.stems
    ]
    names = {"name": target.name, "terms": ", ".join(missing[:3]) or target.name}
    return [_look, _think, _go][inputs.step - 1](names, reading)


def _covered(criterion: Criterion, reading: Reading) -> float:
    wanted = {stem(word) for word in terms(f"{criterion.name} {criterion.description}").values()}
    return len(wanted & reading.stems) / max(1, len(wanted))


def _look(names: dict[str, str], reading: Reading) -> Hint:
    if reading.count == 0:
        text = _("Read the task once more and look at “%(name)s”: it carries most of the weight.")
    else:
        text = _("Look at “%(name)s”: of all that is asked, your draft says least about it.")
    return Hint(
        hint=text % names,
        question=_("Which sentence of the task is about “%(name)s”?") % names,
    )


def _think(names: dict[str, str], reading: Reading) -> Hint:
    return Hint(
        hint=_(
            "Think of these words of the rubric: %(terms)s. Somebody who reads your work will look "
            "for them, in your words or in others."
        )
        % names,
        question=_("What did you do, see or find out that has to do with them?"),
    )


def _go(names: dict[str, str], reading: Reading) -> Hint:
    return Hint(
        hint=_(
            "One way for “%(name)s”: first say what you did, then show it by one example with a "
            "number or a name, then say why it came out that way, and last what you would change."
        )
        % names,
        question=_("Which of these four is not in your draft yet?"),
    )
