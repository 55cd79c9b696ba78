"""The offline coach's other proposal: the same challenge made easier or harder, or another one."""

from django.utils.translation import gettext as _

from ai.offline import levels, steps
from ai.offline.goals import Topic, topic_of
from ai.offline.ladders import ladder_for, steps_anywhere
from ai.offline.ladders.shape import Ladder, Step
from ai.schemas import Variation, VaryInputs


def vary(inputs: VaryInputs) -> Variation:
    """Return the same challenge asking for less or more, or a step that was not proposed yet.

    Where nothing is left to propose, the answer repeats what is there: the same instructions at
    the easiest and the hardest level, a title that was refused after the last other step.
    """
    ladder = ladder_for(inputs.category)
    if inputs.how in ("easier", "harder"):
        return _shifted(inputs, ladder, -1 if inputs.how == "easier" else 1)
    return _another(inputs, ladder)


def _shifted(inputs: VaryInputs, ladder: Ladder, shift: int) -> Variation:
    """Return the challenge of the inputs one level easier or harder."""
    before = levels.level_of(inputs.instructions, ladder)
    level = max(levels.EASIEST, min(levels.HARDEST, before + shift))
    demand = levels.demand_of((criterion.name for criterion in inputs.rubric), ladder)
    moved = level - before
    return Variation(
        title=levels.titled(inputs.title, level) if moved else inputs.title,
        instructions=levels.at_level(inputs.instructions, level, demand, ladder),
        difficulty=max(1, min(5, inputs.difficulty + moved)),
        minutes=_stretched(inputs.minutes, levels.STRETCH[level] / levels.STRETCH[before]),
        rubric=inputs.rubric,
    )


def _stretched(minutes: int, factor: float) -> int:
    """Return minutes in steps of five, at least one step away from where they were."""
    stretched = round(minutes * factor / 5) * 5
    if factor < 1:
        stretched = min(stretched, minutes - 5)
    elif factor > 1:
        stretched = max(stretched, minutes + 5)
    return max(5, min(1200, stretched))


def _another(inputs: VaryInputs, ladder: Ladder) -> Variation:
    """Return a step that was never proposed, as hard as the one that it stands beside or for."""
    topic = topic_of(inputs.goal, inputs.description, ladder=ladder)
    held = steps.all_same([*inputs.existing_titles, inputs.title])
    known = held | steps.all_same(inputs.refused_titles)
    fresh = [
        step
        for step in (*ladder.steps, *steps_anywhere(ladder))
        if steps.same(topic.title(step.title)) not in known
    ]
    here = _step_of(inputs, ladder, topic)
    tags = set(here.tags) if here else set()
    if inputs.how == "more" and not any(not tags or tags & set(step.tags) for step in fresh):
        return _round(inputs, known)
    if not fresh:
        return Variation(**inputs.model_dump(include=set(Variation.model_fields)))

    def distance(step: Step) -> tuple[int, int]:
        apart = abs(step.difficulty - inputs.difficulty)
        unlike = -len(tags.intersection(step.tags))
        return (unlike, apart) if inputs.how == "more" else (apart, unlike)

    step = min(fresh, key=distance)
    level = levels.level_of(inputs.instructions, ladder)
    demand = levels.demand_of((_(criterion[0]) for criterion in step.rubric), ladder)
    title = topic.title(step.title)
    # The plan may give its challenges more or less time than the ladder does.
    factor = inputs.minutes / (here or step).minutes
    return Variation(
        title=title if levels.bare(inputs.title) == inputs.title else levels.titled(title, level),
        instructions=levels.at_level(steps.instructions(step, topic, held), level, demand, ladder),
        difficulty=inputs.difficulty,
        minutes=max(5, min(1200, round(step.minutes * factor / 5) * 5)),
        rubric=steps.rubric(step),
    )


def _step_of(inputs: VaryInputs, ladder: Ladder, topic: Topic) -> Step | None:
    """Return the ladder's step that the challenge was made from, if it still goes by its title."""
    title = steps.same(inputs.title)
    return next((s for s in ladder.steps if steps.same(topic.title(s.title)) == title), None)


def _round(inputs: VaryInputs, known: set[str]) -> Variation:
    """Return the same challenge once more: with other material it is practice, not a repeat."""
    return Variation(
        title=steps.free_title(inputs.title, known),
        instructions=inputs.instructions,
        difficulty=inputs.difficulty,
        minutes=inputs.minutes,
        rubric=inputs.rubric,
    )
