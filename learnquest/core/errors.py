"""The ways a rule can say no. The API root and the pages map each to a status once."""

from collections.abc import Mapping, Sequence


class DomainError(Exception):
    """A rule said no.

    `status` is what the API answers; the text is for the learner and says what to do next.
    `errors` names the fields at fault, as field name to messages.
    """

    status = 422
    title = "Invalid"

    def __init__(self, message: str, *, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(message)
        self.errors: Mapping[str, Sequence[str]] = errors or {}


class Invalid(DomainError):
    """What was sent breaks a rule; `errors` says which field and how to mend it."""


class NotFound(DomainError):
    """There is no such thing, or this person may not know that there is."""

    status = 404
    title = "Not found"


class Forbidden(DomainError):
    """The person may see the thing but not do this to it."""

    status = 403
    title = "Forbidden"


class Conflict(DomainError):
    """The thing is not in a state in which this can happen."""

    status = 409
    title = "Conflict"


class Stale(Conflict):
    """The thing changed since it was read. `current` is the thing as it is now.

    `shown` is how the API shows it; the operation that knows the shape sets it.
    """

    status = 412
    title = "Changed meanwhile"

    def __init__(self, message: str, *, current: object) -> None:
        super().__init__(message)
        self.current = current
        self.shown: Mapping[str, object] | None = None


class Limited(DomainError):
    """Too much, too soon. `retry_after` is the wait in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
