"""Who answers. The only module that knows the `openai` package."""

import json
import logging
import math
from functools import lru_cache
from time import sleep
from typing import Any, Protocol

import httpx2
import openai
from django.conf import settings
from openai import OpenAI
from pydantic import ValidationError

from ai.exchange import Cause, Question, Reply, State
from ai.replies import problems, read_chat, read_response, retry_after
from ai.schemas import Answer

logger = logging.getLogger(__name__)

# A server that asks for a longer wait than this is told to the learner instead.
LONGEST_WAIT_SECONDS = 5.0
WAIT_SECONDS = 0.5


class Provider(Protocol):
    """Somebody who answers questions and never raises for troubles of their own."""

    model: str

    def ask(self, question: Question) -> Reply: ...


class _Unusable(Exception):
    """An answer came but cannot be used. Carries the text and words to mend it with."""

    def __init__(self, why: str, text: str = "") -> None:
        super().__init__(why)
        self.text = text


class _Refused(Exception):
    """The model declined to answer."""


class OpenAIProvider:
    """OpenAI, or any server that speaks its Responses or Chat Completions API.

    One question costs at most three requests: the first, one more after a passing trouble, and
    one more to mend an answer that cannot be read.
    """

    def __init__(self) -> None:
        self.model: str = settings.AI_MODEL
        self.client = _client(
            settings.OPENAI_API_KEY or "unused",
            settings.OPENAI_BASE_URL or "https://api.openai.com/v1",
            float(settings.AI_CONNECT_TIMEOUT_SECONDS),
            float(settings.AI_TIMEOUT_SECONDS),
        )
        self.send = self._chat if settings.AI_API == "chat" else self._responses

    def ask(self, question: Question) -> Reply:
        """Ask, mend once if the answer cannot be read, and say how it ended."""
        return _Conversation(self, question).run()

    def _responses(self, question: Question, mending: list[Any]) -> dict[str, Any]:
        # Raw, because `parse` would raise away the text and the token count of a bad answer.
        raw = self.client.responses.with_raw_response.parse(
            model=self.model,
            instructions=question.system,
            input=[{"role": "user", "content": question.user}, *mending],
            text_format=question.schema,
            max_output_tokens=question.max_tokens,
            store=False,
        )
        return _json_object(raw.http_response)

    def _chat(self, question: Question, mending: list[Any]) -> dict[str, Any]:
        raw = self.client.chat.completions.with_raw_response.parse(
            model=self.model,
            messages=[
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
                *mending,
            ],
            response_format=question.schema,
        )
        return _json_object(raw.http_response)


class _Conversation:
    """One question on its way through retry and mending, with its running costs."""

    def __init__(self, provider: OpenAIProvider, question: Question) -> None:
        self.provider = provider
        self.question = question
        self.retried = False
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
            return self._trouble(State.INVALID)
        except _Refused:
            return self._trouble(State.REFUSED)
        except openai.APITimeoutError:
            return self._trouble(State.TIMED_OUT)
        except openai.APIStatusError as error:
            return self._after_status(error)
        except openai.APIError as error:
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
        body = self._send(mending)
        text, used = read_chat(body) if "choices" in body else read_response(body)
        self.tokens_in += used[0]
        self.tokens_out += used[1]
        if text is None:
            raise _Refused
        self.raw = text
        try:
            return self.question.settle(self.question.schema.model_validate_json(text))
        except ValidationError as error:
            raise _Unusable(problems(error), text) from error
        except ValueError as error:
            raise _Unusable(str(error), text) from error

    def _send(self, mending: list[Any]) -> dict[str, Any]:
        try:
            return self.provider.send(self.question, mending)
        except openai.APITimeoutError:
            raise
        except (openai.APIConnectionError, openai.APIStatusError) as error:
            wait = self._wait_before_retry(error)
            if wait is None:
                raise
            self.retried = True
            sleep(wait)
            return self.provider.send(self.question, mending)

    def _wait_before_retry(
        self, error: openai.APIConnectionError | openai.APIStatusError
    ) -> float | None:
        """Return the seconds to wait before the one more try, or None for no more try."""
        if self.retried:
            return None
        if isinstance(error, openai.APIConnectionError):
            return WAIT_SECONDS
        passing = error.status_code in {408, 409, 429} or error.status_code >= 500
        if not passing or error.code == "insufficient_quota":
            return None
        wait = retry_after(error.response)
        if wait is None:
            return WAIT_SECONDS
        return wait if wait <= LONGEST_WAIT_SECONDS else None

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


# One client per configuration keeps connections open between calls.
@lru_cache(maxsize=4)
def _client(key: str, base_url: str, connect: float, read: float) -> OpenAI:
    return OpenAI(
        api_key=key,
        base_url=base_url,
        timeout=httpx2.Timeout(read, connect=connect),
        max_retries=0,
    )


def _mending(bad: _Unusable) -> list[Any]:
    said = [{"role": "assistant", "content": bad.text[:20_000]}] if bad.text else []
    ask = (
        "Your answer could not be used. What is wrong with it:\n"
        f"{str(bad)[:2_000]}\n"
        "Answer the task again, as one JSON object that follows the schema exactly."
    )
    return [*said, {"role": "user", "content": ask}]


def _json_object(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise _Unusable("the answer was not JSON") from error
    if not isinstance(body, dict):
        raise _Unusable("the answer was not a JSON object")
    return body
