"""What must not leave: addresses of people, and the learner's own name."""

import re
from typing import Any

from accounts.models import User
from ai.schemas import AnyInputs

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
ADDRESS, NAME = "[e-mail]", "[name]"


def scrubbed(inputs: AnyInputs, user: User) -> AnyInputs:
    """Return the inputs without e-mail addresses and without the name of who asks.

    A display name counts where it is written as a name, a username where it cannot be an
    ordinary word: after an @, or with a digit, hyphen or underscore in it.
    """
    dumped = inputs.model_dump()
    clean = _clean(dumped, _names_of(user))
    return inputs if clean == dumped else type(inputs).model_validate(clean)


def _names_of(user: User) -> re.Pattern[str]:
    parts = []
    name = user.display_name.strip()
    if len(name) >= 3 and not name.islower():
        parts.append(rf"(?<!\w){re.escape(name)}(?!\w)")
    handle = re.escape(user.username)
    if re.search(r"[\d_-]", user.username):
        parts.append(rf"(?<![\w-]){handle}(?![\w-])")
    parts.append(rf"(?i:@{handle}(?![\w-]))")
    return re.compile("|".join(parts))


def _clean(value: Any, names: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return names.sub(NAME, EMAIL.sub(ADDRESS, value))
    if isinstance(value, list):
        return [_clean(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _clean(item, names) for key, item in value.items()}
    return value
