"""The offline coach's plan: a ladder of challenges in the learner's own words."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.offline.goals import Topic, topic_of
from ai.offline.ladders import ladder_for
from ai.offline.ladders.shape import Ladder, Step
from ai.offline.wishes import Wish, read_wish
from ai.offline.words import words
from ai.schemas import Plan, PlanChallenge, PlanCriterion, PlanInputs, PlanMilestone

DEFAULT_DAYS = 56
DEFAULT_HOURS_PER_WEEK = 4.0
FEWEST, MOST = 5, 8
# Where a learner of each level gets on the ladder: the easiest step worth their time.
FIRST_DIFFICULTY = {"beginner": 1, "intermediate": 2, "advanced": 3}


@dataclass(frozen=True)
class _Frame:
    """How much time there is."""

    days: int
    minutes: int

    @property
    def weeks(self) -> float:
        return self.days / 7


def plan(inputs: PlanInputs) -> Plan:
    """Return 5 to 8 challenges from a first step to proof of the goal, spread over the time."""
    ladder = ladder_for(inputs.category)
    topic = topic_of(inputs.title, inputs.description, ladder=ladder)
    wish = read_wish(inputs.wish, ladder.tag_words)
    frame = _frame(inputs)
    taken = {_same(title) for title in inputs.existing_titles}
    steps = _choose(ladder, inputs, topic, wish, _count(frame), taken)
    milestones = _milestones(ladder, topic, frame)
    minutes = _minutes(steps, frame, wish)
    challenges: list[PlanChallenge] = []
    hardest = 1
    for position, step in enumerate(steps):
        # A ladder does not go down again.
        hardest = max(hardest, _difficulty(step, inputs.level, wish))
        title = _free_title(topic.title(step.title), taken)
        taken.add(_same(title))
        challenges.append(
            PlanChallenge(
                title=title,
                instructions=_instructions(step, topic),
                difficulty=hardest,
                minutes=minutes[position],
                milestone=position * len(milestones) // len(steps),
                rubric=[
                    PlanCriterion(name=_(name), description=_(description), weight=weight)
                    for name, description, weight in step.rubric
                ],
            )
        )
    return Plan(
        summary=_summary(topic, frame, len(challenges), wish),
        milestones=milestones,
        challenges=challenges,
    )


def _frame(inputs: PlanInputs) -> _Frame:
    days = DEFAULT_DAYS
    if inputs.target_date is not None:
        days = max(1, min(3650, (inputs.target_date - inputs.today) // timedelta(days=1)))
    hours = inputs.hours_per_week or DEFAULT_HOURS_PER_WEEK
    return _Frame(days=days, minutes=max(25, int(hours * 60 * days / 7)))


def _count(frame: _Frame) -> int:
    """Return how many challenges the time carries: one a week or so, each of an hour at least."""
    by_weeks = round(frame.weeks) + 1
    by_minutes = frame.minutes // 60
    return max(FEWEST, min(MOST, by_weeks, by_minutes))


def _choose(
    ladder: Ladder, inputs: PlanInputs, topic: Topic, wish: Wish, count: int, taken: set[str]
) -> list[Step]:
    """Choose the steps that fit level, wish and goal; the proof is always the last."""
    *steps, proof = ladder.steps
    first = FIRST_DIFFICULTY.get(inputs.level.casefold(), 1)
    goal_words = words(f"{inputs.title} {inputs.description}")

    def liking(step: Step) -> float:
        liked = 3.0 * sum(wish.tags.get(tag, 0) for tag in step.tags)
        liked += sum(_is_meant(ladder, tag, goal_words) for tag in step.tags)
        liked -= 2.0 * max(0, first - step.difficulty)
        return liked - (6.0 if _same(topic.title(step.title)) in taken else 0.0)

    chosen: list[Step] = []
    while len(chosen) < count - 1:
        rest = [step for step in steps if step not in chosen]
        # A rung far from those chosen keeps the ladder even; the order breaks ties.
        chosen.append(
            max(rest, key=lambda s: (liking(s) + 0.3 * _gap(s, chosen, steps), -steps.index(s)))
        )
    return [*sorted(chosen, key=steps.index), proof]


def _is_meant(ladder: Ladder, tag: str, spoken: list[str]) -> bool:
    """Whether any of the words spoken belongs to `tag`."""
    return any(word.startswith(ladder.tag_words[tag]) for word in spoken)


def _gap(step: Step, chosen: list[Step], steps: list[Step]) -> int:
    here = steps.index(step)
    return min((abs(here - steps.index(other)) for other in chosen), default=0)


def _milestones(ladder: Ladder, topic: Topic, frame: _Frame) -> list[PlanMilestone]:
    first, second, third, proof = ladder.stages
    if frame.days < 14:
        stages: list[str] = [first, proof]
    elif frame.days < 42:
        stages = [first, second, proof]
    else:
        stages = [first, second, third, proof]
    return [
        PlanMilestone(
            title=topic.title(stage),
            due_in_days=max(1, round(frame.days * number / len(stages))),
        )
        for number, stage in enumerate(stages, start=1)
    ]


def _minutes(steps: list[Step], frame: _Frame, wish: Wish) -> list[int]:
    """Stretch or shrink the steps' usual minutes so that together they fit the time."""
    usual = sum(step.minutes for step in steps)
    factor = min(1.5, 0.9 * frame.minutes / usual)
    if wish.shorter:
        factor = min(0.6, factor)
    return [max(5, min(1200, int(step.minutes * factor) // 5 * 5)) for step in steps]


def _difficulty(step: Step, level: str, wish: Wish) -> int:
    shift = (1 if level.casefold() == "advanced" else 0) + wish.difficulty
    return max(1, min(5, step.difficulty + min(1, shift)))


def _instructions(step: Step, topic: Topic) -> str:
    return _("%(task)s\n\nHand in: %(hand_in)s") % {
        "task": topic.fill(step.task),
        "hand_in": topic.fill(step.hand_in),
    }


def _free_title(title: str, taken: set[str]) -> str:
    """Return the title, or a numbered one where the learner has it already."""
    number, free = 1, title
    while _same(free) in taken:
        number += 1
        end = _(", round %(number)d") % {"number": number}
        free = title[: 120 - len(end)] + end
    return free


def _same(title: str) -> str:
    return " ".join(words(title))


def _summary(topic: Topic, frame: _Frame, count: int, wish: Wish) -> str:
    parts = [
        ngettext(
            "Offline coach: a ladder of %(count)d challenge towards “%(goal)s”.",
            "Offline coach: a ladder of %(count)d challenges towards “%(goal)s”.",
            count,
        )
        % {"count": count, "goal": topic.goal},
        ngettext(
            "It is laid out over %(days)d day.",
            "It is laid out over %(days)d days.",
            frame.days,
        )
        % {"days": frame.days},
    ]
    if wish.heard:
        parts.append(_("Your wish shaped it: %(wish)s.") % {"wish": ", ".join(wish.heard)})
    elif wish.text:
        parts.append(_("It could not make use of your wish: try words such as “easier”."))
    parts.append(_("It is built from templates and your own words: change what does not fit."))
    return " ".join(parts)
