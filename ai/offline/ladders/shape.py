"""What a ladder is made of. Texts are marked for translation and translated when used."""

from collections.abc import Mapping
from dataclasses import dataclass

type Rubric = tuple[tuple[str, str, int], ...]  # name, description, weight; weights make 100


@dataclass(frozen=True)
class Step:
    """One challenge as a template: {subject}, {focus} and {goal} are the learner's own words."""

    title: str
    task: str
    hand_in: str
    difficulty: int
    minutes: int
    tags: tuple[str, ...]
    rubric: Rubric


@dataclass(frozen=True)
class Ladder:
    """A field's steps from easy to hard; the last one proves the goal.

    `subjects` are names to look for in a goal, `subject_otherwise` stands in where none is found
    (empty: the goal's own words do), `tag_words` the words by which goals and wishes
    speak of a tag, `stages` four milestones.
    """

    subjects: tuple[str, ...]
    subject_otherwise: str
    tag_words: Mapping[str, tuple[str, ...]]
    stages: tuple[str, str, str, str]
    steps: tuple[Step, ...]
