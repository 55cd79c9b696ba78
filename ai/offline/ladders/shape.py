"""What a ladder is made of. Texts are marked for translation and translated when used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

type Rubric = tuple[tuple[str, str, int], ...]  # name, description, weight; weights make 100


@dataclass(frozen=True)
class Demand:
    """What makes a challenge easier or harder, said on top of its task: how much, with what help.

    It belongs to a rubric, since challenges that are judged alike are eased alike.
    """

    less: str
    more: str


@dataclass(frozen=True)
class Reference:
    """A step's look back at another one, and what it says in a plan that does not hold that one."""

    to: str  # the other step's title
    task: str
    hand_in: str


@dataclass(frozen=True)
class Step:
    """One challenge as a template: {subject}, {focus}, {work}, {goal} are the learner's words.

    A task that speaks of another step says so in `refers`.
    """

    title: str
    task: str
    hand_in: str
    difficulty: int
    minutes: int
    tags: tuple[str, ...]
    rubric: Rubric
    refers: Reference | None = None


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """A field's steps from easy to hard; the last one proves the goal.

    `subjects` are names to look for in a goal, `spoken` other words for them. What stands in
    where a goal names none: `subject_otherwise`, `focus_otherwise` (empty: the subject), and
    `work_otherwise` for what is to be made. `focus_is` says how templates speak of the focus: as
    a thing (“your canoe”), an idea (a thing, but no exam) or a doing (“building a canoe”).
    `tag_words` are the words by which goals and wishes speak of a tag, `stages` four milestones,
    `demands` how challenges of each rubric become easier or harder.
    """

    subjects: tuple[str, ...]
    subject_otherwise: str
    work_otherwise: str
    focus_otherwise: str = ""
    focus_is: Literal["thing", "idea", "doing"] = "thing"
    # Whether templates read well with the goal's own phrase as their subject.
    takes_own_words: bool = False
    # Whether a name in “… in Klingon” is a subject, be it on the list or not.
    names_follow_in: bool = False
    spoken: Mapping[str, str] = field(default_factory=dict)
    tag_words: Mapping[str, tuple[str, ...]]
    stages: tuple[str, str, str, str]
    demands: Mapping[Rubric, Demand]
    steps: tuple[Step, ...]
