"""The offline coach's other proposal: the ladder's step that comes nearest to what is wished."""

from django.utils.translation import gettext as _

from ai.offline.goals import topic_of
from ai.offline.ladders import ladder_for
from ai.offline.ladders.shape import Step
from ai.offline.words import words
from ai.schemas import PlanCriterion, Variation, VaryInputs

_SHIFT = {"more": 0, "again": 0, "easier": -1, "harder": 1}
_STRETCH = {"more": 1.0, "again": 1.0, "easier": 0.7, "harder": 1.3}


def vary(inputs: VaryInputs) -> Variation:
    """Return a step of the goal's ladder at the wished difficulty that is not there yet."""
    ladder = ladder_for(inputs.category)
    topic = topic_of(inputs.goal, inputs.description, ladder=ladder)
    difficulty = max(1, min(5, inputs.difficulty + _SHIFT[inputs.how]))
    taken = {_same(title) for title in [*inputs.existing_titles, inputs.title]}

    def distance(step: Step) -> tuple[int, int]:
        return (_same(topic.title(step.title)) in taken, abs(step.difficulty - difficulty))

    step = min(ladder.steps, key=distance)
    title, number = topic.title(step.title), 1
    while _same(title) in taken:
        number += 1
        end = _(", round %(number)d") % {"number": number}
        title = topic.title(step.title)[: 120 - len(end)] + end
    minutes = int(inputs.minutes * _STRETCH[inputs.how]) // 5 * 5
    return Variation(
        title=title,
        instructions=_("%(task)s\n\nHand in: %(hand_in)s")
        % {"task": topic.fill(step.task), "hand_in": topic.fill(step.hand_in)},
        difficulty=difficulty,
        minutes=max(5, min(1200, minutes)),
        rubric=[
            PlanCriterion(name=_(name), description=_(description), weight=weight)
            for name, description, weight in step.rubric
        ],
    )


def _same(title: str) -> str:
    return " ".join(words(title))
