"""Prompts: which version is active, and how inputs are put into it.

A prompt's text has two parts with a line `=== user ===` between them. The first is the system
part and holds no variable at all. The second is the user message; each `$variable` in it becomes
a block between delimiters, so that what a learner wrote stays data and cannot speak as us.
"""

import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from django.db.models import QuerySet
from django.utils import timezone

from ai import statements
from ai.exchange import Purpose
from ai.models import PromptTemplate
from ai.purposes import TASKS
from ai.schemas import AnyInputs

logger = logging.getLogger(__name__)

FILES = Path(__file__).parent / "prompt_files"
SEPARATOR = "=== user ==="
DELIMITER = "learner_text"
# A text beyond this is cut, with a mark that the model can see.
MOST_CHARACTERS = 30_000

_LOOKALIKE = re.compile(rf"<(?=\s*/?\s*{DELIMITER})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BadPrompt(ValueError):
    """A prompt's text cannot be used; the words say why."""


@dataclass(frozen=True)
class Prompt:
    """The prompt in use for a purpose."""

    name: str
    version: int
    text: str

    def render(self, inputs: AnyInputs) -> tuple[str, str]:
        """Return the system part and the user message with `inputs` in it.

        Raises BadPrompt when the text asks for a variable that the inputs do not have.
        """
        system, user = _parts(self.text)
        try:
            filled = Template(user).substitute(_blocks(inputs))
        except KeyError as missing:
            raise BadPrompt(f"{self.name} v{self.version} asks for unknown {missing}.") from missing
        except ValueError as error:
            raise BadPrompt(f"{self.name} v{self.version}: {error}") from error
        return system, filled


def active(purpose: Purpose) -> Prompt:
    """Return the active prompt: the database's, else the newest text that came with the code."""
    for row in statements.rows(
        "SELECT name, version, text FROM prompt_templates WHERE name = %s AND active", purpose.value
    ):
        return Prompt(*row)
    logger.warning("No prompt is active for %s; the packaged text serves.", purpose.value)
    return packaged(purpose)


def packaged(purpose: Purpose) -> Prompt:
    """Return the newest prompt text that came with the code."""
    versions = _packaged_versions(purpose)
    newest = max(versions)
    return Prompt(purpose.value, newest, versions[newest].read_text(encoding="utf-8"))


def load_packaged(*, rows: QuerySet[PromptTemplate]) -> None:
    """Bring the newest packaged text of each prompt into the table `rows`, where it is not there
    yet, as a version of its own; `migrate` does so each time.

    A version that is there stays as it is, whatever its file says now, and an admin may have
    taken the number of the new one. It becomes active unless somebody chose the one that is.
    """
    for purpose in Purpose:
        newest = packaged(purpose)
        mine = rows.filter(name=purpose.value)
        if mine.filter(text=newest.text).exists():
            continue
        last = max(mine.values_list("version", flat=True), default=0)
        chosen = mine.filter(active=True, activated_by__isnull=False)
        is_next = not chosen.exists()
        if is_next:
            mine.filter(active=True).update(active=False)
        rows.create(
            name=purpose.value,
            version=max(last + 1, newest.version),
            text=newest.text,
            active=is_next,
            activated_at=timezone.now() if is_next else None,
        )


def _packaged_versions(purpose: Purpose) -> dict[int, Path]:
    return {
        int(path.suffixes[0].removeprefix(".v")): path
        for path in FILES.glob(f"{purpose.value}.v*.txt")
    }


def check(name: str, text: str) -> None:
    """Raise BadPrompt when `text` cannot serve as the prompt called `name`."""
    try:
        inputs = TASKS[Purpose(name)].inputs
    except ValueError as error:
        raise BadPrompt(f"There is no prompt called {name!r}.") from error
    system, user = _parts(text)
    if Template(system).get_identifiers():
        raise BadPrompt("The system part must not hold variables: they belong below the line.")
    template = Template(user)
    if not template.is_valid():
        raise BadPrompt("A dollar sign that starts no variable must be written twice.")
    used = set(template.get_identifiers())
    if unknown := used - set(inputs.model_fields):
        raise BadPrompt(f"These variables do not exist: {', '.join(sorted(unknown))}.")
    if missing := set(needed(name)) - used:
        raise BadPrompt(f"These variables are missing: {', '.join(sorted(missing))}.")


def needed(name: str) -> list[str]:
    """Return the variables without which a prompt would leave out what it is about."""
    fields = TASKS[Purpose(name)].inputs.model_fields
    return [field for field, told in fields.items() if told.is_required()]


def allowed(name: str) -> list[str]:
    """Return all variables that a prompt may use."""
    return list(TASKS[Purpose(name)].inputs.model_fields)


def escaped(text: str) -> str:
    """Return `text` so that it can neither close nor open a block of ours."""
    return _LOOKALIKE.sub("&lt;", _CONTROL.sub("", text))


def _parts(text: str) -> tuple[str, str]:
    system, found, user = text.partition(f"\n{SEPARATOR}\n")
    if not found or not system.strip() or not user.strip():
        raise BadPrompt(f"A prompt needs two parts with a line {SEPARATOR!r} between them.")
    return system.strip(), user.strip()


def _blocks(inputs: AnyInputs) -> dict[str, str]:
    return {
        name: f'<{DELIMITER} name="{name}">\n{escaped(_shown(value))}\n</{DELIMITER}>'
        for name, value in inputs.model_dump(mode="json").items()
    }


def _shown(value: object) -> str:
    if value in (None, "", []):
        return "(not given)"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > MOST_CHARACTERS:
        return text[:MOST_CHARACTERS] + "\n[cut here: the text is longer]"
    return text
