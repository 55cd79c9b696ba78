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
    """Add the packaged versions that the table `rows` lacks; `migrate` does so each time.

    A version that is there stays as it is. The newest becomes active only where none is, so that
    what an admin chose stays chosen.
    """
    known = set(rows.values_list("name", "version"))
    has_active = set(rows.filter(active=True).values_list("name", flat=True))
    new = []
    for purpose in Purpose:
        versions = _packaged_versions(purpose)
        new += [
            rows.model(
                name=purpose.value,
                version=version,
                text=path.read_text(encoding="utf-8"),
                active=purpose.value not in has_active and version == max(versions),
            )
            for version, path in versions.items()
            if (purpose.value, version) not in known
        ]
    rows.bulk_create(new)


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
    if unknown := set(template.get_identifiers()) - set(inputs.model_fields):
        raise BadPrompt(f"These variables do not exist: {', '.join(sorted(unknown))}.")


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
