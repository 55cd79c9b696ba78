"""Deleting an account for good takes more than its row: files, sessions, what others wait for.

What knows of all that stands above this app and registers here, so that the administration deletes
in no other way than the person themselves.
"""

from collections.abc import Callable

from accounts.models import User

_deeds: list[Callable[[User], None]] = []


def erase_with(deed: Callable[[User], None]) -> None:
    """Have accounts erased by `deed`."""
    _deeds[:] = [deed]


def erase(user: User) -> None:
    """Erase an account at once, with all that belongs to it."""
    (deed,) = _deeds
    deed(user)
