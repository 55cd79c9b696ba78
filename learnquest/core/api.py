"""What the API's routers share: strict input, pages of lists, and the statuses they document."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Field, Schema
from pydantic import BeforeValidator, ConfigDict, field_validator

from learnquest.core.errors import Stale

# What a key can be in the database; a larger number would break SQLite instead of finding nothing.
Id = Annotated[int, Field(ge=0, le=2**63 - 1)]


def _is_whole(value: Any) -> Any:
    """Refuse what Python would make a number of: `true`, "75", 75.0."""
    if type(value) is not int:
        raise ValueError("Send a whole number: neither text nor true or false.")
    return value


# Bounds stand before it, so that the document knows them.
whole = BeforeValidator(_is_whole)
Whole = Annotated[int, whole]


class Sent(Schema):
    """What a client sends, in a body or a query: texts that no database can keep are refused."""

    @field_validator("*")
    @classmethod
    def _can_be_stored(cls, value: Any) -> Any:
        for text in _texts(value):
            if "\x00" in text:
                raise ValueError("A text may not hold the character NUL.")
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise ValueError("A text may not hold half a character (a lone surrogate).")
        return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(key)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


class In(Sent):
    """A body that a client sends: what we do not know is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    def sent(self) -> dict[str, Any]:
        """Return only what the client sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class FieldError(Schema):
    pointer: str = Field(examples=["#/title"])
    message: str


class Problem(Schema):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError]
    request_id: str


class StaleProblem(Problem):
    """What `If-Match` named is no longer there: `current` is the thing as it is now."""

    current: dict[str, Any]


class Paging(Sent):
    """The query of every list."""

    page: int = Field(1, ge=1, le=100_000)
    page_size: int = Field(20, ge=1, le=100)


class Page[T](Schema):
    """One page of a list. A page past the end is empty."""

    items: list[T]
    count: int
    page: int
    pages: int


def paged[M](
    rows: "QuerySet[Any]", paging: Paging, show: Callable[[Sequence[Any]], list[M]]
) -> dict[str, Any]:
    """Return one page of `rows`, made ready by `show`, which gets the page's rows at once."""
    count = rows.count()
    start = (paging.page - 1) * paging.page_size
    found = list(rows[start : start + paging.page_size]) if start < count else []
    return {
        "items": show(found),
        "count": count,
        "page": paging.page,
        "pages": max(1, -(-count // paging.page_size)),
    }


def refusals(*statuses: int) -> dict[int, Any]:
    """Return the problems that an operation documents; 401 and 429 can meet every request."""
    return {
        status: StaleProblem if status == 412 else Problem
        for status in sorted({401, 429, *statuses})
    }


IF_MATCH: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "schema": {"type": "string", "examples": ['"3"']},
            "required": False,
            "description": "The ETag of the version that you changed. When there is a newer one, "
            "the answer is 412 with `current`, and nothing has changed. Left out, the change is "
            "made on whatever version there is.",
        }
    ]
}


@contextmanager
def stale_shown_by(show: Callable[[Any], Mapping[str, Any]]) -> Iterator[None]:
    """Have a refusal for an old version show the present one as `show` makes it."""
    try:
        yield
    except Stale as refusal:
        refusal.shown = show(refusal.current)
        raise
