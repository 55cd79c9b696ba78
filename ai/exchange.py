"""What the gateway asks of a provider, and what a provider hands back."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ai.schemas import Answer, AnyInputs


class Purpose(StrEnum):
    """Why a model is asked. Each purpose has one prompt, one kind of inputs, one schema."""

    PLAN = "plan"
    VARY = "vary"
    REPLAN = "replan"
    FEEDBACK = "feedback"
    EXPLAIN = "explain"
    HINT = "hint"
    REVIEW = "review"


class State(StrEnum):
    """How a call ended."""

    OK = "ok"
    LIMITED = "limited"
    TIMED_OUT = "timed_out"
    UNAVAILABLE = "unavailable"
    INVALID = "invalid"
    REFUSED = "refused"
    OVER_BUDGET = "over_budget"


class Cause(StrEnum):
    """What lies behind a state, where the words for the learner depend on it."""

    NONE = ""
    KEY = "key"
    QUOTA = "quota"
    REQUEST = "request"
    UNGROUNDED = "ungrounded"
    SITE_DAY = "site_day"
    SITE_MONTH = "site_month"


# Gets the text of an answer as far as it has come.
type OnText = Callable[[str], None]


def ignore_text(text: str) -> None:
    """Wait for the whole answer."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One thing to ask. A remote model reads `system` and `user`, the offline coach `inputs`.

    `settle` checks an answer against the inputs and returns it cleaned, or raises ValueError
    with words that a model can use to mend it.
    """

    inputs: AnyInputs
    system: str
    user: str
    schema: type[Answer]
    settle: Callable[[Answer], Answer]
    max_tokens: int
    model: str = ""
    on_text: OnText = ignore_text


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a provider hands back: an answer when `state` is ok, else the kind of trouble."""

    state: State
    answer: Answer | None = None
    raw: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    retry_after: int | None = None
    cause: Cause = Cause.NONE
