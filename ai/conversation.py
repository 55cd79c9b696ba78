"""One question on its way to an answer: retries after passing troubles, one mending, the costs."""

import logging
import math
import random
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import openai
from django.conf import settings
from pydantic import ValidationError

from ai import wire
from ai.exchange import Cause, Question, Reply, State
from ai.grounding import Ungrounded
from ai.replies import problems, read_chat, read_response, retry_after, storable
from ai.schemas import Answer

if TYPE_CHECKING:
    from ai.providers import OpenAIProvider

logger = logging.getLogger(__name__)

# A server that asks for a longer wait than this is told to the learner instead.
LONGEST_WAIT_SECONDS = 5.0
FIRST_WAIT_SECONDS = 0.5
_PASSING = {408, 409, 429}


class _Unusable(Exception):
    """An answer came but cannot be used. Carries the text and words to mend it with."""

    def __init__(self, why: str, text: str = "", cause: Cause = Cause.NONE) -> None:
        super().__init__(why)
        self.text = text
        self.cause = cause


class _Refused(Exception):
    """The model declined to answer."""


class Conversation:
    """Costs at most AI_RETRIES more requests after passing troubles, and one to mend an answer.

    All of it ends within AI_DEADLINE_SECONDS.
    """

    def __init__(self, provider: "OpenAIProvider", question: Question) -> None:
        self.provider = provider
        self.question = question
        self.ends = monotonic() + float(settings.AI_DEADLINE_SECONDS)
        self.retries = 0
        self.tokens_in = 0
        self.tokens_out = 0
        self.raw = ""

    def run(self) -> Reply:
        try:
            try:
                return self._ok(self._attempt([]))
            except _Unusable as bad:
                logger.warning("Unusable model answer, mending once: %s", bad)
                return self._ok(self._attempt(_mending(bad)))
        except _Unusable as bad:
            logger.warning("Unusable model answer again: %s", bad)
            return self._trouble(State.INVALID, cause=bad.cause)
        except _Refused:
            return self._trouble(State.REFUSED)
        except (openai.APITimeoutError, wire.Overdue):
            return self._trouble(State.TIMED_OUT)
        except openai.APIStatusError as error:
            return self._after_status(error)
        except (openai.APIError, wire.Torn) as error:
            logger.warning("The model provider cannot be reached: %s", error)
            return self._trouble(State.UNAVAILABLE)

    def _after_status(self, error: openai.APIStatusError) -> Reply:
        """Tell passing troubles from those that only the operator can mend."""
        status = error.status_code
        if status == 429 and error.code != "insufficient_quota":
            wait = retry_after(error.response)
            return self._trouble(
                State.LIMITED, retry_after=None if wait is None else math.ceil(wait)
            )
        if status in {408, 409} or status >= 500:
            logger.warning("The model provider is in trouble: %s", error)
            return self._trouble(State.UNAVAILABLE)
        if status in {401, 403}:
            logger.error("The model provider refuses OPENAI_API_KEY, check it: %s", error)
            return self._trouble(State.UNAVAILABLE, cause=Cause.KEY)
        if status == 429:
            logger.error("The quota at the model provider is used up: %s", error)
            return self._trouble(State.UNAVAILABLE, cause=Cause.QUOTA)
        logger.error("The model provider does not understand our request: %s", error)
        return self._trouble(State.UNAVAILABLE, cause=Cause.REQUEST)

    def _attempt(self, mending: list[Any]) -> Answer:
        try:
            body = self._send(mending)
        except wire.NotJSON as error:
            raise _Unusable(str(error)) from error
        text, used = read_chat(body) if "choices" in body else read_response(body)
        self.tokens_in += used[0]
        self.tokens_out += used[1]
        if text is None:
            raise _Refused
        self.raw = text = storable(text)
        try:
            return self.question.settle(self.question.schema.model_validate_json(text))
        except ValidationError as error:
            raise _Unusable(problems(error), text) from error
        except Ungrounded as error:
            raise _Unusable(str(error), text, Cause.UNGROUNDED) from error
        except ValueError as error:
            raise _Unusable(str(error), text) from error

    def _send(self, mending: list[Any]) -> dict[str, Any]:
        while True:
            try:
                return self.provider.send(self.question, mending, self._is_late)
            except (openai.APITimeoutError, wire.Overdue):
                raise
            except (openai.APIConnectionError, openai.APIStatusError, wire.Torn) as error:
                wait = self._wait_before_retry(error)
                if wait is None or monotonic() + wait >= self.ends:
                    raise
                self.retries += 1
                sleep(wait)

    def _is_late(self) -> bool:
        return monotonic() >= self.ends

    def _wait_before_retry(self, error: Exception) -> float | None:
        """Return the seconds to wait before one more try, or None for no more try."""
        if self.retries >= settings.AI_RETRIES:
            return None
        # Twice as long each time, and not all at the same moment.
        wait: float = FIRST_WAIT_SECONDS * 2**self.retries * random.uniform(1, 1.5)  # noqa: S311
        if not isinstance(error, openai.APIStatusError):
            return wait
        passing = error.status_code in _PASSING or error.status_code >= 500
        if not passing or error.code == "insufficient_quota":
            return None
        asked = retry_after(error.response)
        if asked is None:
            return wait
        return asked if asked <= LONGEST_WAIT_SECONDS else None

    def _ok(self, answer: Answer) -> Reply:
        return Reply(
            state=State.OK,
            answer=answer,
            raw=self.raw,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
        )

    def _trouble(
        self, state: State, *, retry_after: int | None = None, cause: Cause = Cause.NONE
    ) -> Reply:
        return Reply(
            state=state,
            raw=self.raw,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            retry_after=retry_after,
            cause=cause,
        )


def _mending(bad: _Unusable) -> list[Any]:
    said = [{"role": "assistant", "content": bad.text[:20_000]}] if bad.text else []
    ask = (
        "Your answer could not be used. What is wrong with it:\n"
        f"{str(bad)[:2_000]}\n"
        "Answer the task again, as one JSON object that follows the schema exactly."
    )
    return [*said, {"role": "user", "content": ask}]
