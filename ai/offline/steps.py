"""A ladder's steps as challenges: told in the learner's words, with a title that is free."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from ai.offline import levels
from ai.offline.goals import Topic
from ai.offline.ladders.shape import Step
from ai.offline.words import words
from ai.schemas import PlanCriterion


def instructions(step: Step, topic: Topic, held: set[str]) -> str:
    """Say what to do and hand in. `held` are the plan's titles, to which a step may look back."""
    task, hand_in = step.task, step.hand_in
    if step.refers and same(topic.title(step.refers.to)) not in held:
        task, hand_in = step.refers.task, step.refers.hand_in
    return _("%(task)s\n\nHand in: %(hand_in)s") % {
        "task": topic.fill(task),
        "hand_in": topic.fill(hand_in),
    }


def rubric(step: Step) -> list[PlanCriterion]:
    """Return the step's criteria."""
    return [
        PlanCriterion(name=_(name), description=_(description), weight=weight)
        for name, description, weight in step.rubric
    ]


def free_title(title: str, taken: set[str]) -> str:
    """Return the title, or a numbered one where the learner has it already."""
    number, free = 1, title
    while same(free) in taken:
        number += 1
        end = _(", round %(number)d") % {"number": number}
        free = title[: 120 - len(end)] + end
    return free


def same(title: str) -> str:
    """Return what two titles of one challenge share, whatever its level."""
    return " ".join(words(levels.bare(title)))


def all_same(titles: Iterable[str]) -> set[str]:
    """Return what stands for these titles where others are compared with them."""
    return {same(title) for title in titles}
