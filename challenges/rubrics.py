"""Rubrics: the criteria by which work is judged, as data checked at the door."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as SchemaError

from learnquest.core.text import is_blank

MAX_CRITERIA = 6


class Level(BaseModel):
    """What work at one score looks like."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    score: int = Field(ge=0, le=100)
    text: str = Field(min_length=1, max_length=300)


class Criterion(BaseModel):
    """One question that a grader answers with a score from 0 to 100."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    name: str = Field(min_length=1, max_length=80)
    description: str = Field(default="", max_length=500)
    weight: int = Field(ge=1, le=100)
    levels: list[Level] = Field(default_factory=list, max_length=5)


type Rubric = list[Criterion]


def default_rubric() -> list[dict[str, Any]]:
    """Return a rubric for work of which nothing is known but that it should be good."""
    return [
        {
            "key": "complete",
            "name": _("Does what was asked"),
            "description": _("Every part of the instructions has an answer."),
            "weight": 40,
        },
        {
            "key": "correct",
            "name": _("Right and well founded"),
            "description": _("Facts, steps and reasons hold."),
            "weight": 40,
        },
        {
            "key": "clear",
            "name": _("Clear to somebody else"),
            "description": _("A fellow learner could follow it."),
            "weight": 20,
        },
    ]


def parse_rubric(data: Any) -> Rubric:
    """Return the criteria in `data`.

    Raises ValidationError, in words for the learner, when they are none or too many, when keys
    repeat, or when the weights do not add up to 100.
    """
    if not isinstance(data, list) or not 1 <= len(data) <= MAX_CRITERIA:
        raise ValidationError(_("A rubric needs 1 to %(most)d criteria.") % {"most": MAX_CRITERIA})
    try:
        rubric = [Criterion.model_validate(item) for item in data]
    except SchemaError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValidationError(
            _("A criterion is not valid: %(where)s: %(what)s")
            % {"where": where, "what": first["msg"]}
        ) from error
    if len({criterion.key for criterion in rubric}) != len(rubric):
        raise ValidationError(_("Two criteria have the same key."))
    total = sum(criterion.weight for criterion in rubric)
    if total != 100:
        raise ValidationError(
            _("The weights add up to %(total)d; make them add up to 100.") % {"total": total}
        )
    return rubric


def validate_rubric(data: Any) -> None:
    """Refuse what `parse_rubric` cannot read, or nobody; a validator for model fields."""
    if any(is_blank(criterion.name) for criterion in parse_rubric(data)):
        raise ValidationError(_("A criterion needs a name that can be seen."))


def weighted_score(rubric: Rubric, scores: dict[str, int]) -> float:
    """Return the weighted mean of `scores` (0 to 100 by criterion key) under `rubric`."""
    return sum(c.weight * scores[c.key] for c in rubric) / sum(c.weight for c in rubric)


def key_for(name: str, taken: set[str]) -> str:
    """Return a key made from a criterion's name that is not in `taken`."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:32] or "criterion"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return key
