"""The offline coach's plan: a ladder of challenges in the learner's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.offline import levels
from ai.offline.goals import Topic, topic_of
from ai.offline.ladders import ladder_for
from ai.offline.ladders.shape import Ladder, Step
from ai.offline.steps import all_same, free_title, instructions, rubric, same
from ai.offline.wishes import Wish, read_wish
from ai.offline.words import words
from ai.schemas import Plan, PlanChallenge, PlanInputs, PlanMilestone

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
    taken = all_same(inputs.existing_titles)
    steps = _choose(ladder, inputs, topic, wish.tags, _count(frame), taken)
    unwished = _choose(ladder, inputs, topic, {}, _count(frame), taken)
    milestones = _milestones(ladder, topic, frame)
    minutes = _minutes(steps, frame, wish)
    held = taken | all_same(topic.title(step.title) for step in steps)
    challenges: list[PlanChallenge] = []
    hardest = 1
    for position, step in enumerate(steps):
        # A ladder does not go down again.
        hardest = max(hardest, _difficulty(step, inputs.level, wish))
        title = free_title(topic.title(step.title), taken)
        taken.add(same(title))
        demand = levels.demand_of((_(criterion[0]) for criterion in step.rubric), ladder)
        challenges.append(
            PlanChallenge(
                title=title,
                instructions=levels.at_level(
                    instructions(step, topic, held), wish.difficulty, demand, ladder
                ),
                difficulty=hardest,
                minutes=minutes[position],
                milestone=position * len(milestones) // len(steps),
                rubric=rubric(step),
            )
        )
    return Plan(
        summary=" ".join([*_summary(topic, frame), *_on_wish(wish, steps, unwished)]),
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
    ladder: Ladder,
    inputs: PlanInputs,
    topic: Topic,
    tags: Mapping[str, int],
    count: int,
    taken: set[str],
) -> list[Step]:
    """Choose the steps that fit level, wished tags and goal; the proof is always the last."""
    *steps, proof = ladder.steps
    first = FIRST_DIFFICULTY.get(inputs.level.casefold(), 1)
    goal_words = words(f"{inputs.title} {inputs.description}")

    def liking(step: Step) -> float:
        liked = 3.0 * sum(tags.get(tag, 0) for tag in step.tags)
        liked += sum(_is_meant(ladder, tag, goal_words) for tag in step.tags)
        liked -= 2.0 * max(0, first - step.difficulty)
        return liked - (6.0 if same(topic.title(step.title)) in taken else 0.0)

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
    if wish.difficulty < 0:
        factor *= levels.STRETCH[-1]
    elif wish.difficulty > 0:
        factor = min(factor * levels.STRETCH[1], 0.9 * frame.minutes / usual)
    return [max(5, min(1200, int(step.minutes * factor) // 5 * 5)) for step in steps]


def _difficulty(step: Step, level: str, wish: Wish) -> int:
    shift = (1 if level.casefold() == "advanced" else 0) + wish.difficulty
    return max(1, min(5, step.difficulty + min(1, shift)))


def _summary(topic: Topic, frame: _Frame) -> list[str]:
    """Say what the plan is. How many challenges and hours it has changes with each variation."""
    return [
        ngettext(
            "Offline coach: a ladder towards “%(goal)s”, laid out over %(days)d day.",
            "Offline coach: a ladder towards “%(goal)s”, laid out over %(days)d days.",
            frame.days,
        )
        % {"goal": topic.goal, "days": frame.days},
        _("It is built from templates and your own words: change what does not fit."),
    ]


def _on_wish(wish: Wish, steps: list[Step], unwished: list[Step]) -> list[str]:
    """Say which part of the wish changed something, and which did not."""
    shaped: list[str] = []
    idle = list(wish.unheard) if wish.heard else []
    for heard in wish.heard:
        gained = any(
            sign * (_tagged(steps, tag) - _tagged(unwished, tag)) > 0
            for tag, sign in heard.tags.items()
        )
        is_eased = heard.difficulty * wish.difficulty > 0
        (shaped if gained or is_eased or heard.shorter else idle).append(heard.words)
    parts = []
    if shaped:
        parts.append(_("Your wish shaped it: %(wish)s.") % {"wish": ", ".join(shaped)})
    if wish.difficulty < 0:
        parts.append(_("Each challenge asks for less and takes about a third less time."))
    elif wish.difficulty > 0:
        parts.append(_("Each challenge asks for more."))
    if idle:
        parts.append(
            _("This part of your wish changed nothing in this ladder: %(wish)s.")
            % {"wish": ", ".join(idle)}
        )
    if wish.text and not wish.heard:
        parts.append(_("It could not make use of your wish: try words such as “easier”."))
    return parts


def _tagged(steps: list[Step], tag: str) -> int:
    return sum(tag in step.tags for step in steps)
